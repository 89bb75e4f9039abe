"""Mail out: one session, every end told apart."""
