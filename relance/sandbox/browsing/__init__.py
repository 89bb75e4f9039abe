"""The web requests of prospects, of their mail programs and of the machines before them."""
