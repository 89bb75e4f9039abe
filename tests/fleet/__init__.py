"""Several worker processes on one database and one mail server, and what that server saw of them."""
