"""The console of one installation: what is served, what stands in the rail, what a path leads to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.routing import Match, Route

from relance.console.pages import Page
from relance.console.requests import security
from relance.console.requests.sign_in_links import SignInLinks
from relance.console.watch import ConsoleWatch

if TYPE_CHECKING:
    from relance.app import Relance


class Site:
    """The console of one installation."""

    def __init__(self, installation: Relance, pages: Sequence[Page]) -> None:
        self.installation = installation
        self.pages = tuple(pages)
        self.in_rail = sorted(
            (each for each in pages if each.rail), key=lambda each: each.rail.place if each.rail else 0
        )
        self.grounds = security.Grounds.of(installation.settings)
        self.watch = ConsoleWatch(installation)
        self.sign_in_links = SignInLinks()
        self._matchers: dict[str, list[tuple[Route, Page]]] = {}
        for each in pages:
            route = Route(each.path, _nowhere, methods=[each.method])
            self._matchers.setdefault(_head(each.path), []).append((route, each))

    @property
    def secure(self) -> bool:
        """Whether cookies go over encrypted connections only."""
        return self.grounds.secure

    def page_of(self, request: Request) -> Page | None:
        """The page that a request leads to."""
        for route, page in self._near(request.url.path):
            if route.matches(request.scope)[0] is Match.FULL:
                return page
        return None

    def opens(self, path: str) -> bool:
        """Whether a path can be opened by its address."""
        scope = {"type": "http", "path": path, "root_path": "", "method": "GET"}
        return any(route.matches(scope)[0] is Match.FULL for route, _ in self._near(path))

    def _near(self, path: str) -> Sequence[tuple[Route, Page]]:
        """Those that a path may lead to: a list asks for each of its rows."""
        return self._matchers.get(_head(path), ())

    def link(self, path: str) -> str | None:
        """The path, where there is a page; None else, so that words stand without a link."""
        return path if any(each.path == path for each in self.pages) else None


def _head(path: str) -> str:
    """What all paths of a page begin with, up to the second slash: no page's first part is a value."""
    return path.removeprefix("/").partition("/")[0]


async def _nowhere(request: Request) -> None:
    raise NotImplementedError
