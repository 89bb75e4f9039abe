"""Where a click may lead: the stored target, looked at once more as the bytes that will stand in the header."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

import idna

LONGEST_TARGET = 8000
# Everything printable in ASCII stays as the author wrote it; only what lies beyond is percent-encoded.
_PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))


def location(target: str) -> str | None:
    """The Location header for a stored target, or None when it must not be followed.

    Refused: other schemes than http and https, no host, control characters and spaces, and the backslash, which
    browsers read as a slash and so as the start of another host.
    """
    if (
        len(target) > LONGEST_TARGET
        or "\\" in target
        or any(char.isspace() or not char.isprintable() for char in target)
    ):
        return None
    try:
        parts = urlsplit(target)
        host = parts.hostname
        plain = target if target.isascii() else parts._replace(netloc=_ascii_host(parts.netloc)).geturl()
    except (ValueError, UnicodeError):
        return None
    if parts.scheme not in ("http", "https") or not host:
        return None
    return _final(quote(plain, safe=_PRINTABLE))


def _ascii_host(netloc: str) -> str:
    """The host part with its letters beyond ASCII spelled for DNS, as browsers do it (UTS 46); user and port stay."""
    user, at, place = netloc.rpartition("@")
    host, colon, port = place.partition(":")
    return (
        f"{user}{at}{host if host.isascii() else idna.encode(host, uts46=True).decode('ascii')}{colon}{port}"
    )


def _final(header: str) -> str | None:
    """The check made on what is really sent: visible ASCII only, beginning with the scheme."""
    visible = all(0x21 <= byte <= 0x7E for byte in header.encode("latin-1", "replace"))
    return header if visible and header.lower().startswith(("http://", "https://")) else None
