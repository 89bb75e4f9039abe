"""Texts of sequences under way: kept as drafts, and what publishing them would do."""
