"""Who may work for a mailbox, when a process could not give its lease back or everything stands still."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import app, clock, config
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import machine_time, tables
from relance.engine.reporting import explain, status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.sending import settle
from relance.engine.sending.doubt import recovery, restore_guard
from relance.engine.sending.endings import Attempt
from relance.engine.sending.gate import PreparedMail
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store import installation
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests import engine_house
from tests.reworded import in_english

EVE = "eve@acme.example"


@pytest.fixture
def ready(house: Context) -> Context:
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    return house


def take(house: Context, owner: str, *, alone: bool = False) -> leases.Lease | None:
    with house.database.write() as conn:
        return leases.acquire(conn, 1, owner, alone=alone)


def test_a_process_takes_up_the_lease_it_could_not_give_back(ready: Context) -> None:
    left = take(ready, ready.owner)
    assert left is not None
    assert take(ready, ready.owner) is None
    assert turn.due(ready, 10) == [1]
    assert not turn.take_turn(ready, 1, lambda: False).held
    with ready.database.read() as conn:
        assert mailboxes.by_id(conn, 1).troubles == 1  # its servers are not there, but they were asked


@pytest.mark.parametrize(
    ("ahead", "free"),
    [(dt.timedelta(minutes=-1), True), (dt.timedelta(minutes=10), False), (dt.timedelta(hours=2), True)],
    ids=["lapsed", "held", "written by a clock that was ahead"],
)
def test_a_lease_is_counted_in_the_databases_time(ready: Context, ahead: dt.timedelta, free: bool) -> None:
    held = take(ready, "another")
    assert held is not None
    with ready.database.write() as conn:
        until = machine_time.machine_now(conn) + ahead
        conn.execute(sa.update(tables.mailbox).values(lease_until=until))
    taken = take(ready, ready.owner)
    assert (taken is not None) is free
    if taken is not None:
        assert taken.fence == held.fence + 1
        with ready.database.write() as conn:
            left = conn.execute(sa.select(tables.mailbox.c.lease_until)).scalar_one()
            assert abs(left - machine_time.machine_now(conn) - leases.LEASE) < dt.timedelta(minutes=1)


def test_a_lease_of_a_turn_under_way_is_no_leftover(ready: Context) -> None:
    with ready.at_work.entered(1) as alone:
        assert alone
        take(ready, ready.owner)
        assert turn.due(ready, 10) == []
        assert turn.take_turn(ready, 1, lambda: False).held


def test_another_process_waits_for_the_lease_to_lapse(ready: Context) -> None:
    take(ready, "somebody else")
    assert turn.due(ready, 10) == []
    assert turn.take_turn(ready, 1, lambda: False).held


def test_nothing_is_due_while_everything_stands_still(ready: Context) -> None:
    assert turn.due(ready, 10) == [1]
    with ready.database.write() as conn:
        installation.put(conn, restore_guard.HALTED, "restored")
    assert turn.due(ready, 10) == []


def test_an_attempt_that_no_server_judged_does_not_count_towards_giving_up(ready: Context) -> None:
    publish.publish(ready, engine_house.TRIAL)
    contact_service.add(ready, EVE, {})
    enroll.enroll(ready, EnrollRequest("Trial"))
    with ready.database.read() as conn:
        row = enrollment_details.matching(conn)[0].enrollment
    mail = engine_house.add_message(ready, row, MessageState.TRANSMITTING, attempts=3)
    result = SendResult(Outcome.NOT_SENT, "mail", text="the connection was gone")
    with ready.database.write() as conn:
        settle.record(conn, ready, [Attempt(PreparedMail(row, mail), result, ready.clock.now())])
    with ready.database.read() as conn:
        found = messages.by_id(conn, mail.id)
    assert found is not None
    assert (found.state, found.attempts) == (MessageState.PREPARED, 2)


def test_a_living_process_gives_back_the_lease_of_a_turn_it_does_not_work_on(ready: Context) -> None:
    """The database died when the turn gave it back; another process looks for what is due."""
    assert take(ready, ready.owner) is not None
    other = dataclasses.replace(ready, owner="another process")
    assert turn.due(other, 10) == []
    assert recovery.give_back(ready) == [1]
    assert turn.due(other, 10) == [1]
    assert recovery.give_back(ready) == []


def test_a_process_keeps_the_lease_of_a_turn_it_works_on(ready: Context) -> None:
    with ready.at_work.entered(1):
        take(ready, ready.owner)
        assert recovery.give_back(ready) == []
    assert recovery.give_back(ready) == [1]


def test_a_lease_that_another_thread_just_took_is_not_given_back(
    ready: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at who works and the giving back a turn begins: it took up the very lease that was left."""
    left = take(ready, ready.owner)
    asked = ready.at_work.mailboxes

    def then_a_turn_begins() -> list[int]:
        found = asked()
        took.append(take(ready, ready.owner, alone=True))
        return found

    took: list[leases.Lease | None] = []
    monkeypatch.setattr(ready.at_work, "mailboxes", then_a_turn_begins)
    assert recovery.give_back(ready) == []
    assert left is not None
    assert took[0] is not None
    assert took[0].fence > left.fence
    with ready.database.write() as conn:
        leases.renew(conn, took[0])


def test_who_works_is_asked_after_the_leases_are_read(
    ready: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked the other way round, a turn that enters and takes its lease in between would lose it."""
    order: list[str] = []
    read, asked = leases.of_owner, ready.at_work.mailboxes

    def leases_first(conn: Connection, owner: str) -> list[leases.Lease]:
        order.append("leases")
        return read(conn, owner)

    def then_turns() -> list[int]:
        order.append("turns")
        return asked()

    monkeypatch.setattr(leases, "of_owner", leases_first)
    monkeypatch.setattr(ready.at_work, "mailboxes", then_turns)
    recovery.give_back_own(ready)
    assert order == ["leases", "turns"]


def test_who_leaves_leaves_no_lease_behind(tmp_path: Path, migrated_sqlite_url: str) -> None:
    """The database died in mid-turn, and the process was stopped before its next heartbeat."""
    settings = config.Settings(home=tmp_path, secret_key=config.new_key(), database_url=migrated_sqlite_url)
    with app.Relance(settings) as relance, app.Relance(settings) as other:
        house = relance._context
        engine_house.add_mailbox(house, next_turn_at=house.clock.now())
        relance.beat("worker")
        take(house, house.owner)
        assert other.due_mailboxes(9) == []
        relance.leave()
        assert other.due_mailboxes(9) == [1]


def test_a_turn_that_writes_nothing_while_mail_is_due_is_told_well_before_its_lease_lapses(
    ready: Context,
) -> None:
    publish.publish(ready, engine_house.TRIAL)
    contact_service.add(ready, EVE, {})
    enroll.enroll(ready, EnrollRequest("Trial"))
    engine_house.clock(ready).advance(hours=1)
    take(ready, ready.owner)
    assert concerned(ready) == []  # a turn under way
    with ready.database.write() as conn:  # as it stands when four minutes have passed
        ends = clock.machine_now() + leases.LEASE - dt.timedelta(minutes=4)
        mailboxes.change(conn, 1, lease_until=ends)
    assert concerned(ready) == ["ada@sales.example"]
    assert status.status(ready).grave
    assert in_english("is not making progress: mail is due") in " ".join(
        explain.explain(ready, EVE)[0].sentences
    )
    assert recovery.give_back(ready) == [1]
    assert concerned(ready) == []


def concerned(house: Context) -> list[str]:
    return [each.subject for each in status.status(house).concerns if each.kind is ConcernKind.SILENT]
