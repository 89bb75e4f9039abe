"""From the raw bytes of a mail to an `InboundMail` value, whatever the bytes.

Reading never raises and never takes unbounded time or memory: what cannot be read is left empty, and `defects` says
why. The shape is cut in mime.py, the words are chosen in body.py, machines' reports are read in reports.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import body, decoding, header_fields, mime, reports
from relance.mailbox.parsing.inbound import InboundMail

MAX_SUBJECT = 998  # one line, RFC 5322, 2.1.1
MAX_HEADER_TEXT = 4096
_ID_HEADER = re.compile(rb"(?im)^Message-ID[ \t]*:[^<\r\n]{0,200}(<[^<>\r\n]{1,900}>)")
_FROM_HEADER = re.compile(rb"(?im)^From[ \t]*:([^\r\n]{1,998})")
_CAME_TO = ("to", "cc", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
_CAME_BY_FORWARD = ("resent-to", "x-forwarded-to", "x-forwarded-for", "apparently-to")
_MACHINES = ("mailer-daemon", "postmaster", "mailerdaemon", "mail-daemon", "maildaemon")


@dataclass(frozen=True)
class Correspondents:
    """Whom a mail names besides its writer: `reply_to`, where answers are to go (RFC 5322, 3.6.2), and `sent_to`, from To and Cc; each
    address once, in their order."""

    reply_to: tuple[header_fields.NamedAddress, ...] = ()
    sent_to: tuple[header_fields.NamedAddress, ...] = ()


def correspondents(raw: bytes) -> Correspondents:
    """From the bytes, so that a comma in an encoded name is part of the name. Never raises."""
    try:
        headers = mime.read(raw, mime.Budget()).headers
    except Exception:  # the last fence, as in `read`: hostile bytes name nobody
        return Correspondents()
    return Correspondents(_named(headers, "reply-to"), _named(headers, "to", "cc"))


def _named(headers: mime.Headers, *names: str) -> tuple[header_fields.NamedAddress, ...]:
    found = header_fields.addresses(value for name, value in headers if name in names)
    return tuple({each.address: each for each in reversed(found)}.values())[::-1]


def read(raw: bytes, *, size: int | None = None, truncated: bool = False) -> InboundMail:
    """Read a mail. `size` is its size on the server where `raw` is only the beginning (`truncated`)."""
    size = len(raw) if size is None else size
    try:
        return _read(raw, size, truncated)
    except Exception as error:  # the last fence: a mail that cannot be read must still reach a person
        return _unreadable(raw, size, truncated, type(error).__name__)


def _read(raw: bytes, size: int, truncated: bool) -> InboundMail:
    budget = mime.Budget()
    root = mime.read(raw, budget)
    sender = _sender(root)
    text = body.readable(root, budget)
    machine = _is_machine(root, sender)
    _note_oddities(root, sender, budget)
    return InboundMail(
        message_id=next(iter(header_fields.ids(root.header("message-id"))), None),
        from_address=sender.address if sender else None,
        from_name=sender.name if sender else "",
        to=_came_to(root),
        subject=decoding.clean_line(_decoded(root, "subject"), MAX_SUBJECT),
        date=header_fields.date(root.header("date")),
        in_reply_to=header_fields.ids(*_values(root, "in-reply-to")),
        references=header_fields.ids(*_values(root, "references")),
        headers=_headers(root),
        content_type=root.content_type,
        content_params=root.params,
        text=text,
        reports=reports.delivery(root, budget),
        returned_ids=reports.returned_ids(root, text, budget, machine=machine),
        feedback_type=reports.feedback_type(root, budget),
        calendar_method=reports.calendar_method(root),
        opt_out_links=body.opt_out_links(root),
        calendar_people=reports.calendar_people(root),
        aliases=header_fields.ids(*(root.header(name) for name in reports.ALIAS_HEADERS)),
        size=size,
        truncated=truncated or len(raw) > mime.MAX_RAW,
        defects=tuple(budget.defects),
    )


def _values(root: mime.MimePart, name: str) -> list[bytes]:
    return [value for key, value in root.headers if key == name]


def _decoded(root: mime.MimePart, name: str) -> str:
    value = root.header(name)
    return decoding.words(decoding.to_text(value, root.param("charset"))[0]) if value else ""


def _headers(root: mime.MimePart) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            name,
            decoding.clean_line(
                decoding.words(decoding.to_text(value[: 2 * MAX_HEADER_TEXT])[0]), MAX_HEADER_TEXT
            ),
        )
        for name, value in root.headers
    )


def _sender(root: mime.MimePart) -> header_fields.NamedAddress | None:
    for name in ("from", "sender", "return-path"):
        found = header_fields.addresses(_values(root, name))
        if found:
            return found[0]
    return None


def _came_to(root: mime.MimePart) -> tuple[str, ...]:
    names = (*_CAME_TO, *_CAME_BY_FORWARD)
    values = [value for key, value in root.headers if key in names]
    return tuple(dict.fromkeys(found.address for found in header_fields.addresses(values)))


def _is_machine(root: mime.MimePart, sender: header_fields.NamedAddress | None) -> bool:
    """Whether a mail server speaks: then the text may quote the returned mail's headers."""
    local = sender.address.partition("@")[0] if sender else ""
    return local in _MACHINES or (root.header("return-path") or b"").strip() == b"<>"


def _note_oddities(
    root: mime.MimePart, sender: header_fields.NamedAddress | None, budget: mime.Budget
) -> None:
    names = [name for name, _ in root.headers]
    if sender is None:
        budget.note(Defect.NO_SENDER)
    for name in ("from", "message-id", "subject", "date"):
        if names.count(name) > 1:
            budget.note(Defect.HEADER_TWICE, name)
    if "date" in names and header_fields.date(root.header("date")) is None:
        budget.note(Defect.DATE)
    if not root.headers:
        budget.note(Defect.NO_HEADERS)


def _unreadable(raw: bytes, size: int, truncated: bool, why: str) -> InboundMail:
    """What can be saved from a mail that defeated the reader: its id and its sender."""
    top = raw[: mime.MAX_HEADER_BYTES]
    message_id = _ID_HEADER.search(top)
    sender = _FROM_HEADER.search(top)
    found = header_fields.addresses([sender[1]]) if sender else ()
    return InboundMail(
        message_id=next(iter(header_fields.ids(message_id[1])), None) if message_id else None,
        from_address=found[0].address if found else None,
        from_name="",
        to=(),
        subject="",
        date=None,
        in_reply_to=(),
        references=(),
        headers=(),
        content_type="text/plain",
        content_params=(),
        text="",
        size=size,
        truncated=truncated,
        defects=(Oddity(Defect.NOT_READ, why),),
    )
