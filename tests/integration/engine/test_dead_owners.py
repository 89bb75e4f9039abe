"""A lease in a dead process's name is given back at once, and one of a process that is only frozen never is."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import clock
from relance.engine import turn
from relance.engine.context import Context
from relance.engine.journal.journal import Journal
from relance.engine.processes import attendance, heartbeats
from relance.engine.reporting import status
from relance.engine.sending.doubt import recovery
from relance.engine.store.mailboxes import leases
from tests import engine_house
from tests.reworded import in_english
from tests.servers import processes

ROOT = Path(__file__).parents[3]
OTHER = "host-7-abcd"
WORKER = f"""
import dataclasses, pathlib, sys, threading
from relance.engine import turn
from relance.engine.journal.journal import Journal
from tests import engine_house

def stuck(account):
    print("working", flush=True)
    threading.Event().wait()

folder = pathlib.Path(sys.argv[2])
with engine_house.build(sys.argv[1], folder) as house:
    own = dataclasses.replace(
        house, owner={OTHER!r}, journal=Journal(folder / "journal", {OTHER!r}), open_inbox=stuck, open_outbox=stuck
    )
    turn.take_turn(own, 1, lambda: False)
"""


@pytest.fixture
def worker(house: Context, tmp_path: Path) -> Iterator[processes.Process]:
    """Another process in the middle of a turn of mailbox 1."""
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    url = house.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    found = processes.Process(processes.Program(command, tmp_path / "worker.log", environment=environment))
    found.wait_ready(lambda: "working" in found.log(), seconds=60)
    yield found
    found.kill()


def holders(house: Context) -> list[str]:
    with house.database.read() as conn:
        return leases.holders(conn)


def test_the_lease_of_a_process_killed_in_mid_turn_is_free_at_once(
    house: Context, worker: processes.Process
) -> None:
    assert holders(house) == [OTHER]
    assert recovery.give_back(house) == []  # alive
    worker.kill()
    assert turn.due(house, 10) == []
    assert turn.take_turn(house, 1, lambda: False).held
    assert recovery.give_back(house) == [1]
    assert turn.due(house, 10) == [1]
    assert not turn.take_turn(house, 1, lambda: False).held


def test_a_frozen_process_keeps_its_lease(house: Context, worker: processes.Process) -> None:
    worker.signal(signal.SIGSTOP)
    assert recovery.give_back(house) == []
    assert holders(house) == [OTHER]
    assert turn.take_turn(house, 1, lambda: False).held


def test_a_process_without_a_lock_here_may_live_elsewhere(house: Context) -> None:
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    for owner in ("another-host-9-ffff", "../somewhere"):
        with house.database.write() as conn:
            lease = leases.acquire(conn, 1, owner)
            assert lease is not None
        assert recovery.give_back(house) == []
        with house.database.write() as conn:
            leases.release(conn, lease, house.clock.now())


def test_who_could_not_give_a_lease_back_leaves_the_proof_of_its_end(house: Context, tmp_path: Path) -> None:
    """Its journal is clean and goes; its lock stays as long as a lease may be in its name."""
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    other = Journal(tmp_path / "journal", OTHER)
    other.live()
    with house.database.write() as conn:
        leases.acquire(conn, 1, OTHER)
    other.stay()
    other.close()
    assert recovery.give_back(house) == [1]


def at_work(house: Context) -> list[str]:
    return [each.name for each in status.status(house).attendance.processes]


def test_who_was_killed_is_not_at_work_though_its_last_heartbeat_is_new(
    house: Context, worker: processes.Process
) -> None:
    heartbeats.beat(house, attendance.myself(OTHER, "run", clock.machine_now()))
    assert at_work(house) == [OTHER]
    worker.signal(signal.SIGSTOP)
    assert at_work(house) == [OTHER]  # nobody knows better
    worker.kill()
    found = status.status(house)
    assert found.attendance.processes == ()
    assert in_english("was last seen on") in str(found.attendance)
    assert found.grave


def test_who_has_no_lock_here_is_at_work_as_long_as_it_was_seen_lately(house: Context) -> None:
    heartbeats.beat(house, attendance.myself("elsewhere-1-ffff", "run", clock.machine_now()))
    assert at_work(house) == ["elsewhere-1-ffff"]
