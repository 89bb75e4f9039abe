"""Mails that came back, each with its kind, its reason, where it failed, and whether it proves that an address is dead."""

from __future__ import annotations

import datetime as dt
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.mailbox import classification
from relance.mailbox.classification.delivery_failures import json_notices, meaning, stages
from relance.mailbox.classification.delivery_failures.meaning import RefusalWords
from relance.mailbox.classification.delivery_failures.status import Severity
from relance.mailbox.failures import ABOUT_ADDRESS, BEFORE_RECIPIENT, FailureReason, FailureStage
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind
from tests.corpus.returned import laid_out

CASES = laid_out.cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_what_came_back(case: dict[str, Any]) -> None:
    assert list(laid_out.mistakes(case)) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_evidence_is_what_was_said(case: dict[str, Any]) -> None:
    found = str(laid_out.judged(case).evidence)
    assert not found.startswith(("Action:", "Status:"))
    words = " ".join(found.partition("[")[0].rstrip("…").split()).casefold()[:40]
    assert words in " ".join(_said(case).replace('\\"', '"').split()).casefold()


def _said(case: dict[str, Any]) -> str:
    return "\n".join(str(case.get(name, "")) for name in ("text", "report", "subject"))


def judged(text: str, report: str = "", **case: Any) -> Classification:
    return laid_out.judged({"name": "x", "text": text, **({"report": report} if report else {}), **case})


@pytest.mark.parametrize("command", ["MAIL FROM", "EHLO", "HELO", "STARTTLS"])
def test_what_is_refused_before_the_recipient_is_named_is_not_about_them(command: str) -> None:
    found = judged(
        f"<kim@lake.example>: host mx.lake.example said: 550 5.1.1 User unknown (in reply to {command} command)",
        "Final-Recipient: rfc822; kim@lake.example\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 User unknown",
    )
    assert found.kind is Kind.BLOCKED
    assert found.stage in BEFORE_RECIPIENT
    assert found.failure not in ABOUT_ADDRESS


def test_each_recipient_of_one_report_is_judged_by_their_own_words() -> None:
    found = laid_out.judged(next(each for each in CASES if each["name"] == "two-recipients-each-their-own"))
    assert (found.recipient, found.failure) == ("kim@lake.example", FailureReason.FULL)
    others = [(each.address, each.failure, each.status) for each in found.others]
    assert others == [("lea@pond.example", FailureReason.NO_SUCH_USER, "5.1.1")]


def test_an_address_that_stands_for_several_is_not_dead_where_one_of_them_got_the_mail() -> None:
    block = "Original-Recipient: rfc822;kim@lake.example\nFinal-Recipient: rfc822;{}@lake.example\nAction: {}\nStatus: {}"
    failed = block.format("old", "failed", "5.1.1")
    alone = judged("It failed.", f"{failed}\nDiagnostic-Code: smtp; 550 5.1.1 User unknown")
    both = judged("It failed.", f"{failed}\n\n{block.format('new', 'delivered', '2.0.0')}")
    assert (alone.kind, alone.definite) == (Kind.HARD_BOUNCE, True)
    assert (both.kind, both.definite) == (Kind.HARD_BOUNCE, False)


def test_what_a_server_of_theirs_writes_back_had_been_taken() -> None:
    report = "Final-Recipient: rfc822; kim@lake.example\nAction: failed\nStatus: 5.1.1"
    ours = laid_out.raw({"name": "x", "text": "No such user.", "report": report})
    found = laid_out.judged_raw(ours)
    back = laid_out.judged_raw(ours.replace(b"dns; out.northwind.example", b"dns; mx.lake.example"))
    assert (found.stage, back.stage) == (FailureStage.UNKNOWN, FailureStage.ACCEPTED)


SENDGRID = '[{"email":"kim@lake.example","event":"bounce","reason":"550 5.1.1 user unknown","status":"5.1.1","type":"bounce"}]'
MAILGUN = '{"event-data":{"event":"failed","severity":"permanent","recipient":"kim@lake.example","delivery-status":{"code":552,"message":"552 5.2.2 mailbox full","enhanced-code":"5.2.2"}}}'
POSTMARK = '{"RecordType":"Bounce","Type":"SpamNotification","Email":"kim@lake.example","Details":"550 5.7.1 message refused as spam"}'
SPARKPOST = '[{"msys":{"message_event":{"type":"bounce","rcpt_to":"kim@lake.example","raw_reason":"550 5.4.4 host unknown","error_code":"550"}}}]'


