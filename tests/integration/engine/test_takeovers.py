"""Between the death of a process and the takeover of its mailboxes: what is said is what is true."""

from __future__ import annotations

import dataclasses
import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from relance import clock
from relance.console import navigation
from relance.engine.context import Context
from relance.engine.db.tables import process
from relance.engine.journal.journal import Journal
from relance.engine.processes import attendance, heartbeats
from relance.engine.processes.attendance import BEAT, QUIET
from relance.engine.reporting import status
from relance.engine.reporting.concerns import Concern, ConcernKind
from relance.engine.sending.doubt import recovery
from relance.engine.store import processes
from relance.engine.store.mailboxes import leases, mailboxes
from relance.wording import clock_time
from tests import engine_house
from tests.reworded import in_english

KILLED, LIVING = "post-1-7-killed", "post-1-8-living"
HOLDING = """
import sys
from pathlib import Path
from relance.engine.journal.journal import Journal
own = Journal(Path(sys.argv[1]), sys.argv[2])
own.live()
print("held", flush=True)
sys.stdin.read()
"""


def beats(house: Context, name: str, *, host: str = "post-1", ago: dt.timedelta = dt.timedelta()) -> None:
    row = dataclasses.replace(attendance.myself(name, "run", clock.machine_now()), host=host)
    heartbeats.beat(house, row)
    if ago:
        with house.database.write() as conn:
            seen = clock.machine_now() - ago
            conn.execute(process.update().where(process.c.name == name).values(seen_at=seen))


def concerns(house: Context) -> list[Concern]:
    return [
        each
        for each in status.status(house).concerns
        if each.kind in (ConcernKind.TAKEOVER, ConcernKind.UNHEARD, ConcernKind.ABSENT)
    ]


@pytest.fixture
def sending(house: Context) -> Iterator[Context]:
    """Two processes of one home; the one that sends is killed with -9, and the other has not looked since."""
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    folder = str(house.journal._folder)
    with (
        closing(Journal(house.journal._folder, LIVING)) as living,
        subprocess.Popen(
            [sys.executable, "-c", HOLDING, folder, KILLED],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as sender,
    ):
        assert sender.stdout is not None
        assert sender.stdout.readline() == "held\n"
        living.live()
        for name in (KILLED, LIVING):
            beats(house, name)
        with house.database.write() as conn:
            assert leases.acquire(conn, 1, KILLED) is not None
        assert concerns(house) == []
        sender.kill()
        sender.wait()
        yield house


def test_who_was_killed_while_sending_is_said_to_have_stopped_until_another_takes_over(
    sending: Context,
) -> None:
    (told,) = concerns(sending)
    assert (told.kind, told.grave) == (ConcernKind.TAKEOVER, False)
    assert in_english("A process that was sending has stopped.") in told.words
    latest = clock.machine_now() + BEAT + dt.timedelta(minutes=1)
    assert clock_time(latest) in told.words or clock_time(latest - dt.timedelta(minutes=1)) in told.words
    line = navigation.sentence(status.status(sending))
    assert (line.tone, line.words) == ("warn", told.words)
    assert recovery.give_back(dataclasses.replace(sending, owner=LIVING)) == [1]
    assert concerns(sending) == []
    assert navigation.sentence(status.status(sending)).tone == "good"


def test_where_nobody_takes_over_that_is_said_and_no_time(sending: Context) -> None:
    with sending.database.write() as conn:
        processes.stopped(conn, LIVING, clock.machine_now())
    (told,) = concerns(sending)
    assert told.kind is ConcernKind.ABSENT


def test_another_host_cannot_know_and_takes_over_when_the_lease_has_lapsed(house: Context) -> None:
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    beats(house, "post-2-7-away", host="post-2", ago=attendance.ALIVE + BEAT)
    beats(house, LIVING)
    with house.database.write() as conn:
        assert leases.acquire(conn, 1, "post-2-7-away") is not None
    with house.database.read() as conn:
        (held,) = leases.standing(conn, clock.machine_now())
    (told,) = concerns(house)
    assert told.kind is ConcernKind.TAKEOVER
    assert clock_time(held.until + dt.timedelta(minutes=1)) in told.words
    with house.database.write() as conn:
        mailboxes.change(conn, 1, lease_until=None, lease_owner="")
    assert concerns(house) == []


def test_who_missed_two_heartbeats_may_have_stopped_and_is_not_said_to_run(house: Context) -> None:
    engine_house.add_mailbox(house)
    beats(house, LIVING, ago=QUIET / 2)
    assert concerns(house) == []
    beats(house, LIVING, ago=QUIET + dt.timedelta(seconds=5))
    found = status.status(house)
    (told,) = concerns(house)
    (seen,) = found.attendance.processes
    assert (told.kind, told.grave) == (ConcernKind.UNHEARD, False)
    assert in_english("may have stopped") in told.words
    assert clock_time(seen.seen_at) in told.words
    assert clock_time(seen.seen_at) in str(found.attendance)
    assert navigation.sentence(found).words == told.words
    beats(house, LIVING)
    assert concerns(house) == []
