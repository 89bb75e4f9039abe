"""A test of a mail, sent to oneself: the words that will leave, never twice, counted by nothing but the mailbox's limits."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes import probe
from relance.engine.reporting import sequence_report
from relance.engine.reporting.history import messages as history
from relance.engine.roles import Scope, seeing
from relance.engine.sending.previews import testing
from relance.engine.sending.previews.script import PreviewRequest
from relance.engine.sending.previews.testing import SelfTestRequest, SentTest
from relance.engine.sequences import publish
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import arrivals
from relance.mailbox.parsing import message, opened
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests import engine_house
from tests.engine_doors import OneAnswer
from tests.reworded import worded
from tests.servers.fault_smtp import Behaviour, FaultServer

ADA, EVE = "ada@sales.example", "eve@linden.example"
TRIAL = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello {{ first_name }}", body: "Read [this](https://a.example/x), {{ first_name }}."}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
"""
WISH = PreviewRequest("Trial")


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, TRIAL)
    engine_house.add_mailbox(house, ADA, aliases=["sales@sales.example"])
    contact_service.add(house, EVE, {"first_name": "Eve"})
    return house


def send(house: Context, step: str = "intro", **more: str) -> SentTest:
    return testing.send(house, EVE, WISH, SelfTestRequest(step, **more))


@contextmanager
def served(house: Context) -> Iterator[FaultServer]:
    with FaultServer(Behaviour(starttls=False, login=(ADA, engine_house.PASSWORD))) as server:
        with house.database.write() as conn:
            place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
            mailboxes.change(conn, 1, **place)
        yield server


def counted(house: Context) -> int:
    with house.database.read() as conn:
        return len(arrivals.sent_since(conn, 1, engine_house.MONDAY.replace(year=2025)))


def test_it_reaches_oneself_and_is_counted_by_the_limits_alone(ready: Context) -> None:
    with served(ready) as server:
        done = send(ready)
        [got] = server.accepted
    assert (done.outcome, done.to, got.recipient) == ("accepted", ADA, ADA)
    mail = opened.read(got.raw)
    headers = dict(mail.headers)
    assert headers["Subject"] == done.subject == "[Test] Hello Eve"
    assert headers["X-Relance-Test"] == "yes"
    assert "Read this" in mail.text
    assert "Eve." in mail.text
    assert 'href="https://a.example/x"' in mail.html  # straight there: nothing is counted on the way
    links = headers["List-Unsubscribe"].strip("<>")
    assert ready.links.sealed(links) is None
    assert counted(ready) == 1
    assert history.page(ready).messages == ()
    assert [each.sent for each in sequence_report.report(ready, "Trial").steps] == [0, 0]


def test_our_own_inbox_leaves_it_aside(ready: Context) -> None:
    with served(ready) as server:
        send(ready, "bump")
        [got] = server.accepted
    mail = message.read(got.raw)
    assert mail.subject == "[Test] Re: Hello Eve"
    assert probe.is_probe(mail, [ADA])
    replaced = dataclasses.replace(mail, message_id="<given@provider.example>")
    assert probe.is_probe(replaced, [ADA])


def test_the_same_test_is_sent_once(ready: Context) -> None:
    with served(ready) as server:
        assert [send(ready).outcome for _ in range(2)] == ["accepted", "repeated"]
        assert send(ready, key="another").outcome == "accepted"
        assert send(ready, key="another").outcome == "repeated"
        publish.publish(ready, TRIAL.replace("Again?", "Once more?"))
        assert send(ready).outcome == "repeated"
        assert send(ready, "bump").outcome == "accepted"  # other words
        assert len(server.accepted) == 3
    assert counted(ready) == 3


def test_after_a_crash_it_is_not_sent_again(ready: Context) -> None:
    class Dies(OneAnswer):
        def transmit(self, raw: bytes) -> SendResult:
            super().transmit(raw)
            raise KeyboardInterrupt

    dying = Dies(SendResult(Outcome.ACCEPTED, "final"))
    with pytest.raises(KeyboardInterrupt):
        send(dataclasses.replace(ready, open_outbox=dying))
    after = OneAnswer(SendResult(Outcome.ACCEPTED, "final"))
    assert send(dataclasses.replace(ready, open_outbox=after)).outcome == "repeated"
    assert (len(dying.bodies), len(after.bodies), counted(ready)) == (1, 0, 1)


@pytest.mark.parametrize(("outcome", "later"), [(Outcome.REFUSED, "accepted"), (Outcome.UNKNOWN, "repeated")])
def test_only_what_certainly_was_not_sent_is_tried_again(
    ready: Context, outcome: Outcome, later: str
) -> None:
    first = OneAnswer(SendResult(outcome, "final", text="no"))
    assert send(dataclasses.replace(ready, open_outbox=first)).outcome == outcome.value
    again = OneAnswer(SendResult(Outcome.ACCEPTED, "final"))
    assert send(dataclasses.replace(ready, open_outbox=again)).outcome == later


def test_it_goes_to_nobody_else(ready: Context) -> None:
    door = OneAnswer(SendResult(Outcome.ACCEPTED, "final"))
    house = dataclasses.replace(ready, open_outbox=door)
    with pytest.raises(errors.Invalid, match=worded("is not an address of your own")):
        send(house, to=EVE)
    assert send(house, to="Sales@sales.example").outcome == "accepted"
    with seeing(Scope(7)), pytest.raises(errors.RelanceError):  # a salesperson without a mailbox
        send(house)
    with pytest.raises(errors.NotFound, match=worded("has no mail outro. Known: intro, bump")):
        send(house, "outro")
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, state="paused")
    with pytest.raises(errors.Invalid):
        send(house, key="paused")
    assert len(door.bodies) == 1
