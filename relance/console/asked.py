"""A request as the console sees it: who asks, in which language, and for what."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request

from relance import errors
from relance.console.site import Site
from relance.engine.roles import Viewer
from relance.wording import Text

if TYPE_CHECKING:
    from relance.app import Relance


@dataclass
class Asked:
    """One request. `app` does what the viewer may do, in their name; before somebody signed in, only `entrance` is there."""

    request: Request
    site: Site
    installation: Relance  # without anybody's rights: for `entrance`, and what the shell itself needs
    language: str
    viewer: Viewer | None = None
    session: int | None = None
    token: str = ""  # of the session
    since: dt.datetime | None = None  # when the viewer was here before this visit (machine time)
    form: FormData = field(default_factory=FormData)

    @property
    def app(self) -> Relance:
        """The installation, as the viewer may use it. Raises `errors.Forbidden` where nobody is signed in."""
        return self.installation.seen_by(self.me)

    @property
    def me(self) -> Viewer:
        """Who is signed in."""
        if self.viewer is None:
            raise errors.Forbidden(Text("Sign in first."))
        return self.viewer

    @property
    def query(self) -> QueryParams:
        """What stands behind the question mark."""
        return self.request.query_params

    @property
    def filtered(self) -> str:
        """The same as it is written, without the language."""
        return urlencode([each for each in self.query.multi_items() if each[0] != "lang"])

    @property
    def path(self) -> dict[str, Any]:
        """The parts of the path that are named in it."""
        return self.request.path_params

    @property
    def here(self) -> str:
        """This page as it is filtered, or where a form that was sent belongs: something that can be opened again."""
        path = self.request.url.path
        if self.request.method == "GET":
            filtered = self.filtered
            return f"{path}?{filtered}" if filtered else path
        while self.request.method != "GET" and path != "/" and not self.site.opens(path):
            path = path.rpartition("/")[0] or "/"
        return path

    @property
    def now(self) -> dt.datetime:
        """Business time."""
        return self.installation.clock.now()

    @property
    def partial(self) -> bool:
        """Whether htmx asks, for a part of the page."""
        return self.request.headers.get("hx-request") == "true"

    def text(self, name: str, limit: int = 10_000) -> str:
        """A field of the form; empty where it is not there (or is a file). Without NUL, which no database takes."""
        found = self.form.get(name)
        return found.replace("\0", "")[:limit] if isinstance(found, str) else ""

    def asked(self, name: str, limit: int = 300) -> str:
        """A value of the address, behind the question mark; empty where it is not there."""
        return self.query.get(name, "").replace("\0", "")[:limit]
