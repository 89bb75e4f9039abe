"""A share is told with its interval, and never of a few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.reporting.history.rates import FEWEST, Rate


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [(0, 100, 0.0, 0.0370), (5, 100, 0.0215, 0.1118), (50, 1000, 0.0381, 0.0653), (100, 100, 0.9630, 1.0)],
)
def test_known_intervals(count, of, low, high):
    found = Rate(count, of)
    assert found.share == count / of
    assert found.low == pytest.approx(low, abs=1e-4)
    assert found.high == pytest.approx(high, abs=1e-4)


@given(st.integers(0, FEWEST - 1), st.integers(0, FEWEST - 1))
def test_of_a_few_nothing_is_told(count, of):
    assert (Rate(count, of).share, Rate(count, of).low, Rate(count, of).high) == (None, None, None)


@given(st.integers(FEWEST, 10**7), st.data())
def test_the_share_lies_in_its_interval(of, data):
    found = Rate(data.draw(st.integers(0, of)), of)
    assert 0.0 <= found.low <= found.share + 1e-12
    assert found.share - 1e-12 <= found.high <= 1.0


def test_more_answers_than_mails_are_no_share():
    assert Rate(120, 100).share is None
