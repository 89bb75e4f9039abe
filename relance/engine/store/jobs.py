"""Jobs: long work, a row each, with its results so far; and their files, in pieces."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from relance.complete import stored
from relance.engine import roles
from relance.engine.db.tables import job, job_file
from relance.engine.event_log.actors import Actor, ActorKind
from relance.wording import Text


class JobState(StrEnum):
    """Where a job is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class JobKind(StrEnum):
    """What a job does."""

    CHECK_CONTACTS = "check_contacts"  # what an import would do
    IMPORT_CONTACTS = "import_contacts"
    CHANGE_ENROLLMENTS = "change_enrollments"  # pause, resume, stop or release many
    ENROLL = "enroll"
    DECIDE_HELD = "decide_held"  # fill in, move or decide many who are held
    HAND_OVER = "hand_over"  # a mailbox's people to another mailbox
    REMOVE_MAILBOX = "remove_mailbox"  # and hold all its people
    CONNECT_MAILBOXES = "connect_mailboxes"  # as their administrator has allowed


OPEN = (JobState.QUEUED, JobState.RUNNING)
STILL = dt.timedelta(minutes=2)
# Machine time: an open job that has not moved for so long stands still.
PIECE = 256 * 1024
# Bytes of a file in one row.


@dataclass(frozen=True)
class Job:
    """One job. `counts`: its results so far, by code; `place`: where the next batch begins. `moved_at` is machine time."""

    id: int
    kind: JobKind
    params: Mapping[str, Any]
    user: int | None
    actor: Actor
    state: JobState
    done: int
    total: int
    counts: Mapping[str, int]
    place: Mapping[str, Any]
    reason: Text
    created_at: dt.datetime
    began_at: dt.datetime | None
    ended_at: dt.datetime | None
    moved_at: dt.datetime
    holder: str
    tries: int

    @property
    def open(self) -> bool:
        """Whether it is still to be worked on."""
        return self.state in OPEN


def add(
    conn: Connection,
    kind: JobKind,
    params: Mapping[str, Any],
    actor: Actor,
    user: int | None,
    times: tuple[dt.datetime, dt.datetime],
) -> int:
    """A new job; `times`: business and machine time. Returns its number."""
    row = {
        "kind": kind.value,
        "params": dict(params),
        "user_account_id": user,
        "actor_kind": actor.kind.value,
        "actor": actor.name,
        "state": JobState.QUEUED.value,
        "counts": {},
        "place": {},
        "created_at": times[0],
        "moved_at": times[1],
    }
    return int(conn.execute(sa.insert(job).values(**row).returning(job.c.id)).scalar_one())


def by_id(conn: Connection, number: int) -> Job | None:
    """One that is seen by whoever looks."""
    found = conn.execute(sa.select(job).where(job.c.id == number, *_seen())).one_or_none()
    return _job(found) if found else None


@dataclass(frozen=True)
class JobConditions:
    """Which jobs are asked for; every condition that is set must hold. `search` is found in who began it, in the name of its file
    or of its sequence."""

    kinds: tuple[JobKind, ...] = ()
    states: tuple[JobState, ...] = ()
    search: str = ""


def page(conn: Connection, wanted: JobConditions, *, before: int | None = None, limit: int) -> list[Job]:
    """The newest that fit, or those before one."""
    asked = sa.select(job).where(*_seen()).order_by(job.c.id.desc()).limit(limit)
    if wanted.kinds:
        asked = asked.where(job.c.kind.in_([each.value for each in wanted.kinds]))
    if wanted.states:
        asked = asked.where(job.c.state.in_([each.value for each in wanted.states]))
    if wanted.search.strip():
        where = (job.c.actor, job.c.params["name"].as_string(), job.c.params["sequence"].as_string())
        asked = asked.where(
            sa.or_(*(each.icontains(wanted.search.strip(), autoescape=True) for each in where))
        )
    if before is not None:
        asked = asked.where(job.c.id < before)
    return [_job(row) for row in conn.execute(asked)]


def _seen() -> list[sa.ColumnElement[bool]]:
    scope = roles.scope_now()
    return [] if scope.everything else [job.c.user_account_id == scope.user]


Known = Mapping[str, Collection[str]]
# The values that are known here of parameters that say what a job does.


def due(conn: Connection, now: dt.datetime, limit: int, known: Known) -> list[int]:
    """Those nobody works on (machine time), the oldest first, of what is understood here."""
    here = (_open(), _free(now), *_understood(known))
    asked = sa.select(job.c.id).where(*here).order_by(job.c.id).limit(limit)
    return list(conn.execute(asked).scalars())


def waiting(conn: Connection, before: dt.datetime) -> int:
    """How many are open and have not moved since (machine time)."""
    asked = sa.select(sa.func.count()).select_from(job).where(_open(), job.c.moved_at < before)
    return int(conn.execute(asked).scalar_one())


