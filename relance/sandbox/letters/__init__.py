"""A mail of ours as its receiver sees it."""
