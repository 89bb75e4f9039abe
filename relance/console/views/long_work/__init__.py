"""Imports and other work in the background, with its progress."""
