"""The sender's trouble is not the recipient's: what refusals and returned mails do to people, mailboxes and organisations."""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from relance.engine import acting, enrolling, people, publishing, turn
from relance.engine.enrolling import Wish
from relance.engine.house import House
from relance.engine.matching import Found
from relance.engine.news import Match
from relance.engine.states import MessageState, State
from relance.engine.store import contacts, enrollments, mailboxes, messages, standings, suppressions
from relance.mailbox import parse
from relance.mailbox.inbound import Judgement, Kind
from tests import engine_house
from tests.engine_doors import NoMail

ADA = "ada@firm.example"
KIM, BOB, EVE = "kim@lake.example", "bob@hill.example", "eve@wood.example"
_NUMBERS = itertools.count(1)


@pytest.fixture
def ready(house: House) -> House:
    """Kim's, Bob's and Eve's first mails are due, in this order."""
    publishing.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(house, ADA)
    for email in (KIM, BOB, EVE):
        people.add(house, email, {})
        enrolling.enroll(house, Wish("Trial", emails=[email]))
    engine_house.clock(house).advance(hours=2)
    return dataclasses.replace(house, open_inbox=NoMail())


def row(house: House, email: str) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return standings.matching(conn, email=email)[0].enrollment


def state(house: House, email: str) -> State:
    return row(house, email).state


def mailbox(house: House) -> mailboxes.Mailbox:
    with house.database.read() as conn:
        return mailboxes.by_id(conn, 1)


def suppressed(house: House) -> set[str]:
    with house.database.read() as conn:
        return {each.value for each in suppressions.every(conn)}


def a_turn(house: House) -> turn.TurnReport:
    return turn.take_turn(house, 1, lambda: False)


def sent(house: House, email: str) -> messages.Message:
    """The person's first mail, accepted."""
    enrollment = row(house, email)
    return engine_house.add_message(house, enrollment, MessageState.ACCEPTED, recipient=email)


def hear(house: House, mail: messages.Message, judgement: Judgement) -> int:
    """A returned mail about `mail`, judged so, is acted upon; returns its number in the inbox."""
    number = next(_NUMBERS)
    raw = f"From: mailer-daemon@firm.example\r\nMessage-ID: <b{number}@firm.example>\r\n\r\nno".encode()
    now = house.clock.now()
    with house.database.write() as conn:
        contact = contacts.by_ids(conn, [mail.contact_id])[mail.contact_id]
        found = Found(Match.CERTAIN, "a test", contact, mail)
        item = acting.Item(
            1, "INBOX", 1, number, f"b{number}", parse.read(raw), raw, now, found, judgement, "no"
        )
        acting.act(conn, house, [item], now)
    return number


def bounce(**values: object) -> Judgement:
    return Judgement(Kind.HARD_BOUNCE, "is hard bounce", "550 no", **values)  # type: ignore[arg-type]


def test_a_doubtful_bounce_holds_and_a_second_one_is_proof(ready: House) -> None:
    mail = sent(ready, KIM)
    hear(ready, mail, bounce(definite=False))
    assert (state(ready, KIM), suppressed(ready)) == (State.HELD, set())
    hear(ready, mail, bounce(definite=False))
    assert (state(ready, KIM), suppressed(ready)) == (State.BOUNCED, {KIM})


def test_a_definite_bounce_ends_at_once(ready: House) -> None:
    hear(ready, sent(ready, KIM), bounce())
    assert (state(ready, KIM), suppressed(ready)) == (State.BOUNCED, {KIM})
