"""Whose clock and whose public holidays count for a contact, and how we know.

The order is always the same and the answer says which line decided: what the contact's row says, then its country (and
state), then the sequence's default, then the workspace's. A telephone number says nothing: people travel and port.
"""

from __future__ import annotations

import functools
import importlib.resources
import zoneinfo
from dataclasses import dataclass
from typing import Protocol

from relance import errors
from relance.engine.schedule import holidays
from relance.engine.schedule.holidays import Region
from relance.engine.schedule.leaves import Leave
from relance.wording import Text

# Countries of several zones where nearly everyone lives in one. Not here: US, CA, AU, RU, ID, ... where a guess would
# be wrong too often; there the state decides, or nothing does.
_MAIN_ZONE = {
    "AR": "America/Argentina/Buenos_Aires", "BR": "America/Sao_Paulo", "CL": "America/Santiago",
    "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin", "EC": "America/Guayaquil",
    "ES": "Europe/Madrid", "KZ": "Asia/Almaty", "MX": "America/Mexico_City", "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland", "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent",
}  # fmt: skip
# States by the zone most of their people live in.
_STATE_ZONES = {
    "US": {
        "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI",
        "America/Denver": "CO ID MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV OR WA",
        "America/Anchorage": "AK",
        "Pacific/Honolulu": "HI",
    },
    "CA": {
        "America/Toronto": "ON QC",
        "America/Vancouver": "BC",
        "America/Edmonton": "AB NT",
        "America/Winnipeg": "MB",
        "America/Regina": "SK",
        "America/Halifax": "NS PE NB",
        "America/St_Johns": "NL",
        "America/Whitehorse": "YT",
    },
    "AU": {
        "Australia/Sydney": "NSW ACT",
        "Australia/Melbourne": "VIC",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Perth": "WA",
        "Australia/Hobart": "TAS",
        "Australia/Darwin": "NT",
    },
}
# What people put in a country column besides the code and the English name.
_OTHER_NAMES = {
    "uk": "GB", "great britain": "GB", "united kingdom": "GB", "england": "GB", "scotland": "GB",
    "usa": "US", "u.s.": "US", "u.s.a.": "US", "united states of america": "US", "america": "US",
    "polska": "PL", "deutschland": "DE", "niemcy": "DE", "österreich": "AT", "schweiz": "CH",
    "suisse": "CH", "españa": "ES", "italia": "IT", "česko": "CZ", "czechia": "CZ",
    "czech republic": "CZ", "slovensko": "SK", "україна": "UA", "ukraina": "UA", "nederland": "NL",
    "holland": "NL", "the netherlands": "NL", "belgique": "BE", "belgië": "BE", "sverige": "SE",
    "norge": "NO", "danmark": "DK", "suomi": "FI", "south korea": "KR", "turkey": "TR", "türkiye": "TR",
}  # fmt: skip


@dataclass(frozen=True)
class Whereabouts:
    """What a contact's row says of place; every part may be missing or in people's own words."""

    zone: str | None = None
    country: str | None = None  # a code or a name
    region: str | None = None  # a state or province, code or name


@dataclass(frozen=True)
class Workspace:
    """What counts where nothing else is known."""

    zone: str = "UTC"
    country: str | None = None


class ZoneSettings(Protocol):
    """What a sequence says of zones and holidays (its `send` part)."""

    @property
    def zone(self) -> str:
        """`contact`, or a zone that is fixed."""

    @property
    def default_zone(self) -> str | None:
        """The zone where nothing is known of the contact."""

    @property
    def holidays(self) -> str:
        """`contact`, none, or a country or region."""


GIVEN = Text.prose("")
# Nothing told us; it was given.


@dataclass(frozen=True)
class ContactZone:
    """Where a contact is for the calendar: the zone, whose holidays, and what told us each."""

    zone: str
    zone_from: Text = GIVEN
    region: Region | None = None
    region_from: Text = GIVEN
    leaves: tuple[Leave, ...] = ()  # when nobody is there who writes to them
    leaves_then: tuple[Leave, ...] | None = (
        None  # the same from a new thread on, where another mailbox then goes on
    )


_FIXED = Text("the sequence's fixed zone")
_OWN = Text("the contact's own zone")
_DEFAULT = Text("the sequence's default zone")
_WORKSPACE = Text("the workspace's zone")
_IGNORED = Text("the sequence ignores holidays")
_GIVEN = Text("the sequence's holidays")
_COUNTRY = Text("the contact's country")
_OFFICE = Text("the workspace's country")
_UNKNOWN = Text("no country known")
# What told us the zone, and whose holidays count.


