"""Who is at work: the daemons and their heartbeats."""
