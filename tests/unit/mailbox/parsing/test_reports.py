"""Machines' reports: bounces in every shape, complaints, receipts, calendar answers."""

from __future__ import annotations

import base64

import pytest

from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import message


def report(kind: str, *parts: tuple[str, str], top: str = "") -> message.Inbound:
    inside = "".join(f"--XX\r\nContent-Type: {part}\r\n\r\n{text}\r\n" for part, text in parts)
    return message.read(
        f"From: MAILER-DAEMON@mx.example\r\n{top}Content-Type: multipart/report; report-type={kind};"
        f' boundary="XX"\r\n\r\n{inside}--XX--\r\n'.encode()
    )


STATUS = """Reporting-MTA: dns; mx.example\r
Original-Envelope-Id: seq-42\r
\r
Final-Recipient: rfc822; <Bob@Buyer.example>\r
Original-Recipient: rfc822;robert@buyer.example\r
Action: failed (gone)\r
Status: 5.1.1 (bad mailbox)\r
Diagnostic-Code: smtp; 550 5.1.1\r
 User unknown\r
\r
Final-Recipient: rfc822; carl@buyer.example\r
Action: Delayed\r
Status: 4.2.2\r
"""
RETURNED = "Subject: hi\r\nMessage-ID: <s1@sales.example>\r\nX-Google-Original-Message-ID: <o1@sales.example>\r\n\r\nbody"


def test_every_recipient_of_a_delivery_report() -> None:
    mail = report(
        "delivery-status",
        ("text/plain", "Sorry."),
        ("message/delivery-status", STATUS),
        ("message/rfc822", RETURNED),
    )
    first, second = mail.reports
    assert (first.final_recipient, first.original_recipient) == ("bob@buyer.example", "robert@buyer.example")
    assert (first.action, first.status, first.diagnostic) == ("failed", "5.1.1", "550 5.1.1 User unknown")
    assert (second.final_recipient, second.action, second.status) == (
        "carl@buyer.example",
        "delayed",
        "4.2.2",
    )
    assert first.envelope_id == second.envelope_id == "seq-42"
    assert mail.returned_ids == ("<s1@sales.example>", "<o1@sales.example>")
    assert mail.text == "Sorry."
    assert mail.content_type == "multipart/report"
    assert dict(mail.content_params)["report-type"] == "delivery-status"


@pytest.mark.parametrize(
    "kind", ["text/rfc822-headers", "message/global-headers", "message/rfc822", "message/global"]
)
def test_the_returned_mail_is_named(kind: str) -> None:
    mail = report("delivery-status", ("message/delivery-status", STATUS), (kind, RETURNED))
    assert mail.returned_ids[0] == "<s1@sales.example>"


@pytest.mark.parametrize("written", [r"utf-8; \x{142}ucja@buyer.example", "UTF-8;łucja@buyer.example"])
def test_a_report_names_an_address_with_other_letters(written: str) -> None:
    found = report(
        "delivery-status",
        ("message/global-delivery-status", f"\nFinal-Recipient: {written}\nAction: failed\nStatus: 5.1.1\n"),
    )
    assert [each.final_recipient for each in found.reports] == ["łucja@buyer.example"]


def test_a_report_with_everything_in_one_block_or_in_base64() -> None:
    one = STATUS.replace("\r\n\r\n", "\r\n", 1)
    assert [each.status for each in report("delivery-status", ("message/delivery-status", one)).reports] == [
        "5.1.1",
        "4.2.2",
    ]
    import base64

    coded = base64.encodebytes(STATUS.encode()).decode()
    mail = report("delivery-status", ("message/delivery-status\r\nContent-Transfer-Encoding: base64", coded))
    assert len(mail.reports) == 2


def test_a_bounce_without_a_report_names_the_mail_in_its_text() -> None:
    mail = message.read(
        b"Return-Path: <>\r\nFrom: MAILER-DAEMON@qmail.example\r\n\r\n"
        b"Hi. This is the qmail-send program.\r\n<bob@buyer.example>:\r\nno mailbox here by that name. (#5.1.1)\r\n\r\n"
        b"--- Below this line is a copy of the message.\r\n\r\nMessage-ID: <s1@sales.example>\r\nSubject: hi\r\n"
    )
    assert mail.returned_ids == ("<s1@sales.example>",)


def test_a_person_who_quotes_headers_returns_nothing() -> None:
    mail = message.read(b"From: bob@buyer.example\r\n\r\n> Message-ID: <s1@sales.example>\r\n")
    assert mail.returned_ids == ()


def test_a_complaint() -> None:
    feedback = (
        "Feedback-Type: abuse\r\nUser-Agent: x/1\r\nVersion: 1\r\nOriginal-Rcpt-To: <bob@buyer.example>\r\n"
    )
    mail = report(
        "feedback-report",
        ("text/plain", "abuse"),
        ("message/feedback-report", feedback),
        ("message/rfc822", RETURNED),
    )
    assert mail.feedback_type == "abuse"
    assert mail.reports[0].final_recipient == "bob@buyer.example"
    assert mail.returned_ids[0] == "<s1@sales.example>"


