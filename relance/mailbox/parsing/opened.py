"""A mail laid open for somebody who wants to see it as it left: headers, texts, and what is attached."""

from __future__ import annotations

import re
from dataclasses import dataclass

from relance.mailbox.parsing import decoding, header_fields, mime

MAX_TEXT = 1024 * 1024  # characters of each part
_NAME = re.compile(rb"^([!-9;-~]{1,200})[ \t]*:", re.MULTILINE)


@dataclass(frozen=True)
class Attachment:
    """A part that is a file: its name (empty where it has none), its type, and its size in bytes."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True)
class OpenedMail:
    """Headers in their order, decoded; the text part, the HTML part (empty where there is none), the files."""

    headers: tuple[tuple[str, str], ...]
    text: str
    html: str
    attachments: tuple[Attachment, ...]


def read(raw: bytes) -> OpenedMail:
    """Never raises; of a hostile mail as much as `mime` reads."""
    root = mime.read(raw, mime.Budget())
    leaves = [part for part in root.walk() if not part.children]
    files = tuple(_file(part) for part in leaves if _is_file(part))
    return OpenedMail(_headers(raw, root), _first(leaves, "text/plain"), _first(leaves, "text/html"), files)


def _headers(raw: bytes, root: mime.MimePart) -> tuple[tuple[str, str], ...]:
    """Names as they are written, which the reader of parts lowers."""
    written = {match[1].decode("ascii").lower(): match[1].decode("ascii") for match in _NAME.finditer(raw)}
    return tuple((written.get(name, name), _decoded(value)) for name, value in root.headers)


def _decoded(value: bytes) -> str:
    return decoding.clean_line(decoding.words(decoding.to_text(value)[0]), mime.MAX_HEADER_VALUE)


def _first(leaves: list[mime.MimePart], content_type: str) -> str:
    for part in leaves:
        if part.content_type == content_type and not _is_file(part):
            return part.text()[0][:MAX_TEXT].replace("\r\n", "\n")
    return ""


def _is_file(part: mime.MimePart) -> bool:
    return part.depth > 0 and (
        part.is_attachment or part.content_type not in ("text/plain", "text/html", "text/x-amp-html")
    )


def _file(part: mime.MimePart) -> Attachment:
    name = header_fields.file_name(part.header("content-disposition")) or part.param("name") or ""
    return Attachment(name, part.content_type, len(part.payload()))
