"""A whole sync over a real IMAP server: found in every folder, acted upon once, whatever the numbers do."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import imapclient
import pytest

from relance import clock
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.sequence import Sequence
from relance.engine.inbound.reading import sync as inbound_sync
from relance.engine.sequences import enroll, publish
from relance.engine.states import MessageState, State
from relance.engine.store.inbound import replies as store_replies
from relance.engine.store.inbound.replies import ReplyFilter
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sequences import enrollments
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.reader import FolderReading
from tests import engine_house
from tests.servers import dovecot

OLA = "ola@acme.example"
OURS = "<intro@sales.example>"
NOW = clock.machine_now()  # the server dates mails by the real clock
STORY = {
    "sequence": "Follow up",
    "steps": [
        {"id": "intro", "subject": "Fewer lost answers", "body": "Hello, one question."},
        {"id": "bump", "after": "3 business days", "thread": "reply", "body": "Did it reach you?"},
    ],
}


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running({dovecot.USER: engine_house.PASSWORD}) as running:
        yield running


class Desk:
    """Ada's mailbox on the server, and Ola, who got one mail from it."""

    def __init__(self, house: Context, server: dovecot.Dovecot) -> None:
        self.house, self.account = house, server.account()
        self.number = engine_house.add_mailbox(
            house,
            dovecot.USER,
            username=dovecot.USER,
            imap_host="localhost",
            imap_port=self.account.imap.port,
            ca_file=server.ca_file,
            synced_at=None,
        )
        self.sync()
        contact_service.add(house, OLA, {"first_name": "Ola"})
        publish.publish(house, Sequence.model_validate(STORY))
        assert enroll.enroll(house, enroll.EnrollRequest("Follow up", [OLA])).enrolled == 1
        sent = {"message_id": OURS, "recipient": OLA, "subject": "Fewer lost answers"}
        engine_house.add_message(house, self.row, MessageState.ACCEPTED, **sent)

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    def sync(self) -> int:
        with self.house.database.write() as conn:
            lease = leases.acquire(conn, self.number, "test")
            mailbox = mailboxes.by_id(conn, self.number)
        assert lease is not None
        try:
            return inbound_sync.sync(self.house, lease, mailbox, self.account)
        finally:
            with self.house.database.write() as conn:
                leases.release(conn, lease, None)

    def kept(self) -> list[store_replies.Reply]:
        with self.house.database.read() as conn:
            return store_replies.page(conn, ReplyFilter())


@pytest.fixture
def desk(server: dovecot.Dovecot, tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Desk]:
    with engine_house.build(migrated_sqlite_url, tmp_path, NOW, allow_test_domains=True) as house:
        yield Desk(house, server)


def letter(number: int, *, answers_ours: bool, sender: str = "somebody@elsewhere.example") -> bytes:
    named = f"In-Reply-To: {OURS}\r\n" if answers_ours else ""
    return (
        f"From: {sender}\r\nTo: {dovecot.USER}\r\nSubject: number {number}\r\nMessage-ID: <{number}.{sender}>\r\n{named}"
        "\r\nYes, call me on Tuesday.\r\n"
    ).encode()


def test_an_answer_among_other_mail_is_found_and_the_rest_is_not_kept(
    desk: Desk, server: dovecot.Dovecot
) -> None:
    for number in range(20):
        deliver(server, letter(number, answers_ours=False))
    deliver(server, letter(20, answers_ours=True, sender="jan@acme.example"))
    assert desk.sync() == 1
    assert desk.row.state is State.REPLIED
    assert [each.matched_by for each in desk.kept()] == ["named_mail"]
    assert desk.sync() == 0


def test_an_answer_that_a_filter_moved_is_found_where_it_lies_and_acted_upon_once(
    desk: Desk, server: dovecot.Dovecot
) -> None:
    deliver(server, letter(30, answers_ours=True, sender=OLA))
    with _client(server) as client:
        client.select_folder("INBOX")
        client.move(client.search(["HEADER", "Subject", "number 30"]), "Archive")
    assert desk.sync() == 1
    with _client(server) as client:
        client.select_folder("Archive")
        client.move(client.search(["HEADER", "Subject", "number 30"]), "Junk")
    assert desk.sync() == 0
    assert len(desk.kept()) == 1
    assert desk.row.state is State.REPLIED


def test_a_folder_that_is_numbered_anew_is_read_again_without_acting_twice(
    desk: Desk, server: dovecot.Dovecot
) -> None:
    with _client(server) as client:
        client.create_folder("Clients")
    desk.sync()
    raw = letter(40, answers_ours=True, sender=OLA)
    with _client(server) as client:
        client.append("Clients", raw)
    assert desk.sync() == 1
    version = desk.row.version
    with _client(server) as client:
        client.delete_folder("Clients")
        client.create_folder("Clients")
        client.append("Clients", raw)
        client.append("Clients", letter(41, answers_ours=True, sender=OLA))
    assert desk.sync() == 1
    assert [each.subject for each in desk.kept()] == ["number 41", "number 40"]
    assert desk.row.version == version


def test_a_large_folder_that_is_numbered_anew_is_not_fetched_whole_again(
    desk: Desk, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, ours, bounce = NOW - dt.timedelta(days=30), letter(61, answers_ours=True, sender=OLA), BOUNCE
    with _client(server) as client:
        client.create_folder("Attic")
        for number in range(50, 60):
            client.append("Attic", letter(number, answers_ours=False), msg_time=old)
    desk.sync()
    with _client(server) as client:
        client.delete_folder("Attic")
        client.create_folder("Attic")
        for number in range(50, 60):
            client.append("Attic", letter(number, answers_ours=False), msg_time=old)
        client.append("Attic", bounce, msg_time=old)
        client.append("Attic", ours, msg_time=old)  # dragged here from elsewhere: dated as it always was
        client.append("Attic", letter(62, answers_ours=False))  # new
    whole: list[int] = []
    fetch = FolderReading._whole

    def counted(reading: FolderReading, uids: list[int], facts: Any) -> Iterator[imap_client.Fetched]:
        whole.extend(uids)
        return fetch(reading, uids, facts)

    monkeypatch.setattr(FolderReading, "_whole", counted)
    assert desk.sync() >= 1
    assert sorted(whole) == [11, 12, 13]
    assert "number 61" in [each.subject for each in desk.kept()]
    assert desk.sync() == 0


BOUNCE = (
    b"From: MAILER-DAEMON@mx.example\r\nTo: ada@sales.example\r\nSubject: Undelivered\r\nMessage-ID: <b@mx.example>\r\n\r\n"
    b"I could not deliver it to somebody@nowhere.example.\r\n"
)


def deliver(server: dovecot.Dovecot, raw: bytes) -> None:
    """As a person's mail comes: an empty envelope sender is a machine's."""
    server.deliver(raw, sender="somebody@elsewhere.example")


@contextmanager
def _client(server: dovecot.Dovecot) -> Iterator[imapclient.IMAPClient]:
    context = ssl.create_default_context(cafile=server.ca_file)
    client = imapclient.IMAPClient("localhost", server.imaps, ssl_context=context, timeout=20)
    client.plain_login(dovecot.USER, server.users[dovecot.USER])
    try:
        yield client
    finally:
        client.logout()
