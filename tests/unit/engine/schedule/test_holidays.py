"""The library of holidays: a process loads the countries it asks for, and gets of each what the whole library says."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.schedule import holidays
from relance.engine.schedule.holidays import Region

ASKED = """
import datetime as dt, json, sys
from relance.engine.schedule import holidays
{first}
year = {{
    f"{{country}} {{part}}": sorted(
        f"{{day}} {{name}}"
        for day, name in holidays._year(holidays.Region(country, part), 2026).names.items()
    )
    for country, part in (("PL", None), ("DE", "BY"), ("US", "CA"), ("GP", None))
}}
loaded = sum(name.startswith("holidays.countries.") for name in sys.modules)
from holidays.countries import Germany
print(json.dumps([year, loaded, Germany.__name__, sum(name.startswith("holidays.countries.") for name in sys.modules)]))
"""


def told(first: str = "") -> list[object]:
    command = [sys.executable, "-c", ASKED.format(first=first)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    found: list[object] = json.loads(done.stdout)
    return found


def test_only_countries_that_are_asked_for_are_loaded_and_say_the_same() -> None:
    few, many = told(), told("import holidays.countries as _")
    assert few[0] == many[0]
    assert len(few[0]["PL None"]) > 10  # type: ignore[index]
    assert few[1] <= 6 < 200 < many[1]  # type: ignore[operator]
    # Whoever else asks the package for a name gets all of it.
    assert few[2:] == many[2:]


@pytest.mark.parametrize(
    ("country", "day", "name"),
    [
        ("GB", dt.date(2026, 4, 6), "Easter Monday"),  # all but Scotland
        ("GB", dt.date(2026, 8, 31), "Late Summer Bank Holiday"),
        ("GB", dt.date(2026, 3, 17), None),  # Northern Ireland alone
        ("GB-SCT", dt.date(2026, 4, 6), None),
        ("CH", dt.date(2026, 4, 3), "Good Friday"),  # 24 of 27
        ("CH", dt.date(2026, 11, 1), None),  # 13 of 27
        ("CA", dt.date(2026, 5, 18), "Victoria Day"),
        ("ES", dt.date(2026, 4, 2), "Maundy Thursday"),
        ("DE", dt.date(2026, 4, 6), "Easter Monday"),  # a national one
        ("DE", dt.date(2026, 6, 4), None),  # Corpus Christi: 7 of 17
        ("DE", dt.date(2026, 10, 31), None),  # Reformation Day: 9 of 17
        ("DE-BY", dt.date(2026, 6, 4), "Corpus Christi"),
        ("US", dt.date(2026, 4, 3), None),  # Good Friday: 14 of 57
        ("US", dt.date(2026, 11, 27), None),  # the day after Thanksgiving: 17 of 57
        ("PL", dt.date(2026, 4, 6), "Easter Monday"),
    ],
)
def test_a_day_that_most_of_a_country_keeps_is_a_holiday_where_the_part_is_not_known(
    country: str, day: dt.date, name: str | None
) -> None:
    assert holidays.holiday(holidays.parse(country), day) == name


DAYS = st.dictionaries(st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 9)), st.sampled_from("abc"))


@given(DAYS, st.lists(DAYS, max_size=9))
def test_what_is_kept_widely_is_counted_by_parts(
    national: dict[dt.date, str], parts: list[dict[dt.date, str]]
) -> None:
    found = holidays.widely(national, parts)
    days = {day for part in parts for day in part}
    most = {day for day in days if 3 * sum(day in part for part in parts) >= 2 * len(parts)}
    assert set(found) == set(national) | most
    assert {day: found[day] for day in national} == national
    assert all(any(part.get(day) == found[day] for part in parts) for day in most - set(national))


def test_a_country_is_read_once_a_year() -> None:
    assert holidays._year(Region("GB"), 2026) is holidays._year(Region("GB"), 2026)
