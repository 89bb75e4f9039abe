"""Mail: out by SMTP, in by IMAP. Knows nothing of sequences or SQL."""
