"""Programs known to load what is in a mail: read from the files of `programs/`, where each has a date and a source.

Data that ages: change a file, raise `judge.RULES_VERSION`, and `relance rejudge --hits` judges the past by it.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import ipaddress
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from relance.complete import complete

FOLDER = Path(__file__).parent / "programs"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Does(enum.StrEnum):
    """What a program is known to do."""

    SCANNER = "scanner"  # checks or previews links, or is no browser
    PROXY = "proxy"  # loads a picture when a reader opens the mail, and hides the reader's own program
    AHEAD = "ahead"  # loads pictures before anybody asks for them
    PRIVACY = "privacy"  # loads everything, read or not, so that nobody learns which


class Where(enum.StrEnum):
    """Where in a User-Agent the words of a program stand."""

    ANYWHERE = "anywhere"
    END = "end"
    WHOLE = "whole"


_FITS: Mapping[Where, Callable[[str, str], bool]] = complete(
    Where,
    {
        Where.ANYWHERE: lambda words, agent: words in agent,
        Where.END: lambda words, agent: agent.endswith(words),
        Where.WHOLE: lambda words, agent: words == agent,
    },
)


@dataclass(frozen=True)
class Program:
    """A program by what its User-Agent says, in lower case."""

    does: Does
    agent: str
    where: Where
    date: dt.date
    source: str


@dataclass(frozen=True)
class FilterNetworks:
    """Networks from which a mail filter asks under ordinary browser names."""

    networks: tuple[Network, ...]
    date: dt.date
    source: str


@dataclass(frozen=True)
class KnownPrograms:
    """Everything that the files say."""

    programs: tuple[Program, ...]
    places: tuple[FilterNetworks, ...]


@functools.cache
def known() -> KnownPrograms:
    """The files, read once."""
    found = [tomllib.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))]
    return KnownPrograms(
        tuple(_program(row) for each in found for row in each.get("programs", ())),
        tuple(_place(row) for each in found for row in each.get("networks", ())),
    )


def _program(row: dict[str, Any]) -> Program:
    where = Where(row.get("where", Where.ANYWHERE))
    return Program(Does(row["does"]), row["agent"], where, row["date"], row["source"])


def _place(row: dict[str, Any]) -> FilterNetworks:
    return FilterNetworks(tuple(map(ipaddress.ip_network, row["networks"])), row["date"], row["source"])


@functools.lru_cache(maxsize=4096)
def does(agent: str) -> frozenset[Does]:
    """All that a User-Agent is known to do; nothing for an ordinary browser."""
    words = agent.lower()
    return frozenset(each.does for each in known().programs if _FITS[each.where](each.agent, words))


@functools.lru_cache(maxsize=4096)
def of_a_filter(network: str) -> bool:
    """Whether a hit's network is one from which a mail filter asks."""
    try:
        place = ipaddress.ip_network(network)
    except ValueError:
        return False
    return any(_inside(place, larger) for each in known().places for larger in each.networks)


def _inside(place: Network, larger: Network) -> bool:
    return place.version == larger.version and place.network_address in larger
