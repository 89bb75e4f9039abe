"""The bytes of a mail: what was meant is read back, by another parser too, and nothing else is there."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from dataclasses import replace
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance.mailbox.composing import compose, final_check, header_lines

DRAFT = compose.MailDraft(
    from_name="Łucja Żak",
    from_address="lucja@firm.example",
    to_name="Kowalski, Jan",
    to_address="jan@acme.example",
    subject="Acme i krótsza lejka sprzedaży",
    text="Dzień dobry,\n\n.\n..kropki\nFrom tu\n-- \nŁucja",
    html="<p>Dzień dobry,</p>",
    message_id="<abc.1@firm.example>",
    date=dt.datetime(2026, 11, 23, 8, 30, tzinfo=dt.UTC),
    in_reply_to="<root@firm.example>",
    references=("<root@firm.example>", "<two@firm.example>"),
    unsubscribe_url="https://t.example/u/abc",
    unsubscribe_mailto="unsubscribe@firm.example?subject=abc",
)
HEADERS = """from to subject date message-id in-reply-to references list-unsubscribe list-unsubscribe-post mime-version content-type"""
ANY_TEXT = st.text(max_size=200)
INJECTION = "=?utf-8?q?Hi=0D=0ABcc=3A_evil=40x.pl?="


def lines(content: str) -> str:
    return content.replace("\r\n", "\n")


def headers_of(raw: bytes) -> list[str]:
    return [name.lower() for name in email.message_from_bytes(raw, policy=email.policy.compat32)]


def decoded(raw: bytes, name: str) -> str:
    value = email.message_from_bytes(raw, policy=email.policy.compat32)[name]
    return str(make_header(decode_header(value.replace("\r\n", ""))))


def test_a_whole_mail_reads_back() -> None:
    raw = compose.compose(DRAFT)
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert headers_of(raw) == HEADERS.split()
    assert read["From"] == "Łucja Żak <lucja@firm.example>"
    assert read["To"].addresses[0].display_name == "Kowalski, Jan"
    assert read["Subject"] == DRAFT.subject
    assert read["Message-ID"] == DRAFT.message_id
    assert read["References"] == "<root@firm.example> <two@firm.example>"
    assert read["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert read["List-Unsubscribe"] == (
        "<https://t.example/u/abc>, <mailto:unsubscribe@firm.example?subject=abc>"
    )
    assert read["Date"].datetime == DRAFT.date
    text, html = read.iter_parts()
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert lines(text.get_content()) == DRAFT.text + "\n"
    assert lines(html.get_content()) == f"{DRAFT.html}\n"
    assert "x-mailer" not in headers_of(raw)


def test_the_same_draft_gives_the_same_bytes() -> None:
    assert compose.compose(DRAFT) == compose.compose(replace(DRAFT))


def test_a_mail_of_text_alone() -> None:
    bare = replace(DRAFT, html=None, text="hello", in_reply_to=None, references=(), unsubscribe_mailto=None)
    bare = replace(bare, unsubscribe_url=None)
    raw = compose.compose(bare)
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read.get_content_type() == "text/plain"
    assert read["Content-Transfer-Encoding"] == "7bit"
    assert lines(read.get_content()) == "hello\n"
    assert "List-Unsubscribe-Post" not in read


@pytest.mark.parametrize(
    ("url", "one_click"),
    [
        ("https://t.example/u/abc", True),
        ("http://t.example/u/abc", False),  # RFC 8058, 3.1
        ("http://127.0.0.1:8765/u/abc", True),  # a sandbox: no recipient elsewhere gets one of these
        ("http://127.0.0.1.example/u/abc", False),
    ],
)
def test_one_click_is_offered_over_https_alone(url: str, one_click: bool) -> None:
    read = email.message_from_bytes(compose.compose(replace(DRAFT, unsubscribe_url=url)))
    assert url in read["List-Unsubscribe"]
    assert ("List-Unsubscribe-Post" in read) is one_click


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("plain words", "7bit"),
        ("x" * 901, "quoted-printable"),
        ("Dzień dobry, piszę w sprawie krótszej lejki sprzedaży w Acme.", "quoted-printable"),
        ("Доброго дня, шановні колеги", "base64"),
        ("日本語の本文です", "base64"),
    ],
)
def test_a_body_stays_as_readable_as_it_can(text: str, encoding: str) -> None:
    raw = compose.compose(replace(DRAFT, html=None, text=text))
    read = email.message_from_bytes(raw, policy=email.policy.default)
    assert read["Content-Transfer-Encoding"] == encoding
    assert lines(read.get_content()) == text + "\n"


def test_the_boundary_is_never_found_in_a_part() -> None:
    boundary = email.message_from_bytes(compose.compose(DRAFT)).get_boundary()
    sly = replace(DRAFT, text=f"words\n--{boundary}\nContent-Type: text/html\n\nx\n--{boundary}--\n")
    parts = email.message_from_bytes(compose.compose(sly)).get_payload()
    assert len(parts) == 2


@pytest.mark.parametrize("body", ["a\r\nb", "a\rb", "a\nb", "a\n\rb\x00\x07c"])
def test_line_ends_and_controls_are_made_whole(body: str) -> None:
    raw = compose.compose(replace(DRAFT, html=None, text=body))
    assert raw.endswith(b"\r\n")
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")


@given(from_name=ANY_TEXT, to_name=ANY_TEXT, subject=ANY_TEXT, text=ANY_TEXT, html=ANY_TEXT)
@example(from_name=INJECTION, to_name=INJECTION, subject=INJECTION, text=INJECTION, html=INJECTION)
@example(from_name="a\r\nBcc: x@y", to_name='"\\', subject="x\u2028Bcc: y", text="\ud800", html="--\r\n")
def test_no_text_makes_another_header(
    from_name: str, to_name: str, subject: str, text: str, html: str
) -> None:
    draft = replace(DRAFT, from_name=from_name, to_name=to_name, subject="s" + subject, text=text, html=html)
    raw = compose.compose(draft)
    assert headers_of(raw) == HEADERS.split()
    assert decoded(raw, "Subject") == header_lines.clean("s" + subject)
    again = email.message_from_bytes(email.message_from_bytes(raw, policy=email.policy.default).as_bytes())
    assert sorted(name.lower() for name in again) == sorted(HEADERS.split())
    head = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert max(map(len, head)) < 78
    for name, address in (("From", draft.from_address), ("To", draft.to_address)):
        parsed = email.message_from_bytes(raw, policy=email.policy.compat32)[name]
        assert parsed.replace("\r\n", "").endswith(f"<{address}>")


@given(st.text(min_size=1, max_size=600).filter(header_lines.clean))
def test_a_subject_of_any_length_reads_back(subject: str) -> None:
    assert decoded(header_lines.text("Subject", subject) + b"\r\n", "Subject") == header_lines.clean(subject)


def test_long_references_keep_the_root_and_the_latest() -> None:
    ids = tuple(f"<{number}@firm.example>" for number in range(50))
    read = email.message_from_bytes(
        compose.compose(replace(DRAFT, references=ids)), policy=email.policy.default
    )
    kept = read["References"].split()
    assert (kept[0], kept[-1], len(kept)) == (ids[0], ids[-1], compose.REFERENCES_LIMIT)


@pytest.mark.parametrize(
    "change",
    [
        {"to_address": "a@b.example>\r\nBcc: <c@d.example"},
        {"from_address": "=?utf-8?q?a?=@b.example"},
        {"reply_to": "ż@b.example"},
        {"message_id": "no brackets"},
        {"in_reply_to": "<a@b>\r\nBcc: c"},
        {"references": ("<a b@c>",)},
        {"unsubscribe_url": "javascript:alert(1)"},
        {"unsubscribe_url": "https://t.example/>,<https://evil.example/"},
        {"unsubscribe_url": "https://t.example/" + "x" * 1000},
        {"unsubscribe_mailto": "a@b.example>\r\nBcc: c@d"},
        {"subject": "x" * 1001},
        {"subject": "\r\n \u2028"},
        {"to_name": "x" * 400},
        {"date": dt.datetime(2026, 1, 1)},  # noqa: DTZ001
    ],
)
def test_what_cannot_be_said_safely_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(final_check.UnfitMail):
        compose.compose(replace(DRAFT, **change))  # type: ignore[arg-type]


def test_of_a_person_s_address_alone_letters_are_left_as_they_are() -> None:
    raw = compose.compose(replace(DRAFT, to_name="Łucja", to_address="łucja.żak@acme.example"))
    line = next(each for each in raw.split(b"\r\n") if each.startswith(b"To:"))
    assert line.decode() == "To: =?utf-8?q?=C5=81ucja?= <łucja.żak@acme.example>"
    assert raw.replace("<łucja.żak@".encode(), b"").isascii()
    for wrong in (
        {"from_address": "łucja@firm.example"},
        {"reply_to": "ł@a.example"},
        {"to_address": "ł@żak.example"},
    ):
        with pytest.raises(final_check.UnfitMail):
            compose.compose(replace(DRAFT, **wrong))  # type: ignore[arg-type]
    for odd in (
        "ł\u2028@a.example",
        "ł\u200b@a.example",
        "ł>\r\nBcc: <x@a.example",
        "ł @a.example",
        "😀@a.example",
    ):
        with pytest.raises(final_check.UnfitMail):
            compose.compose(replace(DRAFT, to_address=odd))


def test_message_ids() -> None:
    assert compose.new_message_id("a1.b2", "firm.example") == "<a1.b2@firm.example>"
    for token, domain in (
        ("a b", "firm.example"),
        ("a", "firm.example>\r\nX: y"),
        ("", "x.example"),
        ("a", ""),
    ):
        with pytest.raises(ValueError, match="Message-ID"):
            compose.new_message_id(token, domain)
