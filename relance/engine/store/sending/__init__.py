"""Statements on mail that goes out: claimed, under way, recorded, refused, lost."""
