"""What an SMTP server offers: its answer to EHLO, read."""

from __future__ import annotations

from dataclasses import dataclass

_SIZE_DIGITS = 20  # RFC 1870, 4; of 5,000 digits Python reads no number


@dataclass(frozen=True)
class Capabilities:
    """What the server said of itself in answer to EHLO."""

    starttls: bool = False
    pipelining: bool = False
    size: int | None = None  # the largest mail it takes; None where it does not say
    auth: frozenset[str] = frozenset()
    dsn: bool = False  # takes our name for a mail and repeats it in its bounces (RFC 3461)


def told(text: str) -> Capabilities:
    """What an EHLO reply offers; its first line is the server's name."""
    offers: dict[str, list[str]] = {}
    for line in text.upper().split("\n")[1:]:
        # "AUTH=PLAIN" is how servers older than RFC 4954 say it.
        keyword, *values = line.replace("AUTH=", "AUTH ", 1).split() or [""]
        offers.setdefault(keyword, []).extend(values)
    size = next(iter(offers.get("SIZE", [])), "")
    return Capabilities(
        starttls="STARTTLS" in offers,
        pipelining="PIPELINING" in offers,
        size=_limit(size) if "SIZE" in offers else None,
        dsn="DSN" in offers,
        auth=frozenset(offers.get("AUTH", [])),
    )


def _limit(said: str) -> int:
    """The largest mail a server takes; 0: no limit, or none that makes sense (RFC 1870, 3)."""
    return int(said) if said.isdecimal() and said.isascii() and len(said) <= _SIZE_DIGITS else 0
