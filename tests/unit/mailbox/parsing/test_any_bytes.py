"""Whatever the bytes: reading never raises, and its cost is bounded."""

from __future__ import annotations

import time
import tracemalloc
import zoneinfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import header_fields, html_text, message, mime, reports
from relance.mailbox.parsing.inbound import InboundMail

REAL = (
    b"Return-Path: <>\r\nDelivered-To: ada@sales.example\r\nFrom: =?utf-8?q?Za=C5=BC?= <bob@buyer.example>\r\n"
    b"To: ada@sales.example\r\nSubject: =?utf-8?b?xbzDs8WCdw==?=\r\nDate: Mon, 2 Mar 2026 10:00:00 +0100\r\n"
    b"Message-ID: <r1@buyer.example>\r\nReferences: <s0@sales.example>\r\n <s1@sales.example>\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/report; report-type=delivery-status; boundary="XX"\r\n\r\n--XX\r\n'
    b"Content-Type: multipart/alternative; boundary=YY\r\n\r\n--YY\r\nContent-Type: text/plain; format=flowed\r\n\r\n"
    b"Hello \r\nthere\r\n--YY\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    b"\r\n<p>Hello=20<blockquote>x</blockquote></p>\r\n--YY--\r\n--XX\r\nContent-Type: message/delivery-status\r\n\r\n"
    b"Reporting-MTA: dns; x\r\n\r\nFinal-Recipient: rfc822; bob@buyer.example\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
    b"--XX\r\nContent-Type: text/calendar; method=REPLY\r\nContent-Transfer-Encoding: base64\r\n\r\nTUVUSE9EOlJFUExZ\r\n"
    b"--XX\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <s1@sales.example>\r\nSubject: hi\r\n\r\nbody\r\n--XX--\r\n"
)
TOKENS = st.sampled_from(
    [b"\r\n", b"\n", b"\r", b"--XX", b"--", b"=?", b"?=", b"=?utf-8?q?", b"<", b">", b'"', b"(", b"\\", b";", b":",
     b"boundary=XX", b"Content-Type: ", b"multipart/mixed; ", b"message/rfc822", b"text/html", b"charset=", b"utf-16",
     b"Content-Transfer-Encoding: base64", b"\x00", b"\xff", b" ", b"\t", b"\r\n\r\n", b"Status: 5.", b"<blockquote>"]
)  # fmt: skip


def holds(mail: InboundMail) -> None:
    """What is promised of every value, whatever the bytes were."""
    assert len(mail.text) <= 256 * 1024
    lines = (mail.subject, mail.from_name, *(value for _, value in mail.headers), *mail.to, *mail.references)
    for line in lines:
        assert line.isprintable() or not any(c in line for c in "\r\n\x00\t\x1b"), line
        line.encode("utf-8")
    mail.text.encode("utf-8")
    assert not any(ord(letter) < 32 and letter not in "\n\t" for letter in mail.text)
    assert mail.date is None or mail.date.tzinfo is not None
    assert mail.from_address is None or (
        mail.from_address == mail.from_address.lower() and "@" in mail.from_address
    )
    assert all(each.startswith("<") and each.endswith(">") for each in (*mail.references, *mail.returned_ids))
    assert Defect.NOT_READ not in {each.code for each in mail.defects}  # the last fence was not needed


@given(st.binary(max_size=4000))
def test_any_bytes(raw: bytes) -> None:
    holds(message.read(raw))


@given(st.lists(st.one_of(TOKENS, st.binary(max_size=12)), max_size=120))
def test_any_mix_of_what_mails_are_made_of(pieces: list[bytes]) -> None:
    holds(message.read(b"".join(pieces)))
    holds(message.read(b"Content-Type: multipart/mixed; boundary=XX\r\n\r\n--XX\r\n" + b"".join(pieces)))


@given(
    st.lists(
        st.tuples(st.integers(0, len(REAL)), st.integers(0, 40), TOKENS | st.binary(max_size=6)), max_size=8
    )
)
def test_a_real_mail_damaged_anywhere(cuts: list[tuple[int, int, bytes]]) -> None:
    raw = REAL
    for at, length, instead in cuts:
        raw = raw[:at] + instead + raw[at + length :]
    holds(message.read(raw))


@given(
    st.text(max_size=400), st.sampled_from(["from", "to", "subject", "references", "date", "content-type"])
)
def test_any_text_in_a_header(value: str, name: str) -> None:
    holds(message.read(f"{name}: {value}\r\n\r\nx".encode("utf-8", "surrogatepass")))


@given(st.text(alphabet="<>/ abpdivblockquote=\"'&;!-[]\n", max_size=600))
def test_any_html(html: str) -> None:
    assert isinstance(html_text.plain(html), str)


