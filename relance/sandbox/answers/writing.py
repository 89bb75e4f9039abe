"""The mails prospects and their machines send back, as whole messages."""

from __future__ import annotations

import datetime as dt
import email.message
import email.policy
import email.utils
import hashlib
from zoneinfo import ZoneInfo

from relance.sandbox import record
from relance.sandbox.answers import phrases, quoting
from relance.sandbox.cast import behaviour, dice
from relance.sandbox.letters import letter
from relance.sandbox.servers import postoffice

_POLICY = email.policy.SMTP.clone(max_line_length=78)
_KINDS = {
    behaviour.Fate.OPT_OUT: record.Kind.OPT_OUT,
    behaviour.Fate.CALENDAR: record.Kind.CALENDAR,
}


def answer(persona: behaviour.Persona, to: letter.Letter, now: dt.datetime, seed: int) -> postoffice.Mail:
    """A person's answer, written by them or by a colleague, quoting ours as their mail program does."""
    name, address = persona.colleague or (persona.name, persona.email)
    words = phrases.BY_LANGUAGE[persona.language]
    body = dice.of(seed, "answer", persona.email).choice(words.answers[persona.fate])
    written = f"{words.greeting}\n\n{body}\n\n{words.goodbye}\n{name}"
    message = _message(persona, (name, address), to, quoting.subject(persona, to), now)
    if not persona.anew:
        message["In-Reply-To"] = to.message_id
        message["References"] = " ".join((*to.references, to.message_id))
    message.set_content(quoting.text(persona, to, written))
    message.add_alternative(quoting.page(persona, to, written), subtype="html")
    if persona.fate is behaviour.Fate.CALENDAR:
        message.add_alternative(
            _invitation(address, to, now), subtype="calendar", params={"method": "REQUEST"}
        )
    kind = _KINDS.get(persona.fate, record.Kind.ANSWER)
    return _mail(persona, message, kind, address, to)


def absence(
    persona: behaviour.Persona, to: letter.Letter, now: dt.datetime, until: dt.date
) -> postoffice.Mail:
    """An out-of-office note with the day it ends, as Exchange writes it (RFC 3834)."""
    words = phrases.BY_LANGUAGE[persona.language]
    message = _automatic(persona, to, now)
    message.set_content(f"{words.absence.format(until=quoting.date(persona, until))}\n\n{persona.name}")
    return _mail(persona, message, record.Kind.OUT_OF_OFFICE, persona.email, to)


def left_company(persona: behaviour.Persona, to: letter.Letter, now: dt.datetime) -> postoffice.Mail:
    """An automatic note that the person is there no more."""
    words = phrases.BY_LANGUAGE[persona.language]
    message = _automatic(persona, to, now)
    message.set_content(words.left)
    return _mail(persona, message, record.Kind.LEFT_COMPANY, persona.email, to)


def bounce(persona: behaviour.Persona, to: letter.Letter, raw: bytes, now: dt.datetime) -> postoffice.Mail:
    """A delivery report that comes after the mail was taken (RFC 3464), with our headers returned."""
    domain = persona.email.partition("@")[2]
    sender = f"MAILER-DAEMON@mx.{domain}"
    reason = f"550 5.1.1 <{persona.email}>: Recipient address rejected: User unknown in virtual mailbox table"
    report = (
        f"Reporting-MTA: dns; mx.{domain}\nArrival-Date: {email.utils.format_datetime(now)}\n\n"
        f"Final-Recipient: rfc822; {persona.email}\nOriginal-Recipient: rfc822;{persona.email}\n"
        f"Action: failed\nStatus: 5.1.1\nRemote-MTA: dns; store.{domain}\nDiagnostic-Code: smtp; {reason}\n"
    )
    words = (
        f"This is the mail system at host mx.{domain}.\n\nI'm sorry to have to inform you that your message could not\n"
        f"be delivered to one or more recipients. It's attached below.\n\n<{persona.email}>: {reason}\n"
    )
    parts = (
        ("text/plain; charset=us-ascii", words),
        ("message/delivery-status", report),
        ("text/rfc822-headers", _head(raw)),
    )
    head = (
        f"Return-Path: <>\nFrom: MAILER-DAEMON <{sender}>\nSubject: Undelivered Mail Returned to Sender\n"
        "Auto-Submitted: auto-replied\n"
    )
    whole = _report(head, "delivery-status", parts, to, now)
    return _machine(persona, whole, record.Kind.BOUNCE, sender, to)


