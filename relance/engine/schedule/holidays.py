"""Public holidays and weekends of a country or region, by the `holidays` library (loaded when first asked)."""

from __future__ import annotations

import datetime as dt
import functools
import importlib.util
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from types import ModuleType
from typing import Any

from relance.wording import Text

SATURDAY_AND_SUNDAY = frozenset({5, 6})


@dataclass(frozen=True)
class Region:
    """A country (ISO 3166-1, two letters) and perhaps a part of it (ISO 3166-2 without the country)."""

    country: str
    part: str | None = None

    def __str__(self) -> str:
        return f"{self.country}-{self.part}" if self.part else self.country


@dataclass(frozen=True)
class Year:
    """One year of one region: the holidays' English names by date, and its weekend (Monday 0)."""

    names: dict[dt.date, str]
    weekend: frozenset[int]


def holiday(region: Region | None, day: dt.date) -> str | None:
    """The name of the public holiday, or None on an ordinary day or where the region is not known."""
    return _year(region, day.year).names.get(day) if region else None


def weekend(region: Region | None, year: int) -> frozenset[int]:
    """The weekdays nobody works (Monday 0); Saturday and Sunday where the region is not known."""
    return _year(region, year).weekend if region else SATURDAY_AND_SUNDAY


@functools.cache
def _library() -> ModuleType:
    """`holidays`, loaded only where a sequence heeds them, and of its countries only those that are asked for.

    Its package of countries loads all two hundred and fifty before it gives one: eight megabytes. What else in this process asks
    the package for a name of its own gets it all the same.
    """
    import holidays

    name = "holidays.countries"
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return holidays
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    def whole(wanted: str) -> Any:
        if wanted.startswith("__") and wanted != "__all__":
            raise AttributeError(wanted)
        package.__dict__.pop("__getattr__", None)
        loader.exec_module(package)
        return getattr(package, wanted)

    package.__dict__["__getattr__"] = whole
    sys.modules[name] = package
    return holidays


@functools.lru_cache(maxsize=1024)
def _year(region: Region, year: int) -> Year:
    holidays = _library()
    try:
        found = holidays.country_holidays(region.country, subdiv=region.part, years=year, language="en_US")
    except NotImplementedError:
        return Year({}, SATURDAY_AND_SUNDAY) if region.part is None else _year(Region(region.country), year)
    names = dict(found.items())
    if region.part is None:
        names = widely(names, [_names_in(region.country, part, year) for part in found.subdivisions])
    return Year(names, frozenset(found.weekend))


def _names_in(country: str, part: str, year: int) -> dict[dt.date, str]:
    return dict(_library().country_holidays(country, subdiv=part, years=year, language="en_US").items())


WIDELY = Fraction(2, 3)
# Of a country's parts: what that many of them keep is a holiday for somebody whose part nobody knows. Easter Monday in the United
# Kingdom (three of four: Banking and Financial Dealings Act 1971, schedule 1), Good Friday in Switzerland (all cantons but two), Victoria
# Day in Canada; not Corpus Christi or Reformation Day in Germany (a third and half of the states), nor Good Friday in the United States.


def widely(national: Mapping[dt.date, str], parts: Sequence[Mapping[dt.date, str]]) -> dict[dt.date, str]:
    """The holidays of a whole country, and those of most of its parts, by the name most of them give it. Pure."""
    found = dict(national)
    by_day: dict[dt.date, Counter[str]] = {}
    for part in parts:
        for day, name in part.items():
            by_day.setdefault(day, Counter())[name] += 1
    for day, kept in by_day.items():
        if day not in found and kept.total() >= WIDELY * len(parts):
            found[day] = kept.most_common(1)[0][0]
    return found


@functools.lru_cache(maxsize=1)
def _countries() -> dict[str, list[str]]:
    known: dict[str, list[str]] = _library().list_supported_countries(include_aliases=False)
    return known


def is_country(code: str) -> bool:
    """Whether this is the code of a country whose public holidays are known ("PL")."""
    return code in _countries()


def near(written: str) -> list[str]:
    """The codes that a person may have meant: the same in capitals, by the name ("Poland"), or one letter off."""
    wanted = written.strip().upper()
    if wanted in _countries():
        return [wanted]
    named = [code for code in _countries() if wanted.replace(" ", "") in _names(code)]
    alike = [
        code for code in _countries() if len(wanted) == 2 and (code[0] == wanted[0] or code[1] == wanted[1])
    ]
    return named or [code for code in alike if code[0] == wanted[0]][:MAX_NEAR]


MAX_NEAR = 8


def _names(code: str) -> set[str]:
    return {each.__name__.upper() for each in type(_library().country_holidays(code)).__mro__}


@functools.lru_cache(maxsize=64)
def part_code(country: str, name: str) -> str | None:
    """The code of a part of a country by its code or name ("CA", "California"); None when nobody knows it."""
    parts = _countries().get(country, [])
    if name.strip().upper() in parts:
        return name.strip().upper()
    made: Any = _library().country_holidays(country) if country in _countries() else None
    aliases: dict[str, str] = getattr(made, "subdivisions_aliases", {})
    wanted = name.strip().casefold()
    return next((code for alias, code in aliases.items() if alias.casefold() == wanted), None)


def parse(text: str) -> Region:
    """The region of "PL" or "DE-BY"; ValueError with a sentence."""
    if text in ("no", "No"):
        raise ValueError(Text('write `none` to ignore holidays, or `"NO"` for those of Norway'))
    country, _, part = text.partition("-")
    if country not in _countries():
        raise ValueError(
            Text(
                '"{text}" is not a country with known holidays: write contact, none, or a code such as PL or DE-BY',
                text=text,
            )
        )
    if part and part not in _countries()[country]:
        raise ValueError(
            Text(
                '{country} has no region "{part}"; it has {known}',
                country=country,
                part=part,
                known=list(_countries()[country]),
            )
        )
    return Region(country, part or None)
