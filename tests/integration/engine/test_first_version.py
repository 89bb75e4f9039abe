"""A database of the first version, with people in every state, goes on under this one: nobody gets a step twice, whoever
was held stays held and can be released, and what an answer did is known by its number."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine import tick, turn
from relance.engine.context import Context
from relance.engine.db.tables import contact, enrollment, folder, mailbox, message
from relance.engine.inbound.corrections import inbox
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.reasons import Cause, Code, HoldKind, because
from relance.engine.sending.doubt import in_doubt
from relance.engine.sequences import control
from relance.engine.states import MessageEvent, State
from relance.engine.store import events
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollments, holds
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.sequences.holds import Hold
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests import engine_house
from tests.engine_doors import NoMail, OneAnswer
from tests.integration.engine import first_version

TAKEN = SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, "2.0.0", "Ok")
DAYS = 35


@pytest.fixture
def old(database_url: str, tmp_path: Path) -> Iterator[Context]:
    base = first_version.filled(database_url)
    with base.read() as conn:
        last = conn.execute(sa.select(sa.func.max(message.c.transmitting_at))).scalar_one()
    base.close()
    with engine_house.build(
        database_url, tmp_path, last + dt.timedelta(hours=2), late=dt.timedelta(days=99)
    ) as house:
        with house.database.write() as conn:
            for box in conn.execute(sa.select(mailbox.c.id, mailbox.c.address)).all():
                secret = house.vault.seal(engine_house.PASSWORD, f"mailbox/{box.address}")
                here = sa.update(mailbox).where(mailbox.c.id == box.id)
                # Another mail server: nothing of the demo's own is there any more.
                conn.execute(here.values(secret=secret, files_sent=None, lease_owner="", lease_until=None))
            conn.execute(sa.delete(folder))
        yield dataclasses.replace(house, open_inbox=NoMail(), open_outbox=OneAnswer(TAKEN))  # type: ignore[arg-type]


def everybody(house: Context) -> dict[int, Enrollment]:
    with house.database.read() as conn:
        ids = conn.execute(sa.select(enrollment.c.id)).scalars().all()
        return {row.id: row for row in enrollments.by_ids(conn, ids)}


def accepted(house: Context) -> set[str]:
    with house.database.read() as conn:
        return set(
            conn.execute(sa.select(message.c.message_id).where(message.c.state == "accepted")).scalars()
        )


def address(house: Context, row: Enrollment) -> str:
    with house.database.read() as conn:
        return str(
            conn.execute(sa.select(contact.c.email).where(contact.c.id == row.contact_id)).scalar_one()
        )


def played(house: Context) -> None:
    with house.database.read() as conn:
        boxes = conn.execute(sa.select(mailbox.c.id)).scalars().all()
    clock = engine_house.clock(house)
    for _ in range(DAYS):
        clock.advance(days=1)
        tick.tick(house)
        for number in boxes:
            turn.take_turn(house, number, lambda: False)


def test_it_goes_on_to_its_end_and_nothing_is_sent_twice(old: Context) -> None:
    before, sent = everybody(old), accepted(old)
    assert {State.HELD, State.PAUSED, State.STOPPED, State.REPLIED, State.BOUNCED, State.UNSUBSCRIBED} <= {
        row.state for row in before.values()
    }
    played(old)
    after = everybody(old)
    bodies: list[bytes] = old.open_outbox.bodies  # type: ignore[attr-defined]
    ids = Counter(email.message_from_bytes(raw)["Message-ID"] for raw in bodies)
    assert ids
    assert set(ids.values()) == {1}
    assert not sent & set(ids)
    assert {row.state for row in after.values()} & {State.ACTIVE, State.AWAY} == set()
    for number, row in before.items():
        if row.state in (
            State.HELD,
            State.PAUSED,
            State.STOPPED,
            State.REPLIED,
            State.BOUNCED,
            State.UNSUBSCRIBED,
        ):
            assert (after[number].state, after[number].why) == (row.state, row.why)


def standing(house: Context) -> dict[int, tuple[Hold, ...]]:
    with house.database.read() as conn:
        return holds.standing(conn, everybody(house).values())


def test_what_holds_or_pauses_somebody_is_a_row(old: Context) -> None:
    rows, found = everybody(old), standing(old)
    waiting = {number for number, row in rows.items() if row.state in (State.HELD, State.PAUSED)}
    assert waiting
    assert set(found) == waiting
    for number, each in found.items():
        assert tuple(one.why for one in each) == rows[number].why
        assert all(one.id is not None for one in each)
    kinds = {one.kind for each in found.values() for one in each}
    assert kinds == {HoldKind.PAUSED, HoldKind.UNKNOWN_MAIL, HoldKind.OTHER}
    [doubt] = [one for each in found.values() for one in each if one.kind is HoldKind.UNKNOWN_MAIL]
    with old.database.read() as conn:
        assert [each.id for each in messages.unknown(conn)] == [doubt.message_id]


def test_a_state_names_the_event_that_led_there_and_that_its_mail(old: Context) -> None:
    """Of every answer that is kept; what the first version did without one it does not say."""
    for number, row in everybody(old).items():
        inbound_id = row.why[0].inbound_id if row.why and row.state is not State.ACTIVE else None
        with old.database.read() as conn:
            led = events.led_to(conn, number)
        assert (led and led.inbound_id) == inbound_id


def test_evidence_of_today_lets_go_whom_the_first_version_held(old: Context) -> None:
    with old.database.write() as conn:
        [mail] = messages.unknown(conn)
        in_doubt.settle(conn, old, [mail], MessageEvent.FOUND, because(Code.FOUND_SENT), old.clock.now())
    assert everybody(old)[mail.enrollment_id].state is not State.HELD
    left = [one.kind for each in standing(old).values() for one in each]
    assert HoldKind.UNKNOWN_MAIL not in left
    assert HoldKind.OTHER in left


def test_whoever_is_held_can_be_released(old: Context) -> None:
    held = [row for row in everybody(old).values() if row.state is State.HELD]
    assert Cause.UNKNOWN_MAIL in {each.cause for row in held for each in row.why}
    for mail in in_doubt.list_all(old):
        in_doubt.decide(old, mail.message_id, "sent")
    for row in held:
        if everybody(old)[row.id].state is State.HELD:
            control.resume(old, address(old, row))
        assert everybody(old)[row.id].state is not State.HELD
    assert {one.kind for each in standing(old).values() for one in each} == {HoldKind.PAUSED}


def test_what_an_answer_had_ended_is_undone_by_a_correction(old: Context) -> None:
    """The first version knew it by its sentence; that was read once, and says which mail it was."""
    replied = [row for row in everybody(old).values() if row.state is State.REPLIED]
    assert replied
    assert {each.code for row in replied for each in row.why} <= {Code.ANSWERED, Code.ANSWERED_INVITATION}
    for row in replied:
        inbox.correct(old, row.why[0].inbound_id or 0, Correction(kind="auto-reply"))
        assert everybody(old)[row.id].state is State.ACTIVE
