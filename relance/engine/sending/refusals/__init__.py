"""What a server's refusal means beside the ones before: a domain, the mailbox's own server, or one person."""
