"""A person answers from the inbox: the mail goes out once, through the thread's mailbox, by the way every mail takes; or it is said why not."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from relance import errors, wording
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import mailbox, own_reply
from relance.engine.inbound.answering import service
from relance.engine.inbound.answering.service import ReplyRequest
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.mailboxes.settings import changing
from relance.engine.sending.replies import queue
from relance.engine.sequences import control
from relance.engine.states import MessageState, State
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending import arrivals, messages, own_replies
from relance.mailbox.smtp.client import Outbox
from relance.mailbox.smtp.outcome import SendResult
from relance.wording import Text
from tests import engine_house, stored_sentences
from tests.engine_doors import NoMail
from tests.reading import ADA, KIM, row
from tests.replying import (
    LEAVES,
    WORDS,
    a_turn,
    answered,
    kept,
    kinds,
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


def test_it_leaves_after_its_time_in_the_thread_as_it_was_written(
    house: Context, server: FaultServer
) -> None:
    written = reply(house)
    assert (written.state, written.leaves_at, written.can_be_taken_back) == (
        "prepared", house.clock.now() + LEAVES, True,
    )  # fmt: skip
    frozen = kept(house).raw
    assert turn.due(house, 5) == []
    pass_by(house, seconds=29)
    assert turn.due(house, 5) == []
    pass_by(house, seconds=1)
    assert turn.due(house, 5) == [1]
    assert a_turn(house).sent == 1
    [left] = server.accepted
    assert (left.raw, left.recipient) == (frozen, KIM)
    seen = email.message_from_bytes(left.raw)
    with house.database.read() as conn:
        [theirs] = [replies.message_id(conn, 1)]
    first = seen["References"].split()[0]
    assert (seen["In-Reply-To"], seen["References"].split()) == (theirs, [first, theirs])
    assert seen["Subject"] == "Re: Fewer forgotten follow-ups"
    assert "> Please call me." in seen.get_payload()
    assert now(house).state == "accepted"
    assert now(house).sent_at == house.clock.now()
    assert (reply_at(house), unread(house), row(house).state) == (None, False, State.REPLIED)
    assert [each for each in kinds(house) if "folder" not in each][-2:] == [
        "reply.written",
        "message.accepted",
    ]
    pass_by(house, hours=9)
    assert a_turn(house).sent == 0
    assert len(server.accepted) == 1


def test_a_reply_has_the_signature_of_its_mailbox_and_what_was_written_has_not(
    house: Context, server: FaultServer
) -> None:
    changing.change(house, ADA, changing.MailboxChange(signature="Ada Lake, Sales"))
    written = reply(house, quote=False)
    assert "Ada Lake, Sales" not in written.text
    assert reply(house, quote=False).id == written.id  # the same words are still one answer
    pass_by(house, seconds=31)
    assert a_turn(house).sent == 1
    assert (
        email.message_from_bytes(server.accepted[0].raw)
        .get_payload()
        .endswith("\r\n-- \r\nAda Lake, Sales\r\n")
    )


def test_the_same_words_or_the_same_key_are_one_answer(house: Context, server: FaultServer) -> None:
    first = reply(house)
    assert reply(house, f"{WORDS}\n").id == first.id
    assert reply(house, "Other words.", key="clicked-1").id != first.id
    assert reply(house, "And others.", key="clicked-1").text.startswith("Other words.")
    pass_by(house, minutes=1)
    assert a_turn(house).sent == 2
    assert reply(house).id == first.id
    pass_by(house, minutes=1)
    assert a_turn(house).sent == 0
    assert len(server.accepted) == 2


def test_taken_back_it_never_leaves_and_may_be_written_again(house: Context, server: FaultServer) -> None:
    first = reply(house)
    assert service.take_back(house, 1).state == "abandoned"
    with pytest.raises(errors.Invalid):
        service.take_back(house, 1)
    pass_by(house, minutes=1)
    assert (a_turn(house).sent, server.accepted, reply_at(house)) == (0, [], None)
    again = reply(house)
    assert again.id != first.id
    pass_by(house, minutes=1)
    assert a_turn(house).sent == 1
    with pytest.raises(errors.Invalid):
        service.take_back(house, 1)


def test_a_reply_waits_through_a_restart_and_can_be_taken_back_until_it_leaves(
    house: Context, server: FaultServer
) -> None:
    """Whoever wrote it may have closed the window, and nothing may run when its time comes."""
    first = reply(house)
    pass_by(house, hours=3)
    assert now(house).can_be_taken_back
    assert service.take_back(house, 1).id == first.id
    reply(house, "Another.")
    pass_by(house, hours=3)
    assert turn.due(house, 5) == [1]
    assert (a_turn(house).sent, a_turn(house).sent) == (1, 0)
    assert len(server.accepted) == 1


def test_taken_back_behind_its_354_its_body_does_not_follow(house: Context, server: FaultServer) -> None:
    class TakenBack(Outbox):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            result = super().offer(*rest)  # type: ignore[arg-type]
            service.take_back(house, 1)
            return result

    reply(house)
    pass_by(house, minutes=1)
    assert a_turn(through(house, TakenBack)).sent == 0
    assert (server.accepted, now(house).state) == ([], "abandoned")
    assert a_turn(house).sent == 0


@pytest.mark.parametrize("said", ["before it was written", "before it was claimed", "behind its 354"])
def test_nothing_leaves_to_somebody_who_said_no(house: Context, server: FaultServer, said: str) -> None:
    class SaidNo(Outbox):
        def offer(self, *rest: object) -> SendResult | None:  # type: ignore[override]
            result = super().offer(*rest)  # type: ignore[arg-type]
            contact_service.suppress(house, KIM)
            return result

    if said == "before it was written":
        contact_service.suppress(house, KIM)
        with pytest.raises(errors.Invalid):
            reply(house)
        assert service.of_answer(house, 1) == ()
        return
    reply(house)
    if said == "before it was claimed":
        contact_service.suppress(house, KIM)
    pass_by(house, minutes=1)
    a_turn(through(house, SaidNo) if said == "behind its 354" else house)
    for _ in range(3):
        a_turn(house)
        pass_by(house, minutes=6)
    assert (server.accepted, now(house).state, unread(house)) == ([], "abandoned", True)
    assert now(house).why
    assert "reply.given_up" in kinds(house)
    assert reply_at(house) is None


def test_a_no_that_came_in_by_mail_until_then_is_heard_first(house: Context, server: FaultServer) -> None:
    """The mailbox is read before it leaves, whatever was read when."""

    class Opened(NoMail):
        looks = 0

        def folders(self, **how: object) -> list[object]:  # type: ignore[override]
            type(self).looks += 1
            if type(self).looks == 1:
                contact_service.suppress(house, KIM)
            return super().folders()  # type: ignore[return-value]

    reply(house)
    pass_by(house, minutes=1)
    assert a_turn(dataclasses.replace(house, open_inbox=Opened())).sent == 0
    assert Opened.looks
    assert server.accepted == []


def test_it_waits_for_a_paused_mailbox_only_where_that_was_asked_for(
    house: Context, server: FaultServer
) -> None:
    mailbox_service.pause(house, ADA)
    with pytest.raises(errors.Invalid):
        reply(house)
    reply(house, when_paused=True)
    pass_by(house, minutes=1)
    assert (a_turn(house).sent, now(house).state) == (0, "prepared")
    assert turn.due(house, 5) == []  # not called again and again meanwhile
    mailbox_service.resume(house, ADA)
    assert a_turn(house).sent == 1
    assert len(server.accepted) == 1


def test_a_removed_mailbox_sends_nothing_and_says_so(house: Context) -> None:
    reply(house)
    handing_over.remove(house, ADA, force=True)
    assert (now(house).state, unread(house)) == ("abandoned", True)
    with pytest.raises(errors.Invalid):
        reply(house, "Again.")


def test_it_leaves_at_night_and_over_the_cap_and_counts(house: Context, server: FaultServer) -> None:
    with house.database.write() as conn:
        mailboxes.change(conn, 1, daily_cap=1, gap_seconds=600)
    engine_house.clock(house).move_to(house.clock.now().replace(hour=23))
    for text in ("One.", "Two."):
        reply(house, text, undo_seconds=0)
    assert a_turn(house).sent == 2
    with house.database.read() as conn:
        assert len(arrivals.sent_since(conn, 1, house.clock.now() - dt.timedelta(hours=1))) == 2


def test_it_is_no_step_of_anybody_s_sequence(house: Context) -> None:
    """Nothing of the sequence moves by it, and what is written anew for a step leaves it alone."""
    before = row(house)
    reply(house)
    with house.database.write() as conn:
        messages.forget_prepared(conn, [before.id])
    assert now(house).state == "prepared"
    pass_by(house, minutes=1)
    a_turn(house)
    after = row(house)
    assert (after.step, after.state, after.attempts) == (before.step, before.state, before.attempts)


def test_an_answer_written_while_a_turn_ends_is_not_passed_over(house: Context) -> None:
    with house.database.write() as conn:
        lease = leases.acquire(conn, 1, "test", alone=True)
    assert lease is not None
    reply(house)
    with house.database.write() as conn:
        leases.release(conn, lease, house.clock.now() + dt.timedelta(hours=1), None)
    with house.database.read() as conn:
        assert mailboxes.by_id(conn, 1).next_turn_at == house.clock.now() + LEAVES


@pytest.mark.parametrize(
    "wish",
    [
        ReplyRequest(" \r\n "),
        ReplyRequest("x" * 50_001),
        ReplyRequest("x", key="short"),
        ReplyRequest("x", key="not a key!"),
        ReplyRequest("x", undo_seconds=-1),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(house: Context, wish: ReplyRequest) -> None:
    with pytest.raises(errors.Invalid):
        service.reply(house, 1, wish)
    assert service.of_answer(house, 1) == ()


def test_whoever_is_not_known_is_not_answered(house: Context) -> None:
    with pytest.raises(errors.NotFound):
        service.reply(house, 4711, ReplyRequest("x"))


def test_a_sequence_that_goes_on_again_goes_on_beside_it(house: Context, server: FaultServer) -> None:
    reply(house)
    control.resume(house, KIM)
    with house.database.read() as conn:
        assert conn.execute(sa.select(own_reply.c.open)).scalars().all() == [True]
    pass_by(house, minutes=1)
    a_turn(house)
    assert now(house).state == MessageState.ACCEPTED.value
    with house.database.read() as conn:
        assert conn.execute(sa.select(mailbox.c.reply_at)).scalar_one() is None


def test_replies_of_one_millisecond_are_listed_and_leave_in_the_order_in_which_they_were_written(
    house: Context, server: FaultServer
) -> None:
    """The clock of this test stands still: nothing but their numbers tells them apart."""
    words = [f"{number}. Tuesday at ten?" for number in range(6)]
    for each in words:
        reply(house, each)
    listed = [each.text.splitlines()[0] for each in service.of_answer(house, 1)]
    pass_by(house, seconds=30)
    assert a_turn(house).sent == len(words)
    left = [email.message_from_bytes(each.raw).get_payload().splitlines()[0] for each in server.accepted]
    assert (listed, left) == (words, words)
    with house.database.read() as conn:
        numbers = [each.id for each in own_replies.to_mail(conn, 1)]
    assert numbers == sorted(numbers)


def test_a_turn_asks_once_for_all_its_replies(house: Context) -> None:
    asked: list[str] = []
    for number in range(3):
        reply(house, f"{number}. Tuesday at ten?")
    with house.database.read() as conn:
        claimed = own_replies.waiting(conn)
        sa.event.listen(conn, "before_cursor_execute", lambda *given: asked.append(given[2]))
        found = queue.outgoing(conn, claimed)
    assert [each.message.id for each in found] == [each.message_id for each in claimed]
    assert (len(claimed), len(asked)) == (3, 2)


def in_the_language(house: Context, language: str | None) -> None:
    """The sequence says so."""
    with house.database.read() as conn:
        script = house.library.script(conn, row(house).sequence_version_id)
    script.definition = script.definition.model_copy(update={"language": language})


@pytest.mark.wording
@pytest.mark.parametrize(
    ("language", "ends"),
    [("pl", "pisze:"), ("en", "wrote:"), (None, "wrote:"), ("de", f"<{KIM}>:")],
)
def test_the_line_above_the_quote_is_in_the_language_of_the_conversation(
    house: Context, language: str | None, ends: str
) -> None:
    """That of the sequence, or that in which Kim wrote; not that of who replies."""
    in_the_language(house, language)
    with wording.speaking("en" if language == "pl" else "pl"):
        reply(house, "Please call me.")
    own, quoted = kept(house).body.split("\n\n")
    heading, theirs = quoted.split("\n")[:2]
    assert (own, theirs[:2]) == ("Please call me.", "> ")
    assert heading.endswith(ends)
    assert ends in email.message_from_bytes(kept(house).raw).get_payload()


@pytest.mark.own_words
def test_no_other_sentence_of_a_reply_would_pass_where_sentences_are_keys(house: Context) -> None:
    """What looks for sentences in a database leaves out the line above a reply's quote, and nothing else (`tests.stored_sentences`)."""
    in_the_language(house, "pl")
    with stored_sentences.keys_in_place_of("pl"), wording.speaking("pl"):
        reply(house)
        assert stored_sentences.KEY.search(kept(house).body)
        assert found_in(house) == []
        engine_house.add_message(
            house, row(house), MessageState.ACCEPTED, step="other", body=kept(house).body
        )
        assert len(found_in(house)) == 1
        service.take_back(house, 1)
        reply(house, str(Text("paused by a person")))
    assert len(found_in(house)) == 2


def found_in(house: Context) -> list[str]:
    return stored_sentences.of_database(str(house.database.engine.url.render_as_string(hide_password=False)))
