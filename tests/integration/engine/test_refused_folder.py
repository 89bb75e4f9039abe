"""A folder that cannot be looked at: the look is not complete, whatever was found elsewhere, and it is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import errors
from relance.engine import enrolling, keeping, people, publishing, replies, reports, turn
from relance.engine.explaining import explain
from relance.engine.house import House
from relance.engine.sequence import Sequence
from relance.engine.states import MessageState, State
from relance.engine.store import enrollments, mailboxes
from tests import engine_house
from tests.servers import scripted_imap
from tests.servers.scripted_imap import Script

OLA = "ola@acme.example"
OURS = "<intro@sales.example>"
ANSWER = (
    f"From: {OLA}\r\nTo: ada@sales.example\r\nSubject: Re: Hello\r\nMessage-ID: <1@acme.example>\r\n"
    f"In-Reply-To: {OURS}\r\n\r\nYes, call me on Tuesday.\r\n"
).encode()
STORY = {
    "sequence": "Follow up",
    "steps": [
        {"id": "intro", "subject": "Hello", "body": "Hello."},
        {"id": "bump", "after": "3 business days", "thread": "reply", "body": "Did it reach you?"},
    ],
}
REFUSAL = b"{tag} NO [NOPERM] not yours\r\n"


class Desk:
    """Ada's mailbox with a folder `Team/Leads`, and Ola, whose follow-up is due."""

    def __init__(self, house: House, script: Script, port: int) -> None:
        self.house, self.script = house, script
        self.flags = r"\HasNoChildren"
        self.there = True
        script.instead["LIST"] = self.listed
        script.instead['STATUS "TEAM'] = lambda tag, command: REFUSAL
        self.number = engine_house.add_mailbox(
            house, imap_host="127.0.0.1", imap_port=port, imap_security="plain"
        )
        people.add(house, OLA, {"first_name": "Ola"})
        publishing.publish(house, Sequence.model_validate(STORY))
        assert enrolling.enroll(house, enrolling.Wish("Follow up", [OLA])).enrolled == 1
        engine_house.add_message(
            house, self.row, MessageState.ACCEPTED, message_id=OURS, recipient=OLA, subject="Hello"
        )
        self.before = self.mailbox.synced_at
        engine_house.clock(house).advance(hours=1)

    def listed(self, tag: str, command: str) -> bytes:
        team = f'* LIST ({self.flags}) "/" Team/Leads\r\n' if self.there else ""
        return f'* LIST () "/" INBOX\r\n{team}{tag} OK done\r\n'.encode()

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    @property
    def mailbox(self) -> mailboxes.Mailbox:
        with self.house.database.read() as conn:
            return mailboxes.by_id(conn, self.number)

    def sync(self) -> int:
        with self.house.database.write() as conn:
            lease = mailboxes.take(conn, self.number, "test")
        assert lease is not None
        try:
            return replies.sync(self.house, lease, self.mailbox, self.house.account(self.mailbox))
        finally:
            with self.house.database.write() as conn:
                mailboxes.release(conn, lease, None)


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Desk]:
    script = Script({1: ANSWER})
    with (
        scripted_imap.running(script) as server,
        engine_house.build(migrated_sqlite_url, tmp_path, allow_test_domains=True) as house,
    ):
        yield Desk(house, script, server.port)


def test_a_folder_that_refuses_makes_the_look_incomplete(desk: Desk) -> None:
    with pytest.raises(errors.Unreachable, match=r"folder Team/Leads .* cannot be looked at: .*not yours"):
        desk.sync()
    assert desk.mailbox.synced_at == desk.before
    assert desk.row.state is State.REPLIED  # what lies in the other folders counts all the same


def test_it_is_said_wherever_somebody_asks(desk: Desk) -> None:
    desk.script.mails.clear()
    report = turn.take_turn(desk.house, desk.number, lambda: False)
    assert "Team/Leads" in report.words
    assert desk.row.state is State.ACTIVE
    (standing,) = reports.status(desk.house).mailboxes
    assert "The folder Team/Leads of ada@sales.example cannot be looked at" in standing.sync_error
    assert "not yours" in keeping.every(desk.house)[0].sync_error
    (told,) = explain(desk.house, OLA)
    assert any("Team/Leads" in sentence and "skip_folders" in sentence for sentence in told.sentences)
    tested = keeping.test(desk.house, "ada@sales.example")
    assert [(step.ok, "Team/Leads" in step.words) for step in tested.steps if step.name == "imap"] == [
        (False, True)
    ]


@pytest.mark.parametrize("flags", [r"\Noselect", r"\NonExistent \HasChildren"])
def test_a_name_that_only_holds_a_place_is_no_folder(desk: Desk, flags: str) -> None:
    desk.flags = flags
    assert desk.sync() == 1
    assert desk.mailbox.synced_at is not None
    assert desk.mailbox.synced_at > (desk.before or desk.mailbox.synced_at)


def test_a_folder_that_vanished_after_it_was_listed_is_none(desk: Desk) -> None:
    def gone(tag: str, command: str) -> bytes:
        desk.there = False
        return b"{tag} NO that mailbox went away\r\n"

    desk.script.instead['STATUS "TEAM'] = gone
    assert desk.sync() == 1
    assert desk.mailbox.sync_error == ""


def test_a_folder_that_can_be_asked_about_but_not_opened_counts_as_refused(desk: Desk) -> None:
    desk.script.instead['STATUS "TEAM'] = lambda tag, command: (
        b"* STATUS Team/Leads (UIDVALIDITY 9 UIDNEXT 4)\r\n{tag} OK done\r\n"
    )
    desk.script.instead['EXAMINE "TEAM'] = lambda tag, command: REFUSAL
    with pytest.raises(errors.Unreachable, match="Team/Leads"):
        desk.sync()
    assert desk.mailbox.synced_at == desk.before
    assert desk.row.state is State.REPLIED


@pytest.mark.parametrize("said", ["Team/Leads", "Team/*"])
def test_a_folder_that_is_named_as_never_looked_at_is_left_out(
    tmp_path: Path, migrated_sqlite_url: str, said: str
) -> None:
    script = Script({1: ANSWER})
    with (
        scripted_imap.running(script) as server,
        engine_house.build(
            migrated_sqlite_url, tmp_path, skip_folders=(said,), allow_test_domains=True
        ) as house,
    ):
        desk = Desk(house, script, server.port)
        assert desk.sync() == 1
        assert desk.mailbox.synced_at == house.clock.now()


def test_once_it_can_be_read_the_look_is_complete_again(desk: Desk) -> None:
    with pytest.raises(errors.Unreachable):
        desk.sync()
    desk.script.instead['STATUS "TEAM'] = lambda tag, command: (
        b"* STATUS Team/Leads (UIDVALIDITY 9 UIDNEXT 1)\r\n{tag} OK done\r\n"
    )
    desk.script.instead['EXAMINE "TEAM'] = lambda tag, command: (
        b"* 0 EXISTS\r\n* OK [UIDVALIDITY 9] x\r\n* OK [UIDNEXT 1] x\r\n{tag} OK done\r\n"
    )
    engine_house.clock(desk.house).advance(minutes=5)
    desk.sync()
    assert desk.mailbox.synced_at == desk.house.clock.now()
    assert desk.mailbox.sync_error == ""
