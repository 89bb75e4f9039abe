"""Which mailbox writes to a new person: among which, and by which shares."""
