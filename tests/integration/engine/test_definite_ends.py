"""A server's full answer stays an answer, whatever is lost between its last word and the database."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import suppression_reason
from relance.engine.journal.journal import Journal
from relance.engine.mailboxes import handing_over
from relance.engine.reasons import Cause, Code, because, prose
from relance.engine.sending import settle
from relance.engine.sending.doubt import recovery
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import Event, MessageState, State
from relance.engine.store.contacts import suppressions
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult, Unsendable
from tests import engine_house
from tests.engine_doors import NoMail, OneAnswer
from tests.reworded import in_english

EVE, ADA, BEN = "eve@acme.example", "ada@sales.example", "ben@sales.example"
NOBODY = SendResult(Outcome.REFUSED, "final", Blame.RECIPIENT, 550, "5.1.1", "no such person")
WORDS = SendResult(Outcome.REFUSED, "final", Blame.CONTENT, 554, "5.7.1", "we do not like it")
QUOTA = SendResult(Outcome.REFUSED, "final", Blame.SENDER, 550, "5.4.5", "daily quota")
LATER = SendResult(Outcome.DEFERRED, "final", Blame.SERVER, 451, "4.3.0", "try later")
LATE = SendResult(Outcome.NOT_SENT, "data", text="the mail's turn came too late after its mark")
ENDS = [
    (NOBODY, MessageState.REFUSED, State.BOUNCED),
    (WORDS, MessageState.REFUSED, State.HELD),
    (QUOTA, MessageState.DEFERRED, State.ACTIVE),
    (LATER, MessageState.DEFERRED, State.ACTIVE),
    (LATE, MessageState.PREPARED, State.ACTIVE),
]


@pytest.fixture
def ready(house: Context) -> Context:
    """Eve's first mail is due."""
    publish.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(house, ADA)
    contact_service.add(house, EVE, {})
    enroll.enroll(house, EnrollRequest("Trial"))
    engine_house.clock(house).advance(hours=2)
    return dataclasses.replace(house, open_inbox=NoMail())


def row(house: Context) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=EVE)[0].enrollment


def mail(house: Context) -> messages.Message:
    with house.database.read() as conn:
        return messages.of_steps(conn, [(row(house).id, "intro")])[row(house).id, "intro"]


def a_turn(house: Context) -> turn.TurnReport:
    return turn.take_turn(house, 1, lambda: False)


@pytest.mark.parametrize(("answer", "state", "stands"), ENDS)
def test_an_answer_survives_a_database_that_is_lost_at_that_moment(
    ready: Context, monkeypatch: pytest.MonkeyPatch, answer: SendResult, state: MessageState, stands: State
) -> None:
    def gone(conn: object, house: object, attempts: list[object]) -> None:
        if attempts:
            raise errors.Unreachable("simulated: the database went away")

    post = OneAnswer(answer)
    ready = dataclasses.replace(ready, open_outbox=post)
    with monkeypatch.context() as patch:
        patch.setattr(settle, "record", gone)
        a_turn(ready)
    assert (mail(ready).state, len(post.bodies)) == (MessageState.TRANSMITTING, 1)
    a_turn(dataclasses.replace(ready, open_outbox=OneAnswer(LATER)))
    if answer is LATE:  # it may go at once, and is put off by the second server
        state, answer = MessageState.DEFERRED, LATER
    assert (mail(ready).state, row(ready).state) == (state, stands)
    assert (mail(ready).code, mail(ready).reply) == (answer.code, answer.text)


def test_a_refusal_of_the_mailbox_pauses_it_before_the_turn_that_finds_it_offers_more(ready: Context) -> None:
    _left_transmitting(ready, QUOTA)
    post = OneAnswer(LATER)
    a_turn(dataclasses.replace(ready, open_outbox=post))
    with ready.database.read() as conn:
        assert mailboxes.by_id(conn, 1).state == "paused"
    assert post.bodies == []


