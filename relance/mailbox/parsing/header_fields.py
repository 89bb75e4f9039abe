"""Structured header fields read leniently: message ids, addresses, dates, content types.

Strict parsers lose real mail here (`References: undefined`, ids without brackets, wrong folds), and the standard
library's raise on hostile values; these take raw header bytes and return what is certain.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import re
import unicodedata
import urllib.parse
from collections.abc import Iterable
from dataclasses import dataclass

from relance.mailbox.address import ascii_form
from relance.mailbox.parsing import decoding

EARLIEST, LATEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC), dt.datetime(2200, 1, 1, tzinfo=dt.UTC)
# No mail lies outside; a date that does cannot be told in every zone, nor reckoned on.
MAX_IDS = 200
MAX_ADDRESSES = 300
_MAX_ID = 900
_MAX_ADDRESS = 254  # RFC 5321, 4.5.3.1 with its erratum

_BRACKETED = re.compile(r"<([^<>]{1,996})>")
_BARE_ID = re.compile(r"(?<![^\s<>,;:\"'()\[\]])[^\s<>,;:\"'()\[\]]{1,400}@[^\s<>,;:\"'()@]{1,400}")
_BLANKS = re.compile(r"\s+")
_ADDRESS = re.compile(r"[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]{1,64}@[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]{1,253}")
_QUOTED_ADDRESS = re.compile(r"\"[^\"\\\x00-\x1f]{1,62}\"@[^\s<>()\[\]\\,;:\"@\x00-\x20\x7f]{1,253}")
_TYPE = re.compile(r"\s*([a-z0-9!#$&^_.+-]{1,80})/([a-z0-9!#$&^_.+-]{1,100})", re.IGNORECASE)
_PARAM = re.compile(r";\s*([^\s=;\"]{1,80})\s*=\s*(?:\"((?:[^\"\\]|\\.){0,2000})\"?|([^;]{0,2000}))")
_CONTINUED = re.compile(r"([^*]+)\*(\d{1,3})(\*?)")


def ids(*values: bytes | None) -> tuple[str, ...]:
    """Every message id in these fields, with angle brackets, in order, each once (RFC 5322, 3.6.4, leniently)."""
    found: dict[str, None] = {}
    for value in values:
        if not value:
            continue
        text = value.decode("utf-8", "replace")
        if "=?" in text:  # programs written in Python encode ids that are longer than a line should be
            text = decoding.words(text)
        inside = [_BLANKS.sub("", match) for match in _BRACKETED.findall(text)]
        bare = _BARE_ID.findall(_BRACKETED.sub(" ", text))
        found.update((f"<{each}>", None) for each in [*inside, *bare] if _is_id(each))
    kept = list(found)
    # A long thread keeps its root and its newest ids; the middle says nothing that these do not.
    return tuple(kept if len(kept) <= MAX_IDS else kept[:20] + kept[20 - MAX_IDS :])


def _is_id(text: str) -> bool:
    return 0 < len(text) <= _MAX_ID and text.isprintable() and not text.startswith("mailto:")


@dataclass(frozen=True)
class NamedAddress:
    """A display name and a lower-case address."""

    name: str
    address: str


def addresses(values: Iterable[bytes]) -> tuple[NamedAddress, ...]:
    """Every address in these fields. What stands in angle brackets outranks everything around it.

    A display name that looks like an address is only a name, so `bob@evil.example <ada@example.org>` is Ada.
    """
    found: list[NamedAddress] = []
    for value in values:
        text = decoding.to_text(value)[0]
        for piece in _split_list(text):
            if len(found) >= MAX_ADDRESSES:
                return tuple(found)
            mailbox = _mailbox(piece)
            if mailbox:
                found.append(mailbox)
    return tuple(found)


def _split_list(text: str) -> list[str]:
    """Cut an address list at its commas and semicolons, but not inside quotes, brackets or comments."""
    pieces: list[str] = []
    start = position = depth = 0
    quoted = False
    while position < len(text):
        character = text[position]
        if character == "\\" and (quoted or depth):
            position += 2
            continue
        if character == '"' and not depth:
            quoted = not quoted
        elif not quoted and character in "()":
            depth = max(0, depth + (1 if character == "(" else -1))
        elif not quoted and not depth and character in ",;":
            pieces.append(text[start:position])
            start = position + 1
        position += 1
    pieces.append(text[start:])
    return pieces


def _mailbox(piece: str) -> NamedAddress | None:
    outside = re.sub(r'"(?:[^"\\]|\\.)*"', lambda quoted: "\x01" * len(quoted[0]), piece)
    brackets = [match for match in _BRACKETED.finditer(outside)]
    if brackets:
        match = brackets[-1]
        address = address_in(piece[match.start(1) : match.end(1)])
        name = piece[: match.start()]
    else:
        without_comments = re.sub(r"\([^()]{0,400}\)", " ", piece)
        address = address_in(without_comments.rpartition(":")[2])
        comment = re.search(r"\(([^()]{1,400})\)", piece)
        name = comment[1] if comment else ""
    if address is None:
        return None
    plain = decoding.words(re.sub(r"\\(.)", r"\1", name.strip().strip('"')))
    return NamedAddress(decoding.clean_line(plain.strip(" \"'"), 200), address)


def address_in(text: str) -> str | None:
    """The one address that this text is, lower case with an ASCII domain, or None."""
    text = text.strip().removeprefix("mailto:").strip("<> \t")[:_MAX_ADDRESS]
    if "=?" in text:  # an encoded word is never an address; some parsers are fooled by it
        return None
    if text.isprintable() and (_ADDRESS.fullmatch(text) or _QUOTED_ADDRESS.fullmatch(text)):
        local, _, domain = text.lower().rpartition("@")
        return f"{unicodedata.normalize('NFC', local)}@{_ascii(domain)}"
    return None


def _ascii(domain: str) -> str:
    """The form in which domains are compared; one that has none stays as it was written, and is nobody's we wrote to."""
    return found if (found := ascii_form(domain)) is not None else domain


