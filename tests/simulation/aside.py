"""What the story itself asks of the database, hundreds of times a seed: past the engine, and past what SQLAlchemy costs."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from relance.engine import states
from relance.engine.db import tables
from relance.wording import Text
from tests.simulation.ground import Ground

_MSG, _ENR, _BOX = tables.message, tables.enrollment, tables.mailbox


class Doubt(NamedTuple):
    """A mail that is under way, or unknown."""

    id: int
    state: str
    looks: int
    fence: int
    files_sent: bool | None
    unread: bool | None = False  # its mailbox is not read until a person comes


def anybody_goes_on(laid: Ground) -> bool:
    """Whether somebody's steps go on by themselves."""
    return bool(laid.ask(_GOING_ON))


def doubts(laid: Ground) -> list[Doubt]:
    """Every mail under way or unknown."""
    return [Doubt(*row) for row in laid.ask(_DOUBTFUL)]


def leases(laid: Ground, now: dt.datetime) -> list[tuple[int, str]]:
    """Which mailboxes are in whose hands."""
    found = [(number, owner, _instant(until)) for number, owner, until in laid.ask(_LEASES)]
    return [(number, owner) for number, owner, until in found if until > now]


def paused(laid: Ground) -> list[tuple[int, str, str]]:
    """The mailboxes that wait for a person, with the code of what their server said (empty where it is something else), and with all
    that is stored of it: the words of a server in the middle of a mail have no code."""
    return [(number, _code(json.loads(params or "{}")), params or "") for number, params in laid.ask(_PAUSED)]


def _code(params: Mapping[str, Any] | None) -> str:
    return Text.read((params or {}).get("said")).code


def moments(laid: Ground) -> tuple[list[dt.datetime], list[dt.datetime]]:
    """Every moment at which something in the database changes its meaning: (for a mailbox, for the tick)."""
    return _instants(laid, _TURNS), _instants(laid, _STEPS)


def _instants(laid: Ground, statement: str) -> list[dt.datetime]:
    found = (moment for (moment,) in laid.ask(statement) if moment is not None)
    return [_instant(moment) for moment in found]


def _instant(moment: str) -> dt.datetime:
    return dt.datetime.fromisoformat(moment).replace(tzinfo=dt.UTC)


def plain(statement: sa.Select | sa.CompoundSelect) -> str:
    """The statement as SQLite reads it."""
    return str(statement.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True}))


def _unread(box: sa.FromClause) -> sa.ColumnElement[bool]:
    return sa.and_(box.c.state == "paused", box.c.locked_out)


UNREAD = _unread(_BOX).label("unread")
_OTHER, _WRITER = _BOX.alias(), _ENR.alias()
WAITS = (
    sa.and_(
        _ENR.c.step_kind == "mail",
        _ENR.c.wrote_before,
        sa.exists()
        .where(_WRITER.c.contact_id == _ENR.c.contact_id, _OTHER.c.id != _ENR.c.mailbox_id, _unread(_OTHER))
        .where(
            sa.or_(
                sa.exists().where(_MSG.c.enrollment_id == _WRITER.c.id, _MSG.c.mailbox_id == _OTHER.c.id),
                sa.and_(_WRITER.c.lost_before.is_not(None), _WRITER.c.mailbox_id == _OTHER.c.id),
            )
        ),
    )
).label("waits")
"""Whether a follow-up waits for a person: another mailbox that wrote to them is not read until one comes."""
_GOING_ON = plain(
    sa.select(_ENR.c.id)
    .join(_BOX, _BOX.c.id == _ENR.c.mailbox_id)
    .where(
        sa.or_(
            _ENR.c.state == "away",
            sa.and_(_ENR.c.state == "active", _BOX.c.state == "active", ~WAITS.element),
        )
    )
    .limit(1)
)
_LEASES = plain(sa.select(_BOX.c.id, _BOX.c.lease_owner, _BOX.c.lease_until).where(_BOX.c.lease_owner != ""))
_PAUSED = plain(sa.select(_BOX.c.id, _BOX.c.pause_params).where(_BOX.c.state == "paused"))
OPEN = [each.value for each in states.OPEN]
IN_DOUBT = plain(
    sa.select(_ENR.c.id)
    .where(_ENR.c.lost_before.is_not(None), _ENR.c.step.is_not(None), _ENR.c.state.in_(OPEN))
    .limit(1)
)
_DOUBTFUL = plain(
    sa.select(_MSG.c.id, _MSG.c.state, _MSG.c.looks, _MSG.c.fence, _BOX.c.files_sent, UNREAD)
    .join(_BOX, _BOX.c.id == _MSG.c.mailbox_id)
    .where(_MSG.c.state.in_(("unknown", "transmitting")))
)
_LEASED = _BOX.c.lease_until > _BOX.c.next_turn_at
_TURNS = plain(
    sa.select(sa.case((_LEASED, _BOX.c.lease_until), else_=_BOX.c.next_turn_at)).where(
        _BOX.c.state != "removed"
    )
)
_STEPS = plain(
    sa.union_all(
        sa.select(_ENR.c.due_at).where(_ENR.c.state == "active", _ENR.c.step_kind != "mail"),
        sa.select(_ENR.c.resume_at).where(_ENR.c.state == "away"),
    )
)
