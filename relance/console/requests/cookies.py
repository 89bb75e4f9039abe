"""The session's cookie: for this host alone, read by no script, sent over encrypted connections only where there are some."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from relance.engine.users.sign_in import MAX_SESSION

if TYPE_CHECKING:
    from relance.console.site import Site

PLAIN, ENCRYPTED = "relance", "__Host-relance"


def name(site: Site) -> str:
    """A browser takes the second name only with Secure, for one host and all its paths (RFC 6265bis, 4.1.3.2)."""
    return ENCRYPTED if site.secure else PLAIN


def token(site: Site, request: Request) -> str:
    """What the cookie holds."""
    return request.cookies.get(name(site), "")[:200]


def give(site: Site, answer: Response, value: str) -> None:
    """Keep a session in the browser."""
    answer.set_cookie(
        name(site),
        value,
        max_age=int(MAX_SESSION.total_seconds()),
        path="/",
        secure=site.secure,
        httponly=True,
        samesite="lax",
    )


def take(site: Site, answer: Response) -> None:
    """Forget it."""
    answer.delete_cookie(name(site), path="/", secure=site.secure, httponly=True, samesite="lax")
