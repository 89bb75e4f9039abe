"""What bounds the pace of mail beside a mailbox's own limits: how it begins, and what those who receive it see. Pure."""
