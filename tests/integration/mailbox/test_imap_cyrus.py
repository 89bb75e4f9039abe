"""A real Cyrus: folders of one second with one UIDVALIDITY, an id of its own for each, flags, and a colleague's folders."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import errors
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.sequences import enroll, publish
from relance.engine.states import State
from relance.engine.store.mailboxes import folders, mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sequences import enrollments
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests import engine_doors, engine_house
from tests.servers import cyrus

OLA = "ola@acme.example"
TAKEN = SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, "2.0.0", "Ok")
NEWS = b"From: news@elsewhere.example\r\nSubject: News\r\nMessage-ID: <n%d@elsewhere.example>\r\n\r\nNothing.\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[cyrus.Cyrus]:
    with cyrus.running() as running:
        yield running


@pytest.fixture
def user() -> str:
    """Somebody nobody else is."""
    return f"user{next(_NUMBERS)}@sales.example"


_NUMBERS = itertools.count(1)


def twins(server: cyrus.Cyrus, user: str) -> tuple[str, str]:
    """Two folders that share a UIDVALIDITY, as all do that are made within one second."""
    with server.client(user) as client:
        for number in range(5):
            names = (f"Clients {number}", f"Spare {number}")
            for name in names:
                client.create_folder(name)
            if len({client.folder_status(name, ["UIDVALIDITY"])[b"UIDVALIDITY"] for name in names}) == 1:
                return names
    pytest.fail("a second ended each time")


def listed(server: cyrus.Cyrus, user: str) -> dict[str, imap_client.Folder]:
    """The folders as one look sees them. What this server says may break the connection; then it is asked again."""
    for _ in range(20):
        with contextlib.suppress(errors.Unreachable), imap_client.Inbox(server.account(user)) as inbox:
            return {each.name: each for each in inbox.folders()}
    pytest.fail("the folders could not be listed")


def test_each_folder_has_an_id_of_its_own_that_stays_when_it_is_renamed(
    server: cyrus.Cyrus, user: str
) -> None:
    clients, spare = twins(server, user)
    with server.client(user) as client:
        told = {name: client.select_folder(name, readonly=True)[b"MAILBOXID"] for name in (clients, spare)}
    for _ in range(5):
        found = listed(server, user)
        assert {name: [f"({found[name].object_id})".encode()] for name in told} == told
    with server.client(user) as client:
        client.rename_folder(clients, "Away")
        client.rename_folder(spare, clients)
    now = listed(server, user)
    assert now[clients].uidvalidity == found[clients].uidvalidity
    assert (now["Away"].object_id, now[clients].object_id) == (
        found[clients].object_id,
        found[spare].object_id,
    )


class Desk:
    """Ola got the first mail, the follow-up is due, and Ada has two folders that nothing but their ids tells apart."""

    def __init__(self, house: Context, server: cyrus.Cyrus, user: str) -> None:
        self.outbox = engine_doors.OneAnswer(TAKEN)
        self.house = dataclasses.replace(house, open_outbox=self.outbox)
        self.server, self.user = server, user
        self.clients, self.spare = twins(server, user)
        self.append(self.clients, NEWS % 1)
        values = {"imap_host": "localhost", "imap_port": server.imap, "imap_security": "plain"}
        self.number = engine_house.add_mailbox(house, user, synced_at=None, **values)
        contact_service.add(house, OLA, {"first_name": "Ola"})
        publish.publish(house, engine_house.TRIAL)
        assert enroll.enroll(house, enroll.EnrollRequest("Trial", [OLA])).enrolled == 1
        engine_house.clock(house).advance(hours=2)
        self.look()
        assert len(self.outbox.bodies) == 1
        for hours in (24, 24):
            engine_house.clock(house).advance(hours=hours)
            self.look()
        engine_house.clock(house).advance(hours=25)

    def append(self, folder: str, raw: bytes) -> None:
        with self.server.client(self.user) as client:
            client.append(folder, raw)

    def look(self) -> None:
        """Turns until one of them could read the mailbox: what this server says may break the connection."""
        began = self.house.clock.now()
        for _ in range(20):
            turn.take_turn(self.house, self.number, lambda: False)
            with self.house.database.read() as conn:
                synced = mailboxes.by_id(conn, self.number).synced_at
            if synced is not None and synced >= began:
                return
            engine_house.clock(self.house).advance(minutes=2)
        pytest.fail(self.why)

    @property
    def why(self) -> str:
        with self.house.database.read() as conn:
            return str(mailboxes.by_id(conn, self.number).sync_error)

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    @property
    def mark(self) -> folders.Watermark:
        with self.house.database.read() as conn:
            return folders.watermarks(conn, self.number)[self.clients]

    def answer(self) -> bytes:
        with self.house.database.read() as conn:
            (mail,) = messages.of_contact(conn, self.row.contact_id)
        return (
            f"From: {OLA}\r\nTo: {self.user}\r\nSubject: Re: Hello\r\nMessage-ID: <1@acme.example>\r\n"
            f"In-Reply-To: {mail.message_id}\r\n\r\nYes, call me on Tuesday.\r\n"
        ).encode()


@pytest.fixture(params=[True, False], ids=["with ids", "without ids"])
def ids(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether the server tells the folders' ids: before Cyrus 3.2 it did not."""
    if not request.param:
        monkeypatch.setattr(imap_client.Inbox, "_identified", _nameless)
    return bool(request.param)


