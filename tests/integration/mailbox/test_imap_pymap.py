"""The inbox against pymap, the sandbox's server: no special-use flags, no CONDSTORE, folders found by name."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from relance.mailbox.account import Account, Server
from relance.mailbox.auth import Password
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.parsing import message
from relance.sandbox.servers import imapserver, loop
from tests import polls

USER = "ada@sales.example"
WHEN = dt.datetime(2026, 3, 1, 9, 30, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Pymap:
    loop: loop.Loop
    server: imapserver.ImapServer
    account: Account

    def deliver(self, raw: bytes, folder: str = "INBOX") -> None:
        self.loop.call(self.server.append(USER, folder, raw, WHEN))


@pytest.fixture
def pymap(tmp_path: Path) -> Iterator[Pymap]:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    own = loop.Loop("pymap")
    server = imapserver.ImapServer(context, lambda user: None)
    port = own.call(server.start())
    own.call(server.add_user(USER, "pass word"))
    where = Server("localhost", port)
    yield Pymap(
        own, server, Account(USER, "Ada", Password(USER, "pass word"), where, where, str(tmp_path / "ca.pem"))
    )
    own.call(server.stop())
    own.close()


def mail(number: int) -> bytes:
    return (
        f"From: bob@buyer.example\r\nMessage-ID: <m{number}@buyer.example>\r\nReferences: undefined\r\n"
        f" <s{number}@sales.example>\r\n\r\nZażółć {number}\r\n"
    ).encode()


def test_new_mail_by_uid_in_every_folder_found_by_name(pymap: Pymap) -> None:
    for number in range(3):
        pymap.deliver(mail(number))
    pymap.deliver(mail(9), "Junk")
    with imap_client.Inbox(pymap.account) as inbox:
        found = inbox.folders()
        assert {folder.name: folder.role for folder in found} == {
            "INBOX": FolderRole.INBOX,
            "Sent": FolderRole.SENT,
            "Junk": FolderRole.JUNK,
            "Archive": FolderRole.ARCHIVE,
        }
        marks = {folder.name: (folder.uidvalidity, 0) for folder in found}
        got = {folder.name: list(inbox.fetch_new(folder, 0)) for folder in polls.with_news(found, marks)}
        assert [len(got["INBOX"]), len(got["Junk"]), sum(map(len, got.values()))] == [3, 1, 4]
        last = got["INBOX"][-1]
        assert list(inbox.fetch_new(found[0], last.uid)) == []
    read = message.read(last.raw, size=last.size)
    assert (read.message_id, read.references, read.text) == (
        "<m2@buyer.example>",
        ("<s2@sales.example>",),
        "Zażółć 2",
    )
    assert last.internal_date == WHEN


def test_the_folders_are_looked_over_again_after_one_was_read(pymap: Pymap) -> None:
    pymap.deliver(mail(1))
    with imap_client.Inbox(pymap.account) as inbox:
        before = {folder.name: folder.uidnext for folder in inbox.folders()}
        (inbox_folder,) = [folder for folder in inbox.folders() if folder.name == "INBOX"]
        assert len(list(inbox.fetch_new(inbox_folder, 0))) == 1
        pymap.deliver(mail(2))  # while the folder is open
        after = {folder.name: folder.uidnext for folder in inbox.folders()}
    assert after["INBOX"] == before["INBOX"] + 1


def test_idle(pymap: Pymap) -> None:
    with imap_client.Inbox(pymap.account) as inbox:
        inbox.folders()
        assert inbox.idle(0.1) is False
        pymap.deliver(mail(1))
        assert inbox.idle(10) is True
