"""The mail servers of the world, and what they decide."""
