"""Header values as bytes: cleaned, encoded where they must be (RFC 2047), folded below 78 columns (RFC 5322, 2.1.1)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

WIDTH = 76
# RFC 2047, 2: a line that holds an encoded word may be 76 long, one column less than RFC 5322 allows for others.
WORD = 75  # RFC 2047, 2: the longest encoded word
PAYLOAD = WORD - len("=?utf-8?q??=") - len("Subject:")  # the first word shares its line with the longest name

# Characters that end or reorder lines somewhere: controls, line and paragraph separators, direction marks, lone
# surrogates. In a header each becomes a space before anything else happens.
_UNFIT = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
_PLAIN = re.compile(r"[\x20-\x7e]*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*")
_LONG_WORD = re.compile(r"\S{60}")
# What may stand unencoded in a Q word wherever the word stands, in a phrase too (RFC 2047, 5 (3)).
_Q_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = tuple("_" if byte == 0x20 else chr(byte) if byte in _Q_SAFE else f"={byte:02X}" for byte in range(256))
_Q_COST = tuple(map(len, _Q))


def clean(text: str) -> str:
    """The text on one line: unfit characters made spaces, runs of white space made one, ends trimmed."""
    return " ".join(_UNFIT.sub(" ", text).split())


def text(name: str, value: str) -> bytes:
    """An unstructured header line (a Subject), with its CRLF; reads back as `clean(value)`."""
    value = clean(value)
    if len(name) + 2 + len(value) <= WIDTH and _is_literal(value):
        return f"{name}: {value}\r\n".encode("ascii")
    pieces = (
        value.split(" ") if _is_literal(value) and not _LONG_WORD.search(value) else _encoded_words(value)
    )
    return folded(name, pieces)


@lru_cache(maxsize=1024)  # a mailbox's own From stands in every mail it sends
def mailbox(name: str, display: str, address: str) -> bytes:
    """An address header line, `Display <address>`, with its CRLF."""
    return folded(name, (*_phrase(display), f"<{address}>"), charset="utf-8")


def folded(name: str, pieces: Iterable[str], glue: str = "", charset: str = "ascii") -> bytes:
    """A header line of ASCII pieces (in UTF-8, addresses of RFC 6532, too), broken between pieces where it would grow too long.

    `glue` is put after every piece but the last. A piece longer than a line stands on a line of its own.
    """
    pieces = list(pieces)
    whole = f"{name}: {(glue + ' ').join(pieces)}"
    if len(whole) <= WIDTH:
        return f"{whole}\r\n".encode(charset)
    line = f"{name}:"
    lines = []
    for index, piece in enumerate(pieces):
        piece += glue if index + 1 < len(pieces) else ""
        # The first piece stays beside the name: a first line without text confuses readers.
        if index and len(line) + 1 + len(piece) > WIDTH:
            lines.append(line)
            line = ""
        line += " " + piece
    return "\r\n".join([*lines, line, ""]).encode(charset)


def _is_literal(value: str) -> bool:
    """Whether the value means itself: plain ASCII, and nothing that reads as an encoded word."""
    return _PLAIN.fullmatch(value) is not None and "=?" not in value


def _phrase(display: str) -> Sequence[str]:
    display = clean(display)
    if not _is_literal(display) or _LONG_WORD.search(display):
        return _encoded_words(display)
    if _ATOMS.fullmatch(display):
        return display.split()
    quoted = '"' + display.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return quoted.split(" ") if len(quoted) <= WIDTH else _encoded_words(display)


def _encoded_words(value: str) -> list[str]:
    """The value as encoded words, whole characters each; Q where it is no longer than B, else B."""
    data = value.encode()
    if len(quoted := _q(value)) <= PAYLOAD:
        return [f"=?utf-8?q?{quoted}?="]
    if sum(map(_Q_COST.__getitem__, data)) <= len(data) * 4 / 3:
        return [f"=?utf-8?q?{_q(row)}?=" for row in _cut(value, PAYLOAD, _q_cost)]
    rows = _cut(value, PAYLOAD // 4 * 3, _byte_cost)
    return [f"=?utf-8?b?{binascii.b2a_base64(row.encode(), newline=False).decode()}?=" for row in rows]


def _q(row: str) -> str:
    return "".join(map(_Q.__getitem__, row.encode()))


def _q_cost(character: str) -> int:
    return sum(map(_Q_COST.__getitem__, character.encode()))


def _byte_cost(character: str) -> int:
    return len(character.encode())


def _cut(value: str, limit: int, cost_of: Callable[[str], int]) -> list[str]:
    """The value in rows that cost at most `limit` each, cut between characters (RFC 2047, 5 (3))."""
    rows, start, used = [], 0, 0
    for index, character in enumerate(value):
        cost = cost_of(character)
        if used + cost > limit:
            rows.append(value[start:index])
            start, used = index, 0
        used += cost
    return [*rows, value[start:]]
