"""What to ask an IMAP server for, and reading its answers without believing them. Pure."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from imapclient import imap_utf7
from imapclient.response_parser import parse_response

from relance.mailbox.imap.folders import Folder, FolderRole, Listed
from relance.mailbox.parsing import authorship, header_fields, reports
from relance.mailbox.parsing.inbound import COPY_MARK
from relance.wording import Text

MAX_HEADER = 128 * 1024  # bytes of headers read of one mail
MAX_BODY = 256 * 1024  # bytes of text read of one mail
_BATCH_MAILS = 100
_BATCH_BYTES = 4 * 1024 * 1024

HEADER = f"BODY.PEEK[HEADER]<0.{MAX_HEADER}>"
TEXT = f"BODY.PEEK[TEXT]<0.{MAX_BODY}>"
_NO_TEXT = 16  # bytes by which a server may miscount a mail of headers only
_SENT_NAMES = (
    "message-id",
    "date",
    "from",
    "to",
    "cc",
    "subject",
    "in-reply-to",
    "references",
    "list-unsubscribe",
    "authentication-results",
    COPY_MARK.lower(),
)
_MATCHED_NAMES = (
    *_SENT_NAMES,
    *authorship.HEADERS,
    "delivered-to",
    "x-original-to",
    "content-type",
    "auto-submitted",
)
MATCHED_FIELDS = f"BODY.PEEK[HEADER.FIELDS ({' '.join((*_MATCHED_NAMES, *reports.ALIAS_HEADERS))})]<0.32768>"
SENT_FIELDS = f"BODY.PEEK[HEADER.FIELDS ({' '.join((*_SENT_NAMES, *reports.ALIAS_HEADERS))})]<0.32768>"

Answer = Mapping[bytes, Any]


@dataclass(frozen=True)
class Fetched:
    """One mail as it lies on the server: headers and the beginning of its text.

    Where the server could not give the mail, `trouble` says so, and `raw` holds a few headers or nothing: such a mail
    is never left out, for a person may have to look.
    """

    uid: int
    raw: bytes
    size: int
    truncated: bool
    internal_date: dt.datetime | None  # aware
    thread_id: str | None  # Gmail's X-GM-THRID
    trouble: Text | str = ""
    only_headers: bool = False  # a few of them: enough to tell whether the mail may concern us


def listed(flags: Iterable[bytes], delimiter: bytes | None, name: str | bytes) -> Listed:
    """One line of LIST, its name decoded for people where that can be undone (RFC 3501, 5.1.3)."""
    wire = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    mark = delimiter.decode("ascii", "replace") if isinstance(delimiter, bytes) else None
    return Listed(
        readable(wire), mark, tuple(flag.decode("ascii", "replace").lower() for flag in flags), wire
    )


def wire_name(name: str) -> str:
    """How a folder's name goes over the wire when no LIST has told it."""
    return str(imap_utf7.encode(name).decode("ascii"))


def can_be_said(wire: str) -> bool:
    """Whether a folder's name can stand in a command: a line break would end it, and a lost letter name another."""
    return "\ufffd" not in wire and not any(ord(letter) < 32 or ord(letter) == 127 for letter in wire)


def readable(name: str | bytes) -> str:
    """For people, in one printable line; else as it goes over the wire, which names one folder only, too."""
    wire = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
    try:
        text = str(imap_utf7.decode(wire.encode("ascii")))
        if text.isprintable() and wire_name(text) == wire:
            return text
    except (ValueError, LookupError):
        pass
    return wire if wire.isprintable() else ascii(wire)[1:-1]


def statuses(lines: Sequence[Any]) -> dict[str, Answer]:
    """STATUS answers by folder name. Their names are parsed as LIST's are: quoted, literal, or all digits."""
    parsed = parse_response([line for line in lines if line not in (b"", None)])
    found: dict[str, Answer] = {}
    for name, items in zip(parsed[::2], parsed[1::2], strict=False):
        if isinstance(items, tuple):
            wire = name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name)
            found[readable(wire)] = dict(zip(items[::2], items[1::2], strict=False))
    return found


def batches(uids: Sequence[int], facts: Mapping[int, Answer]) -> Iterator[list[int]]:
    """Groups that fill neither the memory nor a slow line: at most so many mails and so many bytes each."""
    batch: list[int] = []
    weight = 0
    for uid in uids:
        size = min(number(facts.get(uid, {}).get(b"RFC822.SIZE")) or MAX_BODY, MAX_BODY + MAX_HEADER)
        if batch and (len(batch) >= _BATCH_MAILS or weight + size > _BATCH_BYTES):
            yield batch
            batch, weight = [], 0
        batch.append(uid)
        weight += size
    if batch:
        yield batch


