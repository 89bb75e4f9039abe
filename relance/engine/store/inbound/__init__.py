"""Statements on mail that comes in: replies, whose they are, and mails a server does not give."""
