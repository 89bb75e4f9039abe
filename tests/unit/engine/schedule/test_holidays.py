"""The library of holidays: a process loads the countries it asks for, and gets of each what the whole library says."""

from __future__ import annotations

import json
import subprocess
import sys

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
