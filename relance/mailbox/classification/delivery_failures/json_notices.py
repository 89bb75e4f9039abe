"""Notices that sending services write as JSON: Amazon SES (also wrapped by SNS), Postmark, SendGrid, Mailgun, SparkPost.

Each recipient becomes a delivery report, as if the service had written one by the book (RFC 3464). Only a mail that is nothing
but such a notice is read, with what a subscription service adds below it; names of fields are those of the services' pages:
docs.aws.amazon.com/ses/latest/dg/notification-contents.html, postmarkapp.com/developer/webhooks/bounce-webhook,
twilio.com/docs/sendgrid/for-developers/tracking-events/event, documentation.mailgun.com/docs/mailgun/user-manual/events,
developers.sparkpost.com/api/webhooks (2026-11).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from relance.mailbox.parsing.inbound import DeliveryReport

_LONGEST = 64 * 1024
_MAX_RECIPIENTS = 50  # recipients of one notice
_WORDS = 1000
_DEEPEST = 6
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_LINE = re.compile(r"[\r\n]+")

_RECIPIENT = ("emailAddress", "recipient", "rcpt_to", "raw_rcpt_to", "Email", "email")
_SAID = (
    "diagnosticCode",
    "smtpResponse",
    "raw_reason",
    "Details",
    "description",
    "message",
    "reason",
    "Description",
)
_CODE = ("status", "enhanced-code", "enhanced_code", "error_code")
_KIND = ("notificationType", "eventType", "event", "RecordType", "type", "Type")
_FAILED = frozenset({"bounce", "bounced", "failed", "permanent_fail", "temporary_fail", "dropped", "blocked", "out_of_band", "hardbounce", "softbounce", "reject", "policy_rejection"})  # fmt: skip
_DELAYED = frozenset({"deliverydelay", "delay", "deferred", "temporary"})
_DELIVERED = frozenset({"delivery", "delivered"})
_COMPLAINED = frozenset({"complaint", "complained", "spamreport", "spam_complaint", "spamcomplaint"})


def read(text: str) -> tuple[DeliveryReport, ...]:
    """One report a recipient; nothing where the text is no such notice."""
    found = [each for notice in _notices(text) for each in _reports(notice)]
    return tuple(found[:_MAX_RECIPIENTS])


def complained_of(text: str) -> str | None:
    """Whose complaint this notice tells of, if it tells of one; empty where it names nobody."""
    for notice in _notices(text):
        if _kind(notice) in _COMPLAINED:
            named = next(
                (_recipient(each) for each in _inside(notice, "complaint") if _recipient(each)), None
            )
            return (named or "").lower()
    return None


def _notices(text: str) -> Iterator[Mapping[str, Any]]:
    start = text[:_LONGEST].lstrip()
    if start[:1] not in {"{", "["}:
        return
    try:
        parsed, _end = json.JSONDecoder().raw_decode(_LINE.sub(" ", start))
    except (ValueError, RecursionError):
        return
    for each in parsed if isinstance(parsed, list) else [parsed]:
        if isinstance(each, dict):
            yield _unwrapped(each)


def _unwrapped(notice: Mapping[str, Any]) -> Mapping[str, Any]:
    """Without what carries it: SNS's `Message`, Mailgun's `event-data`, SparkPost's `msys`."""
    inner = notice.get("Message")
    if isinstance(inner, str) and inner[:_LONGEST].lstrip().startswith("{"):
        try:
            inner = json.loads(inner[:_LONGEST])
        except (ValueError, RecursionError):
            return notice
    for name in ("event-data", "msys", "message_event"):
        if isinstance(notice.get(name), dict):
            return _unwrapped(notice[name])
    return inner if isinstance(inner, dict) else notice


def _kind(notice: Mapping[str, Any]) -> str:
    said = (notice.get(name) for name in _KIND)
    known = _FAILED | _DELAYED | _DELIVERED | _COMPLAINED
    return next((each.lower() for each in said if isinstance(each, str) and each.lower() in known), "")


def _reports(notice: Mapping[str, Any]) -> Iterator[DeliveryReport]:
    kind = _kind(notice)
    if not kind or kind in _COMPLAINED:
        return
    details = notice.get("bounce") or notice.get("deliveryDelay") or notice.get("delivery")
    details = details if isinstance(details, dict) else notice
    types = [details.get("bounceType"), details.get("bounceSubType") or details.get("delayType")]
    sort = "/".join(str(each) for each in types if isinstance(each, str))
    named = details.get("recipients")
    listed = [{"recipient": each} for each in named] if isinstance(named, list) else []
    for each in (*_inside(notice, ""), *listed):
        if (recipient := _recipient(each)) is not None:
            yield _report(each, recipient.lower(), kind, sort, details)


def _report(
    each: Mapping[str, Any], recipient: str, kind: str, sort: str, details: Mapping[str, Any]
) -> DeliveryReport:
    inner = each.get("delivery-status")
    fields = {**each, **inner} if isinstance(inner, dict) else each
    words = next((fields[name] for name in _SAID if isinstance(fields.get(name), str) and fields[name]), "")
    words = " ".join(words[:_WORDS].removeprefix("smtp;").split())
    codes = (_STATUS.search(str(fields.get(name) or "")) for name in _CODE)
    code = next((found[0] for found in codes if found), None)
    action = "delivered" if kind in _DELIVERED else "delayed" if kind in _DELAYED else "failed"
    said = " ".join(filter(None, (words, f"[{sort}]" if sort else "")))
    reporting = str(details.get("reportingMTA") or "").rpartition(";")[2].strip().lower() or None
    return DeliveryReport(recipient, None, action, code, said or None, reporting=reporting)


def _recipient(each: Mapping[str, Any]) -> str | None:
    named = (each.get(name) for name in _RECIPIENT)
    return next((one for one in named if isinstance(one, str) and "@" in one and len(one) <= 254), None)


def _inside(notice: Any, below: str, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Every object of a notice but those of the original mail, whose recipients say nothing."""
    if depth > _DEEPEST:
        return
    if isinstance(notice, dict):
        if not below:
            yield notice
        for name, value in notice.items():
            if name not in {"mail", "headers", "envelope"}:
                yield from _inside(value, "" if name == below else below, depth + 1)
    elif isinstance(notice, list):
        for each in notice[:_MAX_RECIPIENTS]:
            yield from _inside(each, below, depth + 1)
