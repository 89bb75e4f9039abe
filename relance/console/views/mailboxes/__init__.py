"""Mailboxes: how each stands, one taken in, one tried out."""
