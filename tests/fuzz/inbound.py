"""The inbound path under mutated mails: read, judge, take the person's own words; with what is promised of each."""

from __future__ import annotations

import datetime as dt

from relance.mailbox import classification
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.defects import Defect
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, InboundMail, Kind
from tests.corpus import clients

RECEIVED = dt.datetime(2026, 8, 3, 9, 0, tzinfo=dt.UTC)
MAX_TEXT = 256 * 1024
MAX_EVIDENCE = 1000


def one_mail(raw: bytes) -> None:
    """Take one mail the whole way; an exception or an AssertionError is a finding."""
    mail = message.read(raw)
    check_mail(mail)
    found = classification.judge(
        mail,
        received=RECEIVED,
        own_addresses=[clients.OURS],
        sent=[OurMail(clients.SENT)],
        mailed=[clients.THEM],
    )
    check_judgement(found)
    check_text(classification.answer_text(mail, [clients.SENT]))


def check_mail(mail: InboundMail) -> None:
    """Reading must not need its last fence, and what it gives is bounded and storable."""
    assert Defect.NOT_READ not in {each.code for each in mail.defects}, mail.defects
    check_text(mail.text)
    for line in (mail.subject, mail.from_name, *mail.to, *(value for _, value in mail.headers)):
        line.encode("utf-8")
        assert not any(character in line for character in "\r\n\x00"), line
    for each in (*mail.references, *mail.in_reply_to, *mail.returned_ids):
        assert each.startswith("<"), each
        assert each.endswith(">"), each


def check_judgement(found: Classification) -> None:
    """Every mail gets a kind, the rule that said so, and evidence short enough to show."""
    assert found.kind in Kind
    assert found.rule
    assert len(str(found.evidence)) <= MAX_EVIDENCE, found.evidence
    assert found.until is None or RECEIVED.date() <= found.until, found.until


def check_text(text: str) -> None:
    """Text is bounded, storable as UTF-8, and carries no control character that a database refuses."""
    assert len(text) <= MAX_TEXT, len(text)
    text.encode("utf-8")
    assert "\x00" not in text
