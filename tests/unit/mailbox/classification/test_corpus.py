"""The corpus is judged as expected, with the conversation known and cold; the gate has its own test."""

import pytest

from tests.corpus import score


@pytest.fixture(scope="module", params=[False, True], ids=["known", "cold"])
def result(request: pytest.FixtureRequest) -> score.Score:
    return score.score(cold=request.param)


def test_no_person_is_taken_for_a_machine(result: score.Score) -> None:
    assert result.people_as_machines() == []


def test_the_bars_are_held(result: score.Score) -> None:
    assert score.passes(result)


def test_every_mail_is_judged_as_expected(result: score.Score) -> None:
    wrong = [
        (case.path.name, errors) for case, found in result.results if (errors := score.mistakes(case, found))
    ]
    assert wrong == []


def test_the_corpus_is_large_enough_and_whole() -> None:
    cases = list(score.cases())
    assert len(cases) >= 400
    assert all(case.path.exists() for case in cases)
