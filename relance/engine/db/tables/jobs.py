"""Long work that goes on in the background, and the files it reads and writes."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import Id, Json, count, index, metadata, number, text, to, told
from relance.engine.db.database import Instant

job = sa.Table(
    "job",
    metadata,
    number(),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("params", Json, nullable=False),
    to("user_account", nullable=True),  # whose it is; in whose scope it is done
    text("actor_kind"),
    text("actor"),
    sa.Column("state", sa.Text, nullable=False),
    count("done"),
    count("total"),  # as far as it is known; 0: not yet
    sa.Column("counts", Json, nullable=False),  # its results so far, by code
    sa.Column("place", Json, nullable=False),  # where the next batch begins
    told("reason"),  # why it failed
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("began_at", Instant),
    sa.Column("ended_at", Instant),
    sa.Column("moved_at", Instant, nullable=False),  # machine time: of the last batch
    text("holder"),  # who works on it; empty: nobody
    sa.Column("held_until", Instant),  # machine time: who is silent for longer has lost it
    count("tries"),  # times it was taken up since it last moved
    sa.CheckConstraint("state in ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
)
_open = job.c.state.in_(["queued", "running"])
index("ix_job_open", job.c.id, where=_open)

job_file = sa.Table(
    "job_file",
    metadata,
    sa.Column("job_id", Id, sa.ForeignKey("job.id"), primary_key=True),
    sa.Column(
        "part", sa.Text, primary_key=True
    ),  # what it is: the file that was given, rows that were refused
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("data", sa.LargeBinary, nullable=False),
)
