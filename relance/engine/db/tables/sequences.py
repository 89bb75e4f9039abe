"""The sequences, who stands where in them, what holds them and what is to be done by a person."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.db.columns import Id, Json, NullJson, count, index, metadata, number, text, to
from relance.engine.db.database import Instant

sequence = sa.Table(
    "sequence",
    metadata,
    number(),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    text("state", default="active"),  # active, paused
    text("reason"),  # the words of who paused it, which the release before writes alone
    sa.Column("why", NullJson),  # the same as data, with who it was: a reason of `Code.PAUSED`
    sa.Column("created_at", Instant, nullable=False),
    sa.CheckConstraint("state in ('active', 'paused')", name="state"),
)

sequence_version = sa.Table(
    "sequence_version",
    metadata,
    number(),
    to("sequence"),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("definition", Json, nullable=False),
    text("source"),  # the same as somebody wrote it; empty where a program did, or before texts were kept
    # Who changed comments or layout of it last, as {"kind": ..., "name": ..., "digest": of the text they left}: of an earlier release's
    # change nobody is named. Empty: nobody has.
    sa.Column("reworded", NullJson),
    sa.Column("published_at", Instant, nullable=False),
    sa.UniqueConstraint("sequence_id", "number"),
)

enrollment = sa.Table(
    "enrollment",
    metadata,
    number(),
    to("sequence"),
    to("sequence_version"),
    to("contact"),
    to("mailbox"),
    sa.Column("state", sa.Text, nullable=False),
    text("reason"),  # why it stands where it stands, in words, for the release before; nobody reads it
    # The same as data, one by one, as [{"code": ..., "params": ..., "cause": ..., "source": ..., "words": ...}]: what is
    # decided is decided by these, and the sentence is made from them. `words` is for the release before.
    sa.Column("reasons", Json, nullable=False, server_default="[]"),
    sa.Column("step", sa.Text),  # the step to do next; empty when there is none
    text("step_kind"),  # mail, or a kind the tick does without a mailbox
    sa.Column("due_at", Instant),  # when it may go: its next try
    sa.Column("bound", Json, nullable=False),  # what bound `due_at`: the calendar's own words
    # When it should go, and why, while it is tried later than that (`planned_bound` empty: `bound` says why). A release before
    # plans were kept writes neither: see `positions.Enrollment.plan`.
    sa.Column("planned_at", Instant),
    sa.Column("planned_bound", NullJson),
    sa.Column("stepped_at", Instant, nullable=False),  # when the step before was done
    count("priority"),
    count("attempts"),  # attempts that never came to an end, in a row: see `mailbox.taken_up`
    count("version"),  # goes up with every change: the compare-and-set of the send
    sa.Column("resume_at", Instant),
    # Whether we wrote to this person before: then nothing leaves before the mailbox was read for an answer.
    sa.Column("wrote_before", sa.Boolean, nullable=False, server_default=sa.false()),
    # The mailbox that goes on with them from the next step on whose mail begins a thread. Empty: none was chosen. A release before this
    # one does not know of it, and moves them on with the mailbox they have.
    sa.Column("next_mailbox_id", Id),
    count("aways"),  # how often an out-of-office reply has moved it
    # Set by a restore: what fell due before this may have been sent by a history this database has lost.
    sa.Column("lost_before", Instant),
    # The event that led to the state; 0: it is written in the same transaction, a little later; empty: not known.
    sa.Column("cause_event_id", Id),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("finished_at", Instant),
    sa.UniqueConstraint("sequence_id", "contact_id"),
)
_working = enrollment.c.state == "active"
_mail = sa.and_(_working, enrollment.c.step_kind == "mail")
_other = sa.and_(_working, enrollment.c.step_kind != "mail")
_away = enrollment.c.state == "away"
_lost = enrollment.c.lost_before.is_not(None)
_next = (
    *(enrollment.c.mailbox_id, enrollment.c.wrote_before, enrollment.c.priority),
    *(enrollment.c.due_at, enrollment.c.id),
)
# What `store/sequences/due.py` reads from the head of: see there.
index("ix_enrollment_mail_next", *_next, where=_mail)
_plan = sa.func.coalesce(enrollment.c.planned_at, enrollment.c.due_at)
_served = (
    *(enrollment.c.mailbox_id, enrollment.c.wrote_before, enrollment.c.priority),
    *(_plan, enrollment.c.id, enrollment.c.due_at),
)
index("ix_enrollment_mail_planned", *_served, where=_mail)
_first = sa.and_(_working, enrollment.c.step_kind == "mail", sa.not_(enrollment.c.wrote_before))
_of_sequence = (
    *(enrollment.c.mailbox_id, enrollment.c.sequence_id, enrollment.c.priority),
    *(_plan, enrollment.c.id, enrollment.c.due_at),
)
index("ix_enrollment_first_planned", *_of_sequence, where=_first)
index("ix_enrollment_other_due", enrollment.c.due_at, where=_other)
index("ix_enrollment_away", enrollment.c.resume_at, where=_away)
sa.Index("ix_enrollment_contact", enrollment.c.contact_id)
_held = enrollment.c.state == "held"
index("ix_enrollment_held", enrollment.c.id, where=_held)
# Lists are paged by id within each state: an index of each thing they are most often asked by.
sa.Index("ix_enrollment_in_state", enrollment.c.state, enrollment.c.id)
_in_sequence = (enrollment.c.sequence_id, enrollment.c.state, enrollment.c.id, enrollment.c.mailbox_id)
sa.Index("ix_enrollment_in_sequence", *_in_sequence)
sa.Index("ix_enrollment_in_mailbox", enrollment.c.mailbox_id, enrollment.c.state, enrollment.c.id)
_promised = enrollment.c.next_mailbox_id.is_not(None)
index("ix_enrollment_next_mailbox", enrollment.c.next_mailbox_id, where=_promised)
index("ix_enrollment_lost", enrollment.c.contact_id, where=_lost)

hold = sa.Table(  # what holds or pauses somebody: a row each, open until it is closed
    "hold",
    metadata,
    number(),
    to("enrollment"),
    sa.Column("kind", sa.Text, nullable=False),  # of `reasons.HoldKind`: what closes it
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("params", Json, nullable=False),
    text("source"),  # what it rests on, as its reason names it
    # The same where it is a mail of ours, or one that came in. (No foreign keys: both outlive their mails' retention.)
    sa.Column("message_id", Id),
    sa.Column("inbound_id", Id),
    sa.Column(
        "opened_by", Id
    ),  # events; 0: written in the same transaction, a little later; empty: not known
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("closed_by", Id),
    sa.Column("closed_at", Instant),
)
_standing = hold.c.closed_at.is_(None)
index("ix_hold_open", hold.c.enrollment_id, where=_standing)
_untold = sa.or_(hold.c.opened_by == 0, hold.c.closed_by == 0)
index("ix_hold_untold", hold.c.enrollment_id, where=_untold)  # empty between transactions

task = sa.Table(
    "task",
    metadata,
    number(),
    to("enrollment"),
    to("contact"),
    sa.Column("step", sa.Text, nullable=False),
    text("words"),
    text("state", default="open"),  # open, done, dropped
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("closed_at", Instant),
    text("assignee"),  # who has to do it; empty: anyone who comes first
    text("outcome"),  # how it ended: a code
    text("note"),  # what its doer says of it
    sa.UniqueConstraint("enrollment_id", "step"),
)
_open = task.c.state == "open"
index("ix_task_open", task.c.due_at, task.c.id, where=_open)
