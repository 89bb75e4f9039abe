"""A mail of ours as its receiver sees it: words, links, picture, and the way out."""

from __future__ import annotations

import datetime as dt
import email
import email.message
import email.utils
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass

from relance.sandbox.letters import headers

_HREF = re.compile(r"""<a\b[^>]*?\bhref\s*=\s*(["'])(.*?)\1""", re.IGNORECASE | re.DOTALL)
_IMAGE = re.compile(r"""<img\b[^>]*?\bsrc\s*=\s*(["'])(.*?)\1""", re.IGNORECASE | re.DOTALL)
_ANGLED = re.compile(r"<([^<>\s]+)>")


@dataclass(frozen=True)
class Letter:
    """What a mail program makes of a mail. Addresses of the web are as found in it, nothing added."""

    message_id: str
    references: tuple[str, ...]
    subject: str
    from_name: str
    from_address: str
    date: dt.datetime | None
    text: str
    html: str
    links: tuple[str, ...]  # http(s) links of the HTML part in order, without the unsubscribe link
    images: tuple[str, ...]
    unsubscribe: str | None  # the http(s) address of List-Unsubscribe
    one_click: bool  # whether List-Unsubscribe-Post allows one click (RFC 8058)


def read(raw: bytes) -> Letter:
    """Read a well-made mail; parts that are missing are empty."""
    message = email.message_from_bytes(raw)
    head = headers.read(raw)
    name, address = email.utils.parseaddr(headers.first(head, "from"))
    text, page = _part(message, "text/plain"), _part(message, "text/html")
    unsubscribe = _web(_ANGLED.findall(headers.first(head, "list-unsubscribe")))
    links = _web(html.unescape(match[1]) for match in _HREF.findall(page))
    return Letter(
        message_id=headers.first(head, "message-id"),
        references=tuple(headers.first(head, "references").split()),
        subject=headers.decode(headers.first(head, "subject")),
        from_name=headers.decode(name),
        from_address=address.lower(),
        date=_date(headers.first(head, "date")),
        text=text,
        html=page,
        links=tuple(link for link in dict.fromkeys(links) if link not in unsubscribe),
        images=_web(html.unescape(match[1]) for match in _IMAGE.findall(page)),
        unsubscribe=unsubscribe[0] if unsubscribe else None,
        one_click=headers.first(head, "list-unsubscribe-post").lower() == "list-unsubscribe=one-click",
    )


def _part(message: email.message.Message, kind: str) -> str:
    """The first part of that type, decoded, with plain line ends."""
    for part in message.walk():
        if part.get_content_type() == kind and part.get_filename() is None:
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                charset = part.get_content_charset("utf-8")
                return payload.decode(charset, "replace").replace("\r\n", "\n")
    return ""


def _web(addresses: Iterable[str]) -> tuple[str, ...]:
    return tuple(address for address in addresses if address.startswith(("http://", "https://")))


def _date(value: str) -> dt.datetime | None:
    try:
        return email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
