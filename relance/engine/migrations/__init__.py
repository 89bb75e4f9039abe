"""Schema changes, one file each, applied in order by Alembic. `migrating` runs them."""
