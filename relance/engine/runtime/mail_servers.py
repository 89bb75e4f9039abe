"""Which mail servers answer, as this process has found out, and who may ask one now.

A server that accepts connections and says nothing would hold a worker thread for each of its mailboxes, and the healthy
ones would wait. So one that was not heard of lately is asked by one mailbox first, one in trouble by one at a time and ever
more rarely, and whatever happens some thread is left for those that answer.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from relance import clock, errors
from relance.engine.ports import Inbox, OpenInbox
from relance.mailbox.account import Account, Server
from relance.mailbox.imap.folders import Folder

FRESH = 30.0  # seconds after an answer in which anybody may ask at once
AGAIN = 0.5  # seconds after which whoever waits for another's answer looks again; longer while that one waits longer
FIRST_REST, LONGEST_REST = (
    5.0,
    300.0,
)  # of a server in trouble, doubled at each failure; in seconds of machine time


@dataclass(frozen=True)
class ServerStanding:
    """What is known of one server. Times are machine time."""

    visits: int = 0  # connections that are asked for or in use
    asking: int = 0  # of these: without a first answer
    since: float = 0.0  # when the last visit began
    answered: float | None = None  # when it last gave a first answer
    failures: int = 0  # in a row
    rest_until: float = 0.0

    def fresh(self, now: float) -> bool:
        """Whether it answered so lately that it may be counted on."""
        return not self.failures and self.answered is not None and now - self.answered <= FRESH


@dataclass(frozen=True)
class Crowd:
    """How busy this process is with servers that may not answer."""

    threads: int  # turns that may move at once; as many more may wait for an answer
    asking: int  # connections without a first answer, over all servers
    doubtful: int  # of these: to servers or for mailboxes that were in trouble the last time


def wait(server: ServerStanding, crowd: Crowd, now: float, *, doubtful: bool) -> float:
    """How many seconds whoever wants to ask this server must wait before asking again; 0: go ahead. Pure."""
    if now < server.rest_until:
        return server.rest_until - now
    if server.visits >= most(crowd.threads):
        return AGAIN  # the others are everybody else's
    if server.fresh(now):
        return 0.0
    # One that has waited for longer than the longest rest keeps nobody away any more.
    busy = server.visits > 0 and now - server.since < LONGEST_REST
    alone = not busy or (server.asking == 0 and not server.failures)
    room = crowd.asking < max(1, crowd.threads - 1)
    if doubtful or server.failures:
        room = room and crowd.doubtful < max(1, crowd.threads // 2)
    return 0.0 if alone and room else max(AGAIN, now - server.since if busy else 0.0)


def most(threads: int) -> int:
    """How many connections one server may have: more than can move at once, fewer than there are threads. Pure."""
    return max(1, threads + threads // 2)


def rest(failures: int) -> float:
    """How long a server is left alone after so many failures in a row, in seconds. Pure."""
    return min(LONGEST_REST, FIRST_REST * 2.0 ** min(failures - 1, 10))


@dataclass
class _Server:
    visits: int = 0
    asking: int = 0
    since: float = 0.0
    doubtful: int = 0
    answered: float | None = None
    failures: int = 0
    rest_until: float = 0.0

    def standing(self) -> ServerStanding:
        return ServerStanding(
            self.visits, self.asking, self.since, self.answered, self.failures, self.rest_until
        )


@dataclass
class ServerVisit:
    """One connection to a server, from its being asked for to its end."""

    servers: MailServers
    place: Server
    wait: float  # seconds until it may be asked; 0: it is asked now
    doubtful: bool = False
    asking: bool = False  # without a first answer
    recovered: bool = False  # the server was in trouble and answers again
    heard: bool = False  # it has answered more than the login

    def answered(self) -> None:
        """The server does its work: it has answered more than the login. Cheap when repeated."""
        self.heard = True
        if self.asking:
            self.recovered = self.servers._heard(self) or self.recovered

    def failed(self) -> None:
        """It did not answer, or let nobody in."""
        self.servers._missed(self)

    def door(self, opens: OpenInbox) -> OpenInbox:
        """The same door to an inbox; who is shown its folders has been answered."""

        @contextmanager
        def opened(account: Account) -> Iterator[Inbox]:
            with opens(account) as inbox:
                yield cast(Inbox, _Heard(inbox, self))

        return opened


class _Heard:
    """An inbox whose first list of folders counts as its server's answer."""

    def __init__(self, inbox: Inbox, visit: ServerVisit) -> None:
        self._inbox, self._visit = inbox, visit

    def folders(self, *, with_trash: bool = False) -> list[Folder]:
        found = self._inbox.folders(with_trash=with_trash)
        self._visit.answered()
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)


@dataclass
class MailServers:
    """The mail servers that this process asks, shared by its threads."""

    threads: int = 8
    _known: dict[tuple[str, int], _Server] = field(default_factory=dict)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, place: Server, *, doubtful: bool) -> float:
        """How many seconds to wait before this server may be asked; 0: now."""
        with self._guard:
            return self._wait(place, doubtful)

    @contextmanager
    def visit(self, place: Server, *, doubtful: bool) -> Iterator[ServerVisit]:
        """While a server is asked; where `wait` is not 0 it may not be asked now."""
        with self._guard:
            seconds = self._wait(place, doubtful)
            visit = ServerVisit(self, place, seconds) if seconds else self._enter(place, doubtful)
        if seconds:
            yield visit
            return
        try:
            yield visit
        except errors.Away:
            visit.failed()
            raise
        finally:
            self._left(visit)

    def _wait(self, place: Server, doubtful: bool) -> float:
        asking = sum(each.asking for each in self._known.values())
        crowd = Crowd(self.threads, asking, sum(each.doubtful for each in self._known.values()))
        return wait(self._of(place).standing(), crowd, clock.elapsed(), doubtful=doubtful)

    def _enter(self, place: Server, doubtful: bool) -> ServerVisit:
        here = self._of(place)
        doubtful = doubtful or bool(here.failures)
        here.visits, here.asking, here.doubtful = (
            here.visits + 1,
            here.asking + 1,
            here.doubtful + doubtful,
        )
        here.since = clock.elapsed()
        return ServerVisit(self, place, 0.0, doubtful, asking=True)

    def _heard(self, visit: ServerVisit) -> bool:
        with self._guard:
            here = self._of(visit.place)
            was = here.failures
            here.answered, here.failures, here.rest_until = clock.elapsed(), 0, 0.0
            self._asked(here, visit)
            return bool(was)

    def _missed(self, visit: ServerVisit) -> None:
        with self._guard:
            here = self._of(visit.place)
            now = clock.elapsed()
            if now >= here.rest_until:  # those that began together fail together: once
                here.failures += 1
                here.rest_until = now + rest(here.failures)
            self._asked(here, visit)

    def _left(self, visit: ServerVisit) -> None:
        with self._guard:
            here = self._of(visit.place)
            here.visits -= 1
            self._asked(here, visit)

    def _asked(self, here: _Server, visit: ServerVisit) -> None:
        if visit.asking:
            here.asking, here.doubtful = here.asking - 1, here.doubtful - visit.doubtful
            visit.asking = False

    def _of(self, place: Server) -> _Server:
        return self._known.setdefault((place.host.lower(), place.port), _Server())
