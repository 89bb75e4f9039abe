"""A server that does not give what it has, or shows less than it counts: no follow-up leaves on such a look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import errors
from relance.engine import enrolling, people, publishing, replies, reports, timeline, unread_mail
from relance.engine.explaining import explain
from relance.engine.house import House
from relance.engine.sequence import Sequence
from relance.engine.states import MessageState, State
from relance.engine.store import enrollments, folders, mailboxes, withheld
from tests import engine_house
from tests.servers import scripted_imap
from tests.servers.scripted_imap import Reply, Script

OLA = "ola@acme.example"
OURS = "<intro@sales.example>"
ANSWER = (
    f"From: {OLA}\r\nTo: ada@sales.example\r\nSubject: Re: Hello\r\nMessage-ID: <1@acme.example>\r\n"
    f"In-Reply-To: {OURS}\r\n\r\nYes, call me on Tuesday.\r\n"
).encode()
OTHER = b"From: news@elsewhere.example\r\nSubject: News %d\r\nMessage-ID: <n%d@elsewhere.example>\r\n\r\nNothing.\r\n"
STORY = {
    "sequence": "Follow up",
    "steps": [
        {"id": "intro", "subject": "Hello", "body": "Hello."},
        {"id": "bump", "after": "3 business days", "thread": "reply", "body": "Did it reach you?"},
    ],
}


class Desk:
    """Ada's mailbox, which was read up to mail 3, and Ola, who got one mail from it."""

    def __init__(self, house: House, script: Script, port: int) -> None:
        self.house, self.script = house, script
        self.clients: dict[int, bytes] = {}  # mails of a second folder, and what else is listed
        self.names: list[str] = []
        self.number = engine_house.add_mailbox(
            house, imap_host="127.0.0.1", imap_port=port, imap_security="plain", synced_at=None
        )
        self.sync()
        people.add(house, OLA, {"first_name": "Ola"})
        publishing.publish(house, Sequence.model_validate(STORY))
        assert enrolling.enroll(house, enrolling.Wish("Follow up", [OLA])).enrolled == 1
        sent = {"message_id": OURS, "recipient": OLA, "subject": "Hello"}
        engine_house.add_message(house, self.row, MessageState.ACCEPTED, **sent)
        self.before = self.mailbox.synced_at
        engine_house.clock(house).advance(hours=1)

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    @property
    def mailbox(self) -> mailboxes.Mailbox:
        with self.house.database.read() as conn:
            return mailboxes.by_id(conn, self.number)

    @property
    def mark(self) -> mailboxes.Watermark:
        with self.house.database.read() as conn:
            return mailboxes.watermarks(conn, self.number)["INBOX"]

    @property
    def unread(self) -> list[withheld.Withheld]:
        with self.house.database.read() as conn:
            return withheld.of_mailbox(conn, self.number)

    def sync(self) -> int:
        with self.house.database.write() as conn:
            lease = mailboxes.take(conn, self.number, "test")
        assert lease is not None
        try:
            return replies.sync(self.house, lease, self.mailbox, self.house.account(self.mailbox))
        finally:
            with self.house.database.write() as conn:
                mailboxes.release(conn, lease, None)

    def refused(self, match: str = ".") -> None:
        """A look that is not complete, and moves nothing."""
        before = self.mailbox.synced_at
        with pytest.raises(errors.Unreachable, match=match):
            self.sync()
        assert self.mailbox.synced_at == before
        assert self.mailbox.sync_error

    def fetching(self, uids: set[int], said: bytes, *, texts_only: bool = False) -> None:
        """UID FETCH that names one of these is answered so; `texts_only`: the facts are given."""

        def fetch(tag: str, command: str) -> Reply:
            wanted = {int(uid) for uid in command.split()[2].split(",")}
            if wanted & uids and ("BODY" in command or not texts_only):
                return said
            return self.given(command, wanted)

        self.script.instead["UID FETCH"] = fetch

    def given(self, command: str, wanted: set[int]) -> bytes:
        order = sorted(self.script.mails)
        lines = [
            scripted_imap.fetch_line(order.index(uid) + 1, uid, self.script.mails[uid], command)
            for uid in order
            if uid in wanted
        ]
        return b"".join(lines) + b"{tag} OK done\r\n"


@pytest.fixture
def desk(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Desk]:
    script = Script({uid: OTHER % (uid, uid) for uid in (1, 2, 3)})
    with (
        scripted_imap.running(script) as server,
        engine_house.build(migrated_sqlite_url, tmp_path, allow_test_domains=True) as house,
    ):
        yield Desk(house, script, server.port)


