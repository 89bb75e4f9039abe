"""What a browser sends as the number of a row."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.console.requests import numbers


@given(st.integers(0, 10**18 - 1))
def test_a_number_is_read(number: int) -> None:
    assert numbers.row(str(number)) == number


@pytest.mark.parametrize("typed", ["", "-1", "+1", "1.0", " 1", "1\n", "²", "٣", "x", "9" * 19, "9" * 5000])
def test_what_no_row_has_is_none(typed: str) -> None:
    assert numbers.row(typed) is None
