"""The way a mail takes is the one that is meant: 354, commit, body, on one connection and one login a turn.

A withdrawn 354 and a new connection are safe, too, and were once taken for every first mail without anybody noticing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, event
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, moves
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.imap.folders import Folder
from relance.mailbox.smtp.client import Outbox
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.mailbox.smtp.usage import Usage
from tests import engine_house
from tests.engine_doors import NoMail
from tests.servers.fault_smtp import Behaviour, FaultServer

ADA = "ada@sales.example"
PEOPLE = tuple(f"{name}@{name}.example" for name in ("eve", "fay", "gil", "hal", "ida", "jan", "kim"))
MAIL = ["MAIL", "RCPT", "DATA", "354", "body"]
LOGIN = ["EHLO", "AUTH"]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    login = (ADA, engine_house.PASSWORD)
    with FaultServer(Behaviour(starttls=False, login=login)) as running:
        yield running


@pytest.fixture
def ready(house: Context, server: FaultServer) -> Context:
    """Seven first mails are due in a mailbox on a real server."""
    publish.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(
        house, ADA, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="plain", daily_cap=None
    )
    for email in PEOPLE:
        contact_service.add(house, email, {})
    enroll.enroll(house, EnrollRequest("Trial"))
    engine_house.clock(house).advance(hours=3)
    return dataclasses.replace(house, open_inbox=NoMail())


def paced(house: Context, gap_seconds: int, together: int = 25) -> Context:
    with house.database.write() as conn:
        mailboxes.change(conn, 1, gap_seconds=gap_seconds)
    return dataclasses.replace(house, options=dataclasses.replace(house.options, together=together))


def a_turn(house: Context) -> turn.TurnReport:
    return turn.take_turn(house, 1, lambda: False)


def talks(server: FaultServer) -> list[list[str]]:
    """What was said on each connection, once all of them have ended."""
    server.wait_for(lambda: server.ended == server.connections)
    return server.talks


def rows(house: Context) -> dict[str, Enrollment]:
    with house.database.read() as conn:
        return {each.email: each.enrollment for each in enrollment_details.matching(conn)}


def test_each_turn_of_a_paced_mailbox_makes_one_connection_and_one_login(
    ready: Context, server: FaultServer
) -> None:
    house = paced(ready, gap_seconds=60)
    for _ in PEOPLE[:3]:
        report = a_turn(house)
        assert (report.sent, report.smtp.connections, report.smtp.logins, report.smtp.withdrawn) == (
            1,
            1,
            1,
            0,
        )
        engine_house.clock(house).advance(minutes=2)
    assert talks(server) == [[*LOGIN, *MAIL, "QUIT"]] * 3


def test_the_next_turn_of_a_paced_mailbox_comes_when_the_gap_is_over(ready: Context) -> None:
    """A mail leaves a little after it was claimed. Whoever came a gap after the claim would find that nothing may leave
    yet, and read the mailbox for want of anything else to do."""

    class Late(Outbox):
        def offer(self, sender: str, recipient: str, *rest: object) -> SendResult | None:
            engine_house.clock(ready).advance(seconds=5)
            return super().offer(sender, recipient, *rest)  # type: ignore[arg-type]

    inbox = Slow(ready)
    late = dataclasses.replace(ready, open_outbox=functools.partial(Late, helo="localhost"), open_inbox=inbox)
    house = paced(late, gap_seconds=60)
    assert a_turn(house).sent == 1
    before = inbox.looks
    engine_house.clock(house).advance(seconds=59)
    assert turn.due(house, 5) == []
    engine_house.clock(house).advance(seconds=1)
    assert turn.due(house, 5) == [1]
    assert (a_turn(house).sent, inbox.looks) == (1, before)


@pytest.mark.parametrize("together", [1, 3, 25])
def test_a_turn_of_many_mails_makes_one_connection_and_one_login(
    ready: Context, server: FaultServer, together: int
) -> None:
    report = a_turn(paced(ready, gap_seconds=0, together=together))
    assert (report.sent, report.smtp) == (7, Usage(connections=1, logins=1, bodies=7))
    assert talks(server) == [[*LOGIN, *MAIL * 7, "QUIT"]]
    assert [mail.recipient for mail in server.accepted] == list(PEOPLE)


@pytest.mark.parametrize("together", [1, 3])
def test_a_body_follows_its_own_354_and_the_mark_stands_between(ready: Context, together: int) -> None:
    seen: list[tuple[str, str, MessageState | None]] = []

    class Watched(Outbox):
        """Says how the mail stood in the database behind its 354 and before its body."""

        def offer(self, sender: str, recipient: str, *rest: object) -> SendResult | None:
            self.recipient = recipient
            result = super().offer(sender, recipient, *rest)  # type: ignore[arg-type]
            seen.append(("354", recipient, state(ready, recipient)))
            return result

        def transmit(self, raw: bytes) -> SendResult:
            seen.append(("body", self.recipient, state(ready, self.recipient)))
            return super().transmit(raw)

    watched = dataclasses.replace(ready, open_outbox=functools.partial(Watched, helo="localhost"))
    assert a_turn(paced(watched, gap_seconds=0, together=together)).sent == 7
    firsts = PEOPLE[::together]
    before = {who: None if who in firsts else MessageState.TRANSMITTING for who in PEOPLE}
    expected = [[("354", who, before[who]), ("body", who, MessageState.TRANSMITTING)] for who in PEOPLE]
    assert seen == [each for pair in expected for each in pair]


def test_whoever_was_written_to_goes_on_in_one_statement(
    ready: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody changed since they were claimed: the way round, one by one under a lock, is not taken."""

    def one_by_one(*_: object, **__: object) -> None:
        raise AssertionError("moved one by one")

    monkeypatch.setattr(moves, "move", one_by_one)
    assert a_turn(paced(ready, gap_seconds=0)).sent == 7
    assert {row.step for row in rows(ready).values()} == {"bump"}


