"""One row that nobody foresaw spoils itself, and nobody else."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from relance.engine import tick
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment
from relance.engine.sending import compose
from relance.engine.sending import prepare as sending_prepare
from relance.engine.sequences import enroll as sequences_enroll
from relance.engine.sequences import publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending import claims
from relance.engine.store.sequences import enrollment_details, enrollments
from tests import engine_house

MAIL = """
sequence: Mail
steps: [{id: intro, subject: "Hello", body: "Hello"}]
"""
TASK = """
sequence: Task
steps: [{id: call, task: "Call {{ email }}"}, {id: intro, subject: "Hello", body: "Hello"}]
"""
EVE, FAY = "eve@acme.example", "fay@apex.example"


def enroll(house: Context, definition: str, name: str) -> None:
    publish.publish(house, definition)
    engine_house.add_mailbox(house)
    for email in (EVE, FAY):
        contact_service.add(house, email, {})
    sequences_enroll.enroll(house, EnrollRequest(name))
    engine_house.clock(house).advance(hours=2)


def states(house: Context) -> dict[str, str]:
    with house.database.read() as conn:
        return {each.email: each.enrollment.state.value for each in enrollment_details.matching(conn)}


def claim(house: Context) -> list[enrollments.Enrollment]:
    with house.database.write() as conn:
        return claims.claim(conn, 1, house.clock.now(), 10, seen=None)


def prepare(house: Context, claimed: list[enrollments.Enrollment]) -> int:
    with house.database.write() as conn:
        lease = leases.acquire(conn, 1, "test")
        mailbox = mailboxes.by_id(conn, 1)
    assert lease is not None
    return len(sending_prepare.prepare(house, lease, mailbox, claimed, house.clock.now()))


def test_a_mail_that_cannot_be_written_is_held_alone(house: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    enroll(house, MAIL, "Mail")
    draft = compose.draft

    def spoilt(house: Context, mailbox: Any, case: Any, now: Any) -> Any:
        if case.contact.email == EVE:
            raise ZeroDivisionError("a bug")
        return draft(house, mailbox, case, now)

    monkeypatch.setattr(compose, "draft", spoilt)
    assert prepare(house, claim(house)) == 1
    assert states(house) == {EVE: "held", FAY: "active"}


def test_whose_attempts_never_ended_is_done_alone_and_then_held_unread(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    enroll(house, MAIL, "Mail")
    claim(house)
    assert len(claim(house)) == 2
    for _ in range(3):
        (suspect,) = claim(house)
    (spent,) = claim(house)
    assert spent.id == suspect.id
    monkeypatch.setattr(
        "relance.engine.sequences.step_context.cases", lambda conn, house, rows, *_: [] if not rows else 1 / 0
    )
    assert prepare(house, [spent]) == 0
    assert sorted(states(house).values()) == ["active", "held"]


def test_a_claim_writes_no_row_of_those_it_takes_up_and_a_turn_that_ends_leaves_nothing_to_count(
    house: Context,
) -> None:
    enroll(house, MAIL, "Mail")
    with house.database.write() as conn:
        lease = leases.acquire(conn, 1, "test")
    assert lease is not None
    written: list[str] = []

    def seen(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        written.extend([statement] if statement.startswith(("UPDATE", "INSERT")) else [])

    sa.event.listen(house.database.engine, "before_cursor_execute", seen)
    for _ in range(house.options.attempts + 2):  # as often as they like: each of these turns ended
        assert [row.attempts for row in claim(house)] == [0, 0]
        with house.database.write() as conn:
            leases.release(conn, lease, house.clock.now(), ended=True)
    assert not [statement for statement in written if not statement.startswith("UPDATE mailbox")]
    claim(house)  # and this one did not
    with house.database.write() as conn:
        conn.execute(sa.update(enrollment).where(enrollment.c.id == 1).values(version=5))
    assert {row.id: row.attempts for row in claim(house)} == {1: 0, 2: 1}  # one has changed since


def test_a_step_that_cannot_be_done_holds_its_own_person_only(house: Context) -> None:
    enroll(house, TASK, "Task")
    with house.database.write() as conn:
        first = conn.execute(sa.select(sa.func.min(enrollment.c.id))).scalar_one()
        conn.execute(sa.update(enrollment).where(enrollment.c.id == first).values(step="gone"))
    tick.tick(house)
    with house.database.read() as conn:
        found = [each.enrollment for each in enrollment_details.matching(conn)]
    assert [(each.state.value, each.step) for each in found] == [("held", "gone"), ("active", "intro")]
