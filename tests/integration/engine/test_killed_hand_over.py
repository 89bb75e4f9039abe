"""Whoever hands people over is killed with -9 in the middle of a batch while mails leave: nobody is written to twice, nobody is lost."""

from __future__ import annotations

import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine import turn
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, event, job, message
from relance.engine.jobs import service, work
from relance.engine.states import State
from relance.engine.store.jobs import JobState
from relance.engine.store.mailboxes import mailboxes
from tests import engine_house
from tests.fleet.fleet import LetsIn
from tests.reading import ADA, enrolled
from tests.servers import processes
from tests.servers.fault_smtp import FaultServer

ROOT = Path(__file__).parents[3]
BEN = "ben@sales.example"
PEOPLE = [f"p{number}@firm{number}.example" for number in range(120)]
ONE_MAIL = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
"""
WORKER = """
import pathlib, sys, threading
from relance.engine.jobs import work
from relance.engine.jobs.ledger import Ledger
from tests import engine_house
from tests.servers import ports

record = Ledger.record

def dying(*args, **options):
    record(*args, **options)
    print("in the middle", flush=True)
    threading.Event().wait()

Ledger.record = dying
folder = pathlib.Path(sys.argv[2])
with engine_house.build(sys.argv[1], folder) as house:
    print("ready", flush=True)
    ports.wait_until((folder / "go").exists, seconds=300, what="the word")
    work.work(house, int(sys.argv[3]))
print("over", flush=True)
"""
# Its batch is written and never committed.


@contextmanager
def sent_from(house: Context, server: FaultServer) -> Iterator[None]:
    """Both mailboxes send what is due, turn by turn, as long as this lasts, and then until nothing is left."""
    over = threading.Event()

    def send(number: int) -> None:
        while not over.is_set():
            turn.take_turn(house, number, over.is_set)

    senders = [threading.Thread(target=send, args=(number,)) for number in (1, 2)]
    for each in senders:
        each.start()
    try:
        yield
        server.wait_for(lambda: server.accepted_count >= len(PEOPLE), 120)
    finally:
        over.set()
        for each in senders:
            each.join(60)


def ready(house: Context, number: int, folder: Path) -> processes.Process:
    """Another process that will take the job up."""
    folder.mkdir()
    url = house.database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WORKER, url, str(folder), str(number)]
    around = {**os.environ, "PYTHONPATH": str(ROOT)}
    worker = processes.Process(processes.Program(command, folder / "log", environment=around))
    worker.wait_ready(lambda: "ready" in worker.log(), seconds=60)
    return worker


def killed(house: Context, worker: processes.Process, folder: Path) -> str:
    """It takes the job up, and dies; returns where."""
    (folder / "go").touch()
    worker.wait_ready(lambda: worker.log().endswith(("in the middle\n", "over\n")), seconds=60)
    worker.kill()
    with house.database.write() as conn:  # whoever is silent has lost it
        conn.execute(sa.update(job).values(held_until=None, holder=""))
    return worker.log()


def prepared(house: Context, server: FaultServer) -> None:
    """All are due at Ada's; Ben's mailbox is there, too."""
    enrolled(house, *PEOPLE, text=ONE_MAIL)
    engine_house.add_mailbox(house, BEN)
    engine_house.clock(house).advance(hours=2)
    reached = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
    with house.database.write() as conn:
        for number in (1, 2):
            mailboxes.change(conn, number, **reached, synced_at=house.clock.now(), gap_seconds=0)


def test_a_hand_over_that_is_killed_again_and_again_writes_to_everybody_once(
    house: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    with FaultServer(LetsIn(starttls=False)) as server:
        prepared(house, server)
        begun = service.hand_over(house, ADA, BEN)
        lives = [tmp_path / "first", tmp_path / "second"]
        workers = [ready(house, begun.id, each) for each in lives]
        with sent_from(house, server):
            died = [killed(house, worker, life) for worker, life in zip(workers, lives, strict=True)]
            work.work(house, begun.id)
        got = Counter(each.recipient for each in server.accepted)
    assert died[0].endswith("in the middle\n")
    assert got == Counter(PEOPLE)
    done = service.show(house, begun.id)
    assert (done.state, done.done) == (JobState.DONE, sum(done.counts.values()))
    with house.database.read() as conn:
        stands = conn.execute(sa.select(enrollment.c.id, enrollment.c.state, enrollment.c.mailbox_id)).all()
        wrote = dict(conn.execute(sa.select(message.c.enrollment_id, message.c.mailbox_id)).all())
        told = conn.execute(
            sa.select(event.c.enrollment_id).where(event.c.kind == "enrollment.mailbox_changed")
        ).scalars()
        moved = Counter(told)
    assert {row.state for row in stands} == {State.FINISHED.value}
    assert {row.id: row.mailbox_id for row in stands} == wrote
    assert moved == Counter([row.id for row in stands if row.mailbox_id == 2])
    assert moved.total() == done.counts["moved"] > 0
