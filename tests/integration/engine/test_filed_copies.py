"""Copies of sent mail, filed in Sent of a real server where the provider files none: once, and never taken for evidence."""

from __future__ import annotations

import dataclasses
import datetime as dt
import email
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import imapclient
import pytest

from relance import clock, errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.inbound.reading import sync as inbound_sync
from relance.engine.mailboxes import service
from relance.engine.sending import copies
from relance.engine.sequences import enroll, publish
from relance.engine.states import MessageState, State
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments
from relance.mailbox.composing import compose
from relance.mailbox.imap import filing
from tests import engine_house
from tests.servers import dovecot

NOW = clock.machine_now().replace(microsecond=0)
KIM = "kim@linden.example"
MARK = filing.COPY_MARK
SENT = "Wysłane"  # flagged as Sent by the server


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running({dovecot.USER: engine_house.PASSWORD}) as running:
        yield running


class Desk:
    """Ada's mailbox on a server that files nothing, and Kim, who is written to."""

    def __init__(self, house: Context, server: dovecot.Dovecot) -> None:
        self.house, self.account = house, server.account()
        self.number = engine_house.add_mailbox(
            house,
            dovecot.USER,
            imap_host="localhost",
            imap_port=self.account.imap.port,
            ca_file=server.ca_file,
            files_sent=False,
            synced_at=None,
        )
        self.sync()
        publish.publish(house, engine_house.TRIAL)
        contact_service.add(house, KIM, {"first_name": "Kim"})
        enroll.enroll(house, enroll.EnrollRequest("Trial", [KIM]))
        assert copies.due(house, 9) == [self.number]
        assert copies.file(house, self.number) == 0  # begins here: what was sent before stays as it is
        engine_house.clock(house).advance(minutes=1)

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    def wrote(self, state: MessageState = MessageState.ACCEPTED, **values: Any) -> Message:
        """A mail that was sent, as the turn leaves it."""
        now = self.house.clock.now()
        token = self.house.own_ids.token(self.row.id, "Trial", KIM, "intro")
        own_id = compose.new_message_id(token, "sales.example")
        raw = compose.compose(
            compose.MailDraft("Ada", dovecot.USER, "Kim", KIM, "Zażółć", "Hello", None, own_id, now)
        )
        if state is MessageState.ACCEPTED:
            values = {"code": 250, **values}
        known = {"recipient": KIM, "subject": "Zażółć", "message_id": own_id, "raw": raw}
        return engine_house.add_message(self.house, self.row, state, **known, **values)

    def sync(self) -> None:
        with self.house.database.write() as conn:
            lease = leases.acquire(conn, self.number, "test")
            mailbox = mailboxes.by_id(conn, self.number)
        assert lease is not None
        inbound_sync.sync(self.house, lease, mailbox, self.account)
        with self.house.database.write() as conn:
            leases.release(conn, lease, None)

    def file(self, **doors: Any) -> int:
        return copies.file(dataclasses.replace(self.house, **doors), self.number)

    def mail(self, mail: Message) -> Message:
        with self.house.database.read() as conn:
            found = messages.by_id(conn, mail.id)
        assert found is not None
        return found

    def files_sent(self) -> bool | None:
        return service.show(self.house, dovecot.USER).files_sent


@pytest.fixture
def desk(server: dovecot.Dovecot, tmp_path: Path, migrated_url: str) -> Iterator[Desk]:
    with sent_folder(server) as client:
        client.delete_messages(client.search())
        client.expunge()
    with engine_house.build(migrated_url, tmp_path, NOW, allow_test_domains=True) as house:
        yield Desk(house, server)


@contextmanager
def sent_folder(server: dovecot.Dovecot) -> Iterator[Any]:
    """Sent as another program sees it."""
    context = ssl.create_default_context(cafile=server.ca_file)
    client = imapclient.IMAPClient("localhost", server.imaps, ssl_context=context, timeout=20)
    client.normalise_times = False
    client.plain_login(dovecot.USER, server.users[dovecot.USER])
    try:
        client.select_folder(SENT)
        yield client
    finally:
        client.logout()


def lying(server: dovecot.Dovecot) -> list[dict[bytes, Any]]:
    with sent_folder(server) as client:
        return list(client.fetch(client.search(), ["BODY.PEEK[]", "FLAGS", "INTERNALDATE"]).values())


def test_a_copy_is_filed_once_as_it_was_sent_marked_as_read_and_dated_as_sent(
    desk: Desk, server: dovecot.Dovecot
) -> None:
    mail = desk.wrote()
    assert copies.due(desk.house, 9) == [desk.number]
    assert desk.file() == 1
    [copy] = lying(server)
    head, _, sent = copy[b"BODY[]"].partition(b"\r\n")
    assert head == f"{MARK}: {mail.message_id}".encode()
    assert sent == mail.raw
    assert b"\\Seen" in copy[b"FLAGS"]
    assert copy[b"INTERNALDATE"] == mail.transmitting_at
    assert copies.due(desk.house, 9) == []
    assert desk.file() == 0
    assert len(lying(server)) == 1


