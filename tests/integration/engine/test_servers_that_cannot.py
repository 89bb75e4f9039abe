"""What a server does not offer decides before it is asked: one person is held and told why, everybody else's mail leaves."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.reasons import Code
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import State
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from tests import engine_house
from tests.engine_doors import NoMail
from tests.servers.fault_smtp import Behaviour, FaultServer

EVE, LUCJA = "eve@linden.example", "łucja@linden.example"
LARGE = """
sequence: Large
steps:
  - {id: intro, subject: "Hello", body: "Hello WORDS"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
""".replace("WORDS", "more words " * 400)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(
        Behaviour(starttls=False, login=("ada@sales.example", engine_house.PASSWORD))
    ) as running:
        yield running


@pytest.fixture
def ready(house: Context, server: FaultServer) -> Context:
    place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
    engine_house.add_mailbox(house, gap_seconds=0, **place)
    return dataclasses.replace(house, open_inbox=NoMail())


def enrolled(house: Context, text: str, *people: str) -> None:
    publish.publish(house, text)
    for email in people:
        contact_service.add(house, email, {"first_name": "Jo"})
    enroll.enroll(house, EnrollRequest(text.split()[1], people))


def sent(house: Context) -> int:
    engine_house.clock(house).advance(hours=2)
    return turn.take_turn(house, 1, lambda: False).sent


def by_state(house: Context) -> dict[State, Enrollment]:
    with house.database.read() as conn:
        return {row.state: row for row in enrollments.of_mailbox(conn, 1)}


def test_an_address_with_other_letters_is_held_where_the_server_cannot_and_others_are_sent(
    ready: Context, server: FaultServer
) -> None:
    enrolled(ready, engine_house.TRIAL, LUCJA, EVE)
    assert sent(ready) == 1
    assert [mail.recipient for mail in server.accepted] == [EVE]
    held = by_state(ready)[State.HELD]
    assert [each["code"] for each in held.reasons] == [Code.ADDRESS_NOT_ASCII]
    assert not any("ł" in line for line in server.envelopes)


def test_a_server_that_can_gets_the_very_bytes_and_the_answer_finds_its_writer(
    ready: Context, server: FaultServer
) -> None:
    server.behaviour.extensions = ("SMTPUTF8", "8BITMIME")
    enrolled(ready, engine_house.TRIAL, "Łucja@linden.example")
    assert sent(ready) == 1
    [mail] = server.accepted
    assert mail.recipient == LUCJA
    assert f"To: Jo <{LUCJA}>\r\n".encode() in mail.raw
    assert by_state(ready)[State.ACTIVE].step == "bump"


def test_a_mail_larger_than_the_server_takes_holds_its_person_alone(
    ready: Context, server: FaultServer
) -> None:
    server.behaviour.extensions = ("SIZE 5000",)
    enrolled(ready, engine_house.TRIAL, EVE)
    enrolled(ready, LARGE, "tom@harbour.example")
    assert sent(ready) == 1
    held = by_state(ready)[State.HELD]
    assert [each["code"] for each in held.reasons] == [Code.MAIL_TOO_LARGE]
    assert server.count("MAIL") == 1
