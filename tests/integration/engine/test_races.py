"""Two at once: what one of them must notice, anyone who comes first."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import message, meta
from relance.engine.journal.opt_outs import UNHEARD, OptOut, OptOuts
from relance.engine.reasons import Code, Reason, because, prose
from relance.engine.schedule.pace.receivers import ReceiverCaps, ReceiverRoom
from relance.engine.sending import gate, prepare, receiver_room
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store.contacts import hits
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending import claims, messages
from relance.engine.store.sequences import enrollment_details, enrollments
from tests import engine_house
from tests.servers.ports import wait_until

EVE = "eve@acme.example"
ADA, BOB = "ada@sales.example", "bob@sales.example"


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, engine_house.TRIAL)
    for address in (ADA, BOB):
        engine_house.add_mailbox(house, address)
    contact_service.add(house, EVE, {})
    enroll.enroll(house, EnrollRequest("Trial", mailboxes=[ADA]))
    engine_house.clock(house).advance(hours=2)
    return house


def row(house: Context) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=EVE)[0].enrollment


def lease(house: Context, mailbox_id: int = 1) -> leases.Lease:
    with house.database.write() as conn:
        taken = leases.acquire(conn, mailbox_id, "test")
    assert taken is not None
    return taken


def claim(house: Context, mailbox_id: int = 1) -> list[enrollments.Enrollment]:
    with house.database.write() as conn:
        return claims.claim(conn, mailbox_id, house.clock.now(), 10, seen=None)


def test_a_mail_that_was_settled_meanwhile_does_not_go(ready: Context) -> None:
    mine = lease(ready)
    (claimed,) = claim(ready)
    mail = engine_house.add_message(ready, claimed, MessageState.PREPARED)
    with ready.database.write() as conn:
        conn.execute(sa.update(message).values(state=MessageState.ACCEPTED.value))
        verdicts = gate.admit(
            conn, mine, [gate.PreparedMail(claimed, mail)], ready.clock.now(), ready.noes.opted_out, None
        )
    assert verdicts[mail.id]


def test_who_said_no_where_the_database_has_not_heard_it_does_not_go(ready: Context, tmp_path: Path) -> None:
    mine = lease(ready)
    (claimed,) = claim(ready)
    mail = engine_house.add_message(ready, claimed, MessageState.PREPARED, recipient=EVE)
    wanted = [gate.PreparedMail(claimed, mail)]
    noes = OptOuts(tmp_path / "noes")
    noes.keep(OptOut(EVE, mail.id, ready.clock.now()))
    with ready.database.write() as conn:
        verdicts = gate.admit(conn, mine, wanted, ready.clock.now(), noes.opted_out, None)
    assert verdicts[mail.id] == (because(Code.ADDRESS_SUPPRESSED, why=UNHEARD),)
    noes.drop(EVE)
    with ready.database.write() as conn:
        assert not gate.admit(conn, mine, wanted, ready.clock.now(), noes.opted_out, None)[mail.id]


@pytest.mark.parametrize("when", [1, 2])
def test_who_says_no_while_the_gate_asks_does_not_go(ready: Context, when: int) -> None:
    """It moves from the disk to the database, or comes, between the two looks: one of them sees it."""
    looks: list[int] = []

    def said_no(people: Collection[str]) -> dict[str, Reason]:
        looks.append(1)
        return dict.fromkeys(people, prose("said no")) if len(looks) == when else {}

    mine = lease(ready)
    (claimed,) = claim(ready)
    mail = engine_house.add_message(ready, claimed, MessageState.PREPARED, recipient=EVE)
    with ready.database.write() as conn:
        assert gate.admit(conn, mine, [gate.PreparedMail(claimed, mail)], ready.clock.now(), said_no, None)[
            mail.id
        ]


def test_two_that_wait_for_each_other_are_told_to_try_again(house: Context) -> None:
    if house.database.embedded:
        pytest.skip("SQLite has one writer at a time")
    with pytest.raises(errors.Unreachable), house.database.write() as conn:
        conn.execute(sa.text("do $$ begin raise exception using errcode = '40P01'; end $$"))


def test_what_the_database_refuses_is_not_told_in_the_error(house: Context) -> None:
    with pytest.raises(sa.exc.IntegrityError) as refused, house.database.write() as conn:
        conn.execute(
            sa.insert(meta).values(key="a", value=sa.null()).returning(sa.literal("a sealed secret"))
        )
    assert "a sealed secret" not in str(refused.value)


def test_two_ticks_at_once_judge_a_click_once(ready: Context) -> None:
    mail, now = engine_house.add_message(ready, row(ready), MessageState.ACCEPTED), ready.clock.now()
    with ready.database.write() as conn:
        engine_house.add_hit(conn, message_id=mail.id, at=now, kind="click", link=0)
    with ready.database.read() as conn:
        one, other = hits.unjudged(conn, now, 10), hits.unjudged(conn, now, 10)
    ours = []
    for found in (one, other):  # each has read it before the other wrote
        with ready.database.write() as conn:
            ours.append(hits.judge(conn, [(each.id, "human", (), 1) for each in found]))
    assert ours == [{one[0].id}, set()]


def test_who_changed_the_mailbox_in_the_middle_of_a_claim_is_turned_away(ready: Context) -> None:
    if ready.database.embedded:
        pytest.skip("SQLite lets nobody write in the middle of it")
    moved: list[bool] = []

    def move(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if statement.startswith("UPDATE mailbox SET taken_up") and not moved:
            moved.append(True)
            engine_house.hand_over(ready, EVE, BOB)

    sa.event.listen(ready.database.engine, "before_cursor_execute", move)
    mine = lease(ready)
    (claimed,) = claim(ready)
    assert moved
    mail = engine_house.add_message(ready, claimed, MessageState.PREPARED)
    with ready.database.write() as conn:
        wanted = [gate.PreparedMail(claimed, mail)]
        verdicts = gate.admit(conn, mine, wanted, ready.clock.now(), ready.noes.opted_out, None)
    assert [each.code for each in verdicts[mail.id]] == [Code.CHANGED_SINCE_PREPARED]
    assert claim(ready) == []
    assert [each.id for each in claim(ready, 2)] == [row(ready).id]


def test_a_mail_another_mailbox_wrote_and_never_offered_is_written_anew(ready: Context) -> None:
    old = engine_house.add_message(ready, row(ready), MessageState.PREPARED)
    engine_house.hand_over(ready, EVE, BOB)
    with ready.database.write() as conn:  # what a worker of the first mailbox stores a moment too late
        messages.add(conn, [old])
    mine = lease(ready, 2)
    with ready.database.read() as conn:
        mailbox = mailboxes.by_id(conn, 2)
    (wanted,) = prepare.prepare(ready, mine, mailbox, claim(ready, 2), ready.clock.now())
    assert wanted.message.mailbox_id == 2
    assert b"bob@sales.example" in wanted.message.raw
    assert wanted.new  # its row comes with its mark; the other one is gone
    with ready.database.read() as conn:
        assert messages.of_contact(conn, wanted.message.contact_id) == []


def test_who_marks_mails_to_a_company_is_waited_for_and_seen(ready: Context) -> None:
    """Two mailboxes, one company that gets one mail: the second counts behind the first's commit."""
    if ready.database.embedded:
        pytest.skip("SQLite has one writer at a time")
    options = dataclasses.replace(ready.options, receivers=ReceiverCaps(company_hourly=1))
    house, now = dataclasses.replace(ready, options=options), ready.clock.now()
    (claimed,) = claim(ready)
    mail = engine_house.add_message(ready, claimed, MessageState.PREPARED, recipient=EVE)
    seen: list[ReceiverRoom | None] = []

    def second() -> None:
        with house.database.write() as conn:
            seen.append(receiver_room.held(conn, house, ["bob@mail.acme.example"], now))

    def waited_for() -> bool:
        with house.database.read() as conn:
            return bool(conn.execute(sa.text("select 1 from pg_locks where not granted")).first())

    other = threading.Thread(target=second)
    with house.database.write() as conn:
        room = receiver_room.held(conn, house, [EVE], now)
        assert room is not None
        assert room.full(EVE) is None
        assert messages.begin(conn, [mail.id], 1, now)
        other.start()
        wait_until(waited_for)
    other.join()
    [found] = seen
    assert found is not None
    assert found.full("bob@mail.acme.example") is not None
