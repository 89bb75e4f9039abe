"""A database that was put back: told what the journals remember, and what a person says of the rest."""