NOT_NOW = [
    b"NO [UNAVAILABLE] backend is away",
    b"NO [SERVERBUG] Internal error occurred",
    b"NO [INUSE] locked",
    b"NO [LIMIT] too much",
    b"NO [OVERQUOTA] bandwidth",
    b"NO Server Unavailable. 15",
    b"BAD Server busy",
]


@pytest.mark.parametrize("texts_only", [False, True], ids=["nothing", "facts only"])
@pytest.mark.parametrize("said", NOT_NOW, ids=lambda said: said.decode())
def test_a_refusal_for_a_moment_costs_no_answer(desk: Desk, said: bytes, texts_only: bool) -> None:
    desk.script.mails[4] = ANSWER
    desk.fetching({1, 2, 3, 4}, b"{tag} " + said + b"\r\n", texts_only=texts_only)
    desk.refused("INBOX")
    assert desk.mark.last_uid == 3
    assert desk.row.state is State.ACTIVE
    assert desk.unread == []  # it is not the mail's fault
    del desk.script.instead["UID FETCH"]
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert desk.mailbox.sync_error == ""


def test_a_server_that_refuses_everything_is_not_asked_for_each_mail(desk: Desk) -> None:
    for uid in range(4, 204):
        desk.script.mails[uid] = OTHER % (uid, uid)
    desk.fetching(set(range(204)), b"{tag} NO [UNAVAILABLE] not now\r\n")
    desk.script.heard.clear()
    desk.refused("gives none of its mails now.*UNAVAILABLE")
    assert sum("FETCH" in said for said in desk.script.heard) < 10


def test_one_mail_that_is_refused_keeps_no_other_and_is_asked_for_again(desk: Desk) -> None:
    desk.script.mails |= {4: OTHER % (4, 4), 5: ANSWER}
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    desk.refused(r"Mail 4 in the folder INBOX of ada@sales.example could not be read \(look 1 of 5\)")
    assert desk.mark.last_uid == 3
    assert desk.row.state is State.REPLIED  # the answer behind it counts at once
    del desk.script.instead["UID FETCH"]
    assert desk.sync() == 0
    assert desk.unread == []
    assert desk.mark.last_uid == 5


def set_aside(desk: Desk) -> None:
    for look in range(1, unread_mail.TRIES):
        desk.refused(f"look {look} of")


def test_a_mail_that_can_never_be_read_waits_for_a_person_where_nobody_can_tell_whose_it_is(
    desk: Desk,
) -> None:
    desk.script.mails[4] = ANSWER
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    set_aside(desk)
    desk.refused("could be anybody's answer.*relance mailbox dismiss ada@sales.example")
    (told,) = unread_mail.every(desk.house)
    assert (told.uid, told.folder, told.state, told.waiting) == (4, "INBOX", "aside", True)
    assert desk.mark.last_uid == 4
    desk.script.heard.clear()
    desk.refused("could be anybody's answer")
    assert not any("FETCH" in said for said in desk.script.heard)  # it is tried again, but not each time
    unread_mail.dismiss(desk.house, "ada@sales.example")
    desk.sync()
    assert desk.mailbox.synced_at == desk.house.clock.now()
    assert unread_mail.every(desk.house) == []


def test_a_mail_that_was_set_aside_is_read_when_the_server_gives_it_after_all(desk: Desk) -> None:
    desk.script.mails[4] = ANSWER
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    set_aside(desk)
    desk.refused()
    del desk.script.instead["UID FETCH"]
    engine_house.clock(desk.house).advance(hours=1)
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert desk.unread == []


def test_of_a_mail_that_can_never_be_read_a_header_may_tell_whom_to_hold(desk: Desk) -> None:
    def fetch(tag: str, command: str) -> Reply:
        wanted = {int(uid) for uid in command.split()[2].split(",")}
        if 4 in wanted and "HEADER]" in command:
            return b"{tag} NO [SERVERBUG] this mail is broken\r\n"
        return desk.given(command, wanted)

    desk.script.mails[4] = ANSWER
    desk.script.instead["UID FETCH"] = fetch
    set_aside(desk)
    assert desk.row.state is State.ACTIVE
    assert desk.sync() == 1
    assert desk.row.state is State.HELD
    assert "could not be read" in desk.row.reason
    assert desk.mailbox.sync_error == ""  # the others go on
    assert [each.waiting for each in unread_mail.every(desk.house)] == [False]


