"""Why a server refused a mail at once: the reasons of mails that come back, and the stage that the protocol knows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.engine.sending.refusals import why_refused
from relance.mailbox.failures import ABOUT_ADDRESS, BEFORE_RECIPIENT, FailureReason, FailureStage
from relance.mailbox.smtp import replies
from relance.mailbox.smtp.outcome import Outcome, SendResult


@pytest.mark.parametrize(
    ("stage", "code", "words", "reason", "where"),
    [
        ("rcpt", 550, "5.1.1 <kim@lake.example>: Recipient address rejected: User unknown", FailureReason.NO_SUCH_USER, FailureStage.RCPT),
        ("rcpt", 452, "4.2.2 The recipient's inbox is out of storage space - gsmtp", FailureReason.FULL, FailureStage.RCPT),
        ("rcpt", 552, "5.2.2 <kim@lake.example> mailbox full", FailureReason.FULL, FailureStage.RCPT),
        ("final", 550, "5.7.1 this message is likely unsolicited mail - gsmtp", FailureReason.FILTERED, FailureStage.DATA),
        ("final", 552, "5.3.4 Message size exceeds limit", FailureReason.SIZE, FailureStage.DATA),
        ("mail", 550, "5.1.1 User unknown", FailureReason.POLICY, FailureStage.MAIL),
        ("mail", 530, "5.7.57 Client was not authenticated to send anonymous mail during MAIL FROM", FailureReason.AUTHENTICATION, FailureStage.MAIL),
        ("final", 550, "5.4.5 Daily user sending limit exceeded", FailureReason.RATE, FailureStage.DATA),
        ("rcpt", 550, "Not today", FailureReason.UNKNOWN, FailureStage.RCPT),
    ],
)  # fmt: skip
def test_what_is_said_at_once(
    stage: str, code: int, words: str, reason: FailureReason, where: FailureStage
) -> None:
    found = why_refused.failure(replies.verdict(stage, code, words))
    assert found is not None
    assert (found.failure, found.stage) == (reason, where)


def test_what_was_taken_or_not_offered_has_no_reason() -> None:
    assert why_refused.failure(replies.accepted(250, "ok")) is None
    assert why_refused.failure(SendResult(Outcome.NOT_SENT, "connect", text="no answer in time")) is None


@given(st.sampled_from(["mail", "rcpt", "data", "final"]), st.integers(400, 599), st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_words_have_a_reason_and_none_before_the_recipient_is_about_them(
    stage: str, code: int, words: str
) -> None:
    found = why_refused.failure(replies.verdict(stage, code, words))
    if found is not None and found.stage in BEFORE_RECIPIENT:
        assert found.failure not in ABOUT_ADDRESS
