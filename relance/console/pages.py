"""What a page is: its path, who may open it, what makes it, and where it stands in the rail.

Each file of `views/` lists its own in `PAGES`; `site.py` puts them together. Routes, the rail and the tests of security are made from
that list, so that nothing can be served that they do not know.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from relance.engine.roles import Permission, Viewer

LARGEST_FORM = 1024 * 1024
Handler = Callable[..., Response]
# Of a `Visit`, which knows the site, and with it these.


@dataclass(frozen=True)
class Rail:
    """A place in the rail."""

    label: str  # marked by N_
    icon: str  # of Lucide's, in `icons/`
    place: int  # the smallest comes first
    count: str = ""  # of `Watch.counts`: what is shown beside the label
    phone: bool = False  # whether it is one of those that stand at the bottom of a phone's screen


@dataclass(frozen=True)
class Page:
    """Something that is served.

    `permission`: who may; None: anybody, signed in or not (only the way in is). `path` is as Starlette writes it. `handle` runs
    in a thread, so that it may wait for the database. What changes anything is a POST.
    """

    path: str
    handle: Handler
    permission: Permission | None
    method: str = "GET"
    rail: Rail | None = None
    largest: int = LARGEST_FORM  # bytes of a form with its files
    part: bool = False  # no whole page, but a part of one, for htmx
    keys: tuple[tuple[str, str], ...] = ()  # keys of this page and what they do (marked by N_)

    def open_to(self, viewer: Viewer | None) -> bool:
        """Whether somebody may use it."""
        return self.permission is None or (viewer is not None and viewer.may(self.permission))
