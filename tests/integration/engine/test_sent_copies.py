"""Our own mails met again: what a copy proves, which mail it is, and who is left to a person that writes by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine import enrolling, people, publishing, sent_copies
from relance.engine.house import House
from relance.engine.matching import thread_key
from relance.engine.sent_copies import Copy
from relance.engine.states import MessageState, State
from relance.engine.store import answers, enrollments, mailboxes, messages
from relance.engine.store.answers import Wanted
from relance.engine.store.messages import Message
from relance.engine.tables import message
from relance.mailbox import parse
from relance.mailbox.inbound import Inbound
from tests import engine_house

OLA = "ola@acme.example"
OURS = "<intro@sales.example>"
LATER = engine_house.MONDAY + dt.timedelta(hours=2)


class Desk:
    """Ada's mailbox, and Ola, who got the mail `sent` from it."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.number = engine_house.add_mailbox(house)
        people.add(house, OLA, {"first_name": "Ola"})
        publishing.publish(house, engine_house.TRIAL)
        assert enrolling.enroll(house, enrolling.Wish("Trial", [OLA])).enrolled == 1
        self.sent = self.send(MessageState.ACCEPTED)

    def send(self, state: MessageState) -> Message:
        """A mail to Ola, in this state."""
        sent = {"recipient": OLA, "subject": "Hello", "message_id": OURS}
        self.sent = engine_house.add_message(self.house, self.row, state, **sent)
        return self.sent

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    @property
    def message(self) -> Message:
        with self.house.database.read() as conn:
            found = messages.by_id(conn, self.sent.id)
        assert found is not None
        return found

    def take(self, *copies: Copy) -> None:
        with self.house.database.write() as conn:
            sent_copies.take(conn, self.house, self.number, copies, self.house.clock.now())

    def keys(self, *wanted: str) -> set[str]:
        with self.house.database.read() as conn:
            found = messages.by_keys(conn, wanted)
        return {key for key, mail in found.items() if mail.id == self.sent.id}

    def kept(self) -> list[answers.Answer]:
        with self.house.database.read() as conn:
            return answers.page(conn, Wanted(by_hand=True))


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    with engine_house.build(migrated_url, tmp_path, allow_test_domains=True) as house:
        yield Desk(house)


def letter(*headers: str, to: str = OLA, subject: str = "Hello", at: dt.datetime = LATER) -> Inbound:
    lines = (
        "From: ada@sales.example",
        f"To: {to}",
        f"Subject: {subject}",
        f"Date: {at:%d %b %Y %H:%M:%S} +0000",
    )
    return parse.read("\r\n".join((*lines, *headers, "", "Hello.")).encode())


def copy(mail: Inbound, *, in_sent: bool = True, thread: str | None = None, uid: int = 1) -> Copy:
    return Copy(mail, "Sent" if in_sent else "INBOX", 7, uid, in_sent, thread)


def test_a_copy_in_sent_proves_that_the_provider_files_them(desk: Desk) -> None:
    desk.take(copy(letter(f"Message-ID: {OURS}")))
    with desk.house.database.read() as conn:
        assert mailboxes.by_id(conn, desk.number).files_sent is True
    assert desk.row.state is State.ACTIVE  # nobody wrote by hand
    assert desk.kept() == []


def test_a_copy_among_other_mail_proves_nothing_of_sent(desk: Desk) -> None:
    desk.take(copy(letter(f"Message-ID: {OURS}"), in_sent=False))
    with desk.house.database.read() as conn:
        assert mailboxes.by_id(conn, desk.number).files_sent is None


def test_the_id_that_a_provider_gave_is_learned_with_the_conversation(desk: Desk) -> None:
    given = "<given@mail.provider.example>"
    desk.take(copy(letter(f"Message-ID: {given}", f"X-Google-Original-Message-ID: {OURS}"), thread="77"))
    assert desk.keys(given, thread_key(desk.number, "77")) == {given, thread_key(desk.number, "77")}


def test_a_copy_without_any_id_of_ours_is_known_by_recipient_subject_and_second(desk: Desk) -> None:
    given = "<other@mail.provider.example>"
    sent = desk.sent.prepared_at
    desk.take(copy(letter(f"Message-ID: {given}", at=sent)))
    assert desk.keys(given) == {given}
    assert desk.row.state is State.ACTIVE


@pytest.mark.parametrize(
    "other",
    [
        letter("Message-ID: <a@x.example>", subject="Another matter", at=engine_house.MONDAY),
        letter("Message-ID: <a@x.example>", at=engine_house.MONDAY + dt.timedelta(seconds=1)),
    ],
    ids=["another subject", "another second"],
)
def test_what_only_resembles_one_of_ours_is_a_person_s(desk: Desk, other: Inbound) -> None:
    desk.take(copy(other))
    assert desk.keys("<a@x.example>") == set()
    assert desk.row.state is State.PAUSED


@pytest.mark.parametrize("state", [MessageState.UNKNOWN, MessageState.NOT_SENT])
def test_a_copy_proves_that_a_mail_left(desk: Desk, state: MessageState) -> None:
    with desk.house.database.write() as conn:
        conn.execute(sa.update(message).where(message.c.id == desk.sent.id).values(state=state.value))
    desk.take(copy(letter(f"Message-ID: {OURS}")))
    assert desk.message.state is MessageState.ACCEPTED


def test_a_letter_by_hand_pauses_whom_it_is_to_once(desk: Desk) -> None:
    mail = letter("Message-ID: <hand@sales.example>", subject="Let us talk")
    desk.take(copy(mail))
    assert desk.row.state is State.PAUSED
    assert sent_copies.BY_HAND in desk.row.reason
    version = desk.row.version
    desk.take(copy(mail, uid=9), copy(mail, uid=10))
    assert desk.row.version == version
    assert [each.subject for each in desk.kept()] == ["Let us talk"]


def test_a_letter_from_before_they_were_enrolled_says_nothing(desk: Desk) -> None:
    desk.take(copy(letter("Message-ID: <old@x.example>", at=LATER - dt.timedelta(days=3))))
    assert desk.row.state is State.ACTIVE


def test_a_letter_to_somebody_else_says_nothing_of_ours(desk: Desk) -> None:
    desk.take(copy(letter("Message-ID: <else@x.example>", to="jan@acme.example")))
    assert desk.row.state is State.ACTIVE


def test_a_mail_of_ours_whose_row_is_gone_was_written_by_nobody_s_hand(desk: Desk) -> None:
    token = desk.house.own_ids.token(99, "Trial", OLA, "bump")
    desk.take(copy(letter(f"Message-ID: <{token}@sales.example>")))
    assert desk.row.state is State.ACTIVE
