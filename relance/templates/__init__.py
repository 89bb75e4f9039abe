"""Words: from a template and a contact to subject, text and HTML. Knows nothing of mail or SQL."""