def test_why_a_server_was_not_asked_is_known_by_its_code_after_a_crash(ready: Context) -> None:
    beyond = SendResult(
        Outcome.REFUSED, "mail", Blame.CONTENT, text="no SMTPUTF8", unsendable=Unsendable.ADDRESS
    )
    _left_transmitting(ready, beyond)
    a_turn(dataclasses.replace(ready, open_outbox=OneAnswer(LATER)))
    assert [each["code"] for each in row(ready).reasons] == [Code.ADDRESS_NOT_ASCII]


@pytest.mark.parametrize("answer", [LATER, QUOTA, NOBODY], ids=["later", "quota", "nobody"])
def test_who_is_handed_over_while_a_server_turns_their_mail_away_gets_the_other_mailboxs(
    ready: Context, answer: SendResult
) -> None:
    engine_house.add_mailbox(ready, BEN)

    class Meanwhile(OneAnswer):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            handing_over.hand_over(ready, ADA, BEN)
            return dataclasses.replace(answer, stage="rcpt")

    a_turn(dataclasses.replace(ready, open_outbox=Meanwhile(answer)))
    with ready.database.read() as conn:
        assert messages.of_steps(conn, [(row(ready).id, "intro")]) == {}
        paused = mailboxes.by_id(conn, 1).state == "paused"
        known_dead = ("address", EVE) in suppressions.standing(conn, [EVE])
    assert (paused, known_dead) == (answer is QUOTA, answer is NOBODY)
    if answer is not NOBODY:
        engine_house.clock(ready).advance(minutes=5)
        post = OneAnswer(SendResult(Outcome.ACCEPTED, "final", code=250, text="2.0.0 taken"))
        turn.take_turn(dataclasses.replace(ready, open_outbox=post), 2, lambda: False)
        assert [b"From: Ben" in each or b"ben@sales.example" in each for each in post.bodies] == [True]
        assert (mail(ready).state, mail(ready).mailbox_id) == (MessageState.ACCEPTED, 2)


def _left_transmitting(house: Context, answer: SendResult) -> None:
    """A worker heard the answer and died."""
    engine_house.add_message(house, row(house), MessageState.TRANSMITTING, fence=0, recipient=EVE)
    dead = Journal(house.journal._folder, "host-4711")
    dead.turn(1, 0)
    dead.begin(mail(house).id, 0)
    dead.ended(mail(house).id, 0, answer)
    dead.close()


def by_a_turn(house: Context) -> None:
    a_turn(dataclasses.replace(house, open_outbox=OneAnswer(LATER)))


@pytest.mark.parametrize("way", [recovery.replay, by_a_turn])
@pytest.mark.parametrize(("answer", "state", "stands"), ENDS[:4])
def test_an_answer_that_comes_to_light_late_means_what_it_would_have_meant(
    ready: Context, way: Callable[[Context], object], answer: SendResult, state: MessageState, stands: State
) -> None:
    engine_house.add_message(ready, row(ready), MessageState.UNKNOWN, fence=0, recipient=EVE)
    with ready.database.write() as conn:
        why = because(Code.MAY_BE_DELIVERED, said="the worker stopped")
        enrollments.apply(conn, [row(ready).id], Event.HELD, ready.clock.now(), reason=why)
    dead = Journal(ready.journal._folder, "host-4711")
    dead.begin(mail(ready).id, 0)
    dead.ended(mail(ready).id, 0, answer)
    dead.close()
    way(ready)
    assert (mail(ready).state, row(ready).state) == (state, stands)
    with ready.database.read() as conn:
        assert bool(suppressions.suppressed(conn, [EVE])) is (answer is NOBODY)
        assert (mailboxes.by_id(conn, 1).state == "paused") is (answer is QUOTA)
    if answer is LATER:
        assert row(ready).due_at == ready.clock.now() + ready.options.defer
    if answer is WORDS:
        assert Cause.UNKNOWN_MAIL not in {each.cause for each in row(ready).why}


