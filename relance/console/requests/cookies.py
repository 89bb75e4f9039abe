"""The session's cookie: for this host alone, read by no script, sent over encrypted connections only where there are some."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from relance.engine.users.sign_in import MAX_SESSION

PLAIN, ENCRYPTED = "relance", "__Host-relance"


def name(secure: bool) -> str:
    """A browser takes the second name only with Secure (`secure`: connections are encrypted), for one host and all its paths (RFC 6265bis, 4.1.3.2)."""
    return ENCRYPTED if secure else PLAIN


def token(secure: bool, request: Request) -> str:
    """What the cookie holds."""
    return request.cookies.get(name(secure), "")[:200]


def give(secure: bool, answer: Response, value: str) -> None:
    """Keep a session in the browser."""
    answer.set_cookie(
        name(secure),
        value,
        max_age=int(MAX_SESSION.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def take(secure: bool, answer: Response) -> None:
    """Forget it."""
    answer.delete_cookie(name(secure), path="/", secure=secure, httponly=True, samesite="lax")
