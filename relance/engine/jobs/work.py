"""Working on a job: taken up by one process at a time, batch by batch, until it is done or is to be left.

Whoever takes it up goes on where the last batch was committed. A process that dies is silent, and another one takes over.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from relance import errors
from relance.clock import machine_now
from relance.complete import complete
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.event_log import actors
from relance.engine.jobs import changing, connecting, deciding, handing, importing
from relance.engine.jobs.deciding import HeldDeed
from relance.engine.jobs.ledger import LEASE, Ledger
from relance.engine.roles import EVERYBODY, Scope, seeing
from relance.engine.sequences.bulk import BulkAction
from relance.engine.store import jobs
from relance.engine.store.jobs import Job, JobKind, JobState
from relance.engine.store.users import accounts
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MOST_TRIES = 5
# Taken up so often without a batch done, something in it ends whoever works on it.
_RUN: Mapping[JobKind, Callable[[Context, Ledger], Iterator[None]]] = complete(
    JobKind,
    {
        JobKind.CHECK_CONTACTS: importing.run,
        JobKind.IMPORT_CONTACTS: importing.run,
        JobKind.CHANGE_ENROLLMENTS: changing.change,
        JobKind.ENROLL: changing.enroll_all,
        JobKind.DECIDE_HELD: deciding.carry_out,
        JobKind.HAND_OVER: handing.carry_out,
        JobKind.REMOVE_MAILBOX: handing.remove,
        JobKind.CONNECT_MAILBOXES: connecting.connect_all,
    },
)
_KNOWN: jobs.Known = {"action": frozenset(BulkAction), "deed": frozenset(HeldDeed)}
_ENDED_OFTEN = Text(
    "The process that worked on it ended {count} times at the same place. The server's log has the details.",
    count=MOST_TRIES,
).coded(SentenceCode.JOB_ENDED_OFTEN)
_UNEXPECTED = Text("An unexpected error. The server's log has the details.").coded(SentenceCode.JOB_FAULT)
_SHUT_OUT = Text("The person who started it may no longer sign in.").coded(SentenceCode.JOB_SHUT_OUT)


def due(context: Context, limit: int) -> Sequence[int]:
    """Jobs that nobody works on, the oldest first."""
    with context.database.read() as conn:
        return jobs.due(conn, machine_now(), limit, _KNOWN)


def work(context: Context, number: int, stop: Callable[[], bool] = lambda: False) -> bool:
    """Work on a job, until it is over or `stop` says so between two batches; True while there is more to do.

    Does nothing where another process works on it, or only a later release knows what it is. Raises what of the world is in the way, and the job goes on
    later; an unexpected error ends it, and is raised, too.
    """
    job = _taken(context, number)
    if job is None:
        return False
    try:
        return _worked(context, job, stop)
    except errors.Superseded:
        return False
    except errors.WrongUse as wrong:
        said = wrong.on_page
        _end(context, job, JobState.FAILED, said.coded(said.code or SentenceCode.JOB_REFUSED))
    except errors.Trouble:
        _let_go(context, job)
        raise
    except Exception:
        _end(context, job, JobState.FAILED, _UNEXPECTED)
        raise
    return False


def _taken(context: Context, number: int) -> Job | None:
    now, holder = machine_now(), f"{context.owner} {ids.token()}"
    with context.database.write() as conn:
        job = jobs.take(conn, number, holder, (now, now + LEASE), context.clock.now(), _KNOWN)
    if job is not None and job.tries > MOST_TRIES:
        _end(context, job, JobState.FAILED, _ENDED_OFTEN)
        return None
    return job


def _worked(context: Context, job: Job, stop: Callable[[], bool]) -> bool:
    scope = _scope(context, job)
    if scope is None:
        _end(context, job, JobState.CANCELLED, _SHUT_OUT)
        return False
    with actors.acting(job.actor), seeing(scope):
        for _ in _RUN[job.kind](context, Ledger(context, job)):
            if stop():
                _let_go(context, job)
                return True
    _end(context, job, JobState.DONE)
    return False


def _scope(context: Context, job: Job) -> Scope | None:
    """What whoever started it sees now; None where they may not sign in any more."""
    if job.user is None:
        return EVERYBODY
    with context.database.read() as conn:
        user = accounts.by_id(conn, job.user)
    return user.viewer.scope if user.active else None


def _let_go(context: Context, job: Job) -> None:
    with contextlib.suppress(errors.Trouble):  # else the lease lapses
        _write(context, job, held_until=None, holder="")


def _end(context: Context, job: Job, state: JobState, reason: Text | None = None) -> None:
    over: dict[str, Any] = {"state": state.value, "ended_at": context.clock.now(), "moved_at": machine_now()}
    _write(context, job, **over, held_until=None, holder="", reason=reason or Text.prose(""))


def _write(context: Context, job: Job, **values: Any) -> None:
    with context.database.write() as conn:
        jobs.renew(conn, job.id, job.holder, **values)


def deadline(seconds: float) -> Callable[[], bool]:
    """Says stop once so many seconds of machine time are over."""
    end = machine_now() + dt.timedelta(seconds=seconds)
    return lambda: machine_now() > end
