"""The log of a daemon: one line an event, no secret in it, repeated lines counted."""