def test_a_mail_that_is_taken_away_is_waited_for_no_more(desk: Desk) -> None:
    desk.script.mails[4] = OTHER % (4, 4)
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    desk.refused()
    desk.script.uidnext = 5
    del desk.script.mails[4]
    desk.sync()
    assert desk.unread == []


# Shown in one answer and not in the other.


@pytest.mark.parametrize("hidden", [4, 5])
def test_a_uid_that_is_missing_from_one_answer_makes_the_look_incomplete(desk: Desk, hidden: int) -> None:
    desk.script.mails |= {4: OTHER % (4, 4), 5: OTHER % (5, 5)}
    desk.script.mails[hidden] = ANSWER
    found = [uid for uid in (1, 2, 3, 4, 5) if uid != hidden]
    said = "* SEARCH " + " ".join(map(str, found)) + "\r\n{tag} OK done\r\n"
    desk.script.instead["UID SEARCH"] = lambda tag, command: said.encode()
    desk.refused("counts 5 mails in it, and 1 of them it did not show")
    del desk.script.instead["UID SEARCH"]
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_a_uid_that_appears_below_the_watermark_is_read(desk: Desk) -> None:
    desk.script.mails |= {5: OTHER % (5, 5)}
    desk.sync()
    assert (desk.mark.last_uid, desk.mark.gaps, desk.mark.messages) == (5, "4", 4)
    desk.script.mails[4] = ANSWER
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert desk.mark.gaps == ""


def test_it_is_read_also_when_another_was_taken_away_at_the_same_time(desk: Desk) -> None:
    desk.script.mails |= {5: OTHER % (5, 5)}
    desk.sync()
    desk.script.mails |= {4: ANSWER, 6: OTHER % (6, 6)}
    del desk.script.mails[1]
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_a_mail_that_appears_where_nothing_is_remembered_makes_the_folder_be_read_anew(desk: Desk) -> None:
    del desk.script.mails[2]
    desk.sync()
    assert desk.mark.messages == 2
    desk.script.mails[2] = ANSWER  # numbered as one that was there before we wrote
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_mails_taken_away_are_no_trouble_and_nothing_is_opened_for_them(desk: Desk) -> None:
    desk.script.uidnext = 4
    del desk.script.mails[1], desk.script.mails[3]
    desk.script.heard.clear()
    desk.sync()
    assert not any(said.startswith("EXAMINE") for said in desk.script.heard)
    assert (desk.mark.last_uid, desk.mark.messages) == (3, 1)
    desk.script.uidnext = None
    desk.script.mails |= {4: ANSWER}
    assert desk.sync() == 1


# A folder that is not the one it was.


def test_a_uidnext_that_goes_back_means_that_the_folder_is_read_anew(desk: Desk) -> None:
    desk.script.mails.clear()
    desk.script.mails[2] = ANSWER  # a number that was read before, for another mail
    desk.script.uidnext = 3
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert desk.mark.last_uid == 2
    moved = timeline.page(desk.house, "", 100).events
    assert any("UIDNEXT was 4 or more, and is 3" in str(each) for each in moved)


def test_a_folder_of_the_same_name_and_numbers_is_told_by_its_own_id(desk: Desk) -> None:
    def status(number: str) -> None:
        said = (
            f"* STATUS INBOX (UIDVALIDITY 7 UIDNEXT 4 MESSAGES 3 MAILBOXID ({number}))\r\n{{tag}} OK done\r\n"
        )
        desk.script.instead["STATUS"] = lambda tag, command: said.encode()

    desk.script.capabilities += " OBJECTID"
    status("F1")
    desk.sync()
    assert desk.mark.object_id == "F1"
    status("F2")
    desk.script.mails[3] = ANSWER
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED


def test_a_folder_that_is_numbered_anew_again_and_again_is_named(desk: Desk) -> None:
    for number in range(8, 11):
        desk.script.uidvalidity = number
        desk.sync()
    (line,) = reports.status(desk.house).mailboxes
    assert line.sync_error == ""  # each look saw everything
    (note,) = line.notes
    assert "The folder INBOX is numbered anew again and again, 3 times in a week" in note
    assert "its UIDVALIDITY was 9, and is 10" in note
    (told,) = explain(desk.house, OLA)
    assert note in told.sentences