def date(value: bytes | None) -> dt.datetime | None:
    """The sender's claim in UTC; a time without a zone is taken as UTC."""
    if not value:
        return None
    try:
        parsed = email.utils.parsedate_to_datetime(value[:200].decode("ascii", "replace"))
        aware = parsed if parsed.tzinfo else parsed.replace(tzinfo=dt.UTC)
        at = aware.astimezone(dt.UTC)
        return at if EARLIEST <= at <= LATEST else None
    except (ValueError, TypeError, OverflowError, IndexError, AttributeError):
        return None


def content_type(value: bytes | None, default: str = "text/plain") -> tuple[str, tuple[tuple[str, str], ...]]:
    """Type and parameters (RFC 2045, 2231), lower-case names, decoded values; nonsense becomes the default."""
    if not value:
        return default, ()
    text = decoding.to_text(value[:8192])[0]
    match = _TYPE.match(text)
    if match is None:
        return default, ()
    return f"{match[1]}/{match[2]}".lower(), _parameters(text[match.end() :])


def file_name(disposition: bytes | None) -> str:
    """The file name in a Content-Disposition (RFC 2183), or nothing."""
    text = decoding.to_text((disposition or b"")[:8192])[0]
    found = dict(_parameters(text[text.find(";") :])) if ";" in text else {}
    return found.get("filename", "")


def _parameters(text: str) -> tuple[tuple[str, str], ...]:
    pairs = [
        (name.lower(), re.sub(r"\\(.)", r"\1", quoted) if quoted else plain.strip())
        for name, quoted, plain in _PARAM.findall(text)[:50]
    ]
    return tuple(_joined(pairs))


def _joined(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Undo RFC 2231: `name*0=...; name*1*=...` and `name*=utf-8''...`; RFC 2047 words too, which are common."""
    whole: dict[str, str] = {}
    for name, value in sorted(pairs, key=_continuation_order):
        match = _CONTINUED.fullmatch(name)
        if match:
            decoded = _percent(value) if match[3] else value
            whole[match[1]] = whole.get(match[1], "") + decoded
        elif name.endswith("*"):
            whole[name[:-1]] = _percent(value)
        else:
            whole.setdefault(name, decoding.words(value))
    return [(name, decoding.clean_line(value, 998)) for name, value in whole.items()]


def _continuation_order(pair: tuple[str, str]) -> int:
    match = _CONTINUED.fullmatch(pair[0])
    return int(match[2]) if match else 0


def _percent(value: str) -> str:
    charset, mark, rest = value.partition("'")
    language, mark2, text = rest.partition("'")
    del language
    if not (mark and mark2):
        charset, text = "utf-8", value
    return decoding.to_text(urllib.parse.unquote_to_bytes(text), charset)[0]
