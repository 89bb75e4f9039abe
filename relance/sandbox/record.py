"""What really happened in the mail world, in order: the record an audit is taken from.

Every entry carries `order`, a number from one counter: an entry with a smaller number was complete before one with a
larger number began. Times are told twice, in business and in machine time; only `order` says what came first.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from relance import clock as clocks


class Kind(StrEnum):
    """What was put into a rep's folder, as its author meant it."""

    ANSWER = "answer"
    OPT_OUT = "opt-out"
    CALENDAR = "calendar answer"
    OUT_OF_OFFICE = "out of office"
    LEFT_COMPANY = "left the company"
    BOUNCE = "bounce"
    COMPLAINT = "complaint"
    SENT_COPY = "sent copy"
    OTHER = "other mail"


ANSWERS = frozenset({Kind.ANSWER, Kind.OPT_OUT, Kind.CALENDAR})
# A person spoke: nothing may follow. Machines (absence, bounce) are not answers.
REFUSALS = frozenset({Kind.OPT_OUT, Kind.COMPLAINT})
# The person said no for good, by mail.


@dataclass(frozen=True)
class Moment:
    """A place in the order of events, with its two times."""

    order: int
    at: dt.datetime  # business time
    machine: dt.datetime  # machine time


@dataclass(frozen=True)
class Arrived:
    """A mail the world took responsibility for, for one recipient."""

    when: Moment  # just before the 250
    asked: Moment  # when DATA came in, just before the 354
    rep: str  # who had logged in
    sender: str  # MAIL FROM
    recipient: str  # RCPT TO, lower case
    message_id: str
    subject: str  # as it stood in the header, decoded
    headers: tuple[tuple[str, str], ...]  # lower-case names, unfolded, undecoded
    raw: bytes

    def header(self, name: str) -> str | None:
        """The first header of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True)
class Turned:
    """A recipient the world would not take: 5xx refused, 4xx deferred."""

    when: Moment
    rep: str
    recipient: str
    reply: str


@dataclass(frozen=True)
class Placed:
    """A mail that stands in a rep's folder since `when`, and may have been read there at any time after."""

    when: Moment
    rep: str
    folder: str
    kind: Kind
    from_address: str
    person: str  # the person it is about: who was written to, even where a colleague answers
    answers: str  # the Message-ID it answers, or empty
    subject: str
    raw: bytes


@dataclass(frozen=True)
class SyncStarted:
    """A rep's IMAP login that succeeded: everything placed before it can be found in that session."""

    when: Moment
    rep: str


class Act(StrEnum):
    """Why a prospect (or the machine guarding one) asked for an address."""

    OPEN = "open"
    CLICK = "click"
    SCAN = "scan"
    UNSUBSCRIBE_PAGE = "unsubscribe page"
    UNSUBSCRIBE_FORM = "unsubscribe form"
    ONE_CLICK = "one-click unsubscribe"


UNSUBSCRIBES = frozenset({Act.ONE_CLICK, Act.UNSUBSCRIBE_FORM})


@dataclass(frozen=True)
class Visit:
    """One HTTP request and its answer. `status` is 0 where none came; `trouble` then says why."""

    asked: Moment
    answered: Moment
    person: str
    act: Act
    method: str
    url: str
    user_agent: str
    status: int
    location: str = ""
    trouble: str = ""

    @property
    def done(self) -> bool:
        """Whether the other side said that it did what was asked."""
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Mishap:
    """Something the world itself could not do. A run with mishaps proves less than it seems to."""

    when: Moment
    what: str


@dataclass(frozen=True)
class Story:
    """The whole record at one moment, each kind in order."""

    arrived: tuple[Arrived, ...] = ()
    turned: tuple[Turned, ...] = ()
    placed: tuple[Placed, ...] = ()
    syncs: tuple[SyncStarted, ...] = ()
    visits: tuple[Visit, ...] = ()
    mishaps: tuple[Mishap, ...] = ()


Entry = Arrived | Turned | Placed | SyncStarted | Visit | Mishap
SomeEntry = TypeVar("SomeEntry", Arrived, Turned, Placed, SyncStarted, Visit, Mishap)


class Record:
    """The growing record. Any thread may write to it and read from it."""

    def __init__(self, clock: clocks.Clock) -> None:
        self._clock = clock
        self._lock = threading.Condition()
        self._order = 0
        self._entries: list[Entry] = []

    def moment(self) -> Moment:
        """The next place in the order, now."""
        with self._lock:
            return self._moment()

    def add(self, build: Callable[[Moment], SomeEntry]) -> SomeEntry:
        """Write what `build` makes of the next moment; moment and entry are one step for every reader."""
        with self._lock:
            entry = build(self._moment())
            self._entries.append(entry)
            self._lock.notify_all()
            return entry

    def story(self) -> Story:
        """Everything so far."""
        with self._lock:
            entries = tuple(self._entries)
        return Story(
            arrived=tuple(entry for entry in entries if isinstance(entry, Arrived)),
            turned=tuple(entry for entry in entries if isinstance(entry, Turned)),
            placed=tuple(entry for entry in entries if isinstance(entry, Placed)),
            syncs=tuple(entry for entry in entries if isinstance(entry, SyncStarted)),
            visits=tuple(entry for entry in entries if isinstance(entry, Visit)),
            mishaps=tuple(entry for entry in entries if isinstance(entry, Mishap)),
        )

    def since(self, position: int) -> tuple[tuple[Entry, ...], int]:
        """The entries written after `position` (0 for the first call), and the position to ask from next."""
        with self._lock:
            return tuple(self._entries[position:]), len(self._entries)

    def wait_for(self, condition: Callable[[Story], bool], timeout: float = 10.0) -> bool:
        """Wait until the story satisfies `condition`; False where it does not within `timeout` seconds."""
        deadline = clocks.elapsed() + timeout
        while not condition(self.story()):
            left = deadline - clocks.elapsed()
            if left <= 0:
                return False
            with self._lock:
                self._lock.wait(min(left, 0.05))
        return True

    def _moment(self) -> Moment:
        self._order += 1
        machine = clocks.machine_now()
        return Moment(order=self._order, at=self._clock.at(machine), machine=machine)
