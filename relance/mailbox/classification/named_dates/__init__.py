"""Dates that a writer names: when somebody is back, when to write again."""
