"""Lists: what is searched, filtered and paged stands in the address, so that it can be kept, sent and gone back to."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from relance.console.asked import Asked

AFTER = "after"  # the cursor of the page
PAGE = 50


@dataclass(frozen=True)
class Chip:
    """A filter above a list."""

    label: str
    link: str
    on: bool
    count: int | None = None


def link(visit: Asked, **changes: str | None) -> str:
    """This page with other values in its address; None takes one out. Begins at the first page, unless `after` is given."""
    kept = {name: value for name, value in visit.query.items() if name not in (AFTER, "lang")}
    wanted = {name: value for name, value in {**kept, **changes}.items() if value}
    path = visit.request.url.path
    return f"{path}?{urlencode(wanted)}" if wanted else path


def chip(visit: Asked, name: str, value: str, label: str, count: int | None = None) -> Chip:
    """A filter that is one value of a name; pressed again, it is taken out. The empty value means all."""
    on = visit.query.get(name, "") == value
    return Chip(label, link(visit, **{name: None if on else value}), on, count)


def pages(visit: Asked, cursor: str) -> dict[str, str]:
    """For the macro `pager`: the way to the first page and to the next; empty where there is none."""
    first = link(visit) if visit.query.get(AFTER) else ""
    return {"first": first, "next": link(visit, **{AFTER: cursor}) if cursor else ""}
