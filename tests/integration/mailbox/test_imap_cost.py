"""What a poll costs against a real Dovecot: by what is new, not by what is there. Counted, so that a busy machine says the same."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap import connection
from relance.mailbox.imap.folders import Folder, FolderRole
from tests import polls
from tests.servers import dovecot

SMALL, LARGE, NEW = 1_000, 50_000, 100
USERS = {size: f"with{size}@sales.example" for size in (SMALL, LARGE)}
QUIET = 7  # commands of a poll that finds nothing, from STARTTLS to LOGOUT
BUSY = 4  # more where mails came: EXAMINE, SEARCH, what they are, what they say
PATIENT = imap_client.Timeouts(connect=15, read=120)


@dataclasses.dataclass
class Tally:
    """What went over the wire."""

    commands: int = 0
    received: int = 0


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Dovecot]:
    with dovecot.running(dict.fromkeys(USERS.values(), dovecot.PASSWORD)) as running:
        for size, user in USERS.items():
            fill(running, user, "cur", range(size))
        yield running


@pytest.fixture
def tally(monkeypatch: pytest.MonkeyPatch) -> Tally:
    counted = Tally()
    tag, fill_up = connection._Bounded._new_tag, connection._Bounded._fill

    def new_tag(wire: connection._Bounded) -> bytes:
        counted.commands += 1
        return tag(wire)

    def received(wire: connection._Bounded) -> None:
        before = len(wire._held)
        fill_up(wire)
        counted.received += len(wire._held) - before

    monkeypatch.setattr(connection._Bounded, "_new_tag", new_tag)
    monkeypatch.setattr(connection._Bounded, "_fill", received)
    return counted


def fill(server: dovecot.Dovecot, user: str, place: str, numbers: range) -> None:
    """Mails as files of a maildir: one file under many names, which is quicker than delivering each."""
    identity, maildir = dovecot._identity(), server.root / "home" / user / "Maildir"
    for folder in (
        maildir.parent.parent,
        maildir.parent,
        maildir,
        *(maildir / each for each in ("cur", "new", "tmp")),
    ):
        folder.mkdir(exist_ok=True)
        identity.own(folder)
    source = maildir / "tmp" / "mail"
    source.write_bytes(b"From: bob@buyer.example\r\nSubject: yes\r\n\r\nThank you, next week.\r\n")
    identity.own(source)
    for number in numbers:
        os.link(source, _name(maildir / place, number))
    source.unlink()


def _name(folder: Path, number: int) -> Path:
    return folder / f"{1_700_000_000 + number}.M1P1.host{':2,S' if folder.name == 'cur' else ''}"


def poll(server: dovecot.Dovecot, user: str, mark: int) -> tuple[Folder, int]:
    """One poll as the engine does it; returns the inbox and how many mails came."""
    with imap_client.Inbox(server.account(user), timeouts=PATIENT) as inbox:
        listed = inbox.folders()
        marks = {
            each.name: (each.uidvalidity, mark if each.role is FolderRole.INBOX else 0) for each in listed
        }
        new = [
            len(list(inbox.fetch_new(each, marks[each.name][1]))) for each in polls.with_news(listed, marks)
        ]
    return listed[0], sum(new)


def test_a_poll_costs_what_is_new_and_not_what_is_there(server: dovecot.Dovecot, tally: Tally) -> None:
    quiet, busy = {}, {}
    for size, user in USERS.items():
        inbox, _ = poll(server, user, mark=size)  # Dovecot builds its index once
        assert inbox.uidnext == size + 1
        quiet[size] = counted(server, user, size, 0, tally)
        fill(server, user, "new", range(size, size + NEW))
        busy[size] = counted(server, user, size, NEW, tally)
    assert quiet[LARGE].commands == quiet[SMALL].commands == QUIET
    assert busy[SMALL].commands <= QUIET + BUSY
    assert busy[LARGE].commands == busy[SMALL].commands
    assert quiet[LARGE].received <= 1.1 * quiet[SMALL].received
    assert busy[LARGE].received <= 1.1 * busy[SMALL].received


def counted(server: dovecot.Dovecot, user: str, mark: int, new: int, tally: Tally) -> Tally:
    tally.commands = tally.received = 0
    _, found = poll(server, user, mark)
    assert found == new
    return dataclasses.replace(tally)
