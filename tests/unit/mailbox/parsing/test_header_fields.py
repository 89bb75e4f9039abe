"""Reading headers: ids, addresses, dates and words as real programs write them, right and wrong."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.mailbox.defects import Defect, Oddity
from relance.mailbox.parsing import decoding, header_fields, message


def read(*lines: str, body: str = "hello") -> message.Inbound:
    return message.read(("\r\n".join(lines) + f"\r\n\r\n{body}\r\n").encode("utf-8", "surrogateescape"))


def test_a_plain_mail() -> None:
    mail = read(
        "From: Bob Buyer <Bob@Buyer.Example>",
        "To: Ada <ada@sales.example>, carl@sales.example",
        "Subject: Re: your offer",
        "Date: Mon, 2 Mar 2026 10:00:00 +0100",
        "Message-ID: <r1@buyer.example>",
        "In-Reply-To: <s1@sales.example>",
        "References: <s0@sales.example> <s1@sales.example>",
        "Delivered-To: ada+t7@sales.example",
    )
    assert mail.message_id == "<r1@buyer.example>"
    assert (mail.from_address, mail.from_name) == ("bob@buyer.example", "Bob Buyer")
    assert mail.to == ("ada@sales.example", "carl@sales.example", "ada+t7@sales.example")
    assert (mail.subject, mail.text) == ("Re: your offer", "hello")
    assert mail.date == dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    assert (mail.in_reply_to, mail.references) == (
        ("<s1@sales.example>",),
        ("<s0@sales.example>", "<s1@sales.example>"),
    )
    assert mail.header("delivered-to") == "ada+t7@sales.example"
    assert mail.defects == ()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"undefined", ()),
        (b"undefined undefined <a@b>", ("<a@b>",)),
        (b"<a@b><c@d>", ("<a@b>", "<c@d>")),
        (b"<a@b>\r\n\t<c@d>", ("<a@b>", "<c@d>")),
        (b"<a\r\n @b>", ("<a@b>",)),  # folded inside
        (b"a@b", ("<a@b>",)),  # brackets missing
        (b"<a@b> c@d", ("<a@b>", "<c@d>")),
        (b"<[weird]@x>", ("<[weird]@x>",)),
        (b'Message from Bob <a@b> of "Mon, 2 Mar"', ("<a@b>",)),
        (b"<12345.abc>", ("<12345.abc>",)),
        (b"<a@b> <a@b>", ("<a@b>",)),
        (b"<>", ()),
        (b"<a@b", ("<a@b>",)),
        (b"\xff\xfe", ()),
        (b"<" + b"a" * 2000 + b"@b>", ()),
    ],
)
def test_ids(value: bytes, expected: tuple[str, ...]) -> None:
    assert header_fields.ids(value) == expected


def test_a_long_thread_keeps_its_root_and_its_newest_ids() -> None:
    found = header_fields.ids(b" ".join(b"<%d@x>" % number for number in range(1000)))
    assert len(found) == header_fields.MAX_IDS
    assert (found[0], found[-1]) == ("<0@x>", "<999@x>")


def test_references_whose_fold_lost_its_blank() -> None:
    mail = read("From: bob@buyer.example", "References: <a@b>", "<c@d> <e@f>", "Subject: still here")
    assert mail.references == ("<a@b>", "<c@d>", "<e@f>")
    assert mail.subject == "still here"
    assert Oddity(Defect.NOT_FOLDED) in mail.defects


@pytest.mark.parametrize(
    ("value", "name", "address"),
    [
        ("bob@buyer.example", "", "bob@buyer.example"),
        ("<BOB@Buyer.example>", "", "bob@buyer.example"),
        ('"Buyer, Bob" <bob@buyer.example>', "Buyer, Bob", "bob@buyer.example"),
        ("Buyer, Bob <bob@buyer.example>", "Bob", "bob@buyer.example"),
        ("bob@evil.example <ada@sales.example>", "bob@evil.example", "ada@sales.example"),
        ('"bob@evil.example" <ada@sales.example>', "bob@evil.example", "ada@sales.example"),
        ("bob@buyer.example (Bob)", "Bob", "bob@buyer.example"),
        ("=?utf-8?q?Za=C5=BC=C3=B3=C5=82=C4=87?= <z@x.example>", "Zażółć", "z@x.example"),
        ("=?utf-8?b?PGV2aWxAeC5leGFtcGxlPg==?= <z@x.example>", "<evil@x.example>", "z@x.example"),
        ('"=?utf-8?q?Za=C5=BC?=" <z@x.example>', "Zaż", "z@x.example"),
        (
            "'bob@buyer.example' via List <list@lists.example>",
            "bob@buyer.example' via List",
            "list@lists.example",
        ),
        ("Team: bob@buyer.example, c@d.example;", "", "bob@buyer.example"),
        ("Żuk <zuk@ŻÓŁW.example>", "Żuk", "zuk@xn--w-uga1v8h.example"),
        ("o'neil@buyer.example", "", "o'neil@buyer.example"),
    ],
)
def test_senders(value: str, name: str, address: str) -> None:
    mail = read(f"From: {value}")
    assert (mail.from_name, mail.from_address) == (name, address)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "undisclosed-recipients:;",
        "<>",
        "nobody",
        "=?x?q?collab=40psres.net=3e=00?=foo@x.example",
        "a@b@c",
        "<a b@c>",
    ],
)
def test_what_is_no_sender(value: str) -> None:
    mail = read(f"From: {value}")
    assert mail.from_address is None
    assert Oddity(Defect.NO_SENDER) in mail.defects


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("=?utf-8?Q?Odpowied=C5=BA?=", "Odpowiedź"),
        ("=?UTF-8?B?xbw=?= =?UTF-8?B?w7M=?=", "żó"),
        ("=?utf-8?q?=C5?= =?utf-8?q?=BC?=", "ż"),  # one letter cut between two words
        ("=?iso-8859-2?q?=BF=F3=B3w?=", "żółw"),
        ("=?windows-1250?q?=BF=F3=B3w?=", "żółw"),
        ("=?utf-8?q?a b?=", "a b"),  # a blank that must not be there
        ("=?x-nonsense?q?abc?=", "abc"),
        ("=?utf-8?b?not base64!?=", None),
        ("Re: =?utf-8?q?x?= y", "Re: x y"),
        ("=?utf-8?q?Hi=0ABcc=3A_evil?=", "Hi Bcc: evil"),
        ("raw ż", "raw ż"),
    ],
)
def test_subjects(value: str, expected: str | None) -> None:
    subject = read(f"Subject: {value}").subject
    assert subject.isprintable()
    assert expected is None or subject == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Mon, 2 Mar 2026 10:00:00 +0100 (CET)", dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)),
        ("2 Mar 2026 10:00:00 -0000", dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)),
        ("Mon, 2 Mar 2026 10:00:00 GMT", dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)),
        ("yesterday", None),
        ("Mon, 99 Foo 2026 10:00:00", None),
        ("31 Dec 9999 23:59:59 -2300", None),
        ("Mon, 2 Mar 2026 10:00:00 +9999999999", None),
    ],
)
def test_dates(value: str, expected: dt.datetime | None) -> None:
    assert read(f"Date: {value}").date == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'text/PLAIN; Charset="UTF-8"', ("text/plain", (("charset", "UTF-8"),))),
        (b"text/plain; format=flowed; delsp=yes", ("text/plain", (("format", "flowed"), ("delsp", "yes")))),
        (b'multipart/mixed; boundary*0="a;"; boundary*1=b', ("multipart/mixed", (("boundary", "a;b"),))),
        (b"application/pdf; name*=utf-8''za%C5%BC.pdf", ("application/pdf", (("name", "zaż.pdf"),))),
        (b"text", ("text/plain", ())),
        (b"\xff", ("text/plain", ())),
        (b"text/plain; charset", ("text/plain", ())),
    ],
)
def test_content_types(value: bytes, expected: object) -> None:
    assert header_fields.content_type(value) == expected


def test_aliases_that_providers_give() -> None:
    mail = read("X-Google-Original-Message-ID: <a@b>", "X-Microsoft-Original-Message-ID: <c@d>")
    assert mail.aliases == ("<a@b>", "<c@d>")


def test_twins_of_headers_are_noted_and_the_first_counts() -> None:
    mail = read("From: a@b.example", "From: c@d.example", "Subject: one", "Subject: two")
    assert (mail.from_address, mail.subject) == ("a@b.example", "one")
    assert {Oddity(Defect.HEADER_TWICE, "from"), Oddity(Defect.HEADER_TWICE, "subject")} <= set(mail.defects)


def test_an_mbox_line_and_a_missing_empty_line() -> None:
    mail = message.read(
        b"From bob@buyer.example Mon Mar  2\nFrom: bob@buyer.example\nSubject: x\nHello there\n"
    )
    assert (mail.from_address, mail.subject, mail.text) == ("bob@buyer.example", "x", "Hello there")
    assert Oddity(Defect.NO_EMPTY_LINE) in mail.defects


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_any_line_end(end: str) -> None:
    mail = message.read(end.join(["From: a@b.example", "Subject: x", "", "one", "two"]).encode())
    assert (mail.subject, mail.text) == ("x", "one\ntwo")


@pytest.mark.parametrize(
    "name", ["idna", "punycode", "unicode_escape", "zlib", "hex", "rot13", "base64", "\x00", ""]
)
def test_codecs_that_are_not_for_mail(name: str) -> None:
    assert decoding.codec_name(name) is None


def test_an_id_in_encoded_words() -> None:
    """As Python's own library writes a long one (RFC 2047 forbids it, and readers see it all the same)."""
    mail = message.read(
        b"In-Reply-To: =?utf-8?q?=3C0102018f3a5c7e90-1a2b3c4d-aaaa-bbbb-cccc-012345678?=\r\n"
        b" =?utf-8?q?9ab-000000=40eu-west-1=2Eamazonses=2Ecom=3E?=\r\n\r\n"
    )
    assert mail.in_reply_to == (
        "<0102018f3a5c7e90-1a2b3c4d-aaaa-bbbb-cccc-0123456789ab-000000@eu-west-1.amazonses.com>",
    )
