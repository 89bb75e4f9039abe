from __future__ import annotations

import dataclasses
import datetime as dt
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.sending.doubt import in_doubt
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.resuming import backlog
from relance.engine.states import MessageState, State
from relance.engine.store import events
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.mailbox.account import Security, Server
from relance.sandbox.world import World
from tests import engine_house
from tests.reworded import in_english, worded
from tests.servers.ports import wait_until

ADA = "ada@sales.example"
SPEC = MailboxSpec(
    ADA, "Ada Lovelace", ADA, "correct horse ż", Server("localhost", 1), Server("localhost", 1)
)
OTHER = "sequence: Other\nsteps:\n  - {id: one, subject: S, body: B}\n"


@pytest.fixture
def world(house: Context) -> Iterator[World]:
    with World(house.clock) as standing:
        yield standing


def test_a_mailbox_is_taken_in_with_its_password_sealed(house: Context) -> None:
    made = mailbox_service.add(house, dataclasses.replace(SPEC, address="Ada@Sales.example"))
    assert (made.address, made.state, made.next_turn_at) == (ADA, "active", house.clock.now())
    assert [each.address for each in mailbox_service.list_all(house)] == [ADA]
    with house.database.read() as conn:
        row = mailboxes.by_id(conn, 1)
    assert b"horse" not in row.secret
    assert house.account(row).credentials.secret == SPEC.password
    assert "horse" not in repr(SPEC)
    moved = dataclasses.replace(row, address="bob@sales.example")
    with pytest.raises(errors.Broken):
        house.account(moved)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"address": "ada"}, "not an email address"),
        ({"smtp": Server("mail.example", 25, Security.PLAIN)}, "unencrypted"),
        ({"imap": Server("", 993)}, "host"),
        ({"imap": Server("mail.example", 0)}, "port"),
        ({"gap_seconds": -1}, "gap_seconds"),
        ({"password": ""}, "password: is empty"),
        ({"password": "secret\n"}, "line break"),
        ({"name": "Ada\x00"}, "control character"),
        ({"unknown_policy": "guess"}, "hold"),
    ],
)  # fmt: skip
def test_a_mailbox_that_cannot_work_is_refused_with_the_reason(
    house: Context, change: dict[str, object], said: str
) -> None:
    with pytest.raises(errors.Invalid, match=worded(said)):
        mailbox_service.add(house, dataclasses.replace(SPEC, **change))  # type: ignore[arg-type]
    assert mailbox_service.list_all(house) == []


def test_a_mailbox_is_taken_in_once(house: Context) -> None:
    mailbox_service.add(house, SPEC)
    with pytest.raises(errors.Invalid):
        mailbox_service.add(house, SPEC)


def test_a_test_signs_in_to_both_servers_for_real(house: Context, world: World) -> None:
    account = world.add_rep(ADA, "Ada", SPEC.password)
    spec = dataclasses.replace(SPEC, smtp=account.smtp, imap=account.imap, ca_file=account.ca_file)
    mailbox_service.add(house, spec)
    outcome = mailbox_service.test(house, ADA)
    assert outcome.ok, outcome
    assert "INBOX" in outcome.steps[-1].words


def test_a_wrong_password_and_a_dead_server_are_told_in_words(house: Context, world: World) -> None:
    account = world.add_rep(ADA, "Ada", "another one")
    mailbox_service.add(
        house, dataclasses.replace(SPEC, smtp=account.smtp, imap=account.imap, ca_file=account.ca_file)
    )
    outcome = mailbox_service.test(house, ADA)
    assert not outcome.ok
    assert all(not step.ok and step.words for step in outcome.steps)
    assert SPEC.password not in str(outcome)
    bob = "bob@sales.example"
    mailbox_service.add(house, dataclasses.replace(SPEC, address=bob, ca_file=account.ca_file))
    dead = mailbox_service.test(house, bob)
    assert all(not step.ok and step.words for step in dead.steps)


def test_pausing_and_resuming(house: Context) -> None:
    mailbox_service.add(house, SPEC)
    with house.database.write() as conn:
        mailboxes.change(conn, 1, sync_error="login refused", troubles=3, next_turn_at=None)
    mailbox_service.pause(house, ADA, "on holiday")
    assert (mailbox_service.show(house, ADA).state, mailbox_service.show(house, ADA).reason) == (
        "paused",
        "on holiday",
    )
    mailbox_service.resume(house, ADA)
    after = mailbox_service.show(house, ADA)
    assert (after.state, after.reason, after.sync_error) == ("active", "", "")
    assert after.next_turn_at == house.clock.now()
    with house.database.read() as conn:
        kinds = [line.kind for line in events.after(conn, 0, 10)]
    assert kinds == ["mailbox.added", "mailbox.paused", "mailbox.resumed"]


def test_a_busy_mailbox_is_removed_by_force_only_and_holds_its_people(house: Context) -> None:
    mailbox_service.add(house, SPEC)
    publish.publish(house, OTHER)
    contact_service.add(house, "eve@acme.example", {})
    enroll.enroll(house, EnrollRequest("Other"))
    with pytest.raises(errors.WrongUse, match=worded("1 contact is")):
        handing_over.remove(house, ADA)
    handing_over.remove(house, ADA, force=True)
    with house.database.read() as conn:
        standing = enrollment_details.matching(conn)[0]
        assert mailboxes.by_id(conn, 1).secret == b""
        told = [line.kind for line in events.of_contact(conn, standing.enrollment.contact_id)]
    assert told == ["enrollment.created", "enrollment.held"]
    assert standing.enrollment.state is State.HELD
    assert in_english("was removed") in standing.enrollment.reason
    assert mailbox_service.list_all(house) == []
    with pytest.raises(errors.NotFound):
        mailbox_service.show(house, ADA)
    assert mailbox_service.add(house, SPEC).state == "active"
    assert [each.state for each in control.resume(house, "eve@acme.example")] == ["active"]


