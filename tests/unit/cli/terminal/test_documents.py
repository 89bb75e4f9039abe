"""What `--json` prints: read by programs that keep 53 bits of a number."""

from __future__ import annotations

import datetime as dt
import json
import zoneinfo
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.cli.terminal import show
from relance.engine.db import ids


@dataclass(frozen=True)
class _Mail:
    id: int
    step: int


@dataclass(frozen=True)
class _Due:
    at: dt.datetime
    local: dt.datetime


@given(st.integers(-(2**63), 2**63 - 1))
def test_no_number_is_one_that_a_double_rounds(number: int) -> None:
    read = json.loads(json.dumps(show.as_data(_Mail(number, 1))), parse_int=float)
    assert int(read["id"]) == number


def test_the_id_of_a_mail_is_a_string_and_a_small_number_is_a_number(
    capsys: pytest.CaptureFixture[str],
) -> None:
    number = ids.message(dt.datetime(2026, 3, 4, tzinfo=dt.UTC))
    show.data(_Mail(number, 3))
    assert json.loads(capsys.readouterr().out) == {"id": str(number), "step": 3}


def test_a_local_time_keeps_the_offset_of_its_clock_and_every_other_time_is_in_utc() -> None:
    local = dt.datetime(2026, 11, 28, 3, 22, tzinfo=zoneinfo.ZoneInfo("Europe/Warsaw"))
    assert show.as_data(_Due(local, local)) == {
        "at": "2026-11-28T02:22:00+00:00",
        "local": "2026-11-28T03:22:00+01:00",
    }
