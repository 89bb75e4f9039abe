"""The invented people: who they are, what they will do, and the dice behind it."""
