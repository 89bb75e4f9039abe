"""What holds somebody is a row of its own, a state names the event that led there, an event the mail behind it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_INSTANT = sa.DateTime(timezone=True)
_AT_ONCE = 1000
_MAILS = ("reply.received", "auto_reply.received", "bounce.received", "complaint.received", "notice.received")
_KINDS = {"person": "paused", "": "other", "stopped by a person": "other"}
# Of the causes as they were; the rest are called alike.
_FINAL = ("finished", "replied", "bounced", "unsubscribed", "stopped", "failed")


def upgrade() -> None:
    """New columns and a table; the release before goes on working, and writes neither."""
    op.add_column("enrollment", sa.Column("cause_event_id", _ID, nullable=True))
    op.add_column("event", sa.Column("inbound_id", _ID, nullable=True))
    op.create_table(
        "hold",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("enrollment_id", _ID, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("params", _JSON, nullable=False),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("message_id", _ID, nullable=True),
        sa.Column("inbound_id", _ID, nullable=True),
        sa.Column("opened_by", _ID, nullable=True),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("closed_by", _ID, nullable=True),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.ForeignKeyConstraint(["enrollment_id"], ["enrollment.id"], name=op.f("fk_hold_enrollment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )
    for name, table, column, where in (
        ("ix_hold_open", "hold", "enrollment_id", "closed_at IS NULL"),
        ("ix_enrollment_held", "enrollment", "id", "state = 'held'"),
        ("ix_event_inbound", "event", "inbound_id", "inbound_id IS NOT NULL"),
    ):
        found = sa.text(where)
        op.create_index(name, table, [column], postgresql_where=found, sqlite_where=found)
    _name_mails()
    _copy_holds()
    _name_causes()


_event = sa.table(
    "event",
    *(
        sa.column(name)
        for name in ("id", "kind", "at", "contact_id", "enrollment_id", "mailbox_id", "inbound_id")
    ),
)
_enrollment = sa.table(
    "enrollment",
    *(sa.column(name) for name in ("id", "state", "step", "stepped_at", "cause_event_id")),
    sa.column("reasons", _JSON),
)


def _name_mails() -> None:
    """The mail behind an event is the one of that person, judged at that instant; where there are two, nobody can tell."""
    inbound = sa.table(
        "inbound", *(sa.column(name) for name in ("id", "mailbox_id", "contact_id", "judged_at"))
    )
    same = sa.and_(
        inbound.c.contact_id == _event.c.contact_id,
        inbound.c.mailbox_id == _event.c.mailbox_id,
        inbound.c.judged_at == _event.c.at,
    )
    found = sa.select(sa.func.min(inbound.c.id)).where(same).having(sa.func.count() == 1).scalar_subquery()
    op.execute(sa.update(_event).where(_event.c.kind.in_(_MAILS)).values(inbound_id=found))


def _copy_holds() -> None:
    """A row for everything that holds or pauses somebody by the reasons beside their state."""
    conn, last = op.get_bind(), 0
    while True:
        query = sa.select(_enrollment).where(_enrollment.c.id > last)
        query = query.where(_enrollment.c.state.in_(("held", "paused", *_FINAL)))
        rows = conn.execute(query.order_by(_enrollment.c.id).limit(_AT_ONCE)).all()
        made = [_hold(conn, row, each) for row in rows for each in reversed(_in_force(row))]
        if made:
            conn.execute(sa.insert(_HOLD), made)
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


_HOLD = sa.table(
    "hold",
    *(sa.column(name) for name in ("enrollment_id", "kind", "code", "source", "message_id", "inbound_id")),
    *(sa.column(name) for name in ("opened_by", "opened_at")),
    sa.column("params", _JSON),
)


def _in_force(row: Any) -> list[Mapping[str, Any]]:
    """All reasons of somebody held or paused; behind an end, what a person said."""
    if row.state in _FINAL:
        return [each for each in row.reasons if each.get("cause") == "person"]
    unsaid = {"code": "paused", "cause": "person"} if row.state == "paused" else {"code": "prose"}
    return list(row.reasons) or [unsaid]


def _hold(conn: sa.Connection, row: Any, why: Mapping[str, Any]) -> dict[str, Any]:
    cause, source = str(why.get("cause", "")), str(why.get("source", ""))
    inbound_id = _number(source, "answer")
    led = _led(conn, inbound_id)
    return {
        "enrollment_id": row.id,
        "kind": _KINDS.get(cause, cause),
        "code": why.get("code", "prose"),
        "params": why.get("params", {"text": why.get("words", "")}),
        "source": source,
        "message_id": _number(source, "message") or (_mail(conn, row) if cause == "unknown mail" else None),
        "inbound_id": inbound_id,
        "opened_by": led.id if led else None,
        "opened_at": led.at if led else row.stepped_at,
    }


def _led(conn: sa.Connection, inbound_id: int | None) -> Any:
    """The event of the mail it rests on."""
    if inbound_id is None:
        return None
    query = sa.select(_event.c.id, _event.c.at).where(_event.c.inbound_id == inbound_id)
    return conn.execute(query.order_by(_event.c.id)).first()


def _mail(conn: sa.Connection, row: Any) -> int | None:
    """The mail of the step to do: it was that one which may have been delivered."""
    message = sa.table("message", *(sa.column(name) for name in ("id", "enrollment_id", "step")))
    here = sa.and_(message.c.enrollment_id == row.id, message.c.step == row.step)
    found: int | None = conn.execute(sa.select(message.c.id).where(here)).scalar_one_or_none()
    return found


def _number(source: str, table: str) -> int | None:
    name, _space, number = source.partition(" ")
    return int(number) if name == table and number.isdecimal() else None


def _name_causes() -> None:
    """Who ended for a mail that came in, or is away for one, ended by its event. Of the rest it is not known."""
    conn, last = op.get_bind(), 0
    while True:
        query = sa.select(_enrollment).where(_enrollment.c.id > last)
        query = query.where(_enrollment.c.state.not_in(("active", "finished")))
        rows = conn.execute(query.order_by(_enrollment.c.id).limit(_AT_ONCE)).all()
        for row in rows:
            first = row.reasons[0] if row.reasons else {}
            led = _led(conn, _number(str(first.get("source", "")), "answer"))
            if led is not None:
                here = sa.update(_enrollment).where(_enrollment.c.id == row.id)
                conn.execute(here.values(cause_event_id=led.id))
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id
