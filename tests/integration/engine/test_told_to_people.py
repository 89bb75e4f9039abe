"""Lists and explanations say what waits for whom: a person's own answer is no step, and nothing paused shows a time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reporting import codes, explain, timeline
from relance.engine.sequences import control, enroll, listing, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.sequences import enrollment_details
from tests import engine_house
from tests.reading import KIM
from tests.replying import LEAVES, a_turn, answered, pass_by, reply, smtp
from tests.reworded import in_english
from tests.servers.fault_smtp import FaultServer

ADA, SALES = "ada@acme.example", "ada@sales.example"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with smtp() as running:
        yield running


def test_a_persons_own_answer_is_no_step(house: Context, server: FaultServer) -> None:
    house = answered(house, server)
    before = explain.explain(house, KIM)[0].sentences
    written = reply(house)
    waiting = " ".join(explain.explain(house, KIM)[0].sentences)
    assert in_english("Your reply is waiting to be sent, on") in waiting
    pass_by(house, seconds=LEAVES.total_seconds())
    assert a_turn(house).sent == 1
    after = explain.explain(house, KIM)[0].sentences
    assert after == before
    events = [each for each in timeline.of_contact(house, KIM) if each.mail == written.id]
    assert events
    assert all(str(codes.text("step name", each.step)) == in_english("your reply") for each in events)
    assert str(codes.text("step name", "intro")) == "intro"


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, "sequence: Trial\nsteps: [{id: intro, subject: Hello, body: Hello}]\n")
    engine_house.add_mailbox(house, SALES)
    contact_service.add(house, ADA, {})
    enroll.enroll(house, EnrollRequest("Trial"))
    return house


def seen(house: Context) -> control.EnrollmentView:
    with house.database.read() as conn:
        [standing] = enrollment_details.matching(conn, email=ADA)
    assert control.view(standing) == listing.of_people(house, [ADA])[ADA][0]
    return control.view(standing)


@pytest.mark.parametrize("paused", ["sequence", "mailbox"])
def test_nothing_is_due_while_its_sequence_or_mailbox_is_paused(ready: Context, paused: str) -> None:
    due = seen(ready).due_at
    assert due is not None
    assert seen(ready).next == due
    pause = publish.pause if paused == "sequence" else mailbox_service.pause
    pause(ready, "Trial" if paused == "sequence" else SALES)
    waits = seen(ready)
    assert (waits.due_at, waits.waits_for, waits.state) == (None, f"{paused}_paused", "active")
    assert str(waits.next) == in_english(f"waits while the {paused} is paused")
    told = explain.explain(ready, ADA)[0]
    assert (told.when, told.forecast) == (None, ())
    assert in_english(f"it waits while the {paused} is paused.") in " ".join(told.sentences)
    resume = publish.resume if paused == "sequence" else mailbox_service.resume
    resume(ready, "Trial" if paused == "sequence" else SALES)
    assert (seen(ready).due_at, seen(ready).waits_for) == (due, "")
