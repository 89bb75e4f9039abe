"""The shape of a mail: header lines and parts, read from any bytes with bounded work (RFC 5322, 2045, 2046).

The standard library's parser costs depth times lines and recurses; a hostile mail can stop it. This one cuts slices,
each level once, and stops at fixed numbers of headers, parts and levels. It never raises.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import decoding, header_fields

MAX_RAW = 4 * 1024 * 1024  # bytes of one mail that are looked at
MAX_HEADER_BYTES = 256 * 1024
MAX_HEADERS = 400
MAX_HEADER_VALUE = 32 * 1024
MAX_PARTS = 200
MAX_DEPTH = 12

Headers = tuple[tuple[str, bytes], ...]  # lower-case names, unfolded raw values, in order

_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_LOST_IDS = re.compile(rb"<[^<>]*@[^<>]*>[\s<]*")  # a fold that lost its leading blank
_GUESSED_BOUNDARY = re.compile(rb"(?m)^--([^\s-][^\r\n]{0,198}?)[ \t]*\r?$")


@dataclass(frozen=True)
class MimePart:
    """One part with its own headers; `body` is raw, still in its transfer encoding."""

    headers: Headers
    body: bytes
    content_type: str
    params: tuple[tuple[str, str], ...]
    children: tuple[MimePart, ...] = ()
    depth: int = 0

    def header(self, name: str) -> bytes | None:
        """The first raw value of that (lower-case) name."""
        return next((value for key, value in self.headers if key == name), None)

    def param(self, name: str) -> str | None:
        """A parameter of the content type, decoded."""
        return next((value for key, value in self.params if key == name), None)

    @property
    def is_attachment(self) -> bool:
        """Whether the sender marked it as a file rather than as something to read."""
        return (self.header("content-disposition") or b"").strip().lower().startswith(b"attachment")

    @property
    def holds_a_mail(self) -> bool:
        """Whether this part is a whole mail, by its type or as a file that a mail program saved."""
        if self.content_type in ("message/rfc822", "message/global"):
            return True
        if not self.depth or self.content_type.startswith("multipart/"):
            return False
        name = self.param("name") or header_fields.file_name(self.header("content-disposition"))
        return name.lower().endswith(".eml")

    def walk(self) -> Iterator[MimePart]:
        """This part and all below it, in order."""
        yield self
        for child in self.children:
            yield from child.walk()

    def payload(self) -> bytes:
        """The body with its transfer encoding undone; an unknown encoding leaves it as it stands."""
        encoding = (self.header("content-transfer-encoding") or b"").strip().lower()
        if encoding.startswith(b"base64"):
            return decoding.from_base64(self.body)
        if encoding.startswith((b"quoted-printable", b"quoted_printable")):
            return binascii.a2b_qp(self.body)
        return self.body

    def text(self) -> tuple[str, bool]:
        """The payload decoded, and whether that went cleanly."""
        return decoding.to_text(self.payload(), self.param("charset"))


@dataclass
class Budget:
    """What one mail may still cost, and what was wrong with it so far."""

    parts: int = MAX_PARTS
    defects: list[Oddity] = field(default_factory=list)

    def note(self, defect: Defect, about: str = "") -> None:
        """Remember a defect once; only the first thirty are kept."""
        found = Oddity(defect, about)
        if found not in self.defects and len(self.defects) < 30:
            self.defects.append(found)


def read(raw: bytes, budget: Budget) -> MimePart:
    """The tree of parts of a whole mail."""
    if len(raw) > MAX_RAW:
        budget.note(Defect.VERY_LARGE)
        raw = raw[:MAX_RAW]
    if b"\n" not in raw and b"\r" in raw:
        raw = raw.replace(b"\r", b"\n")
    return _part(raw, budget, depth=0, default="text/plain")


def split(raw: bytes, budget: Budget) -> tuple[Headers, bytes]:
    """Header fields (unfolded) and the body after the first empty line, or after the last line that is a header."""
    found: list[tuple[str, list[bytes]]] = []
    position = 0
    end = len(raw)
    while position < end:
        stop = raw.find(b"\n", position)
        stop = end if stop < 0 else stop + 1
        line = raw[position:stop].rstrip(b"\r\n")
        if not line:
            return _closed(found), raw[stop:]
        if stop > MAX_HEADER_BYTES:
            budget.note(Defect.LONG_HEADERS)
            return _closed(found), _after_blank_line(raw, position)
        if not _take_line(line, found, budget, first=position == 0):
            budget.note(Defect.NO_EMPTY_LINE)
            return _closed(found), raw[position:]
        position = stop
    return _closed(found), b""


def _take_line(line: bytes, found: list[tuple[str, list[bytes]]], budget: Budget, *, first: bool) -> bool:
    """Add one header line; False means that the body has begun."""
    if line[:1] in b" \t":
        if found:
            found[-1][1].append(line)
        return True
    match = _FIELD.fullmatch(line)
    if match:
        if len(found) < MAX_HEADERS:
            found.append((match[1].decode("ascii").lower(), [match[2]]))
        else:
            budget.note(Defect.MANY_HEADERS)
        return True
    if first and line.startswith((b"From ", b">From ")):  # an mbox separator left in place
        return True
    if found and _LOST_IDS.match(line):
        found[-1][1].append(b" " + line)
        budget.note(Defect.NOT_FOLDED)
        return True
    return False


def _closed(found: list[tuple[str, list[bytes]]]) -> Headers:
    return tuple((name, b"".join(lines)[:MAX_HEADER_VALUE].strip()) for name, lines in found)


def _after_blank_line(raw: bytes, position: int) -> bytes:
    ends = [(at, len(mark)) for mark in (b"\n\r\n", b"\n\n") if (at := raw.find(mark, position)) >= 0]
    at, width = min(ends, default=(len(raw), 0))
    return raw[at + width :]


def _part(raw: bytes, budget: Budget, depth: int, default: str) -> MimePart:
    budget.parts -= 1
    headers, body = split(raw, budget)
    value = next((value for name, value in headers if name == "content-type"), None)
    content_type, params = header_fields.content_type(value, default)
    part = MimePart(headers, body, content_type, params, depth=depth)
    if not content_type.startswith("multipart/") and not part.holds_a_mail:
        return part
    if depth >= MAX_DEPTH:
        budget.note(Defect.DEEP)
        return part
    if content_type.startswith("multipart/"):
        children = tuple(_children(part, budget))
    else:
        children = (_part(part.payload().lstrip(b"\r\n"), budget, depth + 1, "text/plain"),)
    return MimePart(headers, body, content_type, params, children, depth)


def _children(part: MimePart, budget: Budget) -> Iterator[MimePart]:
    boundary = _boundary(part, budget)
    if boundary is None:
        budget.note(Defect.NO_BOUNDARY)
        return
    default = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
    for piece in _pieces(part.body, boundary):
        if budget.parts <= 0:
            budget.note(Defect.MANY_PARTS)
            return
        yield _part(piece, budget, part.depth + 1, default)


def _boundary(part: MimePart, budget: Budget) -> bytes | None:
    declared = (part.param("boundary") or "").encode("utf-8", "replace").rstrip()[:200]
    if declared and b"--" + declared in part.body:
        return declared
    guess = _GUESSED_BOUNDARY.search(part.body[:65536])
    if guess is None:
        return None
    budget.note(Defect.BOUNDARY_GUESSED)
    return guess[1].rstrip()


def _pieces(body: bytes, boundary: bytes) -> Iterator[bytes]:
    """The raw parts between delimiter lines; the last one may lack its closing line."""
    delimiter = re.compile(rb"(?m)^--" + re.escape(boundary) + rb"(--)?[ \t]*\r?(?:\n|\Z)")
    begin: int | None = None
    for match in delimiter.finditer(body):
        if begin is not None:
            yield _without_line_end(body[begin : match.start()])
        if match[1]:
            return
        begin = match.end()
    if begin is not None:
        yield body[begin:]


def _without_line_end(piece: bytes) -> bytes:
    """The line end before a delimiter belongs to the delimiter (RFC 2046, 5.1.1)."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece.endswith(b"\n") else piece
