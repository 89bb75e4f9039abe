"""The sender's trouble is not the recipient's: what refusals and returned mails do to people, mailboxes and organisations."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import event, hold
from relance.engine.inbound import apply
from relance.engine.inbound.match import Match
from relance.engine.inbound.policy import Certainty
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.reasons import Code
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState, State
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.mailbox.failures import FailureReason
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind, Speaker
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import SendResult
from relance.mailbox.smtp.usage import Usage
from tests import engine_house
from tests.engine_doors import NoMail
from tests.reworded import in_english, worded

ADA = "ada@firm.example"
KIM, BOB, EVE = "kim@lake.example", "bob@hill.example", "eve@wood.example"
_NUMBERS = itertools.count(1)


@pytest.fixture
def ready(house: Context) -> Context:
    """Kim's, Bob's and Eve's first mails are due, in this order."""
    publish.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(house, ADA)
    for email in (KIM, BOB, EVE):
        contact_service.add(house, email, {})
        enroll.enroll(house, EnrollRequest("Trial", emails=[email]))
    engine_house.clock(house).advance(hours=2)
    return dataclasses.replace(house, open_inbox=NoMail())


def row(house: Context, email: str) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=email)[0].enrollment


def state(house: Context, email: str) -> State:
    return row(house, email).state


def mailbox(house: Context) -> mailboxes.Mailbox:
    with house.database.read() as conn:
        return mailboxes.by_id(conn, 1)


def suppressed(house: Context) -> set[str]:
    with house.database.read() as conn:
        return {each.value for each in suppressions.list_all(conn)}


def a_turn(house: Context) -> turn.TurnReport:
    return turn.take_turn(house, 1, lambda: False)


def sent(house: Context, email: str) -> messages.Message:
    """The person's first mail, accepted."""
    enrollment = row(house, email)
    return engine_house.add_message(house, enrollment, MessageState.ACCEPTED, recipient=email)


def hear(house: Context, mail: messages.Message, judgement: Classification) -> int:
    """A returned mail about `mail`, judged so, is acted upon; returns its number in the inbox."""
    number = next(_NUMBERS)
    raw = f"From: mailer-daemon@firm.example\r\nMessage-ID: <b{number}@firm.example>\r\n\r\nno".encode()
    now = house.clock.now()
    with house.database.write() as conn:
        contact = contacts.by_ids(conn, [mail.contact_id])[mail.contact_id]
        found = Match(Certainty.CERTAIN, "a test", contact, mail)
        item = apply.NewReply(
            1, "INBOX", 1, number, f"b{number}", message.read(raw), raw, now, found, judgement, "no"
        )
        apply.act(conn, house, [item], now)
    return number


def bounce(**values: object) -> Classification:
    return Classification(Kind.HARD_BOUNCE, "is hard bounce", "550 no", **values)  # type: ignore[arg-type]


def test_a_doubtful_bounce_holds_and_a_second_one_is_proof(ready: Context) -> None:
    mail = sent(ready, KIM)
    hear(ready, mail, bounce(definite=False, failure=FailureReason.NO_SUCH_USER))
    assert (state(ready, KIM), suppressed(ready)) == (State.HELD, set())
    engine_house.clock(ready).advance(days=3)
    hear(ready, mail, bounce(definite=False, failure=FailureReason.NO_SUCH_USER))
    assert (state(ready, KIM), suppressed(ready)) == (State.BOUNCED, {KIM})


def test_a_definite_bounce_ends_at_once(ready: Context) -> None:
    hear(ready, sent(ready, KIM), bounce())
    assert (state(ready, KIM), suppressed(ready)) == (State.BOUNCED, {KIM})


# One server answer to several people.


class Post:
    """A server that answers each recipient as told, at RCPT or after the body, and keeps who was offered."""

    def __init__(self, stage: str, answer: Callable[[str], tuple[int, str] | None]) -> None:
        self.stage = stage
        self.answer = answer
        self.offered: list[str] = []
        self.usage = Usage()

    def __call__(self, account: object) -> Post:
        return self

    def __enter__(self) -> Post:
        return self

    def __exit__(self, *rest: object) -> None:
        pass

    def connect(self) -> None:
        pass

    def withdraw(self) -> None:
        pass

    def offer(self, sender: str, recipient: str, *rest: object) -> SendResult | None:
        self.offered.append(recipient)
        return self._said(recipient) if self.stage == "rcpt" else None

    def transmit(self, raw: bytes) -> SendResult:
        said = self._said(self.offered[-1]) if self.stage == "final" else None
        return said or smtp_replies.accepted(250, "2.0.0 Ok")

    def _said(self, recipient: str) -> SendResult | None:
        found = self.answer(recipient)
        return None if found is None else smtp_replies.verdict(self.stage, *found)


