"""Replies are read the same however they arrive; the table of blame answers every code."""

from __future__ import annotations

import asyncio
import contextlib
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.smtp import body, capabilities, protocol
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Blame, Outcome

STREAM = b"250-one\r\n250-two\r\n250 three\r\n354 go\r\n221\r\n550 5.1.1 no\n"
REPLIES = [(250, "one\ntwo\nthree"), (354, "go"), (221, ""), (550, "5.1.1 no")]


def read(chunks: list[bytes], count: int) -> list[tuple[int, str]]:
    async def reading() -> list[tuple[int, str]]:
        line = protocol.Wire(asyncio.get_running_loop())
        for chunk in chunks:
            asyncio.get_running_loop().call_soon(line.data_received, chunk)
        return [tuple(await line.read_response(1)) for _ in range(count)]  # type: ignore[misc]

    return asyncio.run(reading())


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_replies_do_not_depend_on_how_they_are_cut(cuts: list[int]) -> None:
    marks = [0, *sorted(cuts), len(STREAM)]
    assert read([STREAM[a:b] for a, b in itertools.pairwise(marks)], 4) == REPLIES


@pytest.mark.parametrize(
    "junk",
    [
        b"25\r\n",
        b"2500 x\r\n",
        b"250_x\r\n",
        b"+50 x\r\n",
        b" 250 x\r\n",
        b"150 x\r\n",
        b"250-a\r\n251 b\r\n",
        b"\r\n",
    ],
)
def test_what_is_no_reply_is_said_so(junk: bytes) -> None:
    with pytest.raises(protocol.Garbled):
        read([junk], 1)


def test_an_endless_reply_is_cut_off() -> None:
    with pytest.raises(protocol.Garbled, match="too long"):
        read([b"250-x\r\n" * 10_000], 1)


def test_a_server_that_says_nothing() -> None:
    async def waiting() -> None:
        await protocol.Wire(asyncio.get_running_loop()).read_response(0.01)

    with pytest.raises(protocol.Silent):
        asyncio.run(waiting())


@given(st.lists(st.sampled_from([b".", b"..", b"a", b"", b".a"])))
def test_dots_come_back_as_they_went(lines: list[bytes]) -> None:
    raw = b"".join(line + b"\r\n" for line in lines)
    sent = body.stuffed(raw)
    assert sent.endswith(b".\r\n")
    text = sent.removesuffix(b".\r\n")
    received = [line.removeprefix(b".") for line in text.split(b"\r\n")[:-1]]
    if raw:
        assert received == lines
        assert b"." not in text.split(b"\r\n")


def test_what_a_server_offers() -> None:
    can = capabilities.told(
        "mx.example\nSIZE 1000\nauth=plain LOGIN\nAUTH XOAUTH2\nStartTLS\nPIPELINING\nDSN\n"
    )
    assert can == capabilities.Capabilities(
        True, True, 1000, frozenset({"PLAIN", "LOGIN", "XOAUTH2"}), dsn=True
    )
    assert capabilities.told("mx.example") == capabilities.Capabilities()


@given(
    st.sampled_from(["connect", "tls", "auth", "mail", "rcpt", "data", "final"]),
    st.integers(400, 599),
    st.text(),
)
def test_every_refusal_has_a_meaning(stage: str, code: int, words: str) -> None:
    result = smtp_replies.verdict(stage, code, words)
    assert result.outcome in (Outcome.REFUSED, Outcome.DEFERRED, Outcome.NOT_SENT)
    assert result.outcome is not Outcome.REFUSED or code >= 500
    assert result.stage == stage
    assert len(result.text) <= smtp_replies.TEXT_LIMIT
    assert result.text.isprintable() or not result.text.isascii()


@pytest.mark.parametrize(
    ("stage", "code", "words", "blame"),
    [
        ("final", 550, "5.4.5 Daily user sending limit exceeded", Blame.SENDER),
        ("rcpt", 432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", Blame.SENDER),
        ("mail", 530, "5.5.1 Authentication Required", Blame.SENDER),
        ("rcpt", 550, "5.4.1 Recipient address rejected: Access denied", Blame.RECIPIENT),
        ("rcpt", 550, "5.1.10 RESOLVER.ADR.RecipientNotFound", Blame.RECIPIENT),
        ("rcpt", 553, "5.1.8 Sender address rejected", Blame.SENDER),
        ("final", 552, "5.7.0 This message was blocked because its content", Blame.CONTENT),
        ("final", 550, "5.7.515 Access denied", Blame.SENDER),
        ("final", 552, "message too big", Blame.CONTENT),
        ("rcpt", 552, "over quota", Blame.RECIPIENT),
        ("rcpt", 550, "hourly limit of the sender exceeded", Blame.SENDER),
        ("rcpt", 451, "4.7.1 Greylisting in action", Blame.SERVER),
        ("rcpt", 550, "4.1.1 a status of another class", Blame.RECIPIENT),
    ],
)
def test_whom_a_refusal_speaks_of(stage: str, code: int, words: str, blame: Blame) -> None:
    assert smtp_replies.verdict(stage, code, words).blame is blame


@given(st.binary(max_size=200))
def test_any_bytes_are_a_reply_or_said_to_be_none(junk: bytes) -> None:
    with contextlib.suppress(protocol.Lost):
        ((code, text),) = read([junk, b"\r\n221 bye\r\n"], 1)
        assert 200 <= code <= 599
        text.encode("utf-8")


OFFERS = st.sampled_from(
    ["SIZE", "AUTH", "AUTH=", "=", " ", "\n", "\r", "9" * 5000, "-1", "²", "١", "PLAIN", "STARTTLS", "\x00"]
)


@given(st.lists(st.one_of(OFFERS, st.text(max_size=8)), max_size=20).map("".join))
def test_any_greeting_is_read(text: str) -> None:
    can = capabilities.told(text)
    assert can.size is None or 0 <= can.size < 10**20


@pytest.mark.parametrize(("said", "size"), [("9" * 5000, 0), ("²", 0), ("", 0), ("35882577", 35882577)])
def test_a_size_that_is_no_number_is_no_limit(said: str, size: int) -> None:
    assert capabilities.told(f"mx.example\nSIZE {said}").size == size


@given(
    st.sampled_from(["connect", "auth", "mail", "rcpt", "data", "final"]), st.integers(400, 599), st.text()
)
def test_any_words_of_a_refusal_have_a_meaning(stage: str, code: int, text: str) -> None:
    for words in (text, f"{'9' * 5000}.{text}", f"5.{'9' * 5000}.1 {text}", f"5.1.{'9' * 5000} {text}"):
        assert smtp_replies.verdict(stage, code, words).blame in Blame
