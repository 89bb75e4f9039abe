"""The event log."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import Id, Json, index, kept_so, metadata, number, text, to
from relance.engine.db.database import Instant

event = sa.Table(
    "event",
    metadata,
    number(),
    sa.Column("at", Instant, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    to("enrollment", nullable=True),
    to("contact", nullable=True),
    to("mailbox", nullable=True),
    sa.Column("message_id", Id),  # no foreign key: events outlive a message's retention
    text("step"),
    sa.Column("data", Json, nullable=False),
    # The writing transaction, so that a reader by cursor never steps over one that is still being committed.
    sa.Column("xact", sa.BigInteger, server_default=sa.text("0"), nullable=False),
    sa.Column("inbound_id", Id),  # the mail that came in behind it
    text(
        "actor_kind"
    ),  # person, user, program, recipient, rule, schedule; empty in what an earlier release wrote
    text("actor"),  # the name
)
sa.Index("ix_event_feed", event.c.xact, event.c.id)
sa.Index("ix_event_enrollment", event.c.enrollment_id)
sa.Index("ix_event_contact", event.c.contact_id)
sa.Index("ix_event_at", event.c.at)
_of_mail = event.c.inbound_id.is_not(None)
index("ix_event_inbound", event.c.inbound_id, where=_of_mail)
# What says that somebody is past a step that is no mail, as earlier releases called it, too: a funnel reads these alone.
PASSED_STEPS = (
    *("branch", "end", "skipped", "step.branched", "step.ended", "step.skipped", "step.waited"),
    *("task", "task.created", "wait"),
)
_passed = event.c.kind.in_(PASSED_STEPS)
index("ix_event_passed", event.c.enrollment_id, event.c.kind, event.c.step, where=_passed)

kept_so(event)
