"""What machines say about a mail of ours: delivery status, complaints, receipts, calendar answers.

RFC 3464 (delivery status), RFC 5965 (abuse feedback), RFC 8098 (receipts), RFC 6047 (calendar). Every recipient's
block is read; the blocks often break the grammar, so this asks for field names and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from relance.mailbox.defects import Defect
from relance.mailbox.parsing import decoding, header_fields, inbound, mime

MAX_RECIPIENTS = 200
_MAX_REPORT = 256 * 1024
_LONGEST_TYPE = 30

_STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_METHOD = re.compile(rb"(?im)^METHOD[ \t]*:[ \t]*([A-Za-z-]{1,30})")
_FOLD = re.compile(rb"\r?\n[ \t]")  # RFC 5545, 3.1
_CALENDAR_PERSON = re.compile(rb"(?im)^(?:ATTENDEE|ORGANIZER)\b[^\r\n]{0,1000}?:mailto:([^\s<>;,\"]{3,254})")
_ID_LINE = re.compile(r"(?im)^[> \t|]{0,20}Message-ID[ \t]*:[ \t]*(<[^<>\s]{1,900}>)")
_BLANK_LINES = re.compile(rb"\n[ \t]*\r?\n|\r\n[ \t]*\r\n")
_DELIVERY_STATUS = ("message/delivery-status", "message/global-delivery-status")
_RECEIPT = ("message/disposition-notification", "message/global-disposition-notification")
_RETURNED_HEADERS = ("text/rfc822-headers", "message/rfc822-headers", "message/global-headers")
_RETURNED_MAIL = ("message/rfc822", "message/global")
_CALENDAR = ("text/calendar", "application/ics", "application/calendar")


def delivery(root: mime.MimePart, budget: mime.Budget) -> tuple[inbound.DeliveryReport, ...]:
    """One report a recipient, from every delivery-status part; a complaint names its recipient the same way.

    So does the mail that Outlook's JMRP sends back, in a header of its own that stands over the original's.
    """
    found: list[inbound.DeliveryReport] = []
    for part in root.walk():
        if part.content_type in _DELIVERY_STATUS:
            found.extend(_recipients(part, budget))
        elif part.content_type == "message/feedback-report":
            found.extend(_complained(part, budget))
        elif part.content_type in _RETURNED_MAIL and part.children:
            found.extend(_complained_to_outlook(part.children[0]))
    if len(found) > MAX_RECIPIENTS:
        budget.note(Defect.MANY_REPORTS)
    return tuple(found[:MAX_RECIPIENTS])


def in_text(text: str) -> tuple[inbound.DeliveryReport, ...]:
    """The recipients of a report that was written into the readable text, as some gateways do; nothing without its first line."""
    start = _TEXT_REPORT.search(text)
    if start is None:
        return ()
    data = text[start.start() :][:_MAX_REPORT].encode("utf-8", "replace")
    return tuple(_of_blocks(data, mime.Budget()))[:MAX_RECIPIENTS]


_TEXT_REPORT = re.compile(r"(?im)^Reporting-MTA:[ \t]*dns[ \t]*;")


def feedback_type(root: mime.MimePart, budget: mime.Budget) -> str | None:
    """The Feedback-Type of an ARF complaint, lower case (abuse, fraud, not-spam …)."""
    for part in root.walk():
        if part.content_type == "message/feedback-report":
            said = _field(_block(part.payload()[:_MAX_REPORT], budget), "feedback-type")
            return (said or "unknown").lower()
    return None


def calendar_method(root: mime.MimePart) -> str | None:
    """REPLY, REQUEST, COUNTER …: from the content type or, failing that, from the calendar itself."""
    for part in root.walk():
        if part.content_type in _CALENDAR:
            declared = part.param("method")
            inside = _METHOD.search(part.payload()[:_MAX_REPORT])
            if declared or inside:
                return (declared or (inside[1].decode() if inside else "")).upper()[:30]
    return None


def calendar_people(root: mime.MimePart) -> tuple[str, ...]:
    """The addresses that a calendar names as taking part (RFC 5545, 3.8.4.1 and 3.8.4.3), each once."""
    found: dict[str, None] = {}
    for part in root.walk():
        if part.content_type in _CALENDAR:
            lines = _FOLD.sub(b"", part.payload()[:_MAX_REPORT])
            named = (match[1] for match in _CALENDAR_PERSON.finditer(lines))
            found.update((each.decode("utf-8", "replace").lower(), None) for each in named)
    return tuple(found)[:MAX_RECIPIENTS]


def returned_ids(root: mime.MimePart, text: str, budget: mime.Budget, *, machine: bool) -> tuple[str, ...]:
    """Ids of the mail that was returned, enclosed or spoken of.

    `machine` allows a look into the readable text too. What a person encloses is part of what they say, so the ids that
    an enclosed mail answers count as well, the latest first; what a machine returns may answer us and be another's mail.
    """
    found: dict[str, None] = {}
    for part in root.walk():
        for value in _id_values(part, budget):
            found.update((each, None) for each in header_fields.ids(value))
    if machine and not found:
        found.update((each, None) for each in _ID_LINE.findall(text)[: header_fields.MAX_IDS])
    if not machine and root.content_type != "multipart/report":
        for value in _answered(root, budget):
            found.update((each, None) for each in reversed(header_fields.ids(value)))
    return tuple(found)[: header_fields.MAX_IDS]


def _answered(root: mime.MimePart, budget: mime.Budget) -> Iterator[bytes]:
    for part in root.walk():
        headers = _enclosed_headers(part, budget)
        for wanted in ("in-reply-to", "references"):
            yield from (value for name, value in headers if name == wanted)


def _enclosed_headers(part: mime.MimePart, budget: mime.Budget) -> mime.Headers:
    """The headers of the mail that this part is, whole or without its body."""
    if part.holds_a_mail:
        return part.children[0].headers if part.children else ()
    if part.content_type in _RETURNED_HEADERS:
        return mime.split(part.payload().lstrip(b"\r\n")[:_MAX_REPORT], budget)[0]
    return ()


def _id_values(part: mime.MimePart, budget: mime.Budget) -> Iterator[bytes]:
    """The ids a part's mail bears: its own first, then those a provider noted."""
    headers = _enclosed_headers(part, budget)
    if headers:
        for wanted in ("message-id", *ALIAS_HEADERS):
            yield from (value for name, value in headers if name == wanted)
    elif part.content_type in _RECEIPT:
        block = _block(part.payload()[:_MAX_REPORT], budget)
        yield from (value for name, value in block if name == "original-message-id")


