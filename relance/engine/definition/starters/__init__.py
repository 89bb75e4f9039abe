"""Sequences to start from, as a salesperson would send them, in each language that is spoken."""
