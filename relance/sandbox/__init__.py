"""A mail world in one process: SMTP, IMAP, and prospects that open, click, answer and bounce."""
