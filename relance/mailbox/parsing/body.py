"""The readable text of a mail: which part to read, and format=flowed undone (RFC 2046, 3676)."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

from relance import late
from relance.mailbox.defects import Defect
from relance.mailbox.parsing import decoding, mime

if TYPE_CHECKING:
    from relance.mailbox.parsing import html_text
else:
    (html_text,) = late.modules(
        "relance.mailbox.parsing.html_text"
    )  # two megabytes: few mails are HTML alone

MAX_TEXT = 256 * 1024  # characters

_NOT_READ = frozenset({"text/calendar", "text/rfc822-headers", "text/x-amp-html", "text/directory"})
_NOT_READ_VCARD = ("text/vcard", "text/x-vcard", "text/css", "text/csv", "text/xml")
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted")


def readable(root: mime.MimePart, budget: mime.Budget) -> str:
    """What a person would read: plain text where there is any, else the HTML made plain."""
    if any(part.content_type in _SEALED for part in root.walk()):
        budget.note(Defect.ENCRYPTED)
    return decoding.clean_text(_text(root, budget), MAX_TEXT).strip("\n")


def _text(part: mime.MimePart, budget: mime.Budget) -> str:
    if part.depth and part.is_attachment:
        return ""
    if part.content_type == "multipart/alternative" and part.children:
        return _best(part, budget)
    if part.content_type == "multipart/report" and part.children:
        return _text(part.children[0], budget)
    if part.content_type.startswith("multipart/") and part.children:
        texts = (_text(child, budget) for child in part.children)
        return "\n\n".join(text for text in texts if text.strip())
    if part.content_type.startswith("message/"):
        return ""
    return _leaf(part, budget)


def _best(part: mime.MimePart, budget: mime.Budget) -> str:
    """Of alternatives, the first that is plain and not blank; else the last (the richest) that is not blank."""
    plain = (child for child in part.children if child.content_type == "text/plain")
    others = (child for child in reversed(part.children) if child.content_type != "text/plain")
    for child in (*plain, *others):
        text = _text(child, budget)
        if text.strip():
            return text
    return ""


def _leaf(part: mime.MimePart, budget: mime.Budget) -> str:
    kind = part.content_type
    if kind.startswith("multipart/"):
        budget.note(Defect.NOT_CUT)
    elif not kind.startswith("text/") or kind in _NOT_READ or kind in _NOT_READ_VCARD:
        return ""
    text, clean = part.text()
    if not clean:
        budget.note(Defect.CHARSET)
    text = text[: 2 * MAX_TEXT]
    if kind == "text/html" or text[:200].lstrip("\ufeff \t\r\n").lower().startswith(
        ("<!doctype html", "<html")
    ):
        return html_text.plain(text)
    if (part.param("format") or "").lower() == "flowed":
        return unflow(text, delete_space=(part.param("delsp") or "").lower() == "yes")
    return text


def unflow(text: str, *, delete_space: bool) -> str:
    """Join the lines that format=flowed broke, each within its own quote depth (RFC 3676, 4)."""
    paragraphs: list[tuple[int, list[str]]] = []
    open_depth = -1
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:]
        words = words[1:] if words.startswith(" ") else words  # space-stuffing
        flows = words.endswith(" ") and words != "-- "
        kept = words[:-1] if flows and delete_space else words
        if open_depth == depth and words != "-- ":
            paragraphs[-1][1].append(kept)
        else:
            paragraphs.append((depth, [kept]))
        open_depth = depth if flows else -1
    return "\n".join((">" * depth + " " if depth else "") + "".join(lines) for depth, lines in paragraphs)


MAX_LINKS = 20
_OPT_OUT = re.compile(rb"https?://[^\s\"'<>]{1,200}/u/[A-Za-z0-9_-]{16,2000}")


def opt_out_links(root: mime.MimePart) -> tuple[str, ...]:
    """Addresses in its texts, marked up or plain, that may be unsubscribe links of ours: a mail of ours that is quoted."""
    found: dict[str, None] = {}
    for part in root.walk():
        if part.content_type in ("text/plain", "text/html"):
            named = itertools.islice(_OPT_OUT.finditer(part.payload()[:_LONGEST_SEARCHED]), MAX_LINKS)
            found.update((match[0].decode("ascii", "replace"), None) for match in named)
    return tuple(found)[:MAX_LINKS]


_LONGEST_SEARCHED = 256 * 1024