def complaint(persona: behaviour.Persona, to: letter.Letter, raw: bytes, now: dt.datetime) -> postoffice.Mail:
    """An abuse report: the person pressed "this is spam" (ARF, RFC 5965)."""
    domain = persona.email.partition("@")[2]
    sender = f"feedback@{domain}"
    words = f"This is an email abuse report for a message received from {to.from_address}.\n"
    report = (
        f"Feedback-Type: abuse\nUser-Agent: Feedback-Loop/1.0\nVersion: 1\nOriginal-Mail-From: <{to.from_address}>\n"
        f"Original-Rcpt-To: <{persona.email}>\nArrival-Date: {email.utils.format_datetime(now)}\n"
    )
    parts = (
        ("text/plain; charset=us-ascii", words),
        ("message/feedback-report", report),
        ("text/rfc822-headers", _head(raw)),
    )
    head = f"Return-Path: <>\nFrom: Feedback Loop <{sender}>\nSubject: FW: complaint about your message\n"
    whole = _report(head, "feedback-report", parts, to, now)
    return _machine(persona, whole, record.Kind.COMPLAINT, sender, to)


def _message(
    persona: behaviour.Persona, sender: tuple[str, str], to: letter.Letter, subject: str, now: dt.datetime
) -> email.message.EmailMessage:
    message = email.message.EmailMessage(policy=_POLICY)
    message["From"] = email.utils.formataddr(sender)
    message["To"] = email.utils.formataddr((to.from_name, to.from_address))
    message["Subject"] = subject
    message["Date"] = now.astimezone(ZoneInfo(persona.zone)).replace(microsecond=0)
    message["Message-ID"] = _message_id(sender[1], to.message_id, subject)
    return message


def _automatic(persona: behaviour.Persona, to: letter.Letter, now: dt.datetime) -> email.message.EmailMessage:
    subject = phrases.BY_LANGUAGE[persona.language].absence_subject.format(subject=to.subject)
    message = _message(persona, (persona.name, persona.email), to, subject, now)
    message["In-Reply-To"] = to.message_id
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    return message


def _mail(
    persona: behaviour.Persona,
    message: email.message.EmailMessage,
    kind: record.Kind,
    sender: str,
    to: letter.Letter,
) -> postoffice.Mail:
    folder = persona.folder if kind in record.ANSWERS else "INBOX"
    return postoffice.Mail(message.as_bytes(), kind, persona.email, sender, to.message_id, folder)


def _machine(
    persona: behaviour.Persona, whole: str, kind: record.Kind, sender: str, to: letter.Letter
) -> postoffice.Mail:
    return postoffice.Mail(_crlf(whole), kind, persona.email, sender, to.message_id)


def _report(
    head: str, kind: str, parts: tuple[tuple[str, str], ...], to: letter.Letter, now: dt.datetime
) -> str:
    """A multipart/report (RFC 6522), laid out by hand: the standard library mangles delivery-status parts."""
    boundary = f"=_{hashlib.sha256(to.message_id.encode()).hexdigest()[:24]}"
    body = "".join(f"--{boundary}\nContent-Type: {name}\n\n{content}\n" for name, content in parts)
    return (
        f"{head}To: {to.from_address}\nDate: {email.utils.format_datetime(now.replace(microsecond=0))}\n"
        f"Message-ID: {_message_id('postmaster@mx.sandbox.example', to.message_id, kind)}\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; report-type={kind}; boundary="{boundary}"\n\n'
        f"{body}--{boundary}--\n"
    )


def _invitation(organiser: str, to: letter.Letter, now: dt.datetime) -> str:
    """A meeting two days from now, as an iTIP request (RFC 5546)."""
    start = (now + dt.timedelta(days=2)).replace(minute=0, second=0)
    stamp = "%Y%m%dT%H%M%SZ"
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Calendar//EN", "METHOD:REQUEST", "BEGIN:VEVENT",
        f"UID:{hashlib.sha256(to.message_id.encode()).hexdigest()[:32]}", f"DTSTAMP:{now:{stamp}}",
        f"DTSTART:{start:{stamp}}", f"DTEND:{start + dt.timedelta(minutes=30):{stamp}}", f"ORGANIZER:mailto:{organiser}",
        f"ATTENDEE;RSVP=TRUE:mailto:{to.from_address}", "SUMMARY:Call", "END:VEVENT", "END:VCALENDAR", "",
    )  # fmt: skip
    return "\r\n".join(lines)


def _message_id(address: str, *parts: str) -> str:
    """An id that depends on what is said to whom, so that a run repeats."""
    digest = hashlib.sha256("\x1f".join((address, *parts)).encode()).hexdigest()[:32]
    return f"<{digest}@{address.partition('@')[2]}>"


def _head(raw: bytes) -> str:
    return raw.partition(b"\r\n\r\n")[0].decode("utf-8", "replace").replace("\r\n", "\n") + "\n"


def _crlf(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode()