def test_after_a_crash_between_the_copy_and_its_record_none_is_filed_again(
    desk: Desk, server: dovecot.Dovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.wrote()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(copies._Task, "_seen_to", killed)
        patch.setattr(copies._Task, "end", lambda _: None)
        with pytest.raises(KeyboardInterrupt):
            desk.file()
    assert len(lying(server)) == 1
    assert copies.due(desk.house, 9) == []  # whoever died has it still
    later = clock.machine_now() + 2 * copies.LEASE
    monkeypatch.setattr(clock, "machine_now", lambda: later)
    assert copies.due(desk.house, 9) == [desk.number]
    assert desk.file() == 1
    assert len(lying(server)) == 1


def test_what_we_filed_proves_nothing(desk: Desk, server: dovecot.Dovecot) -> None:
    """Neither that the provider files copies, nor that a mail left whose fate a restored database does not know."""
    mail = desk.wrote()
    desk.file()
    desk.sync()
    assert desk.files_sent() is False
    assert desk.row.state is State.ACTIVE  # nobody wrote it by hand
    with desk.house.database.write() as conn:
        conn.execute(
            messages.message.update()
            .where(messages.message.c.id == mail.id)
            .values(state=MessageState.UNKNOWN.value)
        )
        mailboxes.change(conn, desk.number, files_sent=None)
    engine_house.clock(desk.house).advance(hours=1)
    with sent_folder(server) as client:  # moved about, it is met again
        client.copy(client.search(), "Archive")
    desk.sync()
    assert desk.mail(mail).state is MessageState.UNKNOWN
    assert desk.files_sent() is None
    assert desk.row.state is State.ACTIVE


def test_a_copy_of_the_provider_is_found_and_none_is_put_beside_it(
    desk: Desk, server: dovecot.Dovecot
) -> None:
    copies.switch(desk.house, dovecot.USER, "on")
    engine_house.clock(desk.house).advance(minutes=1)
    mail = desk.wrote()
    with sent_folder(server) as client:
        client.append(SENT, mail.raw)
    assert desk.file() == 1
    assert [each[b"BODY[]"] for each in lying(server)] == [mail.raw]
    desk.sync()
    assert desk.files_sent() is True


@pytest.mark.parametrize(
    ("state", "values"),
    [
        (MessageState.UNKNOWN, {}),
        (MessageState.REFUSED, {"code": 550}),
        (MessageState.DEFERRED, {"code": 450}),
        (MessageState.ACCEPTED, {"code": None}),  # a policy or a person assumed it
    ],
)
def test_only_what_a_server_accepted_is_filed(
    desk: Desk, server: dovecot.Dovecot, state: MessageState, values: dict[str, Any]
) -> None:
    desk.wrote(state, **values)
    desk.file()
    assert lying(server) == []


def test_a_mail_under_way_is_waited_for(desk: Desk, server: dovecot.Dovecot) -> None:
    mail = desk.wrote(MessageState.TRANSMITTING, settled_at=None)
    assert copies.due(desk.house, 9) == []
    with desk.house.database.write() as conn:
        conn.execute(
            messages.message.update()
            .where(messages.message.c.id == mail.id)
            .values(state=MessageState.ACCEPTED.value, code=250)
        )
    assert desk.file() == 1
    assert len(lying(server)) == 1


@pytest.mark.parametrize(
    ("mode", "files_sent", "filing"),
    [
        ("auto", False, True),
        ("auto", None, False),
        ("auto", True, False),
        ("on", None, True),
        ("on", True, True),
        ("off", False, False),
    ],
)
def test_who_files(desk: Desk, mode: str, files_sent: bool | None, filing: bool) -> None:
    with desk.house.database.write() as conn:
        mailboxes.change(conn, desk.number, files_sent=files_sent)
    told = copies.switch(desk.house, dovecot.USER, mode)
    assert (told.mode, told.files_sent, told.filing) == (mode, files_sent, filing)
    assert copies.show(desk.house, dovecot.USER) == told
    engine_house.clock(desk.house).advance(minutes=1)
    desk.wrote()
    assert copies.due(desk.house, 9) == ([desk.number] if filing else [])


def test_another_word_is_no_mode(desk: Desk) -> None:
    with pytest.raises(errors.Invalid):
        copies.switch(desk.house, dovecot.USER, "perhaps")


class Refusing:
    """A Sent folder that takes nothing in."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, account: object) -> Refusing:
        return self

    def __enter__(self) -> Refusing:
        return self

    def __exit__(self, *rest: object) -> None:
        pass

    def file(self, message_id: str, raw: bytes, sent_at: dt.datetime) -> str:
        self.asked += 1
        return "NO over quota"


def test_a_refused_copy_is_tried_again_a_few_times_and_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.wrote()
    full, at = Refusing(), clock.machine_now()
    for turn in range(copies.MOST_TRIES):
        monkeypatch.setattr(clock, "machine_now", lambda turn=turn: at + turn * 2 * copies.REST)
        assert copies.due(desk.house, 9) == [desk.number]
        desk.file(open_sent=full)
        told = copies.show(desk.house, dovecot.USER)
        assert ("over quota" in told.trouble) is (turn + 1 < copies.MOST_TRIES)
    assert full.asked == copies.MOST_TRIES
    assert copies.due(desk.house, 9) == []


def test_two_processes_do_not_file_the_same(desk: Desk, server: dovecot.Dovecot) -> None:
    desk.wrote()
    seen: list[int] = []

    class Slow(filing.SentFolder):
        def file(self, *rest: Any) -> Any:
            seen.append(copies.file(desk.house, desk.number))
            return super().file(*rest)

    assert desk.file(open_sent=Slow) == 1
    assert seen == [0]
    assert len(lying(server)) == 1


def test_the_copy_reads_as_the_mail(desk: Desk, server: dovecot.Dovecot) -> None:
    mail = desk.wrote()
    desk.file()
    [copy] = lying(server)
    read = email.message_from_bytes(copy[b"BODY[]"])
    assert read["Message-ID"] == mail.message_id
    assert read["Date"] == email.message_from_bytes(mail.raw)["Date"]
