"""Statements on sequences at work: versions, who is enrolled and where, what is due, tasks."""
