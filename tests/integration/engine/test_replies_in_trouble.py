"""A reply whose server, worker or database is in trouble goes out once, or a person is asked; never twice, and never by guess."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from relance.engine import turn
from relance.engine.context import Context
from relance.engine.sending import settle
from relance.engine.sending.doubt import in_doubt, restore_guard
from relance.engine.states import State
from relance.mailbox.smtp.client import Outbox
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests.reading import KIM, row
from tests.replying import (
    a_turn,
    answered,
    kept,
    now,
    pass_by,
    reply,
    reply_at,
    smtp,
    through,
    unread,
)
from tests.servers.fault_smtp import FaultServer


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with smtp() as running:
        yield running


@pytest.fixture
def house(house: Context, server: FaultServer) -> Context:
    return answered(house, server)


def test_what_nobody_knows_the_fate_of_waits_for_a_person(house: Context, server: FaultServer) -> None:
    class Broken(Outbox):
        def transmit(self, raw: bytes) -> SendResult:
            del raw
            return SendResult(Outcome.UNKNOWN, "final", text="the connection broke")

    reply(house)
    pass_by(house, minutes=1)
    a_turn(through(house, Broken))
    assert (now(house).state, now(house).can_be_taken_back) == ("unknown", False)
    pass_by(house, hours=3)
    a_turn(house)
    [doubtful] = in_doubt.list_all(house)
    assert (doubtful.email, server.accepted, row(house).state) == (KIM, [], State.REPLIED)
    frozen = kept(house).raw
    in_doubt.decide(house, doubtful.message_id, "not sent")
    assert turn.due(house, 5) == [1]
    assert a_turn(house).sent == 1
    assert [each.raw for each in server.accepted] == [frozen]
    assert (now(house).state, reply_at(house)) == ("accepted", None)


@pytest.mark.parametrize(("decision", "state"), [("sent", "accepted"), ("give up", "abandoned")])
def test_a_person_says_what_became_of_it(
    house: Context, server: FaultServer, decision: str, state: str
) -> None:
    reply(house)
    with house.database.write() as conn:
        restore_guard.own_replies.doubt(conn, [now(house).id])
    in_doubt.decide(house, kept(house).message_id, decision)
    pass_by(house, minutes=1)
    assert (a_turn(house).sent, now(house).state, server.accepted) == (0, state, [])


@pytest.mark.parametrize("refusal", [550, 554])
def test_what_is_refused_is_shown_to_people_again(house: Context, server: FaultServer, refusal: int) -> None:
    class Refused(Outbox):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            return SendResult(Outcome.REFUSED, "rcpt", code=refusal, text="5.1.1 no such user")

    reply(house)
    pass_by(house, minutes=1)
    a_turn(through(house, Refused))
    for _ in range(4):
        pass_by(house, hours=1)
        a_turn(through(house, Refused))
    assert (now(house).can_be_taken_back, reply_at(house), unread(house)) == (False, None, True)
    assert now(house).state in ("refused", "abandoned")


def test_what_is_deferred_goes_again_later_byte_for_byte(house: Context, server: FaultServer) -> None:
    class Deferred(Outbox):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            return SendResult(Outcome.DEFERRED, "rcpt", code=450, text="4.2.1 later")

    reply(house)
    frozen = kept(house).raw
    pass_by(house, minutes=1)
    a_turn(through(house, Deferred))
    assert (now(house).state, now(house).leaves_at) == ("deferred", house.clock.now() + house.options.defer)
    pass_by(house, minutes=5)
    assert a_turn(house).sent == 0
    pass_by(house, hours=1)
    assert a_turn(house).sent == 1
    assert [each.raw for each in server.accepted] == [frozen]


def test_one_that_is_deferred_for_ever_is_given_up(house: Context) -> None:
    class Deferred(Outbox):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            return SendResult(Outcome.DEFERRED, "rcpt", code=450, text="4.2.1 later")

    house = dataclasses.replace(house, options=dataclasses.replace(house.options, deferrals=2))
    reply(house)
    for _ in range(3):
        pass_by(house, hours=5)
        a_turn(through(house, Deferred))
    assert (now(house).state, unread(house), reply_at(house)) == ("abandoned", True, None)


def test_one_that_kills_its_worker_again_and_again_is_given_up(house: Context, server: FaultServer) -> None:
    class Killed(BaseException):
        pass

    class Deadly(Outbox):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            raise Killed

    reply(house)
    pass_by(house, minutes=1)
    for _ in range(house.options.attempts):
        with pytest.raises(Killed):
            a_turn(through(house, Deadly))
    a_turn(house)
    assert (now(house).state, server.accepted) == ("abandoned", [])


class Killed(BaseException):
    """The worker is gone, at this very moment."""


class BeforeItsOffer(Outbox):
    def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
        raise Killed


class BehindIts354(Outbox):
    def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
        super().offer(*rest)  # type: ignore[arg-type]
        raise Killed


class BeforeItsBody(Outbox):
    def transmit(self, raw: bytes) -> SendResult:
        del raw
        raise Killed


class BehindItsBody(Outbox):
    def transmit(self, raw: bytes) -> SendResult:
        super().transmit(raw)
        raise Killed


class BeforeItsRecord(Outbox):
    def transmit(self, raw: bytes) -> SendResult:
        result = super().transmit(raw)
        DYING.append(True)
        return result


DYING: list[bool] = []


@pytest.mark.parametrize(
    ("moment", "bodies", "state"),
    [
        (BeforeItsOffer, 1, "accepted"),
        (BehindIts354, 1, "accepted"),
        (BeforeItsBody, 0, "unknown"),  # the journal says that it had begun
        (BehindItsBody, 1, "unknown"),
        (BeforeItsRecord, 1, "accepted"),  # the journal heard how it ended
    ],
)
def test_whatever_its_worker_dies_of_it_is_sent_once(
    house: Context,
    server: FaultServer,
    monkeypatch: pytest.MonkeyPatch,
    moment: type[Outbox],
    bodies: int,
    state: str,
) -> None:
    record = settle.record

    def dying(*rest: object) -> None:
        if DYING and rest[2]:
            DYING.clear()
            raise Killed
        record(*rest)  # type: ignore[arg-type]

    monkeypatch.setattr(settle, "record", dying)
    reply(house)
    pass_by(house, minutes=1)
    with pytest.raises(Killed):
        a_turn(through(house, moment))
    for _ in range(4):
        a_turn(house)
        pass_by(house, hours=2)
    server.wait_for(lambda: len(server.accepted) == bodies)
    assert now(house).state == state


def test_a_restored_backup_asks_a_person_before_it_sends_one_again(
    house: Context, server: FaultServer
) -> None:
    reply(house)
    with house.database.write() as conn:
        restore_guard.store_installation.put(conn, restore_guard.HALTED, "restored")
    restore_guard.confirm(house, engine_house_file(house))
    assert now(house).state == "unknown"
    pass_by(house, hours=2)
    assert (a_turn(house).sent, server.accepted) == (0, [])
    assert [each.email for each in in_doubt.list_all(house)] == [KIM]


def engine_house_file(house: Context) -> object:
    return house.journal._folder.parent / "epoch"  # type: ignore[attr-defined]
