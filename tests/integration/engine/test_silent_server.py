"""A mail server that accepts connections and says nothing costs its own mailboxes time, and nobody else's."""

from __future__ import annotations

import dataclasses
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks import bad_server
from relance.engine import turn
from relance.engine.context import Context
from relance.engine.mailboxes import leaving
from relance.engine.runtime import mail_servers
from relance.engine.store.mailboxes import leases, mailboxes
from relance.mailbox.imap import client as imap_client
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import worded
from tests.servers import ports, scripted_imap
from tests.servers.scripted_imap import Script

PLAN = bad_server.Plan(bad=12, healthy=3, mails=2, seconds=2.0, threads=4)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    with socket.create_server((ports.LOOPBACK, 0), backlog=64) as listening:
        yield listening


def test_beside_a_silent_server_healthy_mailboxes_send_in_time() -> None:
    """The real daemon with four threads and twelve silent mailboxes; it stops at once, too."""
    result = bad_server.play("silent", PLAN)
    assert (result.missing, len(result.delays)) == (0, 6)
    assert result.p99 < bad_server.BAR
    assert result.bad_connections <= 3
    assert result.stopped < 5


def on(port: int) -> dict[str, object]:
    return {"imap_host": ports.LOOPBACK, "imap_port": port, "imap_security": "plain"}


def two_on(house: Context, port: int) -> Context:
    now = house.clock.now()
    for name in ("ada", "ben"):
        engine_house.add_mailbox(house, f"{name}@sales.example", next_turn_at=now, **on(port))
    return house


def a_turn(house: Context, number: int) -> turn.TurnReport:
    return turn.take_turn(house, number, lambda: False)


def the(house: Context, number: int) -> mailboxes.Mailbox:
    with house.database.read() as conn:
        return mailboxes.by_id(conn, number)


def test_while_one_mailbox_asks_a_silent_server_the_next_comes_back_later(
    house: Context, silent: socket.socket
) -> None:
    two_on(house, silent.getsockname()[1])
    house = dataclasses.replace(
        house, open_inbox=lambda account: imap_client.Inbox(account, timeouts=imap_client.Timeouts(2.0, 2.0))
    )
    first = threading.Thread(target=a_turn, args=(house, 1))
    first.start()
    ports.wait_until(lambda: house.servers._of(the(house, 1).imap).asking == 1)
    begun = time.monotonic()
    a_turn(house, 2)
    assert time.monotonic() - begun < 1
    second = the(house, 2)
    assert second.next_turn_at is not None
    assert 0 < (second.next_turn_at - house.clock.now()).total_seconds() <= mail_servers.AGAIN
    assert (second.troubles, str(second.sync_error)) == (0, "")  # nobody asked it: nothing is known of it
    first.join()
    assert the(house, 1).troubles == 1
    a_turn(house, 2)  # the server is in trouble now
    at = the(house, 2).next_turn_at
    assert at is not None
    assert mail_servers.AGAIN < (at - house.clock.now()).total_seconds() <= mail_servers.FIRST_REST


def test_when_the_server_answers_again_those_it_kept_waiting_are_called(
    house: Context, silent: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_servers, "FIRST_REST", 0.0)
    port = silent.getsockname()[1]
    two_on(house, port)
    hasty = dataclasses.replace(
        house, open_inbox=lambda account: imap_client.Inbox(account, timeouts=imap_client.Timeouts(0.2, 0.2))
    )
    for number in (1, 2):
        a_turn(hasty, number)
        assert the(house, number).troubles == 1
    silent.close()
    engine_house.clock(house).advance(minutes=1)
    later = the(house, 2).next_turn_at
    assert later is not None
    assert later > house.clock.now()
    a_turn(dataclasses.replace(house, open_inbox=NoMail()), 1)
    assert the(house, 2).next_turn_at == house.clock.now()


def test_a_greeting_that_drips_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imap_client.connection, "GREETING_SECONDS", 0.3)
    over = threading.Event()

    def drip(connection: socket.socket) -> None:
        while not over.wait(0.05):
            connection.sendall(b"*")

    door = bad_server.Door(drip)
    try:
        with scripted_imap.running(Script()) as server:
            account = dataclasses.replace(
                server.account(), imap=dataclasses.replace(server.account().imap, port=door.port)
            )
            begun = time.monotonic()
            with pytest.raises(imap_client.errors.Away, match=worded("did not answer in time")):
                imap_client.Inbox(account).__enter__()
            assert time.monotonic() - begun < 3
    finally:
        over.set()
        door.close()


def test_a_process_that_leaves_gives_back_what_only_waits(house: Context, silent: socket.socket) -> None:
    two_on(house, silent.getsockname()[1])
    waiting = dataclasses.replace(
        house, open_inbox=lambda account: imap_client.Inbox(account, timeouts=imap_client.Timeouts(2.0, 2.0))
    )
    thread = threading.Thread(target=a_turn, args=(waiting, 1))
    thread.start()
    ports.wait_until(lambda: len(house.at_work.leases()) == 1)
    (lease,) = house.at_work.leases()
    assert leaving.leave(house) == 0
    assert not house.at_work.begin(lease)  # no body begins any more
    assert leaving.let_go(house) == 1
    other = dataclasses.replace(house, owner="another host", open_inbox=NoMail())
    assert not a_turn(other, 1).held
    thread.join()
    assert the(house, 1).troubles == 0  # the one let go has written nothing


def test_a_body_under_way_is_waited_for(house: Context, tmp_path: Path) -> None:
    del tmp_path
    lease = leases.Lease(1, 1, "test")
    with house.at_work.entered(1):
        house.at_work.holds(lease)
        assert house.at_work.begin(lease)
        assert (house.at_work.leave(), house.at_work.leases()) == (1, [])
        house.at_work.recorded(1)
        assert (house.at_work.leave(), house.at_work.leases()) == (0, [lease])
    assert house.at_work.leases() == []
