"""The last look at a mail's bytes before they may leave: exactly the headers that were meant, and nothing else."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from relance.wording import Text, typed

ONCE = ("From", "To", "Subject", "Message-ID", "Date")
CRLF = b"\r\n"
LINE_LIMIT = 998  # RFC 5322, 2.1.1, without the CRLF

_CONTROLS = bytes(byte for byte in range(0x20) if byte not in b"\t\r\n") + b"\x7f"
# One header: a name, a colon and a space, some visible text, and continuation lines that hold visible text too
# (a continuation of blanks alone ends the headers for some readers).
_BLOCK = re.compile(rb"(?:[!-9;-~]++: [^\r\n!-~]*+[!-~][^\r\n]*+\r\n(?:[ \t]++[!-~][^\r\n]*+\r\n)*+)++")
_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)  # continuation lines begin with a blank


class UnfitMail(ValueError):
    """These bytes may not leave; `text` says why. A fault of the mail's content, not of the world."""

    def __init__(self, text: Text) -> None:
        super().__init__(text)
        self.text = text


def check(raw: bytes, expected: Sequence[str]) -> None:
    """Let `raw` pass, or raise `Unfit`.

    `expected` names every header once, in any order; one more, one fewer or one twice is refused. The whole mail must be
    ASCII in CRLF lines of at most 998 characters without other control characters (RFC 5322, 2.1.1 and 2.3).
    """
    _check_lines(raw)
    end = raw.find(b"\r\n\r\n")
    if end < 0:
        raise UnfitMail(Text("the mail has no empty line between its headers and its body"))
    found = _header_names(raw[: end + 2])
    if found != _lowered(tuple(expected)):
        raise UnfitMail(_difference(found, expected))
    for name in ONCE:
        if name.lower() not in found:
            raise UnfitMail(Text("the mail has no {name} header", name=name))
    if "bcc" in found:
        raise UnfitMail(Text("the mail has a Bcc header"))


def _check_lines(raw: bytes) -> None:
    if not raw.isascii():
        raise UnfitMail(Text("the mail has bytes outside ASCII"))
    if len(raw.translate(None, _CONTROLS)) != len(raw):
        raise UnfitMail(Text("the mail has control characters"))
    lines = raw.split(b"\r\n")
    if len(lines) - 1 != raw.count(b"\n") or len(lines) - 1 != raw.count(b"\r"):
        raise UnfitMail(Text("the mail has a line end that is not CRLF"))
    if lines[-1]:
        raise UnfitMail(Text("the mail does not end with CRLF"))
    if max(map(len, lines)) > LINE_LIMIT:
        raise UnfitMail(Text("the mail has a line longer than {limit} characters", limit=LINE_LIMIT))


def _header_names(block: bytes) -> list[str]:
    """The names in the block, lower case, sorted; every byte of the block must belong to a well-formed header."""
    if not _BLOCK.fullmatch(block):
        whole = _BLOCK.match(block)
        rest = block[whole.end() if whole else 0 :]
        line = typed(rest.partition(CRLF)[0].decode("ascii"))
        raise UnfitMail(Text("this is not a header line: {line}", line=line))
    return list(_read(tuple(_NAME.findall(block))))


@lru_cache(maxsize=64)  # a workspace's mails have few shapes
def _read(names: tuple[bytes, ...]) -> tuple[str, ...]:
    return tuple(sorted(name.decode("ascii").lower() for name in names))


@lru_cache(maxsize=64)
def _lowered(names: tuple[str, ...]) -> list[str]:
    return sorted(name.lower() for name in names)


def _difference(found: Sequence[str], expected: Sequence[str]) -> Text:
    have, want = Counter(found), Counter(name.lower() for name in expected)
    extra, missing = sorted((have - want).elements()), sorted((want - have).elements())
    return Text.together(
        Text("the mail's headers are not the intended ones"),
        Text("unexpected: {names}", names=", ".join(extra)) if extra else "",
        Text("missing: {names}", names=", ".join(missing)) if missing else "",
        by="; ",
    )
