"""The event log: what happened to whom, in the transaction in which it happened. Append only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import states
from relance.engine.db import bulk
from relance.engine.db.database import opened_by
from relance.engine.db.tables import contact, enrollment, event, sequence
from relance.engine.event_log import actors, old_names
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.base import EventData, WithReason, shown
from relance.engine.event_log.kinds import EventKind
from relance.engine.event_log.of_people import (
    EnrollmentFinished,
    EnrollmentHeld,
    EnrollmentPaused,
    EnrollmentReleased,
    EnrollmentReopened,
    EnrollmentResumed,
    EnrollmentStopped,
    EnrollmentUnsubscribed,
)
from relance.engine.reasons import Reason
from relance.engine.store import scopes
from relance.engine.store.sequences import holds
from relance.engine.store.sequences.holds import EndedEnrollment


class Subject(Protocol):
    """An enrollment, as far as events speak of it."""

    @property
    def id(self) -> int:
        """Its row."""

    @property
    def contact_id(self) -> int:
        """Whose it is."""

    @property
    def mailbox_id(self) -> int:
        """The mailbox that writes."""

    @property
    def step(self) -> str | None:
        """The step to do."""


@dataclass(frozen=True)
class NewEvent:
    """One event, about to be written. Ids are those of the rows it speaks of."""

    data: EventData
    at: dt.datetime
    enrollment_id: int | None = None
    contact_id: int | None = None
    mailbox_id: int | None = None
    message_id: int | None = None
    step: str = ""

    @classmethod
    def of(
        cls,
        row: Subject,
        data: EventData,
        at: dt.datetime,
        *,
        message_id: int | None = None,
        step: str | None = None,
    ) -> NewEvent:
        """What happened to an enrollment; `step` where it is not the one to do now."""
        at_step = (row.step or "") if step is None else step
        return cls(data, at, row.id, row.contact_id, row.mailbox_id, message_id, at_step)


@dataclass(frozen=True)
class StoredEvent:
    """One event as it is read: `id` grows, but events are served only once nothing older can still appear."""

    id: int
    at: dt.datetime
    kind: str  # an `EventKind`, or one that a later release writes
    email: str | None
    step: str
    data: Mapping[str, Any]
    xact: int = 0
    actor: Actor | None = None  # None where an earlier release wrote it
    inbound_id: int | None = None  # the mail that came in behind it
    message_id: int | None = None  # the mail of ours it is about
    sequence: str = ""  # in which it happened
    mailbox_id: int | None = None  # the mailbox it came to or from

    @property
    def cursor(self) -> Cursor:
        """What to read on from."""
        return self.xact, self.id


_XACT: sa.ColumnElement[int] = sa.literal_column("pg_current_xact_id()::text::bigint")


def acting(conn: Connection) -> Actor:
    """Who does what is being done: whoever acts in this thread or task, else whoever opened the database."""
    return actors.acting_now() or opened_by(conn)


def record_events(conn: Connection, news: Iterable[NewEvent]) -> None:
    """Write events, in order. Those that tell how an enrollment stands are known from then on as what led there."""
    news = list(news)
    actor = acting(conn)
    _ADD.post(conn, [_row(each, actor) for each in news])
    told = {each.enrollment_id: each.at for each in news if each.data.KIND in _OF_STATES}
    ids = [number for number in told if number is not None]
    if ids:
        led_by(conn, ids, max(told.values()))


def record_cause(
    conn: Connection, each: NewEvent, enrollment_ids: Iterable[int], *, inbound_id: int | None = None
) -> int:
    """Write one event, the mail that came in behind it, and that it led to where these enrollments stand now; returns its number."""
    number = _written(conn, each, inbound_id)
    ended = holds.led_by(conn, enrollment_ids, number)
    if each.data.KIND is not EventKind.ENROLLMENT_FINISHED:
        _tell_ends(conn, ended, each.at)
    return number


def _written(conn: Connection, each: NewEvent, inbound_id: int | None = None) -> int:
    row = {**_row(each, acting(conn)), "inbound_id": inbound_id}
    if conn.dialect.name == "postgresql":
        row["xact"] = _XACT
    return int(conn.execute(sa.insert(event).values(row).returning(event.c.id)).scalar_one())


def led_by(conn: Connection, enrollment_ids: Iterable[int], at: dt.datetime) -> None:
    """What this transaction did to these, and has no event yet, is told by the newest of each."""
    _tell_ends(conn, holds.led_by(conn, enrollment_ids), at)


def _tell_ends(conn: Connection, ended: Sequence[EndedEnrollment], at: dt.datetime) -> None:
    """Who was held behind the last step is finished by what releases them: after it their end is told."""
    for each in ended:
        said = NewEvent(EnrollmentFinished(), at, each.id, each.contact_id, each.mailbox_id)
        holds.ended_by(conn, each, _written(conn, said))


def _row(each: NewEvent, actor: Actor) -> dict[str, Any]:
    return {
        "at": each.at,
        "kind": each.data.KIND.value,
        "enrollment_id": each.enrollment_id,
        "contact_id": each.contact_id,
        "mailbox_id": each.mailbox_id,
        "message_id": each.message_id,
        "step": each.step,
        "data": each.data.row(),
        "actor_kind": actor.kind.value,
        "actor": actor.name,
    }


_OF_STATES = frozenset(
    {
        EventKind.ENROLLMENT_PAUSED,
        EventKind.ENROLLMENT_RESUMED,
        EventKind.ENROLLMENT_RETURNED,
        EventKind.ENROLLMENT_HELD,
        EventKind.ENROLLMENT_RELEASED,
        EventKind.ENROLLMENT_REOPENED,
        EventKind.ENROLLMENT_STOPPED,
        EventKind.ENROLLMENT_UNSUBSCRIBED,
        EventKind.ENROLLMENT_HANDED_OVER,
        EventKind.MESSAGE_RESOLVED,
        EventKind.MESSAGE_FOUND,
    }
)
# Told right after what they tell of; other kinds say whom they led where (`record_cause`).


def record_event(
    conn: Connection,
    data: EventData,
    at: dt.datetime,
    row: Subject | None = None,
    *,
    mailbox_id: int | None = None,
    step: str | None = None,
) -> None:
    """Write one event: of an enrollment, of a mailbox, or of the installation."""
    if row is not None:
        record_events(conn, [NewEvent.of(row, data, at, step=step)])
    else:
        record_events(conn, [NewEvent(data, at, mailbox_id=mailbox_id)])


_ADD = bulk.inserting(
    event,
    (
        *("at", "kind", "enrollment_id", "contact_id", "mailbox_id", "message_id", "step", "data"),
        *("actor_kind", "actor"),
    ),
    {"xact": _XACT},
)

Told = Literal[
    states.Event.PAUSED,
    states.Event.RESUMED,
    states.Event.HELD,
    states.Event.RELEASED,
    states.Event.REOPENED,
    states.Event.STOPPED,
    states.Event.UNSUBSCRIBED,
]
"""News of an enrollment that is told for its own sake; the rest has another event that led to it."""

_NEWS: Mapping[Told, type[WithReason]] = {
    states.Event.PAUSED: EnrollmentPaused,
    states.Event.RESUMED: EnrollmentResumed,
    states.Event.HELD: EnrollmentHeld,
    states.Event.RELEASED: EnrollmentReleased,
    states.Event.REOPENED: EnrollmentReopened,
    states.Event.STOPPED: EnrollmentStopped,
    states.Event.UNSUBSCRIBED: EnrollmentUnsubscribed,
}


def news(event: Told, reason: Reason | str) -> WithReason:
    """How news of an enrollment is told."""
    return _NEWS[event](reason)


Cursor = tuple[int, int]
"""How far somebody has read: the writing transaction and the number of the last event they got. Numbers alone would not
do: on PostgreSQL a lower one may be committed later."""


def after(conn: Connection, cursor: Cursor | int, limit: int) -> list[StoredEvent]:
    """Events after `cursor` (0: the beginning) that can no longer be overtaken by one still being committed."""
    xact, number = cursor if isinstance(cursor, tuple) else (0, cursor)
    further = sa.or_(event.c.xact > xact, sa.and_(event.c.xact == xact, event.c.id > number))
    query = _select().where(further).order_by(event.c.xact, event.c.id).limit(limit)
    if conn.dialect.name == "postgresql":
        horizon: sa.ColumnElement[int] = sa.literal_column(
            "pg_snapshot_xmin(pg_current_snapshot())::text::bigint"
        )
        query = query.where(event.c.xact < horizon)
    return [_event(row) for row in conn.execute(query)]


def data_of(
    conn: Connection, enrollment_ids: Iterable[int], kinds: Iterable[EventKind]
) -> list[tuple[int, Mapping[str, Any]]]:
    """What events of these kinds say of these enrollments: [(enrollment id, data)]."""
    query = sa.select(event.c.enrollment_id, event.c.data).where(
        event.c.enrollment_id.in_(sorted(set(enrollment_ids))), event.c.kind.in_(old_names.names(kinds))
    )
    return [(row.enrollment_id, row.data) for row in conn.execute(query)]


def of_contact(conn: Connection, contact_id: int, newest: int | None = None) -> list[StoredEvent]:
    """Everything that happened to one person, or so many of the newest; oldest first."""
    query = _select().where(event.c.contact_id == contact_id)
    query = query.order_by(event.c.at.desc(), event.c.id.desc()).limit(newest)
    return [_event(row) for row in conn.execute(query)][::-1]


def of_step(conn: Connection, enrollment_id: int, step: str, kinds: Iterable[EventKind]) -> list[StoredEvent]:
    """The events of these kinds at one step of an enrollment, oldest first."""
    here = (event.c.enrollment_id == enrollment_id, event.c.step == step)
    query = _select().where(*here, event.c.kind.in_(old_names.names(kinds))).order_by(event.c.id)
    return [_event(row) for row in conn.execute(query)]


def of_enrollment(conn: Connection, enrollment_id: int, kinds: Iterable[EventKind]) -> list[StoredEvent]:
    """The events of these kinds in somebody's way through a sequence, oldest first."""
    here = (event.c.enrollment_id == enrollment_id, event.c.kind.in_(old_names.names(kinds)))
    return [_event(row) for row in conn.execute(_select().where(*here).order_by(event.c.id))]