def take(
    conn: Connection,
    number: int,
    holder: str,
    lease: tuple[dt.datetime, dt.datetime],
    business: dt.datetime,
    known: Known,
) -> Job | None:
    """Work on it from now on; None where somebody else does, it is over, or only a later release knows what it is. `lease`:
    from when to when, in machine time."""
    now, until = lease
    values = {
        "state": JobState.RUNNING.value,
        "holder": holder,
        "held_until": until,
        "tries": job.c.tries + 1,
        "began_at": sa.func.coalesce(job.c.began_at, sa.bindparam("began", business, job.c.began_at.type)),
    }
    here = (job.c.id == number, _open(), _free(now), *_understood(known))
    mine = sa.update(job).where(*here).values(**values).returning(job)
    found = conn.execute(mine).one_or_none()
    return _job(found) if found else None


def renew(conn: Connection, number: int, mine: str, /, **values: Any) -> bool:
    """Write these columns as the one who works on it; False where somebody else does, or it is over."""
    here = (job.c.id == number, job.c.holder == mine, job.c.state == JobState.RUNNING.value)
    return conn.execute(sa.update(job).where(*here).values(**values)).rowcount == 1


def cancel(conn: Connection, number: int, business: dt.datetime) -> bool:
    """Over from now on: the batch under way is not kept. False where it was over."""
    values = {"state": JobState.CANCELLED.value, "ended_at": business, "holder": "", "held_until": None}
    return conn.execute(sa.update(job).where(job.c.id == number, _open()).values(**values)).rowcount == 1


def _open() -> sa.ColumnElement[bool]:
    return job.c.state.in_([each.value for each in OPEN])


def _understood(known: Known) -> Iterator[sa.ColumnElement[bool]]:
    """What a later release began is left to it: what it does, and in whose name, are known there."""
    yield job.c.kind.in_([each.value for each in JobKind])
    yield job.c.actor_kind.in_([each.value for each in ActorKind])
    for name, values in known.items():
        said = job.c.params[name].as_string()
        yield sa.or_(said.is_(None), said.in_(sorted(values)))


def _free(now: dt.datetime) -> sa.ColumnElement[bool]:
    return sa.or_(job.c.held_until.is_(None), job.c.held_until < now)


def _job(row: Row[Any]) -> Job:
    return Job(
        row.id,
        stored(JobKind, row.kind),
        row.params,
        row.user_account_id,
        Actor.stored(row.actor_kind, row.actor),
        stored(JobState, row.state),
        row.done,
        row.total,
        row.counts,
        row.place,
        row.reason,
        row.created_at,
        row.began_at,
        row.ended_at,
        row.moved_at,
        row.holder,
        row.tries,
    )


# Files.


def put(conn: Connection, number: int, part: str, data: bytes) -> None:
    """A whole file, in pieces."""
    pieces = [data[start : start + PIECE] for start in range(0, len(data), PIECE)] or [b""]
    rows = [
        {"job_id": number, "part": part, "number": place, "data": each} for place, each in enumerate(pieces)
    ]
    for row in rows:
        conn.execute(sa.insert(job_file).values(**row))


def whole(conn: Connection, number: int, part: str) -> bytes:
    """A whole file; empty where there is none."""
    return b"".join(_pieces(conn, number, part))


def add_lines(conn: Connection, number: int, part: str, place: int, lines: Sequence[Any]) -> None:
    """Some lines more, as JSON; `place` orders them among the others of this part."""
    if lines:
        data = "\n".join(json.dumps(each, ensure_ascii=False) for each in lines).encode()
        conn.execute(sa.insert(job_file).values(job_id=number, part=part, number=place, data=data))


def lines(conn: Connection, number: int, part: str, limit: int | None = None) -> Iterator[Any]:
    """The lines of a part, in order."""
    for data in _pieces(conn, number, part):
        for each in data.decode().split("\n"):
            if limit is not None:
                if limit <= 0:
                    return
                limit -= 1
            yield json.loads(each)


def _pieces(conn: Connection, number: int, part: str) -> Iterator[bytes]:
    """One row at a time: a file may be long."""
    place = -1
    while True:
        asked = (
            sa.select(job_file.c.number, job_file.c.data)
            .where(job_file.c.job_id == number, job_file.c.part == part, job_file.c.number > place)
            .order_by(job_file.c.number)
            .limit(1)
        )
        found = conn.execute(asked).one_or_none()
        if found is None:
            return
        place = found.number
        yield found.data


def forget_files(conn: Connection, before: dt.datetime) -> None:
    """Files of jobs that ended before then (business time)."""
    over = sa.select(job.c.id).where(job.c.ended_at < before)
    conn.execute(sa.delete(job_file).where(job_file.c.job_id.in_(over)))
