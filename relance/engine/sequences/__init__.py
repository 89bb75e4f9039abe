"""Sequences at work: published, enrolled in, paused, resumed, advanced."""
