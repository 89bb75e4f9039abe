"""After a noticed restore a mailbox may have written to somebody and be forgotten to have: it is read first all the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, mailbox
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.sending import claims, restore_doubts
from relance.engine.store.sequences import due, enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from tests import backups, engine_house
from tests.integration.engine.test_restored import restore, stage
from tests.journeys.stage import ADA, FOLLOW_UP, Stage

__all__ = ["stage"]

BEN, EWA = "ben@northwind.example", "ewa@acme.example"
OTHER = {**FOLLOW_UP, "sequence": "Other", "steps": FOLLOW_UP["steps"][:1]}


def test_a_follow_up_waits_for_a_mailbox_whose_mail_is_forgotten(stage: Stage) -> None:
    stage.enroll(EWA)  # from Ada
    stage.run()
    stage.mailbox(BEN, "Ben Ody")
    stage.relance.turn(2)
    stage.publish(OTHER)
    stage.relance.enroll("Other", [EWA], mailboxes=[BEN], also_elsewhere=True)
    taken = backups.take(stage.relance._context.database)
    stage.run()
    first, second = stage.arrived(EWA)
    assert (first.rep, second.rep) == (ADA, BEN)
    assert restore(stage, taken) == 1
    stage.answer(EWA, "No more, please stop.", to=second)
    for _ in range(4):  # Ada's follow-up falls due, and only her own mailbox is read
        stage.clock.move_to(stage.clock.now() + dt.timedelta(days=1))
        stage.relance.turn(1)
    assert stage.sent_to(EWA) == 2
    assert 2 in stage.relance.due_mailboxes(9)
    stage.run()
    assert stage.sent_to(EWA) == 2
    assert {each.enrollment.state for each in stage.relance.explain(EWA)} <= {"replied", "unsubscribed"}


@pytest.fixture
def ready(house: Context) -> Context:
    """Ada's follow-up to Ewa is due; Ben's first mail to her may have left before a restore."""
    for name, address in (("Trial", "ada@sales.example"), ("Second", "ben@sales.example")):
        publish.publish(house, engine_house.TRIAL.replace("Trial", name))
        engine_house.add_mailbox(house, address)
        contact_service.add(house, EWA, {})
        enroll.enroll(house, EnrollRequest(name, mailboxes=(address,), also_elsewhere=True))
    engine_house.clock(house).advance(hours=2)
    with house.database.write() as conn:
        conn.execute(sa.update(mailbox).values(synced_at=house.clock.now()))
        conn.execute(sa.update(mailbox).where(mailbox.c.id == 2).values(synced_at=engine_house.MONDAY))
        change(conn, 1, step="bump", wrote_before=True, due_at=house.clock.now())
        change(conn, 2, due_at=engine_house.MONDAY)
        restore_doubts.put(conn, engine_house.MONDAY)
    return house


def change(conn: sa.Connection, number: int, **values: Any) -> None:
    conn.execute(sa.update(enrollment).where(enrollment.c.id == number).values(values))


def rows(house: Context) -> Iterator[Enrollment]:
    with house.database.read() as conn:
        yield from enrollments.by_ids(conn, [1, 2])


def asked(house: Context) -> tuple[list[int], list[int], set[int]]:
    """Whom a claim takes, which mailboxes are asked for, and who is unheard."""
    now = house.clock.now()
    with house.database.write() as conn:
        claimed = [row.id for row in claims.claim(conn, 1, now, 9, seen=now)]
        return (
            claimed,
            claims.other_mailboxes_to_sync(conn, 1, now),
            due.waits_for_other_mailbox(conn, [1, 2], now),
        )


def test_it_is_not_claimed_and_the_other_mailbox_is_called(ready: Context) -> None:
    assert [row.lost_before is not None for row in rows(ready)] == [False, True]
    assert asked(ready) == ([], [2], {1})


def test_it_goes_once_that_mailbox_was_read(ready: Context) -> None:
    with ready.database.write() as conn:
        conn.execute(sa.update(mailbox).values(synced_at=ready.clock.now()))
    assert asked(ready) == ([1], [], set())


def test_it_goes_once_a_person_says_that_nothing_was_sent(ready: Context) -> None:
    with ready.database.write() as conn:
        restore_doubts.lift(conn, 2)
    assert asked(ready) == ([1], [], set())


def test_its_own_mailbox_and_one_that_is_gone_are_not_waited_for(ready: Context) -> None:
    with ready.database.write() as conn:
        conn.execute(sa.update(mailbox).where(mailbox.c.id == 2).values(state="removed"))
    assert asked(ready) == ([1], [], set())
    with ready.database.write() as conn:
        change(conn, 2, mailbox_id=1)
    assert asked(ready) == ([1, 2], [], set())  # that a step in doubt is held is asked before it is written
