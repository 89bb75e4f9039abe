"""Whether one variant does better is said only where there are mails enough to say it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.reporting import variants
from relance.engine.reporting.sequence_report import VariantReport


def side(name: str, sent: int, replied: int) -> VariantReport:
    return VariantReport(id=name, sent=sent, replied=replied)


def test_one_side_alone_is_no_trial():
    assert variants.verdict([side("main", 1000, 10)]) is None


def test_few_mails_say_nothing_however_far_apart_they_are():
    found = variants.verdict([side("main", 5000, 0), side("short", variants.FEWEST - 1, 99)])
    assert found is not None
    assert found.best is None


def test_the_published_number_of_mails_is_asked_for():
    """3 % against 4 %: about 5,300 a side (Fleiss, without continuity correction)."""
    assert variants.mails_needed(0.03, 0.04) == pytest.approx(5300, rel=0.01)
    assert variants.mails_needed(0.03, 0.03) is None
    short = variants.verdict([side("a", 5200, 156), side("b", 5200, 208)])
    long = variants.verdict([side("a", 5400, 162), side("b", 5400, 216)])
    assert short is not None
    assert long is not None
    assert (short.best, long.best) == (None, "b")


@given(st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), min_size=2, max_size=4))
def test_whoever_is_called_best_answers_more_and_was_sent_enough(sides):
    found = [side(str(number), sent, min(sent, replied)) for number, (sent, replied) in enumerate(sides)]
    said = variants.verdict(found)
    assert said is not None
    if said.best is None:
        return
    most = sorted(found, key=lambda each: -each.sent)[:2]
    best = next(each for each in most if each.id == said.best)
    other = next(each for each in most if each.id != said.best)
    assert best.replied / best.sent > other.replied / other.sent
    needed = variants.mails_needed(best.replied / best.sent, other.replied / other.sent)
    assert needed is not None
    assert min(best.sent, other.sent) >= max(variants.FEWEST, needed)
    assert math.isfinite(needed)