def touched(house: Context) -> list[str]:
    """Whoever a refusal was held against."""
    return [email for email in (KIM, BOB, EVE) if state(house, email) is not State.ACTIVE]


ANSWERS = [
    ("rcpt", 550, "5.1.1 <{}>: Recipient address rejected: User unknown"),
    ("rcpt", 550, "No such user here"),
    ("rcpt", 550, "#5.1.0 Address rejected."),
    ("rcpt", 552, "5.2.2 <{}> mailbox full"),
    ("final", 552, "5.3.4 Message size exceeds limit"),
    ("final", 554, "something nobody ever heard of, id 4f3a-{}"),
    ("rcpt", 550, ""),
]


@pytest.mark.parametrize(("stage", "code", "words"), ANSWERS)
@pytest.mark.parametrize("gap", [0, 60])
def test_the_same_words_to_two_people_pause_the_mailbox_before_a_third(
    ready: Context, stage: str, code: int, words: str, gap: int
) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, gap_seconds=gap)  # with a gap, each mail has a turn of its own
    post = Post(stage, lambda who: (code, words.format(who)))
    house = dataclasses.replace(ready, open_outbox=post)
    for _ in range(4):
        a_turn(house)
        engine_house.clock(house).advance(minutes=2)
    assert mailbox(house).state == "paused"
    assert in_english("two people in a row") in mailbox(house).reason
    assert post.offered == [KIM, BOB]
    assert touched(house) in ([], [KIM])
    assert suppressed(house) <= {KIM}


def test_an_accepted_mail_between_them_shows_that_all_is_well(ready: Context) -> None:
    post = Post("rcpt", lambda who: None if who == BOB else (550, "5.1.1 User unknown"))
    a_turn(dataclasses.replace(ready, open_outbox=post))
    assert mailbox(ready).state == "active"
    assert touched(ready) == [KIM, EVE]
    assert suppressed(ready) == {KIM, EVE}


def test_after_a_person_resumed_it_the_next_one_is_heard_out(ready: Context) -> None:
    house = dataclasses.replace(ready, open_outbox=Post("rcpt", lambda _: (550, "No such user here")))
    a_turn(house)
    assert touched(house) == [KIM]
    mailbox_service.resume(house, ADA)
    engine_house.clock(house).advance(hours=1)  # what piled up is spread
    a_turn(house)
    assert (len(touched(house)), mailbox(house).state) == (2, "paused")


@pytest.mark.parametrize(
    "words", ["554 5.2.252 SendAsDenied", "550 Outgoing mail from ada@firm.example has been suspended"]
)
def test_the_senders_trouble_touches_nobody(ready: Context, words: str) -> None:
    post = Post("final", lambda _: (int(words[:3]), words[4:]))
    a_turn(dataclasses.replace(ready, open_outbox=post))
    assert (post.offered, touched(ready), mailbox(ready).state) == ([KIM], [], "paused")


def test_words_that_name_our_own_address_alone_are_about_us(ready: Context) -> None:
    post = Post("rcpt", lambda _: (550, f"Mailbox {ADA} has been closed"))
    a_turn(dataclasses.replace(ready, open_outbox=post))
    assert (touched(ready), mailbox(ready).state) == ([], "paused")


# One receiving organisation refuses.


def blocked(**values: object) -> Classification:
    return Classification(Kind.BLOCKED, "is blocked", "550 5.7.1 blocked for reputation", **values)  # type: ignore[arg-type]


def colleague(house: Context) -> str:
    """Somebody else at Kim's company, enrolled now."""
    contact_service.add(house, "lou@lake.example", {})
    enroll.enroll(house, EnrollRequest("Trial", emails=["lou@lake.example"]))
    return "lou@lake.example"


def test_a_block_by_one_organisation_holds_mail_to_it_and_the_rest_goes_on(ready: Context) -> None:
    lou = colleague(ready)
    hear(ready, sent(ready, KIM), blocked())
    assert (state(ready, KIM), state(ready, lou)) == (State.HELD, State.HELD)
    (why,) = row(ready, lou).reasons
    assert (why["code"], why["params"]["organisation"]) == (Code.ORGANISATION_REFUSES, "lake.example")
    assert in_english("mail from this mailbox to lake.example is refused") in row(ready, lou).reason
    assert (mailbox(ready).state, touched(ready)) == ("active", [KIM])
    view = mailbox_service.show(ready, ADA)
    assert view.refused_by == ("lake.example",)


