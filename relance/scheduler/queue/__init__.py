"""Hints on their way to a worker: the brokers that carry them, and what Redis refuses."""
