"""Reading our own mails as their receivers do, and telling steps apart by their words."""

from __future__ import annotations

import datetime as dt

from relance.sandbox.letters import fingerprint, headers, letter

RAW = b"""\
From: =?utf-8?q?=C5=81ucja?= Rep <ann@reps.example>\r
To: p@firma.example\r
Subject: =?utf-8?q?Kr=C3=B3tkie_pytanie?=\r
Date: Mon, 02 Mar 2026 09:00:00 +0100\r
Message-ID: <m1@reps.example>\r
References: <a@x>\r
 <b@x>\r
List-Unsubscribe: <mailto:ann@reps.example>,\r
 <http://127.0.0.1:1/u/tok>\r
List-Unsubscribe-Post: List-Unsubscribe=One-Click\r
MIME-Version: 1.0\r
Content-Type: multipart/alternative; boundary="b"\r
\r
--b\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: quoted-printable\r
\r
Dzie=C5=84 dobry\r
--b\r
Content-Type: text/html; charset=utf-8\r
\r
<p><A class="x" HREF='http://127.0.0.1:1/c/1?a=1&amp;b=2'>one</A> <a href="http://127.0.0.1:1/c/2">two</a>\r
<a href="http://127.0.0.1:1/c/2">two again</a> <a href="mailto:x@y">mail</a>\r
<a href="http://127.0.0.1:1/u/tok">stop</a><img width="1" src="http://127.0.0.1:1/o/p.gif"></p>\r
--b--\r
"""


def test_a_mail_is_read_as_a_mail_program_would() -> None:
    found = letter.read(RAW)

    assert (found.from_name, found.from_address) == ("Łucja Rep", "ann@reps.example")
    assert found.subject == "Krótkie pytanie"
    assert found.date == dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)
    assert found.references == ("<a@x>", "<b@x>")
    assert found.text.strip() == "Dzień dobry"
    assert found.links == ("http://127.0.0.1:1/c/1?a=1&b=2", "http://127.0.0.1:1/c/2")
    assert found.images == ("http://127.0.0.1:1/o/p.gif",)
    assert (found.unsubscribe, found.one_click) == ("http://127.0.0.1:1/u/tok", True)


def test_a_bare_mail_offers_nothing() -> None:
    found = letter.read(b"Subject: x\r\n\r\nhello\r\n")

    assert (found.links, found.images, found.unsubscribe, found.date) == ((), (), None, None)
    assert (found.text.strip(), found.message_id, found.one_click) == ("hello", "", False)


def test_headers_are_read_forgivingly() -> None:
    found = headers.read(b"A: 1\r\nno header line\r\nB:  two\r\n\tlines \r\nA: 3\r\n\r\nC: body\r\n")

    assert found == (("a", "1"), ("b", "two lines"), ("a", "3"))
    assert headers.first(found, "a") == "1"
    assert headers.decode("=?utf-8?b?!!!?= =?nowhere?q?x?=")


def test_the_fingerprint_ignores_what_differs_from_copy_to_copy() -> None:
    def mail(subject: str, words: str) -> str:
        return fingerprint.of(f"Subject: {subject}\r\n\r\n{words}\r\n".encode())

    first = mail("Hello", "See https://t.example/c/1\r\nand call before 12 May.")
    same = mail("Re: Hello", "see  https://t.example/c/2 and call before 3 May.\r\n> quoted")

    assert first == same
    assert first != mail("Hello", "Other words")
    assert first != mail("Goodbye", "See https://t.example/c/1 and call before 12 May.")
