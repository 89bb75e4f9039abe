"""A chart has a scale of whole numbers, and its bars are as high as it says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.console import charts
from relance.console.charts import Bar


@pytest.mark.parametrize(
    ("most", "lines"),
    [
        (0, [0, 1]),
        (1, [0, 1]),
        (3, [0, 1, 2, 3]),
        (8, [0, 2, 4, 6, 8]),
        (11, [0, 5, 10, 15]),
        (50, [0, 20, 40, 60]),
        (1234, [0, 500, 1000, 1500]),
    ],
)
def test_the_scale_is_of_round_numbers(most: int, lines: list[int]) -> None:
    assert charts.scale(most) == lines


@given(st.integers(0, 10**12))
def test_a_scale_reaches_the_most_and_not_far_beyond(most: int) -> None:
    lines = charts.scale(most)
    assert lines[0] == 0
    assert max(1, most) <= lines[-1]
    assert lines[-1] - max(1, most) < lines[1]
    assert 2 <= len(lines) <= charts.MOST_LINES + 1


def test_a_bar_ends_at_the_line_of_its_number() -> None:
    drawn = str(charts.bars([Bar("09:00", 10), Bar("10:00", 3, 4)], limit=5))
    at = {words: float(y) - 4 for y, words in re.findall(r'y="([\d.]+)" text-anchor="end">([\d,]+)<', drawn)}
    assert list(at) == ["0", "5", "10"]
    tops = [float(y) for y in re.findall(r'<rect class="done" x="[\d.]+" y="([\d.]+)"', drawn)]
    assert tops[0] == at["10"]
    assert at["5"] < tops[1] < at["0"]
    limit = re.search(r'class="limit"[^>]* y1="([\d.]+)"', drawn)
    assert limit is not None
    assert float(limit[1]) == at["5"]