def test_a_uidnext_that_is_always_wrong_is_read_through_and_told_without_end(desk: Desk) -> None:
    desk.script.uidnext = 2  # and mails 1 to 3 are there
    for uid in range(4, 10):
        desk.script.mails[uid] = OTHER % (uid, uid)
        desk.sync()
        assert desk.mailbox.synced_at == desk.house.clock.now()
    desk.script.mails[10] = ANSWER
    assert desk.sync() == 1
    assert len(reports.status(desk.house).mailboxes[0].notes) == 1
    told = [each.kind for each in timeline.page(desk.house, "", 100).events]
    assert told.count("folder numbered anew") == folders.MOVES_MANY


def test_a_mailbox_on_another_server_owes_no_mails_of_the_old_one(desk: Desk) -> None:
    desk.script.mails[4] = OTHER % (4, 4)
    desk.fetching({4}, b"{tag} NO [SERVERBUG] this mail is broken\r\n")
    desk.refused()
    with desk.house.database.write() as conn:
        mailboxes.forget_watermarks(conn, desk.number)
    assert desk.unread == []


def test_a_folder_that_is_numbered_anew_while_it_is_read_is_not_taken_for_read(desk: Desk) -> None:
    def status(tag: str, command: str) -> Reply:
        desk.script.uidvalidity += 1
        return f"* STATUS INBOX (UIDVALIDITY {desk.script.uidvalidity} UIDNEXT 4 MESSAGES 3)\r\n{{tag}} OK done\r\n".encode()

    desk.script.instead["STATUS"] = status
    desk.refused(
        "INBOX of ada@sales.example cannot be looked at: it is numbered anew as long as it is read .*UIDVALIDITY was"
    )


@pytest.fixture
def two(desk: Desk) -> Desk:
    """Two folders made in one second, as Cyrus numbers them: INBOX and Clients, both 7."""
    desk.clients = {1: OTHER % (21, 21), 2: OTHER % (22, 22)}
    desk.names = ["Clients"]
    script = desk.script
    inbox = script.mails

    def lines(tag: str, command: str) -> Reply:
        rest = "".join(f'* LIST () "/" {name}\r\n' for name in desk.names)
        return f'* LIST () "/" INBOX\r\n{rest}{{tag}} OK done\r\n'.encode()

    def examine(tag: str, command: str) -> Reply:
        script.mails = inbox if "INBOX" in command else desk.clients
        end = max(script.mails, default=0) + 1
        return (
            f"* {len(script.mails)} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {end}] x\r\n{{tag}} OK done\r\n"
        ).encode()

    def status(tag: str, command: str) -> Reply:
        name = command.split('"')[1]
        mails = inbox if name == "INBOX" else desk.clients
        numbers = f"UIDVALIDITY 7 UIDNEXT {max(mails, default=0) + 1} MESSAGES {len(mails)}"
        return f"* STATUS {name} ({numbers})\r\n{{tag}} OK done\r\n".encode()

    script.instead |= {"LIST": lines, "EXAMINE": examine, "STATUS": status}
    desk.sync()
    return desk


def test_a_renamed_folder_does_not_pass_for_the_one_whose_name_it_took(two: Desk) -> None:
    two.names = ["Clients", "Other"]
    two.sync()  # both are read to their ends, mail 2
    two.names = ["Clients"]  # Clients is gone, and Other bears its name; the numbers are the same
    two.clients = {1: OTHER % (31, 31), 2: ANSWER}
    two.refused("The folder Other of ada@sales.example was not in the server's list")
    engine_house.clock(two.house).advance(minutes=5)
    assert two.sync() == 1
    assert two.row.state is State.REPLIED


def test_one_list_without_a_folder_proves_nothing(two: Desk) -> None:
    two.names = []
    two.clients[3] = ANSWER
    two.refused("The folder Clients of ada@sales.example was not in the server's list")
    two.names = ["Clients"]
    engine_house.clock(two.house).advance(minutes=5)
    assert two.sync() == 1
    assert two.row.state is State.REPLIED
    two.names = []
    two.refused("Clients")  # missed for the first time again


def test_a_folder_that_is_missed_twice_is_gone(two: Desk) -> None:
    two.names = []
    two.refused("if the next look misses it, too, it counts as deleted")
    engine_house.clock(two.house).advance(minutes=5)
    two.sync()
    assert two.mailbox.synced_at == two.house.clock.now()
    with two.house.database.read() as conn:
        assert set(mailboxes.watermarks(conn, two.number)) == {"INBOX"}