# Ids that providers give a mail when they replace or note its own: each may come back in an answer.
ALIAS_HEADERS = (
    "x-google-original-message-id",
    "x-gmail-original-message-id",
    "x-microsoft-original-message-id",
    "x-ms-exchange-original-message-id",
    "x-original-message-id",
    "original-message-id",
    "resent-message-id",
    "x-ses-message-id",
)


def _blocks(data: bytes) -> list[bytes]:
    return [block for block in _BLANK_LINES.split(data.strip()) if block.strip()][: MAX_RECIPIENTS + 2]


def _block(data: bytes, budget: mime.Budget) -> mime.Headers:
    """All fields of a report that should be one block, wherever its blank lines stand."""
    return mime.split(_BLANK_LINES.sub(b"\n", data.strip()), budget)[0]


def _field(block: mime.Headers, name: str) -> str | None:
    value = next((value for key, value in block if key == name), None)
    if value is None:
        return None
    return decoding.clean_line(decoding.words(decoding.to_text(value)[0]), 2000) or None


def _recipients(part: mime.MimePart, budget: mime.Budget) -> Iterator[inbound.DeliveryReport]:
    return _of_blocks(part.payload()[:_MAX_REPORT], budget)


def _of_blocks(report: bytes, budget: mime.Budget) -> Iterator[inbound.DeliveryReport]:
    envelope_id = reporting = None
    for data in _blocks(report):
        block = mime.split(data, budget)[0]
        envelope_id = _field(block, "original-envelope-id") or envelope_id
        reporting = _host(_field(block, "reporting-mta")) or reporting
        final = _address(_field(block, "final-recipient"))
        original = _address(_field(block, "original-recipient"))
        action = _field(block, "action")
        kind, diagnostic = _diagnostic(_field(block, "diagnostic-code"))
        status = _STATUS.search(_field(block, "status") or "")
        if not (final or original or action or status):
            continue  # the block about the whole mail
        yield inbound.DeliveryReport(
            final_recipient=final,
            original_recipient=original,
            action=action.split()[0].lower() if action else None,
            status=status[0] if status else None,
            diagnostic=diagnostic,
            envelope_id=envelope_id,
            diagnostic_type=kind,
            reporting=reporting,
            remote=_host(_field(block, "remote-mta")),
        )


def _host(value: str | None) -> str | None:
    """The name in `dns; mx.example.org (192.0.2.1)`; None where there is none."""
    name = (value or "").rpartition(";")[2].split()
    return name[0].strip("[]().").lower()[:255] or None if name else None


def _diagnostic(value: str | None) -> tuple[str | None, str | None]:
    """The type (`smtp`), and the server's words without it; no type where none stands before them."""
    kind, mark, words = (value or "").partition(";")
    kind = kind.strip().lower()
    if mark and kind.replace("-", "").isalnum() and len(kind) <= _LONGEST_TYPE:
        return kind, words.strip()
    return None, value


def _complained(part: mime.MimePart, budget: mime.Budget) -> Iterator[inbound.DeliveryReport]:
    block = _block(part.payload()[:_MAX_REPORT], budget)
    for name in ("original-rcpt-to", "removal-recipient", "original-recipient"):
        address = _address(_field(block, name))
        if address:
            yield inbound.DeliveryReport(
                address, None, None, None, None, _field(block, "original-envelope-id")
            )
            return


def _complained_to_outlook(original: mime.MimePart) -> Iterator[inbound.DeliveryReport]:
    value = original.header("x-hmxmroriginalrecipient")
    address = _address(value.decode("utf-8", "replace")) if value else None
    if address:
        yield inbound.DeliveryReport(address, None, None, None, None)


def _address(value: str | None) -> str | None:
    """The address in `rfc822; ada@example.org` or `utf-8; \\x{142}ucja@example.org` (RFC 6533, 3), with or without its type,
    brackets or comments."""
    if value is None:
        return None
    kind, mark, rest = value.partition(";")
    text = rest if mark and "@" not in kind else value
    if mark and kind.strip().lower() == "utf-8":
        text = _EMBEDDED.sub(_letter, text)
    found = header_fields.addresses([text.encode("utf-8", "replace")])
    return found[0].address if found else None


_EMBEDDED = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")


def _letter(written: re.Match[str]) -> str:
    number = int(written[1], 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else written[0]