def test_an_answer_found_late_leaves_another_reason_to_hold_alone(ready: Context, tmp_path: Path) -> None:
    with ready.database.write() as conn:
        enrollments.apply(conn, [row(ready).id], Event.HELD, ready.clock.now(), reason=prose("ask Ada first"))
    engine_house.add_message(ready, row(ready), MessageState.UNKNOWN, fence=0, recipient=EVE)
    dead = Journal(ready.journal._folder, "host-4711")
    dead.ended(mail(ready).id, 0, LATER)
    dead.close()
    recovery.replay(ready)
    assert (mail(ready).state, row(ready).state) == (MessageState.DEFERRED, State.HELD)


STRANGE = [
    b"[" * 200_000,
    b'{"begin":[1],"fence":{}}',
    b'{"turn":"x","boot":"b"}',
    b"\xff\xfe\x00",
    b'{"over":' + b"9" * 5000,
]


def test_whatever_stands_in_the_journals_folder_a_turn_settles_what_a_dead_worker_knew(
    ready: Context,
) -> None:
    _left_transmitting(ready, NOBODY)
    folder = ready.journal._folder
    for number, content in enumerate(STRANGE):
        (folder / f"stranger-{number}.0.journal").write_bytes(content)
        (folder / f"stranger-{number}.lock").touch()
    (folder / "x.journal").mkdir()
    post = OneAnswer(LATER)
    report = a_turn(dataclasses.replace(ready, open_outbox=post))
    assert (report.words, post.bodies) == ("", [])
    assert (mail(ready).state, row(ready).state) == (MessageState.REFUSED, State.BOUNCED)


def test_a_damaged_journal_leaves_doubt_and_no_second_mail(ready: Context) -> None:
    """Where it had said that the body had begun there is a hole; the turn's own lines are whole."""
    engine_house.add_message(ready, row(ready), MessageState.TRANSMITTING, fence=0, recipient=EVE)
    dead = Journal(ready.journal._folder, "host-4711")
    dead.turn(1, 0)
    dead.begin(mail(ready).id, 0)
    dead.over(1, 0, clean=False)
    dead.close()
    (file,) = ready.journal._folder.glob("host-4711.*.journal")
    turn_line, begun, over = file.read_bytes().splitlines()
    file.write_bytes(b"\n".join([turn_line, b"\0" * len(begun), over, b""]))
    post = OneAnswer(LATER)
    a_turn(dataclasses.replace(ready, open_outbox=post))
    assert post.bodies == []
    assert (mail(ready).state, row(ready).state) == (MessageState.UNKNOWN, State.HELD)


def test_a_mail_settled_late_keeps_the_servers_own_words(ready: Context) -> None:
    taken = SendResult(Outcome.ACCEPTED, "final", code=250, text="2.0.0 Ok: queued as 4Tx0")
    engine_house.add_message(ready, row(ready), MessageState.UNKNOWN, fence=0, recipient=EVE)
    dead = Journal(ready.journal._folder, "host-4711")
    dead.begin(mail(ready).id, 0)
    dead.ended(mail(ready).id, 0, taken)
    dead.close()
    recovery.replay(ready)
    assert (mail(ready).state, mail(ready).reply) == (MessageState.ACCEPTED, taken.text)


def test_the_server_that_refused_a_mail_put_its_address_on_the_list(ready: Context) -> None:
    """Not the turn in which it was offered; and so it reads where an earlier release kept that one."""
    a_turn(dataclasses.replace(ready, open_outbox=OneAnswer(NOBODY)))
    [found] = contact_service.suppressed(ready)
    told = (in_english("the server that refused it"), "server", ("bounced",))
    assert (found.added_by, found.added_by_kind, found.codes) == told
    before = {"kind": "schedule", "name": "turn"}
    with ready.database.write() as conn:
        assert conn.execute(sa.select(suppression_reason.c.added_by)).scalar_one() != before
        conn.execute(sa.update(suppression_reason).values(added_by=before))
    assert contact_service.suppressed(ready) == (found,)
