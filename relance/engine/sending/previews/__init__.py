"""Mails seen before they leave: written as they will be, for whom they are meant, and who lacks what their words need."""
