"""Servers that offer PIPELINING and lose count: no outcome is ever another command's, and they are asked one by one then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from relance.mailbox.account import Account
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp import out_of_step
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests.sending import LIMITS, RAW, account, send
from tests.servers import lying_smtp
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point
from tests.servers.lying_smtp import LyingServer

HASTY = replace(LIMITS, mail=0.2, rcpt=0.2, data=0.2, final=0.3)
LIES = {
    "swallows MAIL": lying_smtp.swallow("MAIL"),
    "swallows RCPT": lying_smtp.swallow("RCPT"),
    "swallows DATA": lying_smtp.swallow("DATA"),
    "MAIL twice": lying_smtp.twice("MAIL"),
    "RCPT twice": lying_smtp.twice("RCPT"),
    "DATA twice": lying_smtp.twice("DATA"),
    "backwards": lying_smtp.backwards,
    "rotated": lying_smtp.rotated,
    "throws away": lying_smtp.only_first,
    "greets again": lying_smtp.greeted_again,
    "goes on": lying_smtp.said_later,
    "says nothing": lambda due: [],
}  # fmt: skip


@pytest.fixture(autouse=True)
def nobody_noted() -> Iterator[None]:
    """Ports come again."""
    out_of_step._until.clear()
    yield
    out_of_step._until.clear()


def unnamed(port: int) -> Account:
    ours = account(port)
    return replace(ours, credentials=replace(ours.credentials, username=""))


def sent(port: int) -> SendResult:
    with smtp_client.Outbox(unnamed(port), helo="x.example", limits=HASTY) as outbox:
        return send(outbox)


@pytest.mark.parametrize(
    "refuse", [(), ("RCPT",), ("MAIL", "RCPT")], ids=["takes", "no such user", "not yours"]
)
@pytest.mark.parametrize("lie", LIES)
def test_no_answer_is_taken_for_another_and_the_next_are_asked_one_by_one(
    lie: str, refuse: tuple[str, ...]
) -> None:
    with LyingServer(LIES[lie], refuse) as server:
        first = sent(server.port)
        if first.outcome in (Outcome.REFUSED, Outcome.DEFERRED) and first.code is not None:
            assert first.stage == (refuse[0].lower() if refuse else "nowhere")  # its very own answer
        assert first.outcome is not Outcome.ACCEPTED
        assert server.bodies == b""
        assert server.together == 1
        second = sent(server.port)
        if first.code is None:  # it did not add up
            assert server.together == 1
            assert (second.outcome, second.stage) == (
                (Outcome.REFUSED, refuse[0].lower()) if refuse else (Outcome.ACCEPTED, "final")
            )
            assert server.taken == (not refuse)


@pytest.mark.parametrize("point", [Point.MAIL, Point.RCPT, Point.DATA])
@pytest.mark.parametrize("kind", [Kind.STALL, Kind.GARBLE, Kind.STOP, Kind.DROP])
def test_a_fault_among_commands_sent_together_is_not_met_twice(point: Point, kind: Kind) -> None:
    behaviour = Behaviour(starttls=False, extensions=("PIPELINING",), faults=[Fault(point, kind)])
    with FaultServer(behaviour) as server:
        limits = HASTY if kind is Kind.STALL else LIMITS
        with smtp_client.Outbox(account(server.port), helo="x.example", limits=limits) as outbox:
            assert outbox.connect() is None
            first = send(outbox)
            # A connection found dead at MAIL had stood idle, as far as anybody knows: it is replaced at once.
            assert first.outcome in (Outcome.NOT_SENT, Outcome.ACCEPTED)
            assert send(outbox).outcome is Outcome.ACCEPTED
        assert {mail.raw for mail in server.accepted} == {RAW}


@pytest.mark.parametrize("words", ["421 4.3.2 going down", "421 4.7.0 too fast"])
@pytest.mark.parametrize("point", [Point.RCPT, Point.DATA])
def test_a_server_that_goes_in_the_middle_of_the_answers(point: Point, words: str) -> None:
    behaviour = Behaviour(
        starttls=False, extensions=("PIPELINING",), faults=[Fault(point, Kind.REPLY, words)]
    )
    with (
        FaultServer(behaviour) as server,
        smtp_client.Outbox(account(server.port), helo="x.example", limits=LIMITS) as outbox,
    ):
        first = send(outbox)
        assert first.outcome in (Outcome.NOT_SENT, Outcome.DEFERRED)
        assert not server.accepted
        assert send(outbox).outcome is Outcome.ACCEPTED


def test_a_server_is_asked_together_again_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    place = account(25).smtp
    out_of_step.note(place)
    assert out_of_step.noted(place)
    monkeypatch.setattr(out_of_step, "SPAN", -1.0)
    out_of_step.note(place)
    assert not out_of_step.noted(place)


def test_servers_that_were_noted_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out_of_step, "MAX_SERVERS", 5)
    for port in range(1, 50):
        out_of_step.note(account(port).smtp)
    assert len(out_of_step._until) <= 5
    assert out_of_step.noted(account(49).smtp)
