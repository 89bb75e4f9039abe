"""How people go on: what fell due meanwhile, and many of them at once."""
