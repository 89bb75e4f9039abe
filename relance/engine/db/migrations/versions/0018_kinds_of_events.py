"""Events have kinds of one list: what was stored under free texts is renamed once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

# As the list of that day said it: a migration never changes, whatever the list says later.
_RENAMED = {
    "enrolled": "enrollment.created",
    "paused by a person": "enrollment.paused",
    "resumed by a person": "enrollment.resumed",
    "back": "enrollment.returned",
    "held": "enrollment.held",
    "released": "enrollment.released",
    "reopened by a person": "enrollment.reopened",
    "stopped": "enrollment.stopped",
    "unsubscribed": "enrollment.unsubscribed",
    "slowed": "enrollment.postponed",
    "handed over": "enrollment.handed_over",
    "mailbox changed": "enrollment.mailbox_changed",
    "branch": "step.branched",
    "wait": "step.waited",
    "end": "step.ended",
    "skipped": "step.skipped",
    "task": "task.created",
    "task done": "task.done",
    "sent": "message.accepted",
    "mail accepted": "message.accepted",
    "mail refused": "message.refused",
    "mail deferred": "message.deferred",
    "mail unknown": "message.unknown",
    "mail transmitting": "message.unknown",
    "mail prepared": "message.withdrawn",
    "mail not sent": "message.not_sent",
    "mail abandoned": "message.abandoned",
    "found sent": "message.found",
    "turned away at the gate": "message.stopped_at_gate",
    "written by hand": "message.by_hand",
    "opened": "message.opened",
    "clicked": "message.clicked",
    "answer corrected": "reply.corrected",
    "answer judged again": "reply.reclassified",
    "substitute accepted": "substitute.accepted",
    "substitute dismissed": "substitute.dismissed",
    "mailbox added": "mailbox.added",
    "mailbox removed": "mailbox.removed",
    "mailbox paused": "mailbox.paused",
    "mailbox resumed": "mailbox.resumed",
    "mailbox unreadable": "mailbox.unreadable",
    "mailbox aliases changed": "mailbox.aliases_changed",
    "folder numbered anew": "mailbox.folder_renumbered",
    "planned anew": "mailbox.replanned",
    "mail set aside": "unread_mail.set_aside",
    "mail dismissed": "unread_mail.dismissed",
    "organisation retried": "organisation.retried",
    "sequence published": "sequence.published",
    "sequence paused": "sequence.paused",
    "sequence resumed": "sequence.resumed",
    "restore confirmed": "restore.confirmed",
    "clock jumped": "clock.jumped",
    "clock was ahead": "clock.corrected",
}
_MAILS = {
    "reply.received": ("human answer", "opt-out", "calendar answer", "unreadable", "challenge"),
    "auto_reply.received": ("out of office", "left the company", "auto-reply"),
    "bounce.received": ("hard bounce", "soft bounce", "blocked"),
    "complaint.received": ("complaint",),
    "notice.received": ("receipt", "list mail", "own copy"),
}
_MAIL_KINDS = {old: new for new, olds in _MAILS.items() for old in olds}
_UNKNOWN = "unknown mail "


def upgrade() -> None:
    """No column changes. The release before goes on; what it writes meanwhile is read by its old names."""
    event = sa.table("event", sa.column("kind", sa.Text))
    _put_into_data("kind", "kind", sa.column("kind").in_(sorted(_MAIL_KINDS)))
    _put_into_data("outcome", f"substr(kind, {len(_UNKNOWN) + 1})", sa.column("kind").like(f"{_UNKNOWN}%"))
    names = {**_RENAMED, **_MAIL_KINDS}
    resolved = (event.c.kind.like(f"{_UNKNOWN}%"), "message.resolved")
    renamed = sa.case(
        resolved, *((event.c.kind == old, new) for old, new in names.items()), else_=event.c.kind
    )
    op.execute(
        sa.update(event).where(sa.or_(event.c.kind.in_(sorted(names)), resolved[0])).values(kind=renamed)
    )


def _put_into_data(name: str, value: str, where: sa.ColumnElement[bool]) -> None:
    """What the old name said beside the kind."""
    embedded = op.get_bind().dialect.name == "sqlite"
    anew = (
        f"json_set(data, '$.{name}', {value})"
        if embedded
        else f"data || jsonb_build_object('{name}', {value})"
    )
    event = sa.table("event", sa.column("kind", sa.Text), sa.column("data"))
    op.execute(sa.update(event).where(where).values(data=sa.literal_column(anew)))
