"""Lists: what is searched, filtered and paged stands in the address, so that it can be kept, sent and gone back to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from relance.console.asked import Asked
from relance.wording.letters import plain

Row = TypeVar("Row")
AFTER = "after"  # the cursor of the page
FROM = "from"  # on the page of a row: the list it was opened from
TRAIL = "trail"  # those of the pages before it, the first page's left out
PAGE = 50
TRAIL_LENGTH = 2000
# Characters; who went further goes back as far, then to the first page.
LONGEST_LIST = 4000
# Characters of an address that a form brings back.
_BETWEEN = " "
# Stands in no cursor: these are numbers and addresses.


@dataclass(frozen=True)
class Chip:
    """A filter above a list."""

    label: str
    link: str
    on: bool
    count: int | None = None


def link(visit: Asked, **changes: str | None) -> str:
    """This page with other values in its address; None takes one out. Begins at the first page, unless `after` is given. Where a form
    was answered with a page, it is the page that the form stood on."""
    kept = {name: value for name, value in visit.query.items() if name not in (AFTER, TRAIL, "lang")}
    path = visit.request.url.path if visit.request.method == "GET" else visit.here
    return _address(path, {**kept, **changes})


def _address(path: str, values: Mapping[str, str | None]) -> str:
    wanted = {name: value for name, value in values.items() if value}
    return f"{path}?{urlencode(wanted)}" if wanted else path


def into(visit: Asked, path: str) -> str:
    """From a list to the page of one of its rows, which leads back to the list as it is."""
    return _address(path, {FROM: visit.filtered})


def origin(visit: Asked) -> str:
    """What stood behind the question mark of the list: a form upon it says so in its field `list`, the page of a row in its address."""
    return visit.text("list", LONGEST_LIST) or visit.asked(FROM, LONGEST_LIST)


def stay(visit: Asked, path: str, **more: str) -> str:
    """The page of a row again, after something was done there; it still leads back to the list as it was."""
    return _address(path, {**more, FROM: origin(visit)})


def place(visit: Asked) -> dict[str, str | None]:
    """The page of a list that is open, for `link`."""
    return {AFTER: visit.query.get(AFTER), TRAIL: visit.query.get(TRAIL)}


def back(visit: Asked, path: str, names: Collection[str] = (), **more: str | None) -> str:
    """The list as it was left (`origin`). The search, these names and the page are kept; `more` is set besides."""
    known = {"q", AFTER, TRAIL, *names}
    kept = {name: value for name, value in parse_qsl(origin(visit)) if name in known}
    return _address(path, {**kept, **more})


def chip(visit: Asked, name: str, value: str, label: str, count: int | None = None) -> Chip:
    """A filter that is one value of a name; pressed again, it is taken out. The empty value means all."""
    on = visit.query.get(name, "") == value
    return Chip(label, link(visit, **{name: None if on else value}), on, count)


@dataclass(frozen=True)
class Pages:
    """The ways from a page of a list; empty where there is none."""

    first: str
    previous: str
    next: str


def pages(visit: Asked, cursor: str) -> Pages:
    """For the macro `pager`. The way back is in the address, for a cursor says only what comes behind it: so the page before
    begins where it began, whatever came or went meanwhile."""
    here, trail = visit.query.get(AFTER, ""), visit.query.get(TRAIL, "").split()
    on = _BETWEEN.join([*trail, here])
    on = on if len(on) <= TRAIL_LENGTH else on.partition(_BETWEEN)[2]
    return Pages(
        first=link(visit) if here else "",
        previous=_before(visit, trail) if here else "",
        next=link(visit, **{AFTER: cursor, TRAIL: on}) if cursor else "",
    )


def known(visit: Asked, rows: Iterable[Row], name: Callable[[Row], str]) -> tuple[list[Row], str]:
    """A page of rows that are known as a whole, by a name that each has for itself; and the cursor behind it."""
    behind = sorted((each for each in rows if name(each) > visit.asked(AFTER)), key=name)
    return behind[:PAGE], name(behind[PAGE - 1]) if len(behind) > PAGE else ""


def has_words(asked: str, where: str) -> bool:
    """Whether every word that is asked for stands there, in any case, with or without marks; no words stand nowhere. Pure."""
    words, there = [plain(word) for word in asked.split()], plain(where)
    return bool(words) and all(word in there for word in words)


def fits(visit: Asked, where: str) -> bool:
    """Whether the search of the list, where there is one, is found there."""
    asked = visit.asked("q")
    return not asked.strip() or has_words(asked, where)


def _before(visit: Asked, trail: Sequence[str]) -> str:
    if not trail:
        return link(visit)
    return link(visit, **{AFTER: trail[-1], TRAIL: _BETWEEN.join(trail[:-1])})
