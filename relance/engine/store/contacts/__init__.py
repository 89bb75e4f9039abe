"""Statements on the people, whom nobody may write to, and what they opened and clicked."""
