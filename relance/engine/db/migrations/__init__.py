"""Schema changes, one file each, applied in order by Alembic. `migrate` runs them."""
