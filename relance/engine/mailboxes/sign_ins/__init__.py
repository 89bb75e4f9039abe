"""Mailboxes that sign in by OAuth 2.0: what was granted is kept, and renewed before it runs out."""
