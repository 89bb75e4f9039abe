"""Chaos on real processes: everything is killed, frozen, emptied and cut while mails fall due; then it is counted."""