def _nameless(inbox: imap_client.Inbox, found: list[imap_client.Folder]) -> list[imap_client.Folder]:
    return [dataclasses.replace(each, object_id="") for each in found]


@pytest.fixture
def desk(tmp_path: Path, migrated_url: str, ids: bool, server: cyrus.Cyrus, user: str) -> Iterator[Desk]:
    with engine_house.build(migrated_url, tmp_path, allow_test_domains=True) as house:
        yield Desk(house, server, user)


@pytest.mark.parametrize("swapped", [False, True], ids=["away", "swapped"])
def test_an_answer_in_a_folder_that_took_anothers_name_within_its_second_is_read(
    desk: Desk, ids: bool, swapped: bool
) -> None:
    """Where two names were swapped, no name is missing, and no number of that folder moved."""
    before = desk.mark
    desk.append(desk.spare, desk.answer())  # its numbers are those that the other was read up to
    with desk.server.client(desk.user) as client:
        client.rename_folder(desk.clients, "Away")
        client.rename_folder(desk.spare, desk.clients)
        if swapped:
            client.rename_folder("Away", desk.spare)
        told = client.folder_status(desk.clients, ["UIDVALIDITY", "UIDNEXT", "MESSAGES"])
    assert told[b"UIDVALIDITY"] == before.uidvalidity
    assert (told[b"UIDNEXT"] - 1, told[b"MESSAGES"]) == (before.last_uid, before.messages)
    desk.look()
    assert desk.row.state is State.REPLIED
    assert len(desk.outbox.bodies) == 1
    assert (desk.mark.object_id != before.object_id) is ids


def test_the_way_taken_is_the_one_meant(desk: Desk) -> None:
    """Nobody answered, and folders are what they were: the follow-up leaves."""
    desk.look()
    assert len(desk.outbox.bodies) == 2


def test_a_sent_folder_of_any_name_is_known_by_its_flag(server: cyrus.Cyrus, user: str) -> None:
    with server.client(user) as client:
        client._imap._simple_command("CREATE", '"Ausgang"', "(USE (\\Sent))")  # RFC 6154, 3
    roles = {each.name: each.role for each in listed(server, user).values()}
    assert roles == {"INBOX": FolderRole.INBOX, "Ausgang": FolderRole.SENT}


@pytest.mark.parametrize("asked", ["", "Other Users/*", "Other Users/*/Support"])
def test_a_colleagues_folders_are_left_out_unless_asked_for_and_then_proved_readable(
    server: cyrus.Cyrus, user: str, tmp_path: Path, migrated_sqlite_url: str, asked: str
) -> None:
    colleague = f"ben.{user}"
    wanted = asked.replace("/*/", f"/{colleague.partition('@')[0]}/")
    with server.client(user):
        pass  # makes the inbox
    with server.client(colleague) as client:
        for name, rights in (("Leads", "l"), ("Support", "lr")):
            client.create_folder(name)
            client.append(name, NEWS % 1)
            client.setacl(name, user, rights)
    assert len(listed(server, user)) == 3
    with engine_house.build(
        migrated_sqlite_url, tmp_path, watch_folders=(wanted,) if wanted else (), allow_test_domains=True
    ) as house:
        values = {"imap_host": "localhost", "imap_port": server.imap, "imap_security": "plain"}
        number = engine_house.add_mailbox(house, user, synced_at=None, **values)
        step = next(each for each in mailbox_service.test(house, user).steps if each.name == "imap")
        turn.take_turn(house, number, lambda: False)
        with house.database.read() as conn:
            mailbox = mailboxes.by_id(conn, number)
    readable = not wanted.endswith("*")
    assert (step.ok, mailbox.synced_at is not None) == (readable, readable), step.words
    assert ("Leads" in step.words, "Leads" in str(mailbox.sync_error)) == (not readable, not readable)
    assert ("Support" in step.words) == wanted.endswith("Support")
