"""The Sent folder that copies are filed in, on real servers: found by flag or by name, made where there is none, never a colleague's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from relance.mailbox.account import Account
from relance.mailbox.imap import login
from relance.mailbox.imap.connection import Client, Timeouts
from relance.mailbox.imap.filing import SentFolder
from relance.mailbox.parsing.inbound import COPY_MARK
from tests.servers import cyrus, dovecot, scripted_imap

NOW = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
ID = "<m1@sales.example>"
MAIL = f"Message-ID: {ID}\r\nSubject: Hello\r\n\r\nHello\r\n".encode()
NO_SENT = """
namespace inbox {
  mailbox Wysłane {
    auto = no
    special_use =
  }
"""
UNFLAGGED = "\nnamespace inbox {\n  mailbox Wysłane {\n    special_use =\n  }\n}\n"
# What Debian's dovecot-core configures: a flag for a folder that is not there until somebody makes it.
FLAGGED_ONCE_MADE = NO_SENT + "  mailbox Sent {\n    special_use = \\Sent\n  }\n}\n"
BELOW_INBOX = NO_SENT + "  prefix = INBOX.\n  separator = .\n}\n"
SHARED = (
    NO_SENT
    + """}
namespace team {
  type = public
  prefix = Team/
  separator = /
  location = maildir:%h/Team
  list = yes
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
}
"""
)


def filed(account: Account, times: int = 2) -> None:
    """As two turns of the filer do it."""
    for _ in range(times):
        with SentFolder(account) as sent:
            assert sent.file(ID, MAIL, NOW) == ""


@contextmanager
def looking(account: Account) -> Iterator[Client]:
    """Another program of the same person."""
    client = login.connect(account, Timeouts())
    try:
        yield client
    finally:
        client.logout()


def folders(client: Client) -> dict[str, tuple[bytes, ...]]:
    return {name.decode(): flags for flags, _, name in client.list_folders()}


def lying(client: Client, folder: str) -> list[bytes]:
    client.select_folder(folder, readonly=True)
    return [each[b"BODY[]"] for each in client.fetch(client.search(), ["BODY.PEEK[]"]).values()]


def one_copy(client: Client, folder: str) -> None:
    assert lying(client, folder) == [f"{COPY_MARK}: {ID}\r\n".encode() + MAIL]


def test_where_there_is_none_it_is_made_once_and_shown() -> None:
    with dovecot.running(extra=NO_SENT + "}\n") as server:
        with looking(server.account()) as client:
            assert not [name for name in folders(client) if "Sent" in name]
        filed(server.account())
        with looking(server.account()) as client:
            assert [name for name in folders(client) if "Sent" in name] == ["Sent"]
            assert "Sent" in [name.decode() for _, _, name in client.list_sub_folders()]
            one_copy(client, "Sent")


@pytest.mark.parametrize(
    ("extra", "folder", "flagged"),
    [
        (FLAGGED_ONCE_MADE, "Sent", True),
        (UNFLAGGED, "Wys&AUI-ane", False),  # by its name, in Polish
        (BELOW_INBOX, "INBOX.Sent", False),
        (SHARED, "Sent", False),  # and not Team/Sent, although it has the flag
    ],
)
def test_the_folder(extra: str, folder: str, flagged: bool) -> None:
    with dovecot.running(extra=extra) as server:
        filed(server.account())
        with looking(server.account()) as client:
            found = folders(client)
            assert (b"\\Sent" in found[folder]) is flagged
            one_copy(client, folder)
            others = [each for each in found if each != folder and b"\\Noselect" not in found[each]]
            assert not any(lying(client, each) for each in others)


def test_a_server_that_can_flag_what_is_made_does() -> None:
    with cyrus.running() as server:
        account = server.account("ola@sales.example")
        filed(account)
        with looking(account) as client:
            [sent] = [name for name, flags in folders(client).items() if b"\\Sent" in flags]
            assert sent.endswith("Sent")
            one_copy(client, sent)


class Shelf:
    """The folders of a scripted server, which answers CREATE as its test says."""

    def __init__(self, *refused: str, other: bool = False) -> None:
        self.refused, self.other, self.made = refused, other, False

    def create(self, tag: str, command: str) -> bytes:
        self.made = self.made or self.other or "USE" not in command
        refused = any(word in command for word in self.refused)
        return b"{tag} NO [USEATTR] not today\r\n" if refused else b"{tag} OK done\r\n"

    def listed(self, tag: str, command: str) -> bytes:
        sent = b'* LIST () "/" Sent\r\n' if self.made else b""
        return b'* LIST () "/" INBOX\r\n' + sent + b"{tag} OK done\r\n"

    def file(self, subscribed: bool = True) -> tuple[object, list[str]]:
        answers: dict[str, Any] = {"CREATE": self.create, "LIST": self.listed}
        answers["UID SEARCH"] = lambda tag, command: b"* SEARCH\r\n{tag} OK done\r\n"
        answers["APPEND"] = lambda tag, command: b"{tag} OK done\r\n"
        if not subscribed:
            answers["SUBSCRIBE"] = lambda tag, command: b"{tag} NO never\r\n"
        capabilities = scripted_imap.DEFAULT_CAPABILITIES + " SPECIAL-USE CREATE-SPECIAL-USE LITERAL+"
        script = scripted_imap.Script(capabilities=capabilities, instead=answers)
        with scripted_imap.running(script) as server, SentFolder(server.account()) as sent:
            words = sent.file(ID, MAIL, NOW)
        return words, [line for line in script.heard if line.startswith("CREATE")]


def test_a_flag_that_is_refused_is_done_without() -> None:
    said = Shelf("USE").file()
    assert said == ("", ['CREATE "Sent" (USE (\\Sent))', 'CREATE "Sent"'])


def test_one_that_another_program_makes_meanwhile_is_used() -> None:
    assert Shelf("CREATE", other=True).file()[0] == ""


def test_a_server_that_makes_none_is_told_in_its_words() -> None:
    shelf = Shelf("CREATE")
    shelf.listed = lambda tag, command: b'* LIST () "/" INBOX\r\n{tag} OK done\r\n'  # type: ignore[method-assign]
    assert "not today" in str(shelf.file()[0])


def test_a_folder_that_cannot_be_subscribed_is_filed_in_all_the_same() -> None:
    assert Shelf().file(subscribed=False)[0] == ""
