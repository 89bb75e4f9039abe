"""A mailbox on a server that follows a script, before a real database; and somebody who answers what it sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pytest

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.sequence import Sequence
from relance.engine.inbound.reading import sync as inbound_sync
from relance.engine.sequences import enroll, publish
from relance.engine.states import MessageState
from relance.engine.store.inbound import unread_mails
from relance.engine.store.mailboxes import folders, leases, mailboxes
from relance.engine.store.sequences import enrollments
from tests import engine_house
from tests.reworded import worded
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
    """Ada's mailbox, and Ola, who got one mail from it an hour ago."""

    def __init__(self, house: Context, script: Script, port: int) -> None:
        self.house, self.script = house, script
        self.number = engine_house.add_mailbox(
            house, imap_host="127.0.0.1", imap_port=port, imap_security="plain"
        )
        self.first_look()
        contact_service.add(house, OLA, {"first_name": "Ola"})
        publish.publish(house, Sequence.model_validate(STORY))
        assert enroll.enroll(house, enroll.EnrollRequest("Follow up", [OLA])).enrolled == 1
        sent = {"message_id": OURS, "recipient": OLA, "subject": "Hello"}
        engine_house.add_message(house, self.row, MessageState.ACCEPTED, **sent)
        self.before = self.mailbox.synced_at
        engine_house.clock(house).advance(hours=1)

    def first_look(self) -> None:
        """What was read before anything was sent: nothing, as far as it matters here."""

    @property
    def row(self) -> enrollments.Enrollment:
        with self.house.database.read() as conn:
            return enrollments.of_mailbox(conn, self.number)[0]

    @property
    def mailbox(self) -> mailboxes.Mailbox:
        with self.house.database.read() as conn:
            return mailboxes.by_id(conn, self.number)

    @property
    def mark(self) -> folders.Watermark:
        with self.house.database.read() as conn:
            return folders.watermarks(conn, self.number)["INBOX"]

    @property
    def unread(self) -> list[unread_mails.Withheld]:
        with self.house.database.read() as conn:
            return unread_mails.of_mailbox(conn, self.number)

    def sync(self) -> int:
        with self.house.database.write() as conn:
            lease = leases.acquire(conn, self.number, "test")
        assert lease is not None
        try:
            return inbound_sync.sync(self.house, lease, self.mailbox, self.house.account(self.mailbox))
        finally:
            with self.house.database.write() as conn:
                leases.release(conn, lease, None)

    def refused(self, match: str = ".") -> None:
        """A look that is not complete, and moves nothing."""
        before = self.mailbox.synced_at
        with pytest.raises(errors.Unreachable, match=worded(match)):
            self.sync()
        assert self.mailbox.synced_at == before
        assert self.mailbox.sync_error


class ReadDesk(Desk):
    """Its inbox was read up to mail 3, and its FETCHes can be refused."""

    def first_look(self) -> None:
        with self.house.database.write() as conn:
            mailboxes.change(conn, self.number, synced_at=None)
        self.sync()

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


@dataclass
class Shelf:
    """A desk with folders beside the inbox: what each holds. All were made in one second, as Cyrus numbers them: 7."""

    desk: ReadDesk
    boxes: dict[str, dict[int, bytes]]
    numbers: dict[str, int] = field(default_factory=dict)  # UIDVALIDITY of those that have another one

    def __post_init__(self) -> None:
        self.inbox = self.desk.script.mails
        self.desk.script.instead |= {"LIST": self._list, "EXAMINE": self._examine, "STATUS": self._status}
        self.desk.sync()

    def rename(self, was: str, becomes: str) -> None:
        """As RENAME does it: the mails keep their numbers, and the folder its UIDVALIDITY."""
        self.boxes[becomes] = self.boxes.pop(was)

    def swap(self, one: str, other: str) -> None:
        """Both names are another folder's, and none is missing."""
        self.boxes[one], self.boxes[other] = self.boxes[other], self.boxes[one]

    def _list(self, tag: str, command: str) -> Reply:
        rest = "".join(f'* LIST () "/" {name}\r\n' for name in self.boxes)
        return f'* LIST () "/" INBOX\r\n{rest}{{tag}} OK done\r\n'.encode()

    def _examine(self, tag: str, command: str) -> Reply:
        name, mails = self._of(command)
        self.desk.script.mails = mails
        end = max(mails, default=0) + 1
        number = self.numbers.get(name, 7)
        return (
            f"* {len(mails)} EXISTS\r\n* OK [UIDVALIDITY {number}] x\r\n* OK [UIDNEXT {end}] x\r\n{{tag}} OK done\r\n"
        ).encode()

    def _status(self, tag: str, command: str) -> Reply:
        name, mails = self._of(command)
        end, number = max(mails, default=0) + 1, self.numbers.get(name, 7)
        numbers = f"UIDVALIDITY {number} UIDNEXT {end} MESSAGES {len(mails)}"
        return f"* STATUS {name} ({numbers})\r\n{{tag}} OK done\r\n".encode()

    def _of(self, command: str) -> tuple[str, dict[int, bytes]]:
        name = command.split('"')[1]
        return name, self.inbox if name == "INBOX" else self.boxes[name]


Seated = TypeVar("Seated", bound=Desk)


@contextmanager
def seated(
    make: Callable[[Context, Script, int], Seated], script: Script, url: str, folder: Path, **options: object
) -> Iterator[Seated]:
    """A desk while its server and its house are there; `options` are fields of `context.Options`."""
    with (
        scripted_imap.running(script) as server,
        engine_house.build(url, folder, allow_test_domains=True, **options) as house,
    ):
        yield make(house, script, server.port)


def news(*uids: int) -> dict[int, bytes]:
    """Mails of somebody else, by UID."""
    return {uid: OTHER % (uid, uid) for uid in uids}
