"""Tables and records on terminals of every width: nothing is cut off, and nobody has to put broken lines together."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import wording
from relance.cli.terminal import session, show
from tests.reworded import in_english

HEADS = ["mailbox", "state", "because"]
ROWS = [
    ["ada@northwind.example", "active", "–"],
    [
        "jonas@northwind.example",
        "paused",
        "The server refused the login; set a new password in the settings.",
    ],
]


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    def shown(width: int | None, rows: list[list[str]] = ROWS) -> list[str]:
        monkeypatch.setattr(show, "terminal_width", lambda: width)
        show.table(HEADS, rows)
        return capsys.readouterr().out.splitlines()

    return shown


def test_in_a_pipe_every_row_is_one_line(at) -> None:
    assert len(at(None)) == 3


def test_a_wide_terminal_shows_a_table_and_folds_its_longest_column(at) -> None:
    wide, folded = at(160), at(80)
    assert len(wide) == 3
    assert folded[0].split() == [in_english(head.upper()) for head in HEADS]
    assert len(folded) > 3
    assert max(map(len, folded)) <= 80


def test_a_narrow_terminal_shows_each_row_by_itself_without_what_is_empty(at) -> None:
    lines = at(40)
    assert lines[:3] == [
        in_english("mailbox  ada@northwind.example"),
        in_english("state    active"),
        "",
    ]
    assert in_english("because") in lines[5]


CELLS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=30)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=4), st.integers(60, 200))
def test_what_is_shown_is_all_there_and_fits(rows: list[list[str]], width: int) -> None:
    lines = show._fitted_table(HEADS, rows, width) or list(show._cards(HEADS, rows, width))
    assert max(len(line.rstrip()) for line in lines) <= width
    assert all(cell in " ".join(lines) for row in rows for cell in row)


def test_a_time_beside_others_is_short() -> None:
    at, now = dt.datetime(2026, 3, 12, 8, 30, tzinfo=dt.UTC), dt.datetime(2026, 3, 12, 4, tzinfo=dt.UTC)
    wording.show_times_in(dt.UTC)
    try:
        assert wording.brief(at, now) == "08:30"
        assert wording.brief(at, now + dt.timedelta(days=1)) == "12 Mar 08:30"
        with wording.speaking("pl"):
            assert wording.brief(at, now + dt.timedelta(days=1)) == "12 mar, 08:30"
    finally:
        wording.show_times_in(None)


def test_a_typed_time_is_read_by_the_clock_of_the_workspace() -> None:
    import zoneinfo

    before = wording.shown_zone()
    wording.show_times_in(zoneinfo.ZoneInfo("Europe/Warsaw"))
    try:
        assert session.in_zone(dt.datetime.fromisoformat("2026-03-08")) == dt.datetime(
            2026, 3, 7, 23, tzinfo=dt.UTC
        )
        assert session.in_zone(None) is None
    finally:
        wording.show_times_in(before)


def test_no_command_reads_a_typed_time_as_utc() -> None:
    for path in Path(show.__file__).parents[1].rglob("*.py"):
        assert re.findall(r"tzinfo=dt\.UTC", path.read_text("utf-8")) == [], path.name
