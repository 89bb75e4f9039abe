"""A mailbox that cannot send says so where people look, and when it will be tried again, until a mail is taken again."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reporting import explain, status
from relance.engine.reporting.concerns import Concern, ConcernKind
from relance.engine.schedule import next_turn
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import in_english
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point

ADA = "ada@sales.example"
PEOPLE = ("eve@eve.example", "fay@fay.example", "gil@gil.example")


@pytest.fixture
def server() -> Iterator[FaultServer]:
    login = (ADA, engine_house.PASSWORD)
    with FaultServer(Behaviour(starttls=False, login=login)) as running:
        yield running


@pytest.fixture
def ready(house: Context, server: FaultServer) -> Context:
    """Three first mails are due in a mailbox whose login worked before."""
    publish.publish(house, engine_house.TRIAL)
    place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
    engine_house.add_mailbox(house, ADA, gap_seconds=1, synced_at=house.clock.now(), **place)
    for email in PEOPLE:
        contact_service.add(house, email, {})
    enroll.enroll(house, EnrollRequest("Trial"))
    engine_house.clock(house).advance(hours=2)
    return dataclasses.replace(house, open_inbox=NoMail())


def concerned(house: Context, kind: ConcernKind = ConcernKind.UNSENDABLE) -> list[Concern]:
    return [each for each in status.status(house).concerns if each.kind is kind]


def take_turn(house: Context) -> None:
    with house.database.read() as conn:
        at = mailboxes.by_id(conn, 1).next_turn_at
    assert at is not None
    engine_house.clock(house).advance(seconds=max(0.0, (at - house.clock.now()).total_seconds()))
    turn.take_turn(house, 1, lambda: False)


def told(house: Context, words: str) -> None:
    """Everywhere a person looks."""
    assert words in concerned(house)[0].words
    assert in_english("The next attempt is on") in concerned(house)[0].words
    assert status.status(house).grave
    assert words in status.status(house).mailboxes[0].trouble
    assert words in mailbox_service.list_all(house)[0].trouble
    assert words in mailbox_service.show(house, ADA).send_error
    said = " ".join(explain.explain(house, PEOPLE[2])[0].sentences)
    assert words in said
    assert in_english("The next attempt is on") in said


def nothing_told(house: Context) -> None:
    assert concerned(house) == []
    assert mailbox_service.show(house, ADA).trouble == ""
    assert "failed" not in " ".join(explain.explain(house, PEOPLE[2])[0].sentences)


def test_a_login_that_smtp_refuses_is_told_until_it_is_granted(ready: Context, server: FaultServer) -> None:
    nothing_told(ready)
    server.behaviour.faults = [Fault(Point.AUTH, Kind.REPLY, "535 5.7.8 Bad credentials")]
    take_turn(ready)
    told(ready, "535 5.7.8 Bad credentials")
    server.behaviour.faults = []
    take_turn(ready)
    nothing_told(ready)


def test_a_server_that_hangs_up_after_each_body_is_told_until_it_takes_one(
    ready: Context, server: FaultServer
) -> None:
    server.behaviour.faults = [Fault(Point.DOT, Kind.STOP)]
    take_turn(ready)
    told(ready, in_english("stopped after the body of a mail"))
    server.behaviour.faults = []
    take_turn(ready)
    nothing_told(ready)


def test_a_mailbox_that_pauses_itself_is_told_without_being_asked_for(
    ready: Context, server: FaultServer
) -> None:
    server.behaviour.faults = [Fault(Point.AUTH, Kind.REPLY, "535 5.7.8 Bad credentials", times=9)]
    for _ in range(next_turn.REFUSALS):
        take_turn(ready)
    assert concerned(ready) == []  # it is not tried again
    (paused,) = concerned(ready, ConcernKind.PAUSED)
    assert (paused.subject, paused.told, paused.grave) == (ADA, True, False)
    assert "535 5.7.8 Bad credentials" in paused.words
    mailbox_service.resume(ready, ADA)
    mailbox_service.pause(ready, ADA, "on holiday")
    (paused,) = concerned(ready, ConcernKind.PAUSED)
    assert not paused.told


@pytest.mark.parametrize(
    ("host", "fault", "words", "theirs"),
    [
        ("127.0.0.1", Fault(Point.AUTH, Kind.REPLY, "535 5.7.8 Authentication credentials invalid"),
         "refused the login of ada@", "535 5.7.8 Authentication credentials invalid"),
        ("127.0.0.1", Fault(Point.BANNER, Kind.REPLY, "554 5.7.1 no service"),
         'cannot be used: "554 5.7.1 no service"', "554 5.7.1 no service"),
        ("127.0.0.1", Fault(Point.BANNER, Kind.STOP), "Check the host and port", ""),
        ("nowhere.invalid", None, "Check the host and port", ""),
    ],
)  # fmt: skip
def test_a_test_of_a_mailbox_names_the_server_and_what_to_do(
    ready: Context, server: FaultServer, host: str, fault: Fault | None, words: str, theirs: str
) -> None:
    server.behaviour.faults = [fault] if fault else []
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, smtp_host=host, **({} if fault else {"smtp_security": "tls"}))
    step = mailbox_service.test(ready, ADA).steps[0]
    assert (step.name, step.ok) == ("smtp", False)
    assert in_english("The SMTP server ") + f"{host}:{server.port}" in step.words
    assert in_english(words) in step.words
    assert theirs in step.words
    assert "Errno" not in step.words
