"""The simulated world's own record: what servers took, what stands in folders, who said no. The engine never sees it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from relance.mailbox.imap.folders import FolderRole
from tests.simulation.baton import Process
from tests.simulation.letters import Letter

if TYPE_CHECKING:
    from tests.simulation.hands import Entered
    from tests.simulation.silence import Spell

MARKER = re.compile(rb"marker-([a-z]+)-([a-z]+)")
# Every step's words hold its sequence's name and its own.
_HEADER = re.compile(
    rb"^(to|message-id|subject|list-unsubscribe):[ ]*([^\r]*(?:\r\n[ \t][^\r]*)*)", re.I | re.M
)


@dataclass(frozen=True)
class Mail:
    """A mail of ours as a server sees it."""

    recipient: str
    message_id: str
    subject: str
    sequence: str
    step: str
    unsubscribe: str
    raw: bytes


def look(raw: bytes) -> Mail:
    """What stands in the bytes."""
    head = {name.lower(): value for name, value in _HEADER.findall(raw.partition(b"\r\n\r\n")[0])}
    marker = MARKER.search(raw)
    assert marker is not None, raw
    flat = {
        name: b"".join(line.strip(b" \t") for line in value.split(b"\r\n")) for name, value in head.items()
    }
    address = flat[b"to"].decode().rpartition("<")[2].rstrip(">")
    link = re.search(rb"/u/([^>]+)>", flat.get(b"list-unsubscribe", b""))
    return Mail(
        address,
        flat[b"message-id"].decode(),
        head[b"subject"].decode().replace("\r\n ", " "),
        marker[1].decode(),
        marker[2].decode(),
        link[1].decode() if link else "",
        raw,
    )


@dataclass(frozen=True)
class Taken:
    """A mail a server took responsibility for."""

    order: int
    at: dt.datetime
    mailbox: int
    mail: Mail
    actor: str
    marked: int  # the order of the sender's last commit before
    marked_at: dt.datetime
    asked: int  # the order of the 354 it went behind
    wall: dt.datetime  # what the sender's clock said
    host: str  # the sender's


@dataclass
class Session:
    """One look into a mailbox."""

    mailbox: int
    actor: str
    began: int
    began_at: dt.datetime
    ended: int | None = None  # None: it broke


@dataclass
class Arrival:
    """A letter in a folder."""

    order: int
    at: dt.datetime
    mailbox: int
    letter: Letter


@dataclass
class Bar:
    """From when on (the order of a commit) nobody may write to a person, and until when."""

    person: str
    why: str
    since: int
    until: int | None = None
    host: str = ""  # the only one that knows; empty: all do


@dataclass
class Box:
    """One folder."""

    name: str
    role: FolderRole
    uidvalidity: int = 1
    uidnext: int = 1
    mails: dict[int, tuple[bytes, dt.datetime]] = field(default_factory=dict)
    object_id: str = ""

    def file(self, raw: bytes, at: dt.datetime) -> int:
        """A mail comes in; returns its UID."""
        uid, self.uidnext = self.uidnext, self.uidnext + 1
        self.mails[uid] = (raw, at)
        return uid

    def renumber(self) -> None:
        """The same mails under the numbers from 1, and the counter set back behind them; nobody is told."""
        self.mails = dict(enumerate(self.mails.values(), 1))
        self.uidnext = len(self.mails) + 1


FIRST_UID = 40
# Folders have had mails before, so that a counter that is set back does not come to the same number again.
ROLES = {
    "INBOX": FolderRole.INBOX,
    "Archive": FolderRole.ARCHIVE,
    "Junk": FolderRole.JUNK,
    "Sent": FolderRole.SENT,
}


def boxes() -> dict[str, Box]:
    """The watched folders of one mailbox."""
    return {name: Box(name, role, uidnext=FIRST_UID) for name, role in ROLES.items()}


@dataclass
class Disowned:
    """A submission server refuses every mail of a mailbox, in these words at this stage."""

    stage: str
    code: int
    words: str
    touched: set[str] = field(
        default_factory=set
    )  # whose mails it refused since a person last looked at the mailbox


@dataclass(frozen=True)
class Restored:
    """The database was put back to what it was at the order `made`."""

    made: int
    order: int
    at: dt.datetime
    noticed: bool


@dataclass
class World:
    """Everything that happened outside the engine, in one order."""

    folders: dict[int, dict[str, Box]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    bars: list[Bar] = field(default_factory=list)
    resumed: list[tuple[int, str]] = field(default_factory=list)  # (order, person): a person let them go on
    journaled: set[tuple[int, int]] = field(default_factory=set)  # (mail, fence) whose end was on the disk
    journaled_taken: set[int] = field(
        default_factory=set
    )  # mails of which it was on the disk that a server took them
    refused: set[str] = field(default_factory=set)  # people a server refused for good
    decided: set[str] = field(default_factory=set)  # Message-IDs of which a person said what became of them
    filed: dict[int, int] = field(
        default_factory=dict
    )  # the order of a copy in Sent, by that of its mail's taking
    restored: list[Restored] = field(default_factory=list)
    said_sent: set[tuple[str, str]] = field(
        default_factory=set
    )  # (person, step) of which a person said that it was sent
    written: int = 0  # letters
    made: int = 0  # folders, since the beginning
    renamed: Counter[int] = field(default_factory=Counter)  # folders, by mailbox
    disowned: dict[int, Disowned] = field(
        default_factory=dict
    )  # by mailbox, while its server refuses everybody
    logins_refused: Counter[int] = field(default_factory=Counter)  # by mailbox
    breaches: list[str] = field(default_factory=list)  # promises seen broken on the spot
    crashes: int = 0
    freezes: int = 0
    leaves: list[Entered] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)  # by kind
    spells: dict[str, Spell] = field(default_factory=dict)  # servers that answer nobody
    mute: dict[Process, dt.datetime] = field(
        default_factory=dict
    )  # until when the database is silent to a process

    def box(self, mailbox: int, name: str) -> Box:
        """A folder of a mailbox; where its name was taken away it is made anew."""
        folders = self.folders[mailbox]
        if name not in folders:
            self.made += 1
            object_id = f"made-{self.made}" if folders["INBOX"].object_id else ""
            folders[name] = Box(name, ROLES[name], uidvalidity=1 + self.made, object_id=object_id)
        return folders[name]

    def bar(self, person: str, why: str, order: int, host: str = "") -> None:
        """Nobody (on that host) may write to them from now on; `person` may be a domain."""
        self.bars.append(Bar(person, why, order, host=host))

    def put_back(self, restored: Restored) -> None:
        """What the database knew since the backup, it knows no more; nor what it was told that nobody may be written to."""
        self.restored.append(restored)
        for each in self.bars:
            if each.since > restored.made and each.until is None:
                each.until = restored.order

    def unnoticed(self, order: int) -> Restored | None:
        """The restore before that moment of which nobody knew, if there was one."""
        return next((each for each in self.restored if each.order < order and not each.noticed), None)

    def lift(self, person: str, why: str, order: int) -> None:
        """They may be written to again."""
        for each in self.bars:
            if (each.person, each.why, each.until) == (person, why, None):
                each.until = order

    def barred(self, person: str, order: int, host: str) -> Iterator[Bar]:
        """What forbade a host writing to them at a moment."""
        domain = person.rpartition("@")[2]
        for each in self.bars:
            if (
                each.host in ("", host)
                and each.person in (person, domain)
                and each.since < order
                and (each.until or order) >= order
            ):
                yield each

    def move(self, mailbox: int, raw: bytes, to: str, at: dt.datetime) -> bool:
        """A mail is moved from wherever it is; False when it is nowhere."""
        folders = self.folders[mailbox]
        for box in folders.values():
            for uid, (kept, _) in box.mails.items():
                if kept == raw and box.name != to:
                    del box.mails[uid]
                    self.box(mailbox, to).file(raw, at)
                    return True
        return False