def counts(
    conn: Connection,
    kinds: Iterable[EventKind],
    between: tuple[dt.datetime, dt.datetime],
    *,
    sequence_id: int | None = None,
    mailbox_id: int | None = None,
) -> dict[EventKind, int]:
    """How many events of these kinds there were from an instant on and before another, of those that may be seen."""
    first, last = between
    here = [event.c.at >= first, event.c.at < last, event.c.kind.in_(old_names.names(kinds))]
    here += scopes.within(conn, event.c.mailbox_id)
    if mailbox_id is not None:
        here.append(event.c.mailbox_id == mailbox_id)
    if sequence_id is not None:
        of_it = sa.select(enrollment.c.sequence_id == sequence_id).where(
            enrollment.c.id == event.c.enrollment_id
        )
        here.append(of_it.scalar_subquery())
    query = sa.select(event.c.kind, sa.func.count()).where(*here).group_by(event.c.kind)
    found: dict[EventKind, int] = {}
    for stored, number in conn.execute(query):
        kind = EventKind(old_names.read(stored, {})[0])
        found[kind] = found.get(kind, 0) + number
    return found


def led_to(conn: Connection, enrollment_id: int) -> StoredEvent | None:
    """What led to where an enrollment stands, where that is known."""
    cause = sa.select(enrollment.c.cause_event_id).where(enrollment.c.id == enrollment_id).scalar_subquery()
    row = conn.execute(_select().where(event.c.id == cause)).first()
    return None if row is None else _event(row)


