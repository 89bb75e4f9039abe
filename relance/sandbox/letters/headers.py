"""The header block of a mail, read fast and forgivingly."""

from __future__ import annotations

import email.errors
import email.header
import re

_FOLD = re.compile(r"\r?\n[ \t]+")


def read(raw: bytes) -> tuple[tuple[str, str], ...]:
    """Names in lower case and unfolded values, in order; whatever is no header line is passed over."""
    end = raw.find(b"\r\n\r\n")
    block = _FOLD.sub(" ", raw[: end if end >= 0 else len(raw)].decode("utf-8", "replace"))
    pairs = (line.partition(":") for line in block.split("\r\n"))
    return tuple((name.strip().lower(), value.strip()) for name, colon, value in pairs if colon)


def first(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """The first value under that (lower-case) name, or an empty text."""
    return next((value for key, value in headers if key == name), "")


def decode(value: str) -> str:
    """The words of a value that may hold encoded words (RFC 2047); the value itself where they cannot be read."""
    if "=?" not in value:
        return value
    try:
        return str(email.header.make_header(email.header.decode_header(value)))
    except (email.errors.MessageError, LookupError, ValueError):
        return value
