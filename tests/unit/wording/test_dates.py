"""Dates for people come from one place, in one long form and one short form a language; numbers have no empty decimals."""

from __future__ import annotations

import ast
import datetime as dt
import re
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

import pytest

import relance
from relance import wording
from relance.wording import dates

NOON = dt.datetime(2026, 3, 5, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Warsaw"))
SHOWN = {"en": ("Thu 5 March 2026", "5 Mar"), "pl": ("czw., 5 marca 2026", "5 mar")}
ELSEWHERE = ("wording/dates.py", "sandbox/", "mailbox/", "engine/db/migrations/")
"""Where dates of mails' headers, of mails' own words and of schemas are read and written; and the one place."""


@pytest.mark.parametrize("language", SHOWN)
def test_a_language_has_one_long_and_one_short_form(language: str) -> None:
    long, short = SHOWN[language]
    between = {"en": " ", "pl": ", "}[language]
    with wording.speaking(language):
        assert wording.day(NOON.date()) == long
        assert wording.moment(NOON, NOON.tzinfo) == f"{long}{between}12:00 CET"
        assert wording.moment_in(NOON, "Europe/Warsaw") == f"{long}{between}12:00 Europe/Warsaw"
        assert str(wording.Text("{day}", day=NOON.date())).endswith(long)
        assert dates.short_day(NOON.date()) == short
        wording.show_times_in(NOON.tzinfo)
        try:
            assert wording.brief(NOON, NOON + dt.timedelta(days=3)) == f"{short}{between}12:00"
            assert wording.brief(NOON, NOON) == "12:00"
        finally:
            wording.show_times_in(None)


def written(source: str) -> Iterator[str]:
    """Where a source file writes a day or a month for people: a format with names of them, or a list of their names."""
    for node in ast.walk(ast.parse(source)):
        spec = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        if re.search(r"(?<!%)%[aAbBp]|%-?d[ .]%", spec) or spec in ("January", "Jan", "styczeń"):
            yield f"{node.lineno}: {spec!r}"  # type: ignore[attr-defined]


def test_nobody_else_writes_dates_for_people() -> None:
    top = Path(relance.__file__).parent
    files = [
        each
        for each in sorted(top.rglob("*.py"))
        if not each.relative_to(top).as_posix().startswith(ELSEWHERE)
    ]
    assert len(files) > 300
    assert {each.name: found for each in files if (found := [*written(each.read_text("utf-8"))])} == {}


@pytest.mark.parametrize(
    "source", ['f"{at:%d %b %Y}"', 'at.strftime("%A")', 'MONTHS = ("January", "February")']
)
def test_a_date_of_its_own_is_found(source: str) -> None:
    assert len([*written(source)]) == 1


def test_a_whole_number_is_offered_without_decimals() -> None:
    from typer.main import get_command

    from relance.cli import tree
    from relance.cli.terminal import speech

    numbers = {
        f"{command.name} {param.name}": param.default
        for command in speech.tree(get_command(tree.build()))
        for param in command.params
        if isinstance(getattr(param, "default", None), (int, float)) and not isinstance(param.default, bool)
    }
    assert len(numbers) > 5
    assert {name for name, default in numbers.items() if str(default).endswith(".0")} == set()