def _select() -> sa.Select[Any]:
    columns = (
        event.c.id,
        event.c.at,
        event.c.kind,
        contact.c.email,
        event.c.step,
        event.c.data,
        event.c.xact,
        event.c.actor_kind,
        event.c.actor,
        event.c.inbound_id,
        event.c.message_id,
        event.c.mailbox_id,
        sequence.c.name.label("sequence"),
    )
    here = event.outerjoin(contact, contact.c.id == event.c.contact_id)
    here = here.outerjoin(enrollment, enrollment.c.id == event.c.enrollment_id)
    return sa.select(*columns).select_from(
        here.outerjoin(sequence, sequence.c.id == enrollment.c.sequence_id)
    )


def _event(row: Any) -> StoredEvent:
    kind, data = old_names.read(row.kind, row.data)
    said = (row.id, row.at, kind, row.email, row.step, shown(data), row.xact, _actor(row))
    return StoredEvent(*said, row.inbound_id, row.message_id, row.sequence or "", row.mailbox_id)


def _actor(row: Any) -> Actor | None:
    found = actor(row.actor_kind, row.actor)
    if found is not None and found.kind is ActorKind.RECIPIENT and not found.name:
        return Actor(found.kind, row.email or "")
    return found


def actor(kind: str, name: str) -> Actor | None:
    """An actor as it is stored, perhaps of a kind of a later release; None where it was written before actors were."""
    return Actor.stored(kind, name) if kind else None


def publisher(conn: Connection, name: str, number: int, at: dt.datetime) -> Actor | None:
    """Who published a version of a sequence, at that instant; None where it is not known."""
    query = sa.select(event.c.actor_kind, event.c.actor, event.c.data).where(
        event.c.at == at, event.c.kind == EventKind.SEQUENCE_PUBLISHED.value
    )
    for row in conn.execute(query):
        if (row.data.get("sequence"), row.data.get("version")) == (name, number):
            return actor(row.actor_kind, row.actor)
    return None