@pytest.mark.parametrize(
    ("text", "kind", "reason"),
    [
        (SENDGRID, Kind.HARD_BOUNCE, FailureReason.NO_SUCH_USER),
        (MAILGUN, Kind.SOFT_BOUNCE, FailureReason.FULL),
        (POSTMARK, Kind.BLOCKED, FailureReason.FILTERED),
        (SPARKPOST, Kind.HARD_BOUNCE, FailureReason.NO_SUCH_DOMAIN),
    ],
)
def test_notices_of_other_services(text: str, kind: Kind, reason: FailureReason) -> None:
    found = judged(text, **{"from": "Notices <notices@service.example>", "subject": "Event"})
    assert (found.kind, found.failure, found.recipient) == (kind, reason, "kim@lake.example")


def test_a_notice_of_a_complaint_is_one_and_one_of_a_delivery_is_a_receipt() -> None:
    complaint = '{"notificationType":"Complaint","complaint":{"complainedRecipients":[{"emailAddress":"kim@lake.example"}]}}'
    delivery = '{"notificationType":"Delivery","delivery":{"recipients":["kim@lake.example"]},"mail":{}}'
    assert judged(complaint).kind is Kind.COMPLAINT
    assert judged(complaint).recipient == "kim@lake.example"
    assert judged(delivery).kind is Kind.RECEIPT


@pytest.mark.parametrize(
    "text", ["{" * 50_000, "[" * 50_000, '{"a":' * 20_000, '{"Message":"{\\"Message\\":1}"}', "{}", "[1]"]
)
def test_json_that_is_no_notice_or_hostile_is_none(text: str) -> None:
    assert json_notices.read(text) == ()
    assert json_notices.complained_of(text) is None


_words = st.text(max_size=300) | st.sampled_from([each["text"] for each in CASES])


@given(
    _words,
    st.sampled_from([None, "5.1.1", "5.0.0", "4.2.2", "5.7.1", "5.4.1"]),
    st.sampled_from(FailureStage),
    st.sampled_from([None, *Severity]),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_said_nothing_unexplained_or_early_makes_an_address_dead(
    words: str, code: str | None, stage: FailureStage, severity: Severity | None
) -> None:
    found = meaning.read(RefusalWords(words.lower(), code, (), None, stage, severity))
    assert not (found.definite and found.failure not in ABOUT_ADDRESS)
    assert not (found.definite and found.stage in BEFORE_RECIPIENT)
    assert not (found.severity is Severity.HARD and found.stage in BEFORE_RECIPIENT)


@given(st.binary(max_size=600), st.sampled_from(CASES))
@settings(max_examples=60, deadline=None)
def test_bytes_of_any_kind_in_a_report_are_judged(junk: bytes, case: dict[str, Any]) -> None:
    raw = laid_out.raw(case)
    broken = raw[: len(raw) // 2] + junk + raw[len(raw) // 2 :]
    assert laid_out.judged_raw(broken) == laid_out.judged_raw(broken)


HOSTILE = (
    "host " * 5000,
    "user " * 5000,
    "a@b." * 5000,
    "550 5.1.1 " * 3000,
    ">>> mail from" * 2000,
    "domain x" * 3000,
    "список " * 4000,
)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_endless_words_are_judged_in_bounded_time(words: str) -> None:
    began = time.process_time()
    judged(
        words,
        f"Final-Recipient: rfc822; kim@lake.example\nAction: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; {words[:3000]}",
    )
    assert time.process_time() - began < 1


def test_a_judgement_carries_what_was_read() -> None:
    found = judged("x", "Final-Recipient: rfc822; kim@lake.example\nAction: failed\nStatus: 5.2.2")
    assert (found.failure, found.stage) == (FailureReason.FULL, FailureStage.UNKNOWN)
    person = message.read(b"From: kim@lake.example\r\nTo: ada@northwind.example\r\n\r\nYes, gladly.")
    answer = classification.judge(person, received=dt.datetime.now(dt.UTC), own_addresses=[laid_out.OURS])
    assert (answer.kind, answer.failure, answer.stage) == (Kind.HUMAN, None, None)


@pytest.mark.parametrize(
    ("words", "stage"),
    [
        (">>> mail from:<a@x>\n<<< 550 no", FailureStage.MAIL),
        (">>> rcpt to:<a@x>\n<<< 550 no", FailureStage.RCPT),
        ("lost connection with mx while receiving the initial server greeting", FailureStage.CONNECTION),
        ("while performing the ehlo handshake", FailureStage.EHLO),
        ("failed after i sent the message", FailureStage.DATA),
        ("nothing of the kind", FailureStage.UNKNOWN),
    ],
)
def test_how_far_it_came(words: str, stage: FailureStage) -> None:
    assert stages.stage(words) is stage
