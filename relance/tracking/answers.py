"""The two answers that a mail's pixel and its links get a thousand times a second, as ASGI messages made beforehand.

Everything else (other methods, links that are not ours, links of old mails) is for the app behind: see `web`.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from relance.tracking import hits, targets, tokens

# The smallest well-known picture: one transparent pixel, GIF89a, 43 bytes.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b"
)
Scope = Mapping[str, Any]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Messages = tuple[dict[str, Any], dict[str, Any]]


class RequestReader:
    """Reads from a request which mail and link it is about, and what is kept of it."""

    def __init__(self, signer: tokens.Signer, now: Callable[[], dt.datetime]) -> None:
        self._signer = signer
        self._now = now

    def hit(self, scope: Scope, purpose: tokens.Purpose, token: str) -> hits.Hit | None:
        """The hit, or None where the token is not one of ours for this purpose."""
        claim = self._signer.read(purpose, token)
        if claim is None:
            return None
        said = dict(reversed(scope["headers"]))  # of a header that is there twice, the first
        client = scope.get("client")
        return hits.Hit(
            purpose=purpose,
            message=claim.message,
            index=claim.index,
            at=self._now(),
            method=scope["method"],
            user_agent=hits.agent_text(said.get(b"user-agent", b"").decode("latin-1")),
            network=network_of(client[0] if client else None),
            has_language=bool(said.get(b"accept-language", b"").strip()),
            prefetch=any(b"prefetch" in said.get(name, b"").lower() for name in _AHEAD),
            carried=claim.carried,
        )


_PICTURE = re.compile(r"[^/]+\.gif", re.DOTALL)
_AHEAD = (b"sec-purpose", b"purpose", b"x-moz")
network_of = functools.lru_cache(maxsize=4096)(hits.network_of)


class TrackingAnswers:
    """The messages of both answers, with the headers that every response has. Nobody changes a message that was made."""

    def __init__(self, reader: RequestReader, headers: Mapping[str, str]) -> None:
        self._reader = reader
        self._always = [(name.encode(), value.encode()) for name, value in headers.items()]
        shape = [(b"content-type", b"image/gif"), (b"content-length", str(len(PIXEL)).encode())]
        self.pixel = _messages(200, shape + self._always, PIXEL)

    def to(self, scope: Scope) -> tuple[hits.Hit | None, Messages] | None:
        """What to record (None: nothing) and what to say; None altogether where it is for somebody else."""
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            return None
        path: str = scope["path"]
        kind, token = path[:3], path[3:]
        if kind == "/o/" and _PICTURE.fullmatch(token):
            return self._reader.hit(scope, tokens.Purpose.OPEN, token[:-4]), self.pixel
        if kind == "/c/" and (hit := self._reader.hit(scope, tokens.Purpose.CLICK, token)) and hit.carried:
            place = targets.location(hit.carried)
            return None if place is None else (hit, self._to_place(place))
        return None

    def _to_place(self, place: str) -> Messages:
        led = [(b"location", place.encode("latin-1")), (b"content-length", b"0")]
        return _messages(302, led + self._always, b"")


def _messages(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Messages:
    start = {"type": "http.response.start", "status": status, "headers": headers}
    return start, {"type": "http.response.body", "body": body}


async def say(messages: Messages, send: Send) -> None:
    """Send both."""
    for message in messages:
        await send(message)