def joined(uid: int, facts: Answer, texts: Answer) -> Fetched | None:
    """Headers and text put together; None when the server gave no headers, or no text where there is one."""
    header = section(texts, b"BODY[HEADER]")
    text = section(texts, b"BODY[TEXT]")
    if header is None or (text is None and number(facts.get(b"RFC822.SIZE")) > len(header) + _NO_TEXT):
        return None
    text = text or b""
    cut = len(header) >= MAX_HEADER
    if cut:  # cut headers lack their empty line; the last one may be half
        header = header[: header.rfind(b"\n") + 1] + b"\r\n"
    raw = header[: MAX_HEADER + 2] + text[:MAX_BODY]
    thread = facts.get(b"X-GM-THRID")
    truncated = cut or len(text) >= MAX_BODY
    return Fetched(uid, raw, size(facts, raw), truncated, date(facts), str(thread) if thread else None)


def heading(uid: int, raw: bytes, facts: Answer) -> Fetched:
    """A mail of which only some headers were read."""
    thread = facts.get(b"X-GM-THRID")
    return Fetched(
        uid, raw, size(facts, raw), True, date(facts), str(thread) if thread else None, only_headers=True
    )


def came_before(facts: Answer, since: dt.datetime | None) -> bool:
    """Whether the server says that a mail came before an instant; what has no date may have come now."""
    at = date(facts)
    return since is not None and at is not None and at < since


def section(answer: Answer, begins: bytes) -> bytes | None:
    """A fetched section by the beginning of its key: servers write the partial mark or leave it out."""
    for key, value in answer.items():
        if isinstance(key, bytes) and key.startswith(begins) and isinstance(value, bytes):
            return value
    return None


MAX_NUMBER = 2**63 - 1  # the largest that a database keeps; UIDs and their like end at 2**32 (RFC 3501, 9)
MAX_SIZE = 2**31 - 1


def number(value: object) -> int:
    """A number from an answer, where bytes, lists of bytes and nothing at all occur; 0 when there is none."""
    if isinstance(value, (list, tuple)):
        value = value[0] if value else 0
    try:
        found = int(value) if isinstance(value, (int, bytes, str)) else 0
    except ValueError:  # no number, or one of so many digits that Python refuses to read it
        return 0
    return found if 0 <= found <= MAX_NUMBER else 0


def size(facts: Answer, raw: bytes) -> int:
    """How large the whole mail is, as the server says; else what of it is at hand."""
    return min(number(facts.get(b"RFC822.SIZE")) or len(raw), MAX_SIZE)


def folder(name: str, role: FolderRole, status: Answer) -> Folder:
    """A folder with the numbers that STATUS told."""
    return Folder(
        name,
        role,
        number(status.get(b"UIDVALIDITY")),
        number(status.get(b"UIDNEXT")),
        messages=number(status[b"MESSAGES"]) if b"MESSAGES" in status else None,
        object_id=object_id(status) or "",
    )


_OBJECT_ID = re.compile(rb"\(?([A-Za-z0-9_-]{1,255})\)?")  # RFC 8474, 7


def object_id(answer: Answer) -> str | None:
    """The folder's own id that STATUS or EXAMINE told; empty where it told none, None where what it told can be none."""
    told = answer.get(b"MAILBOXID")
    if told is None:
        return ""
    told = told[0] if isinstance(told, (list, tuple)) and len(told) == 1 else told
    said = str(told).encode() if isinstance(told, int) else told  # an id of digits is read as a number
    found = _OBJECT_ID.fullmatch(said) if isinstance(said, bytes) else None
    if found is None:
        return None
    return str(number(found[1])) if found[1].isdigit() else found[1].decode()


def unaccounted(places: Sequence[int | None], exists: int | None, *, begins: bool) -> int:
    """How many mails the server counts and did not show, or shows and does not count.

    `places` are the sequence numbers of the mails shown, in order of UID, None where one was not told. Sequence numbers
    have no holes (RFC 3501, 2.3.1.2), so neither may these; they begin at 1 where `begins`, and end at `exists`.
    """
    known = [(-1, 0)] if begins else []
    known += [(index, place) for index, place in enumerate(places) if place is not None]
    if exists is not None:
        newest = max([exists, *(place for _, place in known)])  # some may have come since
        known.append((len(places), newest + 1))
    pairs = itertools.pairwise(known)
    return sum(abs((after - before) - (there - here)) for (here, before), (there, after) in pairs)


def date(facts: Answer) -> dt.datetime | None:
    """INTERNALDATE in UTC; None where it was unreadable."""
    value = facts.get(b"INTERNALDATE")
    if not isinstance(value, dt.datetime):
        return None
    try:
        at = (value if value.tzinfo else value.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)
    except (ValueError, OverflowError):  # a zone of 99 hours, the last day of the calendar
        return None
    return at if header_fields.EARLIEST <= at <= header_fields.LATEST else None
