"""Signing in by OAuth 2.0: what is asked of a provider's endpoints, and what their answers mean."""
