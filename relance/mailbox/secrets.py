"""Secrets in other people's words: found in every dress they may come back in, and masked."""

from __future__ import annotations

import base64
import functools
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

MASK = "•••"
SHORTEST = 4
# A shorter one would be found in half of all words; nobody's real password is that short.
SHORTEST_ENCODED = 6
# The same for what of it is certain in base64.
_AROUND = "[A-Za-z0-9+/=_-]{0,3}"
# What stands beside the certain letters and depends on the neighbours, too. Bounded: a search must stay linear.

_PLAIN = re.compile("[A-Za-z0-9]+")  # what is written alike in every dress but base64


class Mask:
    """Hides some secrets wherever they stand: plain, in a web address, as JSON or Python writes them, in base64.

    Cheap where nothing is to be hidden: every reply of a mail server is looked at. `then`: a pattern of what belongs to a
    secret behind these letters of it.
    """

    def __init__(self, hidden: Iterable[str], *, then: str = "") -> None:
        self._then = then
        self._secrets = sorted({each for each in hidden if len(each) >= SHORTEST}, key=len, reverse=True)
        self._signs = tuple({sign.lower() for secret in self._secrets for sign in _signs(secret)})

    @functools.cached_property
    def _pattern(self) -> re.Pattern[str]:
        ways = "|".join(p for secret in self._secrets for p in _patterns(secret))
        return re.compile(f"(?:{ways}){self._then}", re.IGNORECASE)

    def over(self, text: str) -> str:
        """The text with every secret masked."""
        lowered = text.lower()
        return self._pattern.sub(MASK, text) if any(sign in lowered for sign in self._signs) else text


def _signs(secret: str) -> Iterator[str]:
    """Pieces one of which stands in every text that holds the secret in any dress."""
    yield max(_PLAIN.findall(secret), key=len, default="")
    yield from _in_base64(secret.encode())


def _patterns(secret: str) -> Iterator[str]:
    yield "".join(map(_written, secret))
    yield from (_AROUND + re.escape(core) + _AROUND for core in _in_base64(secret.encode()))


def _written(char: str) -> str:
    """A pattern of every way a character may be written: itself, escaped as JSON or Python do it (within one another: with
    any number of backslashes), or as in a web address."""
    if char.isascii() and char.isalnum():
        return char
    data = char.encode()
    ways = [
        rf"\\*{re.escape(char)}",
        re.escape(data.decode("latin-1")),  # UTF-8 as a careless program reads it
        "".join(rf"\\+x{byte:02x}" for byte in data),
        "".join(f"%(?:25)*{byte:02x}" for byte in data),
        "".join(rf"\\+u{unit:04x}" for unit in memoryview(char.encode("utf-16-le")).cast("H")),
        rf"\\+x{ord(char):02x}" if ord(char) < 256 else rf"\\+U{ord(char):08x}",
    ]
    return f"(?:{'|'.join([*ways, '[+]'] if char == ' ' else ways)})"


def _in_base64(data: bytes) -> Iterator[str]:
    """What every base64 text with these bytes in it has in common, for each of the three places they may begin at.

    AUTH PLAIN sends them behind the name (RFC 4616), AUTH LOGIN alone.
    """
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + data).decode().rstrip("=")
        core = encoded[-(-before * 4 // 3) : (before + len(data)) * 4 // 3]
        if len(core) >= SHORTEST_ENCODED:
            yield core
            yield core.replace("+", "-").replace("/", "_")
            yield quote(core, safe="")
