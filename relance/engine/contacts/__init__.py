"""The people, and whom nobody may write to."""