def test_a_second_organisation_that_says_the_like_pauses_the_mailbox(ready: Context) -> None:
    mail = sent(ready, KIM)
    hear(ready, mail, blocked())
    hear(ready, mail, blocked())
    assert mailbox(ready).state == "active"  # the same one again
    hear(ready, sent(ready, BOB), blocked())
    assert mailbox(ready).state == "paused"
    assert "lake.example" in mailbox(ready).reason
    assert "hill.example" in mailbox(ready).reason


def test_a_no_of_long_ago_says_nothing_of_today(ready: Context) -> None:
    hear(ready, sent(ready, KIM), blocked())
    engine_house.clock(ready).advance(days=40)
    hear(ready, sent(ready, BOB), blocked())
    assert mailbox(ready).state == "active"


def test_our_own_provider_pauses_at_once_and_holds_no_organisation(ready: Context) -> None:
    hear(ready, sent(ready, KIM), blocked(speaker=Speaker.OWN))
    assert mailbox(ready).state == "paused"
    assert mailbox_service.show(ready, ADA).refused_by == ()


def test_what_a_receiving_server_said_at_once_holds_its_organisation(ready: Context) -> None:
    lou = colleague(ready)
    engine_house.clock(ready).advance(hours=1)
    words = "host mx.lake.example[192.0.2.1] said: 550 5.7.1 blocked for its reputation (in reply to RCPT TO)"
    post = Post("rcpt", lambda who: (550, words) if who == KIM else None)
    a_turn(dataclasses.replace(ready, open_outbox=post))
    assert (state(ready, KIM), state(ready, lou), mailbox(ready).state) == (State.HELD, State.HELD, "active")
    assert post.offered == [KIM]  # what holds others is written first
    a_turn(dataclasses.replace(ready, open_outbox=post))
    assert BOB in post.offered
    assert lou not in post.offered
    assert suppressed(ready) == set()


def test_who_is_enrolled_later_is_held_as_well_and_goes_on_when_it_is_tried_again(ready: Context) -> None:
    hear(ready, sent(ready, KIM), blocked())
    lou = colleague(ready)
    engine_house.clock(ready).advance(hours=2)
    post = Post("final", lambda _: None)
    house = dataclasses.replace(ready, open_outbox=post)
    a_turn(house)
    assert lou not in post.offered
    assert state(house, lou) is State.HELD
    rehearsed = refusing_domains.retry(house, ADA, "lake.example", dry_run=True)
    assert (rehearsed.going_on, state(house, lou)) == ((KIM, lou), State.HELD)
    assert refusing_domains.retry(house, ADA, "@Lake.example").going_on == (KIM, lou)
    assert [closed_by(house, each) for each in (KIM, lou)] == ["enrollment.released"] * 2
    engine_house.clock(house).advance(hours=2)
    a_turn(house)
    assert lou in post.offered
    with pytest.raises(errors.NotFound, match=worded("does not refuse")):
        refusing_domains.retry(house, ADA, "lake.example")


def test_another_reason_to_hold_outlives_the_retry(ready: Context) -> None:
    hear(ready, sent(ready, KIM), blocked())
    control.pause(ready, KIM, reason="ask first")
    report = refusing_domains.retry(ready, ADA, "lake.example")
    assert (report.going_on, report.still_held) == ((), (KIM,))
    assert (state(ready, KIM), row(ready, KIM).reason) == (State.HELD, "ask first")
    assert closed_by(ready, KIM) == "organisation.retried"


def closed_by(house: Context, email: str) -> str:
    """The kind of the event that closed the hold for a refusing organisation."""
    of_theirs = (hold.c.enrollment_id == row(house, email).id, hold.c.kind == "organisation")
    with house.database.read() as conn:
        found = sa.select(event.c.kind).join(hold, hold.c.closed_by == event.c.id).where(*of_theirs)
        return str(conn.execute(found).scalar_one())


def test_resuming_one_person_tries_their_organisation_again(ready: Context) -> None:
    hear(ready, sent(ready, KIM), blocked())
    control.resume(ready, KIM)
    assert state(ready, KIM) is State.ACTIVE
    assert mailbox_service.show(ready, ADA).refused_by == ()


def test_a_free_mail_provider_is_one_organisation(ready: Context) -> None:
    for email in ("a@gmail.com", "b@gmail.com"):
        contact_service.add(ready, email, {})
        enroll.enroll(ready, EnrollRequest("Trial", emails=[email]))
    hear(ready, sent(ready, "a@gmail.com"), blocked())
    assert state(ready, "b@gmail.com") is State.HELD
