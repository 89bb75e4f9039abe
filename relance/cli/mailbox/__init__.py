"""What belongs to a mailbox at the command line: its further addresses, and the options that describe it."""
