"""Turns that stand still although mail is due: told well before their lease lapses."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine.context import Context
from relance.engine.reporting.concerns import SILENT_SECONDS
from relance.engine.store import statistics
from relance.engine.store.statistics import SilentTurn
from relance.wording import clock_time, n_


def told(conn: Connection, context: Context, now: dt.datetime) -> dict[int, str]:
    """A sentence for each mailbox with mail due at `now` (business time) whose turn has written nothing for a while."""
    machine = clock.machine_now()
    patience = dt.timedelta(seconds=SILENT_SECONDS)
    found = statistics.silent_turns(conn, now, machine, context.options.lease, patience)
    return {number: words(turn, machine) for number, turn in found.items()}


def words(turn: SilentTurn, machine: dt.datetime) -> str:
    """What is said of one. Pure; `machine` is now in machine time."""
    minutes = int((machine - turn.since).total_seconds() // 60)
    return n_(
        "mail is due, but nothing has happened for {count} minute. Its server may be slow, or its worker may be stuck; another worker can take over at {at}.",
        "mail is due, but nothing has happened for {count} minutes. Its server may be slow, or its worker may be stuck; another worker can take over at {at}.",
        minutes,
        at=clock_time(turn.until),
    )
