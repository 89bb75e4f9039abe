"""The session's cookie: for this host alone, read by no script, sent over encrypted connections only where there are some."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from relance.console.requests.security import Grounds
from relance.engine.users.sign_in import MAX_SESSION

ENCRYPTED = "__Host-relance"


def name(grounds: Grounds) -> str:
    """Where connections are encrypted, a name that a browser takes only with Secure, for one host and all its paths (RFC 6265bis,
    4.1.3.2). Else one with the port: a host's cookies are the same on all its ports (RFC 6265, 8.5), and a demo beside an
    installation would sign its people out."""
    return ENCRYPTED if grounds.secure else f"relance-{grounds.port}"


def token(grounds: Grounds, request: Request) -> str:
    """What the cookie holds."""
    return request.cookies.get(name(grounds), "")[:200]


def give(grounds: Grounds, answer: Response, value: str) -> None:
    """Keep a session in the browser."""
    answer.set_cookie(
        name(grounds),
        value,
        max_age=int(MAX_SESSION.total_seconds()),
        path="/",
        secure=grounds.secure,
        httponly=True,
        samesite="lax",
    )


def take(grounds: Grounds, answer: Response) -> None:
    """Forget it."""
    answer.delete_cookie(name(grounds), path="/", secure=grounds.secure, httponly=True, samesite="lax")
