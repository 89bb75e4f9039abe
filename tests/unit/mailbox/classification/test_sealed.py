"""The sealed half of the corpus: scored once for each version of the rules, shown as it is, and kept apart from the open one."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from relance.mailbox import classification
from tests.corpus import halves, score

RAISE = "the rules judge the sealed half differently: raise VERSION of classification/chain.py, then `make corpus`"


@pytest.fixture(scope="module")
def sealed() -> halves.Row:
    return halves.figures(halves.sealed_score())


def test_the_figures_of_this_version_are_those_that_were_recorded(sealed: halves.Row) -> None:
    assert halves.recorded().get(classification.VERSION) == sealed, RAISE


def test_the_page_is_what_the_rules_make_today() -> None:
    written = score.PAGE.read_text("utf-8")
    assert written == score.page(score.score(), score.score(cold=True)), "run `make corpus`"


def test_no_person_of_the_sealed_half_is_taken_for_a_machine(sealed: halves.Row) -> None:
    assert sealed["people_as_machines"] == 0


def test_a_version_is_scored_once(tmp_path: Path) -> None:
    path = tmp_path / "scores.jsonl"
    assert halves.record({"kinds": 0.9}, 9, path)
    assert halves.record({"kinds": 0.9}, 9, path)
    assert not halves.record({"kinds": 1.0}, 9, path)  # other rules under the same number
    assert halves.record({"kinds": 1.0}, 10, path)
    assert halves.recorded(path) == {9: {"kinds": 0.9}, 10: {"kinds": 1.0}}


def test_the_sealed_half_is_large_and_whole_and_has_ten_languages() -> None:
    cases = list(halves.sealed_cases())
    assert len(cases) >= 200
    assert all(case.path.exists() for case in cases)
    assert len(cases) == len(list(halves.SEALED.glob("*.eml")))
    languages = Counter(
        case.path.stem.rsplit("-", 1)[1] for case in cases if "-away-" in f"-{case.path.stem}"
    )
    assert len(languages) == 10


def test_no_sealed_mail_is_in_the_open_half() -> None:
    opened = {case.path.read_bytes() for case in score.cases()}
    sealed = [case.path.read_bytes() for case in halves.sealed_cases()]
    assert len(set(sealed)) == len(sealed)
    assert not opened & set(sealed)