def in_flight(house: Context, fence: int) -> messages.Message:
    """A mail that a worker marked as transmitting."""
    mailbox_service.add(house, SPEC)
    publish.publish(house, OTHER)
    contact_service.add(house, "eve@acme.example", {})
    enroll.enroll(house, EnrollRequest("Other"))
    with house.database.read() as conn:
        row = enrollment_details.matching(conn)[0].enrollment
    return engine_house.add_message(house, row, MessageState.TRANSMITTING, fence=fence)


def test_a_mailbox_is_not_removed_while_a_mail_is_leaving(house: Context) -> None:
    in_flight(house, fence=1)
    with house.database.write() as conn:
        lease = leases.acquire(conn, 1, "somebody")
    assert lease is not None
    with pytest.raises(errors.WrongUse, match=worded("is being sent from")):
        handing_over.remove(house, ADA, force=True)
    assert mailbox_service.show(house, ADA).state == "active"
    with house.database.write() as conn:
        leases.renew(conn, lease)  # its worker goes on unharmed


def test_what_a_dead_worker_left_of_a_removed_mailbox_is_left_to_a_person(house: Context) -> None:
    mail = in_flight(house, fence=0)
    with pytest.raises(errors.WrongUse, match=worded("1 contact is")):
        handing_over.remove(house, ADA)
    with house.database.write() as conn:
        again = leases.acquire(conn, 1, "somebody")  # the refusal gave the lease back
        assert again is not None
        leases.release(conn, again, None)
    handing_over.remove(house, ADA, force=True)
    assert [each.message_id for each in in_doubt.list_all(house)] == [mail.message_id]
    in_doubt.decide(house, mail.message_id, "not sent")
    with house.database.read() as conn:
        assert enrollment_details.matching(conn)[0].enrollment.state is State.HELD


def test_nobody_joins_a_mailbox_that_was_removed_in_the_middle(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox_service.add(house, SPEC)
    publish.publish(house, OTHER)
    contact_service.add(house, "eve@acme.example", {})

    def meanwhile(script: CompiledSequence) -> enroll.Needs:
        handing_over.remove(house, ADA)
        return needs(script)

    needs = enroll.needs
    monkeypatch.setattr(enroll, "needs", meanwhile)
    with pytest.raises(errors.Invalid, match=worded("has been removed in the meantime")):
        enroll.enroll(house, EnrollRequest("Other"))
    with house.database.read() as conn:
        assert enrollment_details.matching(conn) == []


@pytest.mark.parametrize("join", ["enroll", "hand over"])
def test_whoever_joins_waits_for_a_removal_under_way(house: Context, join: str) -> None:
    if house.database.embedded:
        pytest.skip("SQLite has one writer at a time")
    mailbox_service.add(house, SPEC)
    mailbox_service.add(house, dataclasses.replace(SPEC, address="bob@sales.example"))
    publish.publish(house, OTHER)
    contact_service.add(house, "eve@acme.example", {})
    contact_service.add(house, "fay@acme.example", {})
    enroll.enroll(house, EnrollRequest("Other", ["fay@acme.example"], ["bob@sales.example"]))
    refused: list[BaseException] = []

    def joining() -> None:
        try:
            if join == "enroll":
                enroll.enroll(house, EnrollRequest("Other", ["eve@acme.example"], [ADA]))
            else:
                engine_house.hand_over(house, "fay@acme.example", ADA)
        except errors.RelanceError as words:
            refused.append(words)

    thread = threading.Thread(target=joining)
    with house.database.write() as conn:
        mailboxes.lock(conn, [1])
        thread.start()
        wait_until(lambda: _waiting(house))
        mailboxes.change(conn, 1, state="removed", secret=b"")
    thread.join(20)
    assert refused
    with house.database.read() as conn:
        assert enrollments.of_mailbox(conn, 1) == []


def _waiting(house: Context) -> bool:
    with house.database.read() as conn:
        blocked = sa.text("select count(*) from pg_locks where not granted")
        return bool(conn.execute(blocked).scalar_one())


def test_what_piled_up_while_a_mailbox_was_paused_is_spread(house: Context) -> None:
    mailbox_service.add(house, dataclasses.replace(SPEC, daily_cap=None, gap_seconds=0))
    publish.publish(house, OTHER)
    for number in range(12):
        contact_service.add(house, f"eve{number}@acme{number}.example", {})
    enroll.enroll(house, EnrollRequest("Other"))
    mailbox_service.pause(house, ADA, "")
    engine_house.clock(house).advance(hours=2)
    with house.database.write() as conn:
        planned = {each.enrollment.id: each.enrollment.due_at for each in enrollment_details.matching(conn)}
        fresh = min(planned)
        (row,) = enrollments.by_ids(conn, [fresh])
        enrollments.reschedule(conn, row, house.clock.now() - dt.timedelta(minutes=5), [])
    mailbox_service.resume(house, ADA)
    now = house.clock.now()
    with house.database.read() as conn:
        due = {each.enrollment.id: each.enrollment.due_at for each in enrollment_details.matching(conn)}
    assert due.pop(fresh) == now - dt.timedelta(minutes=5)  # it goes at once
    times = [at for at in due.values() if at is not None]
    assert min(times) >= now
    assert max(times) <= now + 2 * backlog.SPREAD
    assert len(set(times)) > 8
    again = dict(due)
    mailbox_service.resume(house, ADA)  # it is active: nothing is moved
    with house.database.read() as conn:
        assert (
            again.items()
            <= {
                each.enrollment.id: each.enrollment.due_at for each in enrollment_details.matching(conn)
            }.items()
        )
