"""Mails seen before they leave: on the terminal, as a page in a file, and sent to oneself."""
