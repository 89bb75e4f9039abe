"""What Alembic runs: it is handed a connection by `migrate` and never opens one itself."""

from __future__ import annotations

from alembic import context

from relance.engine.db.tables import with_indexes

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=with_indexes(),
    render_as_batch=connection.dialect.name == "sqlite",
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