def test_the_undamaged_mail_reads_whole() -> None:
    mail = message.read(REAL)
    holds(mail)
    assert (mail.text, mail.subject, mail.from_name) == ("Hello there", "żółw", "Zaż")
    assert (mail.reports[0].status, mail.returned_ids) == ("5.1.1", ("<s1@sales.example>",))
    assert mail.calendar_method == "REPLY"


def nested(depth: int, line: bytes) -> bytes:
    return b"From: a@b.example\r\n" + line * depth


HEAD = b"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
HTML = b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n"
BOMBS = {
    "ten thousand parts": HEAD + b"--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n" * 10_000,
    "deep multiparts": nested(20_000, b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"),
    "deep mails": nested(20_000, b"Content-Type: message/rfc822\r\n\r\n"),
    "deep divs": HTML + b"<div>" * 80_000,
    "deep quotes": HTML + b"<blockquote>x" * 40_000,
    "misnested": HTML + b"<b><p></b><i><table>" * 20_000,
    "deep just below the limit": HTML + b"<div>" * 1_990 + b"<b><i>" * 10,
    "many attributes": HTML + b"<a" + b" x=1" * 200_000 + b">",
    "hundred thousand headers": b"X: a\r\n" * 100_000 + b"\r\nbody",
    "one endless header": b"X: " + b"a" * 10_000_000,
    "endless folds": b"X: a\r\n" + b" \r\n" * 1_000_000,
    "encoded words": b"Subject: " + b"=?utf-8?b?YQ==?= " * 15_000 + b"\r\n\r\n",
    "half words": b"Subject: " + b"=?" * 100_000 + b"\r\n\r\n",
    "brackets": b"From: " + b"(\\" * 15_000 + b"\r\nTo: " + b"<" * 30_000 + b"\r\nReferences: " + b"a@" * 15_000,
    "quotes": b'To: ' + b'"a' * 15_000 + b"\r\nCc: " + b"(" * 30_000 + b"\r\nDate: " + b"1 " * 15_000,
    "parameters": b"Content-Type: text/plain" + b'; a="' * 8_000 + b"\r\n\r\n",
    "delimiters that are none": HEAD + (b"--x" + b" " * 4_000 + b"y\n") * 1_000,
    "delimiters only": HEAD + b"--x \t\n" * 600_000,
    "blank report": HEAD.replace(b"mixed", b"report") + b"--x\r\nContent-Type: message/delivery-status\r\n\r\n" + b" \n" * 400_000,
    "flowed blanks": b"Content-Type: text/plain; format=flowed\r\n\r\n" + b" \n" * 2_000_000,
    "utf-7": b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AGE-" * 800_000,
    "punycode": b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a-" * 2_000_000,
    "thirty megabytes": b"From: a@b.example\r\n\r\n" + b"words\r\n" * 4_500_000,
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_cost_little(name: str) -> None:
    raw = BOMBS[name]
    started = time.process_time()
    mail = message.read(raw)
    seconds = time.process_time() - started
    holds(mail)
    assert seconds < 3  # measured: under 0.3; this fails only where a cost grows with the square


@pytest.mark.parametrize("name", ["ten thousand parts", "flowed blanks", "thirty megabytes", "endless folds"])
def test_bombs_need_bounded_memory(name: str) -> None:
    raw = BOMBS[name]
    tracemalloc.start()
    try:
        message.read(raw)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 24 * mime.MAX_RAW


def test_what_defeats_the_reader_still_comes_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(reports, "delivery", broken)
    mail = message.read(REAL)
    assert mail.defects == (Oddity(Defect.NOT_READ, "RecursionError"),)
    assert (mail.message_id, mail.from_address) == ("<r1@buyer.example>", "bob@buyer.example")


def test_size_and_truncation_are_the_callers_word() -> None:
    mail = message.read(REAL[:300], size=12_345_678, truncated=True)
    assert (mail.size, mail.truncated) == (12_345_678, True)
    assert len(mail.references) <= header_fields.MAX_IDS


@given(
    st.one_of(st.binary(max_size=60), st.datetimes().map(lambda at: f"{at:%d %b %Y %H:%M:%S} -2359".encode()))
)
@example(b"Fri, 31 Dec 9999 23:59:59 -2359")
@example(b"Fri, 31 Dec 9999 23:59:59 +0000")
@example(b"1 Jan 2026 00:00:00 +9999")
@example(b"1 Jan " + b"9" * 150 + b" 00:00:00 +0000")
def test_any_date_can_be_told_in_every_zone(said: bytes) -> None:
    found = header_fields.date(said)
    if found is not None:
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
            found.astimezone(zoneinfo.ZoneInfo(zone))