def state(house: Context, email: str) -> MessageState | None:
    """How the mail stands; None where it has no row, as before its mark."""
    with house.database.read() as conn:
        found = enrollment_details.matching(conn, email=email)[0].enrollment
        mail = messages.of_steps(conn, [(found.id, "intro")]).get((found.id, "intro"))
    return mail.state if mail else None


def test_what_a_server_put_off_before_the_mark_is_offered_again_byte_for_byte(
    ready: Context, server: FaultServer
) -> None:
    """Its row is written with its end. Until then it has none: nothing of it has left."""
    raws: list[bytes] = []

    class PutOff(Outbox):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            if not raws:
                raws.append(kept(ready) or b"")
                return SendResult(Outcome.DEFERRED, "rcpt", code=450, text="later")
            return super().offer(*rest)  # type: ignore[arg-type]

    first = dataclasses.replace(ready, open_outbox=functools.partial(PutOff, helo="localhost"))
    a_turn(paced(first, gap_seconds=60))
    assert (raws, state(ready, PEOPLE[0])) == ([b""], MessageState.DEFERRED)
    frozen = kept(ready)
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, next_turn_at=None, synced_at=ready.clock.now())
    engine_house.clock(ready).advance(hours=1)
    for _ in PEOPLE:
        a_turn(ready)
        engine_house.clock(ready).advance(minutes=2)
    assert [mail.raw for mail in server.accepted if mail.recipient == PEOPLE[0]] == [frozen]


def kept(house: Context) -> bytes | None:
    """The bytes of the first one's mail, where the database has them."""
    with house.database.read() as conn:
        found = enrollment_details.matching(conn, email=PEOPLE[0])[0].enrollment
        mail = messages.of_steps(conn, [(found.id, "intro")]).get((found.id, "intro"))
    return mail.raw if mail else None


def test_only_a_354_whose_mail_may_not_go_is_withdrawn(ready: Context, server: FaultServer) -> None:
    """The first of a chunk is paused at the last moment: its 354 costs the connection, and nobody else's does."""

    class Interrupted(Outbox):
        def offer(self, sender: str, recipient: str, *rest: object) -> SendResult | None:
            if recipient == PEOPLE[0]:
                control.pause(ready, recipient)
            return super().offer(sender, recipient, *rest)  # type: ignore[arg-type]

    interrupted = dataclasses.replace(ready, open_outbox=functools.partial(Interrupted, helo="localhost"))
    report = a_turn(paced(interrupted, gap_seconds=0))
    assert (report.sent, report.smtp) == (6, Usage(connections=2, logins=2, withdrawn=1, bodies=6))
    assert talks(server) == [[*LOGIN, *MAIL[:4]], [*LOGIN, *MAIL * 6, "QUIT"]]


class Slow(NoMail):
    """An inbox with nothing in it; reading it takes a minute."""

    def __init__(self, house: Context) -> None:
        self.house = house
        self.looks = 0

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        self.looks += 1
        engine_house.clock(self.house).advance(minutes=1)
        return super().folders(with_trash=with_trash)


def test_a_claim_takes_only_follow_ups_that_were_due_when_the_mailbox_was_last_read(
    ready: Context, server: FaultServer
) -> None:
    """What falls due while the mailbox is read could not go: it is neither claimed nor offered before the next look."""
    assert a_turn(paced(ready, gap_seconds=0)).sent == 7
    first, later = (rows(ready)[email].id for email in PEOPLE[:2])
    now = ready.clock.now()
    due = {first: now, later: now + dt.timedelta(seconds=30)}
    with ready.database.write() as conn:
        conn.execute(sa.update(enrollment).values(due_at=now + dt.timedelta(days=9)))
        for number, at in due.items():
            here = enrollment.c.id == number
            conn.execute(sa.update(enrollment).where(here).values(due_at=at))
    inbox = Slow(ready)
    house = paced(dataclasses.replace(ready, open_inbox=inbox), gap_seconds=0)
    report = a_turn(house)
    assert (report.sent, report.smtp.withdrawn, rows(house)[PEOPLE[1]].attempts) == (1, 0, 0)
    assert turn.due(house, 5) == [1]  # at once again
    report = a_turn(house)
    assert (report.sent, report.smtp.withdrawn, inbox.looks) == (1, 0, 2)
    assert [mail.recipient for mail in server.accepted[7:]] == list(PEOPLE[:2])
    assert talks(server)[1:] == [[*LOGIN, *MAIL, "QUIT"]] * 2
    with house.database.read() as conn:
        told = conn.execute(sa.select(event.c.kind)).scalars()
        assert "message.stopped_at_gate" not in set(told)


def test_first_mails_are_claimed_without_any_look(ready: Context, server: FaultServer) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, synced_at=ready.clock.now() - dt.timedelta(minutes=4))
    assert a_turn(paced(ready, gap_seconds=0)).sent == 7
