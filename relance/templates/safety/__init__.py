"""What a template may say and reach: checked before it is compiled, fenced while it runs."""
