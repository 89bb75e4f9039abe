"""Every SQL statement, one file a noun. Functions take a connection of `Database.read()` or `.write()` and return values."""
