"""Which language a page is in: asked for in the address, the user's own, the browser's, else the installation's."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from relance import wording
from relance.engine.roles import Viewer

COOKIE = "relance-lang"
NAMES: Mapping[str, str] = {"en": "English", "pl": "Polski"}
# What speakers call them.


def of(request: Request, viewer: Viewer | None, default: str) -> str:
    """The language of an answer."""
    asked = wording.matched(request.query_params.get("lang"))
    own = wording.matched(viewer.language) if viewer is not None else None
    kept = wording.matched(request.cookies.get(COOKIE))
    return asked or own or kept or accepted(request.headers.get("accept-language", "")) or default


def named(code: str) -> str:
    """What its speakers call a language; the code of one that has no name here."""
    return NAMES.get(code, code)


def accepted(header: str) -> str | None:
    """The language of ours that a browser likes best (RFC 9110, 12.5.4). Never raises. Pure."""
    wanted = []
    for place, each in enumerate(header.split(",")[:20]):
        name, _, weight = each.partition(";")
        try:
            liked = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            liked = 0.0
        found = wording.matched(name)
        if found and liked > 0:
            wanted.append((-liked, place, found))
    return min(wanted)[2] if wanted else None