def place(contact: Whereabouts, wish: ZoneSettings, workspace: Workspace) -> ContactZone:
    """The zone and the holidays that count for `contact` in a sequence that wishes `wish`. Never fails."""
    country = country_code(contact.country) if contact.country else None
    zone, zone_from = _zone(contact, country, wish, workspace)
    region, region_from = _holidays(contact, country, wish, zone, workspace)
    return ContactZone(zone, zone_from, region, region_from)


def _zone(
    contact: Whereabouts, country: str | None, wish: ZoneSettings, workspace: Workspace
) -> tuple[str, Text]:
    by_country = country_zone(country, contact.region) if country else None
    answers = (
        (wish.zone if wish.zone != "contact" else None, _FIXED),
        (contact.zone if contact.zone in all_zones() else None, _OWN),
        (by_country, Text("the contact's country ({country})", country=country) if by_country else _OWN),
        (wish.default_zone, _DEFAULT),
    )
    known = ((zone, why) for zone, why in answers if zone)
    return next(known, (workspace.zone, _WORKSPACE))


def _holidays(
    contact: Whereabouts, country: str | None, wish: ZoneSettings, zone: str, workspace: Workspace
) -> tuple[Region | None, Text]:
    if wish.holidays == "none":
        return None, _IGNORED
    if wish.holidays != "contact":
        return holidays.parse(wish.holidays), _GIVEN
    if country:
        part = holidays.part_code(country, contact.region) if contact.region else None
        return Region(country, part), _COUNTRY
    if by_zone := zone_country(zone):
        return Region(by_zone), Text("the country of {zone}", zone=zone)
    if workspace.country:
        return Region(workspace.country), _OFFICE
    return None, _UNKNOWN


@functools.lru_cache(maxsize=1)
def all_zones() -> frozenset[str]:
    """Every zone name a person may use."""
    return frozenset(
        name for name in zoneinfo.available_timezones() if "/" in name and not name.startswith("Etc/")
    ) | {"UTC"}


def checked_zone(name: str) -> str:
    """The same name if it is a zone; ValueError with the nearest one if not."""
    if name in all_zones():
        return name
    by_lower = {zone.lower(): zone for zone in sorted(all_zones())}
    near = errors.nearest(name.strip(), by_lower, alike=0.6)
    cities = {zone.rsplit("/", 1)[-1]: full for zone, full in by_lower.items()}
    city = cities.get(name.strip().lower().replace(" ", "_"))
    found = city or (by_lower[near] if near else "Europe/Warsaw")
    raise ValueError(Text('"{name}" is not a time zone; did you mean {near}?', name=name, near=found))


def checked_calendar(text: str) -> str:
    """The same text if it names a country or region whose holidays we know; ValueError with a sentence if not."""
    return str(holidays.parse(text))


@functools.lru_cache(maxsize=1024)
def country_code(text: str) -> str | None:
    """The ISO code of a country given by code or name; None when nobody knows it."""
    wanted = text.strip()
    if wanted.upper() in _country_names():
        return wanted.upper()
    lowered = wanted.casefold()
    if lowered in _OTHER_NAMES:
        return _OTHER_NAMES[lowered]
    return next((code for code, name in _country_names().items() if name.casefold() == lowered), None)


def country_name(code: str) -> str:
    """What a country of this ISO code is called in English; the code where nobody knows it."""
    return _country_names().get(code, code)


@functools.lru_cache(maxsize=1024)
def country_zone(country: str, region: str | None = None) -> str | None:
    """The zone of a country, or of a state where the country has several; None when that would be a guess."""
    if country in _STATE_ZONES:
        part = holidays.part_code(country, region) if region else None
        zones = _STATE_ZONES[country].items()
        return next((zone for zone, parts in zones if part in parts.split()), None)
    if country in _MAIN_ZONE:
        return _MAIN_ZONE[country]
    found = _zones_by_country().get(country, ())
    return found[0] if len(found) == 1 else None


@functools.lru_cache(maxsize=1024)
def zone_country(zone: str) -> str | None:
    """The country a zone is named for; None for UTC and old aliases."""
    return next((country for country, zones in _zones_by_country().items() if zone in zones), None)


@functools.lru_cache(maxsize=1)
def _country_names() -> dict[str, str]:
    return {code: name for code, name in _table("iso3166.tab")}


@functools.lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    zones: dict[str, tuple[str, ...]] = {}
    for country, _, zone, *_ in _table("zone.tab"):
        zones[country] = (*zones.get(country, ()), zone)
    return zones


def _table(name: str) -> list[list[str]]:
    """The rows of one of the tables the time zone database comes with."""
    text = (importlib.resources.files("tzdata") / "zoneinfo" / name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
