"""Sequences: the list and one of them, what is done with many of its people, its text, and how that is published."""
