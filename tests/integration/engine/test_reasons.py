"""A person's no is never lost, nor is their pause: one row a reason, and no sentence is split or compared."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from relance.engine import reasons
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import migrate, tables
from relance.engine.db.database import Database
from relance.engine.engagement import hits
from relance.engine.inbound.corrections import inbox
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.reasons import ALSO, Cause, Code, prose, read
from relance.engine.sending import endings
from relance.engine.sending.doubt import in_doubt
from relance.engine.sequences import control
from relance.engine.states import Event, MessageEvent, MessageState, State
from relance.engine.store.contacts import suppressions
from relance.engine.store.sequences import enrollments
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests import engine_house
from tests.integration.engine.test_refusals import KIM, bounce, hear, ready, row, sent, state, suppressed
from tests.reworded import in_english

__all__ = ["ready"]


def corrected(house: Context) -> None:
    """A person says of every returned mail that it was none."""
    with house.database.read() as conn:
        numbers = list(conn.execute(sa.select(tables.inbound.c.id)).scalars())
    for number in numbers:
        inbox.correct(house, number, Correction(kind="auto-reply"))


def by_link(house: Context) -> None:
    with house.database.write() as conn:
        hits.unsubscribe(conn, KIM, None, house.clock.now())


def by_hand(house: Context) -> None:
    contact_service.suppress(house, KIM, "asked on the phone")


@pytest.mark.parametrize("wish", [by_link, by_hand])
@pytest.mark.parametrize("first", ["bounce", "wish"])
def test_what_a_person_asked_for_stays_when_a_bounce_is_corrected(ready: Context, wish, first: str) -> None:  # type: ignore[no-untyped-def]
    mail = sent(ready, KIM)
    if first == "wish":
        wish(ready)
    hear(ready, mail, bounce())
    if first == "bounce":
        wish(ready)
    corrected(ready)
    assert suppressed(ready) == {KIM}
    assert state(ready, KIM) is State.UNSUBSCRIBED
    with ready.database.read() as conn:
        [left] = suppressions.list_all(conn)
    assert len(left.reasons) == 1
    assert "does not exist" not in left.reason


def test_each_bounce_stands_until_it_is_corrected_itself(ready: Context) -> None:
    mail = sent(ready, KIM)
    for _ in range(2):
        hear(ready, mail, bounce())
    with ready.database.read() as conn:
        first, second = conn.execute(sa.select(tables.inbound.c.id).order_by(tables.inbound.c.id)).scalars()
    inbox.correct(ready, first, Correction(kind="auto-reply"))
    assert suppressed(ready) == {KIM}
    inbox.correct(ready, second, Correction(kind="auto-reply"))
    assert suppressed(ready) == set()


@pytest.mark.own_words
def test_a_persons_stop_in_the_words_of_an_answer_is_still_theirs(ready: Context) -> None:
    hear(ready, sent(ready, KIM), bounce(definite=False))
    words = row(ready, KIM).reason
    control.resume(ready, KIM)
    control.stop(ready, KIM, reason=words)
    corrected(ready)
    assert state(ready, KIM) is State.STOPPED


def held_for_unknown(house: Context, words: str) -> None:
    """Kim's first mail may have been delivered, in the server's words."""
    mail = engine_house.add_message(
        house, row(house, KIM), MessageState.UNKNOWN, recipient=KIM, transmitting_at=house.clock.now()
    )
    end = endings.ending(SendResult(Outcome.UNKNOWN, "final", text=words), 1, house.options)
    why = dataclasses.replace(end.why, source=reasons.of_message(mail.id))
    with house.database.write() as conn:
        enrollments.apply(conn, [row(house, KIM).id], Event.HELD, house.clock.now(), reason=why)


def found(house: Context) -> None:
    """Evidence comes that the mail was delivered."""
    with house.database.write() as conn:
        from relance.engine.store.sending import messages

        in_doubt.settle(
            conn, house, messages.unknown(conn), MessageEvent.FOUND, prose("it is there"), house.clock.now()
        )


def test_a_servers_words_do_not_block_the_release(ready: Context) -> None:
    held_for_unknown(ready, f"451 busy{ALSO}paused by a person")
    found(ready)
    assert state(ready, KIM) is State.ACTIVE


@pytest.mark.parametrize("reason", ["the mail", "may", "paused by a person", "", f"a{ALSO}b"])
def test_a_persons_pause_outlives_the_other_hold_whatever_its_words(ready: Context, reason: str) -> None:
    held_for_unknown(ready, "paused by a person, the mail may have been delivered")
    control.pause(ready, KIM, reason=reason)
    found(ready)
    assert state(ready, KIM) is not State.ACTIVE
    assert any(each.cause is Cause.PERSON for each in row(ready, KIM).why)


def test_what_another_release_wrote_without_a_code_of_ours_is_its_words() -> None:
    assert read([{"cause": "unknown mail", "source": "", "words": "x"}]) == (prose("x", Cause.UNKNOWN_MAIL),)
    (told,) = read([{"cause": "of a later release", "code": "later", "words": "x"}])
    said = in_english('a reason of a later release: "x"')
    assert (told.code, told.cause, told.source, told.words) == (Code.PROSE, Cause.OTHER, "", said)


def test_suppressions_and_holds_of_the_release_before_are_sorted(database_url: str) -> None:
    from alembic import command

    base = Database(database_url)
    now = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
    with base.write() as conn:
        config = migrate._config()
        config.attributes["connection"] = conn
        command.upgrade(config, "0005")
        for value, reason in (
            ("dead@lake.example", "bounced: 550 no"),
            ("said@lake.example", "asked for no more mail"),
            ("both@lake.example", "asked for no more mail; also: bounced: 550 no"),
        ):
            row = {"kind": "address", "value": value, "reason": reason, "at": now.isoformat()}
            conn.execute(
                sa.text(
                    "insert into suppression (kind, value, reason, created_at) values (:kind, :value, :reason, :at)"
                ),
                row,
            )
    migrate.upgrade(base)
    with base.read() as conn:
        rows = conn.execute(
            sa.select(tables.suppression_reason.c.value, tables.suppression_reason.c.cause)
        ).all()
    base.close()
    assert dict(map(tuple, rows)) == {
        "dead@lake.example": "bounce",
        "said@lake.example": "person",
        "both@lake.example": "person",
    }
