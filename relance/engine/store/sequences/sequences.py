"""Sequences and their versions. A version, once published, never changes; enrollments stay on theirs."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.db.database import Instant, insert_new
from relance.engine.db.tables import enrollment, sequence, sequence_version
from relance.engine.event_log.actors import Actor
from relance.engine.reasons import Reason
from relance.engine.states import OPEN, State
from relance.engine.store import events, scopes
from relance.wording import Text


@dataclass(frozen=True)
class Version:
    """One published definition, as stored."""

    id: int
    sequence_id: int
    name: str
    number: int
    digest: str
    definition: Mapping[str, Any]
    published_at: dt.datetime
    state: str
    reason: str  # the words of who paused it; empty where they gave none, or it is not paused
    why: Reason | None = None  # the same with who it was; None where it is not paused

    @property
    def paused_by(self) -> Text | str:
        """Who paused it, as people read it; empty where that is not known, or it is not paused."""
        return (self.why and self.why.doer) or ""


_SELECT = sa.select(
    sequence_version.c.id,
    sequence_version.c.sequence_id,
    sequence.c.name,
    sequence_version.c.number,
    sequence_version.c.digest,
    sequence_version.c.definition,
    sequence_version.c.published_at,
    sequence.c.state,
    sequence.c.reason,
    sequence.c.why,
).join(sequence, sequence.c.id == sequence_version.c.sequence_id)


def _value(row: Any) -> Version:
    kept = dict(row._mapping)
    return Version(
        **{**kept, "why": _why(kept["why"], kept["reason"]) if kept["state"] == "paused" else None}
    )


def _why(kept: Mapping[str, Any] | None, words: str) -> Reason:
    """What another pause left there, by a release that writes the words alone, says nothing of this one."""
    found = reasons.stored(kept, words)
    return found if str(found.params.get("text", "")) == words else reasons.prose(words)


def publish(
    conn: Connection,
    name: str,
    digest: str,
    definition: Mapping[str, Any],
    now: dt.datetime,
    source: str = "",
) -> tuple[int, bool]:
    """Store a definition under its name; returns (version number, whether it differs from the latest).

    `source` is the text as it was written: another one that says the same becomes the text of the latest version.
    """
    sequence_id = lock(conn, name, now)
    latest = conn.execute(_of(name).limit(1)).one_or_none()
    if latest is not None and latest.digest == digest:
        if source:
            _reword(conn, latest.id, source)
        return latest.number, False
    number = 1 if latest is None else latest.number + 1
    conn.execute(
        sa.insert(sequence_version).values(
            sequence_id=sequence_id,
            number=number,
            digest=digest,
            definition=definition,
            source=source,
            published_at=now,
        )
    )
    return number, True


def _reword(conn: Connection, version_id: int, source: str) -> None:
    same = sa.and_(sequence_version.c.id == version_id, sequence_version.c.source != source)
    by = events.acting(conn)
    said = {"kind": by.kind.value, "name": by.name, "digest": text_digest(source)}
    conn.execute(sa.update(sequence_version).where(same).values(source=source, reworded=said))


def text_digest(text: str) -> str:
    """Tells whether a text is still the same, comments included. Pure."""
    return hashlib.sha256(text.encode()).hexdigest()


def reworded_by(conn: Connection, version_id: int) -> Actor | None:
    """Who changed the text of a version after it was published; None where nobody did, or it is not known."""
    query = sa.select(sequence_version.c.reworded, sequence_version.c.source)
    found = conn.execute(query.where(sequence_version.c.id == version_id)).one()
    said: Mapping[str, Any] = found.reworded or {}
    if said.get("digest") != text_digest(found.source):
        return None
    return events.actor(said["kind"], said["name"])


def source(conn: Connection, version_id: int) -> str:
    """The text of a version as it was written; empty where none is kept."""
    query = sa.select(sequence_version.c.source).where(sequence_version.c.id == version_id)
    return str(conn.execute(query).scalar_one())


def lock(conn: Connection, name: str, now: dt.datetime) -> int:
    """The number of a sequence, which is made if there is none: whoever else publishes it waits for the end of this transaction."""
    insert_new(conn, sequence, [{"name": name, "created_at": now}])
    return int(
        conn.execute(sa.select(sequence.c.id).where(sequence.c.name == name).with_for_update()).scalar_one()
    )


def _of(name: str) -> sa.Select[Any]:
    return _SELECT.where(sequence.c.name == name).order_by(sequence_version.c.number.desc())


def versions(conn: Connection, name: str) -> list[Version]:
    """Every version of one sequence, newest first; empty when there is no such sequence."""
    return [_value(row) for row in conn.execute(_of(name))]


def by_id(conn: Connection, version_id: int) -> Version:
    """One version."""
    return _value(conn.execute(_SELECT.where(sequence_version.c.id == version_id)).one())


def latest(conn: Connection) -> list[Version]:
    """The newest version of every sequence, by name."""
    newest = sa.select(sa.func.max(sequence_version.c.id)).group_by(sequence_version.c.sequence_id)
    return [
        _value(row)
        for row in conn.execute(_SELECT.where(sequence_version.c.id.in_(newest)).order_by(sequence.c.name))
    ]


def states(conn: Connection) -> list[tuple[str, str]]:
    """(name, state) of every sequence that was published, by name; nothing else is read."""
    published = sa.select(sequence_version.c.id).where(sequence_version.c.sequence_id == sequence.c.id)
    query = sa.select(sequence.c.name, sequence.c.state).where(published.exists()).order_by(sequence.c.name)
    return [(name, state) for name, state in conn.execute(query)]


def standing(conn: Connection, sequence_id: int) -> list[tuple[int, str, str, int]]:
    """Who is under way: (version number, step, state, how many); those without a step wait for nothing more."""
    columns = (sequence_version.c.number, enrollment.c.step, enrollment.c.state)
    query = (
        sa.select(*columns, sa.func.count())
        .join(sequence_version, sequence_version.c.id == enrollment.c.sequence_version_id)
        .where(enrollment.c.sequence_id == sequence_id, enrollment.c.step.is_not(None))
        .where(enrollment.c.state.in_([each.value for each in OPEN]))
        .group_by(*columns)
        .order_by(*columns)
    )
    return [(number, step, state, many) for number, step, state, many in conn.execute(query)]


def set_state(conn: Connection, name: str, why: Reason | None) -> bool:
    """Pause a whole sequence for a reason, or resume it (None); False when there is none of that name."""
    values: dict[str, Any] = {"state": "active", "reason": "", "why": None}
    if why is not None:
        values = {"state": "paused", "reason": str(why.params.get("text", "")), "why": why.row()}
    return conn.execute(sa.update(sequence).where(sequence.c.name == name).values(values)).rowcount == 1


@dataclass(frozen=True)
class People:
    """Who is in a sequence, of those the viewer may see: how many in each state, and when the next mail of anybody is due."""

    counts: Mapping[str, int]
    next_mail: dt.datetime | None


def people(conn: Connection) -> dict[int, People]:
    """Of every sequence that anybody is in: {sequence id: people}."""
    mail = sa.case((enrollment.c.step_kind == "mail", enrollment.c.due_at))
    query = (
        sa.select(
            enrollment.c.sequence_id,
            enrollment.c.state,
            sa.func.count().label("many"),
            sa.func.min(mail, type_=Instant).label("next_mail"),
        )
        .where(*scopes.within(conn, enrollment.c.mailbox_id))
        .group_by(enrollment.c.sequence_id, enrollment.c.state)
    )
    counts: dict[int, dict[str, int]] = {}
    ahead: dict[int, dt.datetime] = {}
    for row in conn.execute(query):
        counts.setdefault(row.sequence_id, {})[row.state] = row.many
        if row.state == State.ACTIVE and row.next_mail is not None:
            ahead[row.sequence_id] = row.next_mail
    return {number: People(states, ahead.get(number)) for number, states in counts.items()}
