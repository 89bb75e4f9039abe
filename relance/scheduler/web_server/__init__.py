"""The tracking server's place in a daemon, and how many strangers may connect."""
