"""Who wrote a mail when a list or a forwarder wrote its own address over From."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox import classification
from relance.mailbox.parsing import authorship, message
from relance.mailbox.parsing.inbound import InboundMail, Kind

ADA, KIM = "ada@sales.example", "kim@lake.example"
OWN = frozenset({ADA})
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
LIST = f"""From: Kim via Sales <{ADA}>
Reply-To: Kim <{KIM}>
To: {ADA}
Subject: Re: Fewer forgotten follow-ups
Message-ID: <k4@lake.example>
In-Reply-To: <0192f@sales.example>
List-Id: <sales.sales.example>

Please send me your prices.
"""


def mail(text: str) -> InboundMail:
    return message.read(text.replace("\n", "\r\n").encode())


def kind(text: str) -> Kind:
    return classification.judge(mail(text), received=NOON, own_addresses=OWN).kind


def without(text: str, *headers: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(headers))


def test_a_list_that_wrote_our_address_over_from_hides_nobody() -> None:
    assert kind(LIST) is Kind.HUMAN
    assert authorship.sure(mail(LIST), OWN) == (KIM,)


@pytest.mark.parametrize("gone", [("List-Id",), ("In-Reply-To",), ("List-Id", "In-Reply-To")])
def test_one_witness_is_enough(gone: tuple[str, ...]) -> None:
    assert kind(without(LIST, *gone)) is not Kind.OWN_COPY


def test_a_list_that_is_addressed_itself_hides_nobody_either() -> None:
    assert kind(LIST.replace(f"To: {ADA}", "To: sales@sales.example")) is Kind.HUMAN


@pytest.mark.parametrize("name", ["X-Original-From", "X-Original-Sender"])
def test_what_a_group_says_of_the_sender_is_believed(name: str) -> None:
    text = f"From: Kim via Sales <sales@groups.example>\n{name}: {KIM}\nTo: {ADA}\nSubject: Prices\n\nHow much?\n"
    assert authorship.sure(mail(text), OWN) == ("sales@groups.example", KIM)
    assert authorship.sure(mail(text.replace("sales@groups.example", ADA)), OWN) == (KIM,)
    assert kind(text.replace("sales@groups.example", ADA)) is Kind.HUMAN


def test_our_own_mails_are_our_own() -> None:
    plain = f"From: Ada <{ADA}>\nTo: {KIM}\nSubject: Hello\nMessage-ID: <a@x>\n"
    for more in (
        "",
        "Reply-To: <ada+k3jd93@sales.example>\n",  # our own token
        "In-Reply-To: <b@x>\nReferences: <b@x>\n",  # a follow-up
        "Reply-To: <assistant@elsewhere.example>\n",  # whoever shall be answered instead
        f"Cc: {ADA}\nIn-Reply-To: <b@x>\n",  # a letter by hand, to oneself as well
    ):
        assert authorship.wrote_it_ourselves(mail(f"{plain}{more}\nHello\n"), OWN), more
    note = f"From: {ADA}\nTo: {ADA}\nSubject: Call Kim\n\nOn Tuesday.\n"
    assert authorship.wrote_it_ourselves(mail(note), OWN)


def test_what_came_to_us_alone_is_told() -> None:
    assert authorship.came_to_us_alone(mail(f"From: {ADA}\nTo: ada+k3@sales.example\n\nYes\n"), OWN)
    assert not authorship.came_to_us_alone(mail(f"From: {ADA}\nTo: {ADA}\nCc: {KIM}\n\nYes\n"), OWN)
    assert not authorship.came_to_us_alone(mail(f"From: {ADA}\n\nYes\n"), OWN)


def test_other_marks_only_say_who_it_may_be() -> None:
    text = (
        f"From: Notes <no-reply@signing.example>\nReply-To: {KIM}\nSender: mia@lake.example\nReturn-Path: <b@signing.example>\n"
        f"To: {ADA}\nARC-Authentication-Results: i=1; mx.example; spf=pass smtp.mailfrom=zoe@lake.example; dmarc=pass\n"
        "Subject: Signed\n\nDone.\n"
    )
    read = mail(text)
    assert authorship.sure(read, OWN) == ("no-reply@signing.example",)
    assert authorship.possible(read, OWN) == (
        KIM,
        "mia@lake.example",
        "b@signing.example",
        "zoe@lake.example",
    )


def test_nobody_else_is_nobody() -> None:
    read = mail(f"From: {KIM}\nReply-To: {KIM}\nReturn-Path: <{KIM}>\nTo: {ADA}\nSubject: Hi\n\nHi\n")
    assert authorship.sure(read, OWN) == (KIM,)
    assert authorship.possible(read, OWN) == ()


@given(
    st.binary(max_size=400),
    st.sampled_from(("Reply-To", "Sender", "X-Original-From", "Authentication-Results")),
)
def test_no_bytes_defeat_it_and_ours_is_never_named(said: bytes, name: str) -> None:
    read = message.read(f"From: {ADA}\r\nTo: {ADA}\r\n{name}: ".encode() + said + b"\r\n\r\nHello\r\n")
    named = {*authorship.sure(read, OWN), *authorship.possible(read, OWN)}
    assert not any(authorship.is_ours(each, OWN) for each in named)
    authorship.wrote_it_ourselves(read, OWN)
