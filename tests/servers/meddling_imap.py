"""A proxy before an IMAP server that changes what is said, for a while: refused FETCHes, mails left out, a UIDNEXT set back.

For faults that a real server has and would not show on request. It reads what both sides say, so it stands before plain
IMAP only, on loopback. It can fall silent, too (`silent.SilentProxy`).
"""

from __future__ import annotations

import contextlib
import random
import re
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.servers import silent

WORDS = ("NO [UNAVAILABLE] The storage is away for a moment", "BAD Server busy")
KINDS = ("FETCHes refused", "mails left out", "UIDNEXTs set back")  # what is counted
_FETCH = re.compile(rb"([^\s]+) UID FETCH [^\r\n]*\r\n", re.IGNORECASE)
_FETCHED = re.compile(rb"\* \d+ FETCH ", re.IGNORECASE)
_COUNTED = re.compile(rb"\* (?:STATUS |OK \[UIDNEXT )", re.IGNORECASE)
_UIDNEXT = re.compile(rb"(?i)(?<=UIDNEXT )\d+")
_LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


@dataclass
class Mood:
    """What is done to every connection just now. Shares are of the UID FETCH commands."""

    refuses: float = 0.0
    leaves_out: float = 0.0
    back: int = 0  # how far below its true value each UIDNEXT is shown


class Responses:
    """Cuts what a server says into whole responses, the literals in them included (RFC 3501, 4.3 and 7)."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._seen = 0  # of these, how many belong to the response that is not whole yet

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The responses that are whole now."""
        self._held += data
        while (end := self._held.find(b"\r\n", self._seen)) >= 0:
            self._seen = end + 2
            if literal := _LITERAL.search(self._held[max(0, end - 20) : self._seen]):
                self._seen += int(literal[1])
                continue
            whole = bytes(self._held[: self._seen])
            del self._held[: self._seen]
            self._seen = 0
            yield whole


@dataclass
class _Conversation:
    """One connection: what was said and is not a whole line yet."""

    asked: bytes = b""
    responses: Responses = field(default_factory=Responses)
    leaves_out: bool = False  # one mail of the answer to come


class MeddlingProxy(silent.SilentProxy):
    """What it does is told by `mood`, which may be changed while it runs; how often it did so, by `told`."""

    def __init__(self, upstream: int, *, port: int = 0, seed: int = 0) -> None:
        super().__init__(upstream, port=port)
        self.mood = Mood()
        self.told: Counter[str] = Counter()
        self._rng = random.Random(seed)
        self._talks: dict[socket.socket, _Conversation] = {}

    def joined(self, near: socket.socket, far: socket.socket) -> None:
        """A connection began."""
        self._talks[near] = self._talks[far] = _Conversation()

    def parted(self, side: socket.socket) -> None:
        """A side of a connection has gone."""
        self._talks.pop(side, None)

    def change(self, data: bytes, side: socket.socket, *, asks: bool) -> tuple[bytes, bytes]:
        """What is handed on of it, and what is said back to the side it came from."""
        talk = self._talks[side]
        if asks:
            return self._asked(talk, data)
        return b"".join(self._answered(talk, each) for each in talk.responses.feed(data)), b""

    def _asked(self, talk: _Conversation, data: bytes) -> tuple[bytes, bytes]:
        """Of clients, lines are enough: a literal waits for the server's word, and its line ends here, too."""
        lines = (talk.asked + data).splitlines(keepends=True)
        talk.asked = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        on, back = b"", b""
        for line in lines:
            refused = self._refusal(talk, line)
            on, back = (on, back + refused) if refused else (on + line, back)
        return on, back

    def _refusal(self, talk: _Conversation, line: bytes) -> bytes:
        """What a UID FETCH is refused with; empty: it is handed on."""
        found = _FETCH.fullmatch(line)
        talk.leaves_out = bool(found) and self._rng.random() < self.mood.leaves_out
        if not found or self._rng.random() >= self.mood.refuses:
            return b""
        self.told[KINDS[0]] += 1
        return found[1] + b" " + self._rng.choice(WORDS).encode() + b"\r\n"

    def _answered(self, talk: _Conversation, response: bytes) -> bytes:
        if talk.leaves_out and _FETCHED.match(response):
            talk.leaves_out = False
            self.told[KINDS[1]] += 1
            return b""
        if self.mood.back and _COUNTED.match(response) and _UIDNEXT.search(response):
            self.told[KINDS[2]] += 1
            back = self.mood.back
            return _UIDNEXT.sub(lambda found: b"%d" % max(1, int(found[0]) - back), response)
        return response


@contextlib.contextmanager
def running(upstream: int, *, port: int = 0, seed: int = 0) -> Iterator[MeddlingProxy]:
    """A proxy before a loopback port of plain IMAP, closed at the end."""
    proxy = MeddlingProxy(upstream, port=port, seed=seed)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()
