"""What a server that fails on purpose can do wrong, and how it behaves otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Point(StrEnum):
    """Where the server can fail. Up to DATA the fault takes the place of that reply."""

    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    AFTER_354 = "after 354"  # the 354 was written, nothing of the body was read
    BODY = "body"  # a part of the body was read
    DOT = "dot"  # the whole body was read, nothing was recorded
    ACCEPTED = "accepted"  # the mail is recorded, its 250 was not written
    AFTER_250 = "after 250"  # the 250 was written


class Kind(StrEnum):
    """How the server fails."""

    STOP = "stop"  # close the connection in an orderly way
    DROP = "drop"  # reset it
    STALL = "stall"  # say nothing until the client goes
    GARBLE = "garble"  # say something that is no reply, then carry on
    DELAY = "delay"  # do the right thing, late
    REPLY = "reply"  # say `words` (a 4xx or 5xx) in place of the right thing


@dataclass(frozen=True)
class Fault:
    """One failure, at one point, of connections and transactions as long as `times` lasts."""

    point: Point
    kind: Kind
    words: str = ""
    seconds: float = 0.2
    times: int = 1


@dataclass(frozen=True)
class Accepted:
    """A mail the server took responsibility for."""

    sender: str
    recipient: str
    raw: bytes  # as the client stored it: dots unstuffed
    login: str
    connection: int


@dataclass
class Behaviour:
    """What the server offers and how it fails."""

    extensions: Sequence[str] = ("8BITMIME", "ENHANCEDSTATUSCODES")
    starttls: bool = True
    auth: str | None = "PLAIN LOGIN"
    login: tuple[str, str] = ("ada@firm.example", "secret")
    need_login: bool = True
    lenient: bool = False  # says 354 though no recipient was taken
    faults: list[Fault] = field(default_factory=list)
    rate: float = 0.0  # besides `faults`: the chance of a random fault in each transaction
    kinds: Sequence[Kind] = (Kind.STOP, Kind.DROP, Kind.STALL, Kind.GARBLE, Kind.DELAY)
    # Seconds after which a stalled connection is closed; none: when the client goes.
    patience: float | None = None

    def lets_in(self, name: str, secret: str) -> bool:
        """Whether this is a login."""
        return (name, secret) == self.login


class Gone(Exception):
    """This connection is over."""
