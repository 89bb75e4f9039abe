"""What comes from a browser: whose host and origin it names, which language it wants, the cookie it brings."""
