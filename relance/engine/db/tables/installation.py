"""What an installation knows of itself: its marks, and the processes that run it."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import metadata
from relance.engine.db.database import Instant

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

process = sa.Table(
    "process",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),  # as leases name it
    sa.Column("role", sa.Text, nullable=False),  # run, scheduler, worker, web
    sa.Column("host", sa.Text, nullable=False),
    sa.Column("pid", sa.Integer, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("started_at", Instant, nullable=False),  # machine time, as all three
    sa.Column("seen_at", Instant, nullable=False),
    sa.Column("stopped_at", Instant),
    sa.Column("broker_away", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("broker_refuses", sa.Boolean, nullable=False, server_default=sa.false()),
)
