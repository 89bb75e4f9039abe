"""Whose problem a failure is: the enhanced status code, and the words where servers misuse it."""

import pytest

from relance.mailbox.classification.delivery_failures import status
from relance.mailbox.classification.delivery_failures.status import Severity
from tests.corpus import machines

KINDS = {Severity.HARD: "hard bounce", Severity.SOFT: "soft bounce", Severity.BLOCKED: "blocked"}


@pytest.mark.parametrize("failure", machines.FAILURES, ids=lambda failure: failure.name)
def test_each_failure_of_the_corpus(failure: machines.Failure) -> None:
    found = status.severity(failure.status, failure.words)
    assert found is not None
    assert KINDS[found] == failure.kind


@pytest.mark.parametrize(
    ("code", "severity"),
    [("5.1.1", Severity.HARD), ("5.2.2", Severity.SOFT), ("4.4.1", Severity.SOFT), ("5.7.1", Severity.BLOCKED), ("5.4.5", Severity.BLOCKED), (None, None)],
)  # fmt: skip
def test_the_code_alone(code: str | None, severity: Severity | None) -> None:
    assert status.severity(code, "") is severity


def test_a_permanent_code_is_found_before_a_temporary_one_and_no_address_is_a_code() -> None:
    assert status.find("first 4.7.0 then 550 5.1.1 from 5.1.1.7") == "5.1.1"
    assert status.find("192.5.1.1 and 5.5.5.5") is None


@pytest.mark.parametrize(
    ("code", "words", "expected"),
    [
        (None, "550 High probability of spam", Severity.BLOCKED),
        ("5.0.0", "550-This message scored 8.4 spam points and has been rejected", Severity.BLOCKED),
        (None, "550 203.0.113.7 is not allowed here", Severity.BLOCKED),
        (None, "550 User no-spam@acme.example does not exist", Severity.HARD),
        ("5.3.0", "553 5.3.0 <anna.nowak@acme.example>... Address does not exist", Severity.HARD),
        ("5.7.1", "550 5.7.1 No mailbox found", Severity.HARD),
        ("5.7.0", "The recipient mailbox has exceeded its disk space limit", Severity.SOFT),
        ("5.7.1", "554 5.7.1 Message rejected, size limit of 15728640 bytes", Severity.SOFT),
        (None, "550 User has too many messages on the server", Severity.SOFT),
        (None, "Host or domain name not found. Name service error: Host not found, try again", Severity.SOFT),
        (None, "connect to mx.acme.example[192.0.2.1]:25: Connection refused", Severity.SOFT),
        (None, "554 Service currently unavailable", Severity.SOFT),
    ],
)
def test_words_of_real_servers(code: str | None, words: str, expected: Severity) -> None:
    assert status.severity(code, words) is expected
