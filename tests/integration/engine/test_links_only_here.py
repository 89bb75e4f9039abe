"""Links that only this computer can open: no mail with them goes to a server elsewhere, and nobody is touched."""

from __future__ import annotations

import dataclasses

import pytest

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes import service
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import State
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.tracking.links import Links
from relance.tracking.tokens import Signer
from tests import engine_house
from tests.engine_doors import NoMail, OneAnswer

ADA, EVE = "ada@sales.example", "eve@linden.example"


@pytest.fixture
def server() -> OneAnswer:
    return OneAnswer(SendResult(Outcome.ACCEPTED, "body", code=250, text="2.0.0 taken"))


@pytest.fixture
def ready(house: Context, server: OneAnswer) -> Context:
    house = dataclasses.replace(house, open_inbox=NoMail(), open_outbox=server)
    engine_house.add_mailbox(house, ADA, smtp_host="smtp.sales.example", gap_seconds=0)
    publish.publish(house, engine_house.TRIAL)
    contact_service.add(house, EVE, {"first_name": "Eve"})
    enroll.enroll(house, EnrollRequest("Trial", [EVE]))
    return house


def eve(house: Context) -> Enrollment:
    with house.database.read() as conn:
        [row] = enrollments.of_mailbox(conn, 1)
    return row


def sent(house: Context) -> int:
    return turn.take_turn(house, 1, lambda: False).sent


def reached(house: Context) -> Context:
    return dataclasses.replace(
        house, links=Links("https://go.sales.example", Signer({1: engine_house.SECRET}, 1))
    )


def test_nothing_goes_to_a_server_elsewhere_and_everything_once_the_links_are_open(
    ready: Context, server: OneAnswer
) -> None:
    due = eve(ready)
    for _ in range(3):
        engine_house.clock(ready).advance(hours=2)
        assert sent(ready) == 0
    assert server.bodies == []
    shown = service.show(ready, ADA)
    assert shown.send_why is not None
    assert shown.send_why.code == "links_only_here"
    assert shown.send_why.params["address"] == ADA
    assert shown.state == "active"
    now = eve(ready)
    assert (now.state, now.step, now.attempts) == (State.ACTIVE, due.step, due.attempts)
    service.resume(ready, ADA)
    assert sent(reached(ready)) == 1
    assert b"List-Unsubscribe-Post" in server.bodies[0]
    assert service.show(ready, ADA).send_why is None


def test_nobody_is_told_before_anything_is_due(ready: Context) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, state="paused")
    assert sent(ready) == 0
    assert service.show(ready, ADA).send_why is None


def test_a_server_on_this_computer_is_for_practice(ready: Context, server: OneAnswer) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, smtp_host="127.0.0.1")
    assert sent(ready) == 1
    assert len(server.bodies) == 1
