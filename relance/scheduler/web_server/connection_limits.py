"""The public door: how many connections may stand, of whom, and for how long. Anybody may knock, and many do at once.

A connection is for one request. It has a few seconds to say what it wants and some more to be answered; then it is cut,
whatever it does. Where all connections are taken, whoever is longest in saying what it wants makes room.
"""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from relance.scheduler.web_server.http_parser import HttpProtocol

log = logging.getLogger(__name__)

ACCEPTED_AT_ONCE = 16
# Connections the event loop takes from the kernel at a time.
UNSEEN = 4 * ACCEPTED_AT_ONCE
# It is four rounds of the loop from taking one to having closed it again: so many may stand beside those let in.
LARGEST_HEAD = 16 * 1024
# Bytes of a request's line and headers, before anybody looks at them. Not every parser has a bound of its own.
LOOPBACK = ("127.0.0.0/8", "::1/128")


@dataclass(frozen=True)
class ConnectionLimits:
    """Who is let in. Seconds are machine time."""

    most: int = 256  # connections at once
    most_each: int = 32  # of one address
    trusted: tuple[str, ...] = LOOPBACK  # networks of our own proxies: many people speak through one address
    head_seconds: float = 10.0  # until the request's headers are here
    life_seconds: float = 40.0  # until the answer is taken


class Door:
    """Counts who is inside. Belongs to the server's event loop."""

    def __init__(self, rules: ConnectionLimits = ConnectionLimits()) -> None:
        self.rules = rules
        self.turned_away = 0
        trusted = [ipaddress.ip_network(each, strict=False) for each in rules.trusted]
        self._party = functools.lru_cache(maxsize=4096)(functools.partial(party, trusted))
        self._inside: dict[Visitor, str] = {}  # in the order they came
        self._of: Counter[str] = Counter()

    def admit(self, visitor: Visitor, address: str) -> bool:
        """Whether a connection may stay; where all connections are taken, one that is still at saying what it wants leaves for it."""
        party = self._party(address)
        if party and self._of[party] >= self.rules.most_each:
            return self._turn_away("its address has all the connections it may have")
        if len(self._inside) >= self.rules.most and not self._make_room():
            return self._turn_away("all connections are taken")
        self._inside[visitor] = party
        self._of[party] += 1
        return True

    def leave(self, visitor: Visitor) -> None:
        """A connection is gone; one that never was inside changes nothing."""
        party = self._inside.pop(visitor, None)
        if party is not None:
            self._of[party] -= 1
            if not self._of[party]:
                del self._of[party]

    def protocol(self) -> Callable[..., HttpProtocol]:
        """What uvicorn makes for each connection."""
        return functools.partial(Visitor, self)

    def _make_room(self) -> bool:
        slow = next((each for each in self._inside if not each.said_all), None)
        if slow is None:
            return False
        self._turn_away("all connections are taken, and this one took longest to send its request")
        slow.cut()
        self.leave(slow)
        return True

    def _turn_away(self, why: str) -> bool:
        self.turned_away += 1
        log.warning("a connection to the web server was turned away: %s", why)
        return False


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def party(trusted: Sequence[Network], address: str) -> str:
    """Whom an address counts for: itself, its /64 of IPv6 (one customer's, RFC 6177), or nobody if it is a proxy's."""
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if any(host.version == each.version and host in each for each in trusted):
        return ""
    return str(host) if host.version == 4 else str(ipaddress.ip_network((host, 64), strict=False))


class Visitor(HttpProtocol):
    """One connection: uvicorn's, with a place at the door and two deadlines."""

    def __init__(self, door: Door, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._door = door
        self._admitted = False
        self._head = 0  # bytes of its request so far, until its headers are here
        self._alarms: list[asyncio.TimerHandle] = []

    @property
    def said_all(self) -> bool:
        """Whether its whole request is here, and it is we who keep it waiting."""
        return bool(self.cycle) and not self.cycle.more_body

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a place, or be cut off without a word: words would cost what is scarce."""
        address = plain((transport.get_extra_info("peername") or ("",))[0])
        self._admitted = self._door.admit(self, address)
        if not self._admitted:
            transport.abort()
            return
        super().connection_made(transport)
        if self.client is not None:
            self.client = (address, self.client[1])  # as the trust in proxies compares it
        rules = self._door.rules
        self._alarms = [
            self.loop.call_later(rules.head_seconds, self._say_something),
            self.loop.call_later(rules.life_seconds, self.cut),
        ]

    def data_received(self, data: bytes) -> None:
        """Read on, unless it was cut in the meantime."""
        if not self._admitted or self.transport.is_closing():
            return
        super().data_received(data)
        self._head += len(data)
        if not self.cycle and self._head > LARGEST_HEAD:
            self.cut()

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        self._door.leave(self)
        for alarm in self._alarms:
            alarm.cancel()
        if self._admitted:
            super().connection_lost(exc)

    def cut(self) -> None:
        """End it now, with whatever stands unsent."""
        if self.transport is not None:
            self.transport.abort()

    def _say_something(self) -> None:
        if not self.cycle:
            self.cut()


def plain(address: str) -> str:
    """An address without the dress of IPv6 around an IPv4 one, and without its zone."""
    host = address.partition("%")[0]
    return host.removeprefix("::ffff:") if "." in host else host
