"""What happened, looked back at: the mails that were written, and counts by day."""
