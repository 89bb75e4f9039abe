"""The files that pages refer to: served by names that hold their content's hash, so that a browser may keep them for good."""

from __future__ import annotations

import functools
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"
HASH_DIGITS = 12


@dataclass(frozen=True)
class Asset:
    """One file. It is in memory, also as it is sent to most browsers."""

    url: str
    media_type: str
    body: bytes
    packed: bytes


@functools.cache
def assets() -> Mapping[str, Asset]:
    """All of them by the name they have in `static/`."""
    found = {}
    for each in (resources.files(__package__) / "static").iterdir():
        stem, dot, ending = each.name.rpartition(".")
        body = each.read_bytes()
        url = f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:HASH_DIGITS]}{dot}{ending}"
        found[each.name] = Asset(url, TYPES[dot + ending], body, gzip.compress(body, mtime=0))
    return found


@functools.cache
def _by_url() -> Mapping[str, Asset]:
    return {each.url: each for each in assets().values()}


def url(name: str) -> str:
    """Where a file is served."""
    return assets()[name].url


async def serve(request: Request) -> Response:
    """One of them, to anybody."""
    asset = _by_url().get(request.url.path)
    if asset is None:
        raise HTTPException(404)
    packed = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"cache-control": FOREVER, "vary": "accept-encoding"}
    if packed:
        headers["content-encoding"] = "gzip"
    return Response(asset.packed if packed else asset.body, media_type=asset.media_type, headers=headers)


@functools.cache
def icon(name: str) -> Markup:
    """One of Lucide's icons as it stands in a page; words beside it say what it means."""
    text = (resources.files(__package__) / "icons" / f"{name}.svg").read_text("utf-8")
    inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
    inner = "".join(line.strip() for line in inner.splitlines())
    return Markup(  # noqa: S704 - a file of the package
        '<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{inner}</svg>'
    )
