"""Decides: what a sequence is, where each contact stands, and what happens next. The only room that knows SQL."""
