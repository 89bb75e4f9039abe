"""What the simulated prospects write, as the raw bytes an IMAP server holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from enum import StrEnum


class Kind(StrEnum):
    """What a prospect does to a mail of ours."""

    ANSWER = "answer"
    OPT_OUT = "opt-out"
    BOUNCE = "bounce"
    AWAY = "away"
    COLLEAGUE = "colleague"
    UNNAMED = "unnamed"  # an answer that names no mail of ours: matched by its sender alone


STOPS = frozenset({Kind.ANSWER, Kind.OPT_OUT, Kind.BOUNCE, Kind.COLLEAGUE, Kind.UNNAMED})
"""After one of these no mail follows until a person has decided."""


@dataclass(frozen=True)
class Letter:
    """One mail to one of our mailboxes, about one person."""

    kind: Kind
    person: str
    number: int
    raw: bytes
    written: dt.datetime  # the days it speaks of count from here, however late a server shows it


@dataclass(frozen=True)
class Cause:
    """The mail of ours a letter is about, as its receiver knows it."""

    message_id: str
    subject: str
    sender: str
    recipient: str


def write(kind: Kind, cause: Cause, number: int, at: dt.datetime) -> Letter:
    """A prospect's letter; `number` makes it the only one of its kind."""
    name, _, domain = cause.recipient.partition("@")
    return Letter(kind, cause.recipient, number, _WRITERS[kind](cause, f"<w{number}@{domain}>", at, name), at)


def _lay(headers: Sequence[tuple[str, str]], body: str) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", *body.split("\n"), ""]).encode()


def _plain(cause: Cause, own_id: str, at: dt.datetime, sender: str) -> list[tuple[str, str]]:
    return [
        ("From", sender),
        ("To", cause.sender),
        ("Subject", f"Re: {cause.subject}"),
        ("Date", format_datetime(at)),
        ("Message-ID", own_id),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
    ]


def _named(cause: Cause) -> list[tuple[str, str]]:
    return [("In-Reply-To", cause.message_id), ("References", cause.message_id)]


def _answer(cause: Cause, own_id: str, at: dt.datetime, name: str) -> bytes:
    headers = _plain(cause, own_id, at, cause.recipient) + _named(cause)
    return _lay(headers, f"Hi,\n\nthat sounds interesting, shall we talk on Thursday?\n\n{name}")


def _opt_out(cause: Cause, own_id: str, at: dt.datetime, name: str) -> bytes:
    headers = _plain(cause, own_id, at, cause.recipient) + _named(cause)
    return _lay(headers, f"Please remove me from your list and do not write to me again.\n\n{name}")


def _away(cause: Cause, own_id: str, at: dt.datetime, name: str) -> bytes:
    headers = _plain(cause, own_id, at, cause.recipient) + _named(cause)
    back = (at + dt.timedelta(days=2)).strftime("%B %d, %Y")
    body = f"Hello,\n\nI am out of the office until {back} with no access to email.\n\n{name}"
    return _lay([*headers, ("Auto-Submitted", "auto-replied")], body)


def _colleague(cause: Cause, own_id: str, at: dt.datetime, name: str) -> bytes:
    domain = cause.recipient.partition("@")[2]
    headers = _plain(cause, own_id, at, f"boss@{domain}")
    return _lay(headers, f"Hello,\n\n{name} passed this on to me. Could you tell me more?\n\nBoss")


def _unnamed(cause: Cause, own_id: str, at: dt.datetime, name: str) -> bytes:
    headers = _plain(cause, own_id, at, cause.recipient)
    return _lay(headers, f"Hi,\n\nplease call me tomorrow about this.\n\n{name}")


def _bounce(cause: Cause, own_id: str, at: dt.datetime, name: str) -> bytes:
    domain = cause.recipient.partition("@")[2]
    mark = f"b{own_id.strip('<>').replace('@', '.')}"
    headers = [
        ("From", f"MAILER-DAEMON@mx.{domain}"),
        ("To", cause.sender),
        ("Subject", "Undelivered Mail Returned to Sender"),
        ("Date", format_datetime(at)),
        ("Message-ID", own_id),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
        ("Content-Type", f'multipart/report; report-type=delivery-status; boundary="{mark}"'),
    ]
    body = f"""--{mark}
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.
<{cause.recipient}>: 550 5.1.1 User unknown: {name}

--{mark}
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.{domain}

Final-Recipient: rfc822; {cause.recipient}
Original-Recipient: rfc822; {cause.recipient}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--{mark}
Content-Type: text/rfc822-headers

Message-ID: {cause.message_id}
Subject: {cause.subject}
From: {cause.sender}
To: {cause.recipient}

--{mark}--"""
    return _lay(headers, body)


_WRITERS = {
    Kind.ANSWER: _answer,
    Kind.OPT_OUT: _opt_out,
    Kind.BOUNCE: _bounce,
    Kind.AWAY: _away,
    Kind.COLLEAGUE: _colleague,
    Kind.UNNAMED: _unnamed,
}
