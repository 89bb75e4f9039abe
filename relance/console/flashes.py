"""What is told on the next page, once: in a cookie that only the session's own token makes good, so that nobody else puts words there."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass

from starlette.responses import Response

from relance.console.asked import Asked
from relance.wording import Text

NAME = "relance-said"
LONGEST = 3000
TONES = ("good", "warn", "bad")


@dataclass(frozen=True)
class Flash:
    """Words and how they are meant: good, warn or bad."""

    words: str
    tone: str


def say(visit: Asked, answer: Response, words: Text | str, tone: str) -> None:
    """Have it told on the next page."""
    text = words if isinstance(words, Text) else Text.prose(words)
    body = base64.urlsafe_b64encode(json.dumps([tone, text.row()]).encode()).decode()
    if len(body) <= LONGEST:
        value = f"{body}.{_seal(visit.token, body)}"
        answer.set_cookie(NAME, value, max_age=60, httponly=True, samesite="lax", secure=visit.site.secure)


def told(visit: Asked) -> Flash | None:
    """What the page before left to be told."""
    body, _, seal = visit.request.cookies.get(NAME, "").partition(".")
    if not visit.token or not hmac.compare_digest(seal.encode(), _seal(visit.token, body).encode()):
        return None
    try:
        tone, row = json.loads(base64.urlsafe_b64decode(body))
    except (ValueError, binascii.Error):
        return None
    return Flash(str(Text.read(row)), tone if tone in TONES else "good")


def over(visit: Asked, answer: Response) -> None:
    """It was told."""
    if NAME in visit.request.cookies:
        answer.delete_cookie(NAME)


def _seal(token: str, body: str) -> str:
    return hmac.new(token.encode(), body.encode(), hashlib.sha256).hexdigest()
