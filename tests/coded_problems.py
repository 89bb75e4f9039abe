"""What holds for all tests of a folder: each mistake that is found has a code of its own, and not only a sentence."""

from __future__ import annotations

import pytest

from relance import errors
from relance.wording.sentence_codes import SentenceCode


@pytest.fixture(autouse=True)
def every_problem_has_a_code(monkeypatch):
    """Fails a test in which a problem was made whose code says no more than that something was refused."""
    uncoded: list[str] = []
    made = errors.Problem.__post_init__

    def noted(problem: errors.Problem) -> None:
        made(problem)
        if problem.code == SentenceCode.REFUSED:
            uncoded.append(str(problem))

    monkeypatch.setattr(errors.Problem, "__post_init__", noted)
    yield
    assert uncoded == []
