"""The last look at a line of the log: no secret leaves, in whatever dress, and no value is longer than anybody reads."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import structlog

from relance import config
from relance.mailbox import secrets

MAX_VALUE = 2_000
# Characters of one value: a server, a stranger or a statement may have put any number into it.
MAX_LINE = 64_000
MAX_FRAMES = 40
TOKEN = re.compile(r"(/[ocu]/)[A-Za-z0-9_-]{20,}")
# A link of ours opens, clicks or unsubscribes for whoever holds it.
TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=MAX_FRAMES)


def secrets_of(settings: config.Settings) -> Iterator[str]:
    """The secrets an installation is set up with, as they are and as they are written."""
    for url in (settings.database_url, settings.redis_url):
        parts = urlsplit(url or "")
        yield unquote(parts.password or "")
        yield from (value for name, value in parse_qsl(parts.query) if "pass" in name.lower())
    written = settings.secret_key.get_secret_value() if settings.secret_key else ""
    for line in written.replace(",", "\n").splitlines():
        yield line.partition(":")[2].strip() or line.strip()


class Concealing:
    """Two steps of a formatter: over the values, before they are quoted within one another, and over the finished line."""

    def __init__(self, settings: config.Settings) -> None:
        self._mask = secrets.Mask(secrets_of(settings))

    def values(self, _logger: Any, _method: str, event: Any) -> Any:
        """The values of a line without secrets, cut where they are too long."""
        return {name: self._value(value) for name, value in event.items()}

    def line(self, _logger: Any, _method: str, line: Any) -> str:
        """The line as it may be written. One of values that are cut already is never so long; a traceback for people may be."""
        return self._masked(str(line)[:MAX_LINE])

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._masked(_cut(value))
        if isinstance(value, dict):
            return {name: self._value(each) for name, each in value.items()}
        return [self._value(each) for each in value] if isinstance(value, list) else value

    def _masked(self, text: str) -> str:
        return TOKEN.sub(r"\1" + secrets.MASK, self._mask.over(text))


def _cut(text: str) -> str:
    if len(text) <= MAX_VALUE:
        return text
    return f"{text[:MAX_VALUE]}… ({len(text)} characters)"
