"""Whose problem a failure is: the enhanced status code, and the words where servers misuse it."""

import pytest

from relance.mailbox.judging import status
from relance.mailbox.judging.status import Severity
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
