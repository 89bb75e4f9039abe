"""Others who send mail, measured beside us; each in an environment of its own that `make bench` makes."""