def test_a_read_receipt() -> None:
    said = "Final-Recipient: rfc822;bob@buyer.example\r\nOriginal-Message-ID: <s1@sales.example>\r\nDisposition: manual-action/MDN-sent-manually; displayed\r\n"
    mail = report(
        "disposition-notification", ("text/plain", "read"), ("message/disposition-notification", said)
    )
    assert mail.returned_ids == ("<s1@sales.example>",)
    assert mail.reports == ()


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("text/calendar; method=REPLY", "BEGIN:VCALENDAR", "REPLY"),
        ("text/calendar", "BEGIN:VCALENDAR\r\nMETHOD:COUNTER\r\n", "COUNTER"),
        ("application/ics; name=invite.ics", "BEGIN:VCALENDAR\r\nMETHOD:request\r\n", "REQUEST"),
        ("text/calendar", "BEGIN:VCALENDAR\r\n", None),
        ("text/plain", "METHOD:REPLY\r\n", None),
    ],
)
def test_calendar_answers(kind: str, text: str, expected: str | None) -> None:
    mail = message.read(f"From: bob@buyer.example\r\nContent-Type: {kind}\r\n\r\n{text}".encode())
    assert mail.calendar_method == expected


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("X-HmXmrOriginalRecipient: <Bob@buyer.example>\r\n", ["bob@buyer.example"]),
        ("X-HmXmrOriginalRecipient: withheld\r\n", []),
        ("", []),
    ],
)
def test_a_complaint_from_outlook_names_its_recipient_over_the_original(
    header: str, expected: list[str]
) -> None:
    original = f"{header}From: ada@sales.example\r\nTo: undisclosed-recipients:;\r\n\r\nbody\r\n"
    mail = report("x", ("message/rfc822", original))
    assert [each.final_recipient for each in mail.reports] == expected


def test_nonsense_in_a_report_is_no_report() -> None:
    mail = report("delivery-status", ("message/delivery-status", "\x00\xff: :::\r\n\r\n\r\n= =\r\n"))
    assert mail.reports == ()


def test_very_many_recipients_are_bounded() -> None:
    block = "Final-Recipient: rfc822; b{0}@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    mail = report(
        "delivery-status", ("message/delivery-status", "".join(block.format(n) for n in range(2000)))
    )
    assert len(mail.reports) == 200
    assert Oddity(Defect.MANY_REPORTS) in mail.defects


# --- mails that a person encloses ---

ANSWER = (
    "From: bob@buyer.example\r\nMessage-ID: <b1@buyer.example>\r\nIn-Reply-To: <s1@sales.example>\r\n"
    "References: <s0@sales.example>\r\n <s1@sales.example>\r\nSubject: Re: hi\r\n\r\nAsk Carol.\r\n"
)


def enclosing(part: str, body: str, sender: str = "carol@buyer.example") -> message.Inbound:
    return message.read(
        f'From: {sender}\r\nSubject: see below\r\nContent-Type: multipart/mixed; boundary="XX"\r\n\r\n'
        f"--XX\r\nContent-Type: text/plain\r\n\r\nBob asked me to look at this.\r\n"
        f"--XX\r\nContent-Type: {part}\r\n\r\n{body}\r\n--XX--\r\n".encode()
    )


@pytest.mark.parametrize(
    "part",
    [
        "message/rfc822",
        'message/rfc822; name="hi.eml"\r\nContent-Disposition: attachment; filename="hi.eml"',
        'application/octet-stream; name="hi.EML"',
        "application/octet-stream\r\nContent-Disposition: attachment;\r\n filename*=utf-8''cze%C5%9B%C4%87.eml",
        'text/plain\r\nContent-Disposition: attachment; filename="hi.eml"',
        "text/rfc822-headers",
    ],
)
def test_an_enclosed_mail_names_what_it_is_and_what_it_answers(part: str) -> None:
    mail = enclosing(part, ANSWER)
    assert mail.returned_ids == ("<b1@buyer.example>", "<s1@sales.example>", "<s0@sales.example>")
    assert mail.text == "Bob asked me to look at this."
    assert not mail.in_reply_to


def test_an_enclosed_mail_in_base64() -> None:
    encoded = base64.encodebytes(ANSWER.encode()).decode().replace("\n", "\r\n")
    mail = enclosing("application/octet-stream; name=hi.eml\r\nContent-Transfer-Encoding: base64", encoded)
    assert "<s1@sales.example>" in mail.returned_ids


def test_a_bounce_that_a_person_encloses_is_opened() -> None:
    bounce = (
        'Message-ID: <m1@mx.example>\r\nContent-Type: multipart/report; boundary="YY"\r\n\r\n'
        f"--YY\r\nContent-Type: message/rfc822\r\n\r\n{RETURNED}\r\n--YY--\r\n"
    )
    mail = enclosing("message/rfc822", bounce)
    assert mail.returned_ids == ("<m1@mx.example>", "<s1@sales.example>", "<o1@sales.example>")


def test_what_a_machine_returns_is_named_by_its_own_id_alone() -> None:
    """A mail written by hand into a conversation of ours may come back; the person we wrote to is not to blame."""
    assert report("delivery-status", ("message/rfc822", ANSWER)).returned_ids == ("<b1@buyer.example>",)
    mail = enclosing("message/rfc822", ANSWER, sender="postmaster@mx.example")
    assert mail.returned_ids == ("<b1@buyer.example>",)


def test_a_file_that_only_calls_itself_a_mail() -> None:
    mail = enclosing("application/octet-stream; name=x.eml", "\x00\x01 no header at all <a@b>")
    assert mail.returned_ids == ()
    assert mail.text == "Bob asked me to look at this."


def test_mails_enclosed_in_mails_are_opened_to_a_depth() -> None:
    inner = "Message-ID: <deep@sales.example>\r\n\r\nx"
    for number in range(60):
        inner = f"Message-ID: <{number}@x.example>\r\nContent-Type: message/rfc822\r\n\r\n{inner}"
    mail = enclosing("application/octet-stream; name=x.eml", inner)
    assert "<59@x.example>" in mail.returned_ids
    assert "<deep@sales.example>" not in mail.returned_ids
    assert Oddity(Defect.DEEP) in mail.defects
