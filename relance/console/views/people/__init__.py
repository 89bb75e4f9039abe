"""People as pages show them: their fields, their history, what holds them."""
