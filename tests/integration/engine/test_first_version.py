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
from relance.engine.reasons import Cause, Code
from relance.engine.sending.doubt import in_doubt
from relance.engine.sequences import control
from relance.engine.states import State
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
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


def test_whoever_is_held_can_be_released(old: Context) -> None:
    held = [row for row in everybody(old).values() if row.state is State.HELD]
    assert Cause.UNKNOWN_MAIL in {each.cause for row in held for each in row.why}
    for mail in in_doubt.every(old):
        in_doubt.decide(old, mail.message_id, "sent")
    for row in held:
        if everybody(old)[row.id].state is State.HELD:
            control.resume(old, address(old, row))
        assert everybody(old)[row.id].state is not State.HELD


def test_what_an_answer_had_ended_is_undone_by_a_correction(old: Context) -> None:
    """The first version knew it by its sentence; that was read once, and says which mail it was."""
    replied = [row for row in everybody(old).values() if row.state is State.REPLIED]
    assert replied
    assert {each.code for row in replied for each in row.why} <= {Code.ANSWERED, Code.ANSWERED_INVITATION}
    for row in replied:
        inbox.correct(old, int(row.why[0].source.removeprefix("answer ")), Correction(kind="auto-reply"))
        assert everybody(old)[row.id].state is State.ACTIVE
