"""What `--json` prints: read by programs that keep 53 bits of a number."""

from __future__ import annotations

import datetime as dt
import json
import re
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.cli.terminal import fault_data, show
from relance.engine.db import ids
from relance.wording import Text


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


def _below(kind: type[Exception]) -> Iterator[type[Exception]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def test_an_error_is_data_with_its_kind_its_codes_and_where_it_stands() -> None:
    problem = errors.Problem(Text("there is nothing").coded("file_empty"), where="a.csv", line=3)
    told = fault_data.of(errors.Invalid([problem]), 2)
    assert (told["error"], told["exit_code"]) == ("invalid", 2)
    [said] = told["problems"]
    assert (said["code"], said["where"], said["line"]) == ("file_empty", "a.csv", 3)
    assert fault_data.of(errors.NotFound("no such contact"), 2)["problems"][0]["code"] == "refused"
    assert fault_data.of(OSError(28, "No space left on device"), 1)["error"] == "system"
    assert fault_data.of(KeyError("x"), 1)["error"] == "unexpected"


def test_the_kinds_of_errors_are_listed_for_programs() -> None:
    page = (Path(__file__).parents[4] / "docs/operations.md").read_text("utf-8")
    listed = page[page.index("### Errors in JSON") : page.index("### Codes in JSON")]
    kinds = {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", each.__name__).lower()
        for each in _below(errors.RelanceError)
        if each.__module__.startswith("relance.errors")
    }
    assert {each for each in kinds if f"`{each}`" not in listed} == set()
