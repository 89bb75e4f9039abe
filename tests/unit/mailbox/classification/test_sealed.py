"""The sealed halves of the corpus: scored once for each version of the rules, shown as they are, and kept apart from the open one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from relance.mailbox import classification
from relance.mailbox.parsing import message
from tests.corpus import halves, score

RAISE = "the rules judge the sealed half differently: raise VERSION of classification/chain.py, then `make corpus`"


@pytest.fixture(scope="module", params=halves.HALVES, ids=lambda half: half.name)
def half(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.fixture(scope="module")
def sealed(half: Path) -> halves.Row:
    return halves.figures(halves.sealed_score(half))


def test_the_figures_of_this_version_are_those_that_were_recorded(half: Path, sealed: halves.Row) -> None:
    assert halves.recorded(half).get(classification.VERSION) == sealed, RAISE


def test_the_page_is_what_the_rules_make_today() -> None:
    written = score.PAGE.read_text("utf-8")
    assert written == score.page(score.score(), score.score(cold=True)), "run `make corpus`"


def test_no_person_of_the_sealed_half_is_taken_for_a_machine(sealed: halves.Row) -> None:
    assert sealed["people_as_machines"] == 0


def test_a_version_is_scored_once(tmp_path: Path) -> None:
    assert halves.record({"kinds": 0.9}, 9, tmp_path)
    assert halves.record({"kinds": 0.9}, 9, tmp_path)
    assert not halves.record({"kinds": 1.0}, 9, tmp_path)  # other rules under the same number
    assert halves.record({"kinds": 1.0}, 10, tmp_path)
    assert halves.recorded(tmp_path) == {9: {"kinds": 0.9}, 10: {"kinds": 1.0}}


def test_what_a_half_has_no_mail_for_is_no_figure_of_it() -> None:
    assert halves.figures(score.Score(())) == {
        "mails": 0,
        "people_as_machines": 0,
        "machines_as_people": 0,
        "days_off": 0,
        "days_invented": 0,
        "orders_as_opt_outs": 0,
    }


@pytest.mark.parametrize(("half", "mails", "languages"), [(halves.SEALED, 210, 10), (halves.SECOND, 140, 13)])
def test_a_sealed_half_is_large_and_whole_and_has_many_languages(
    half: Path, mails: int, languages: int
) -> None:
    cases = list(halves.sealed_cases(half))
    assert len(cases) == mails
    assert all(case.path.exists() for case in cases)
    assert len(cases) == len(list(half.glob("*.eml")))
    assert (
        len({case.path.stem.rsplit("-", 1)[1] for case in cases if "-away-" in case.path.stem}) == languages
    )


def test_a_mail_of_the_second_half_comes_when_it_says() -> None:
    for case in halves.sealed_cases(halves.SECOND):
        dated = message.read(case.path.read_bytes()).date
        assert dated is not None
        assert dt.timedelta() <= case.received - dated < dt.timedelta(hours=1)
        if "until" in case.expected:
            assert case.received.date() < dt.date.fromisoformat(case.expected["until"])


def test_no_sealed_mail_is_in_another_half() -> None:
    opened = {case.path.read_bytes() for case in score.cases()}
    sealed = [case.path.read_bytes() for half in halves.HALVES for case in halves.sealed_cases(half)]
    assert len(set(sealed)) == len(sealed)
    assert not opened & set(sealed)
