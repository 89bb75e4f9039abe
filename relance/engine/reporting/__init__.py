"""Read only: what happened, how it stands, what comes next."""
