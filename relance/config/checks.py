"""What the addresses and names in a setting must look like, and how they are shown."""

from __future__ import annotations

import ipaddress
import json
import zoneinfo
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from relance import wording
from relance.wording import Text

MASK = "***"
DIALECTS = {"sqlite": "sqlite", "postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


def database(url: str) -> str:
    """The URL with the driver we use named in it."""
    scheme, colon, rest = url.partition("://")
    if not colon:
        raise ValueError(
            Text(
                "it is not a database address; write sqlite:////path/to/file.db or postgresql://user@host/name"
            )
        )
    _split(url)
    base, _, driver = scheme.partition("+")
    known = DIALECTS.get(base)
    if known is None or driver not in ("", known.partition("+")[2] or "pysqlite"):
        raise ValueError(
            Text(
                'it names the database "{name}"; Relance keeps its data in SQLite (sqlite:////path/to/file.db) or '
                "PostgreSQL (postgresql://user@host/name)",
                name=_shown(scheme),
            )
        )
    return f"{known}://{rest}"


def web_address(url: str) -> str:
    """A base for links."""
    parts = _split(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(Text("it must be a web address without ? and #, such as https://t.example.com"))
    return url.rstrip("/")


def redis(url: str) -> str:
    """An address redis-py understands."""
    if _split(url).scheme not in ("redis", "rediss", "unix"):
        raise ValueError(Text("it must be a Redis address, such as redis://localhost:6379/0"))
    return url


def network(written: str) -> str:
    """An address or a network, as a network."""
    try:
        return str(ipaddress.ip_network(written.strip(), strict=False))
    except ValueError:
        raise ValueError(
            Text(
                '"{name}" is not an address or a network; write one such as 10.0.0.7 or 10.0.0.0/8',
                name=_shown(written),
            )
        ) from None


def listed(value: object) -> object:
    """A list; in the environment it is written as JSON."""
    if not isinstance(value, str):
        return value
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        raise ValueError(Text('it must be a list, such as ["Shared/*", "Archive"]'))
    return found


def _split(url: str) -> SplitResult:
    """Its parts, or `ValueError` with words that can be acted on."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - read here, for it is checked only when it is read
    except ValueError:
        raise ValueError(Text("it is not a readable address; check its brackets and its port")) from None
    return parts


def zone(name: str) -> str:
    """A name of the IANA time zone database."""
    if not _is_zone(name):
        raise ValueError(
            Text('there is no time zone "{name}"; write one such as Europe/Warsaw', name=_shown(name))
        )
    return name


def _is_zone(name: str) -> bool:
    """Whether `zoneinfo.available_timezones()` has it, which reads every zone to tell."""
    if name.split("/", 1)[0] in ("posix", "right", "posixrules"):
        return False  # what some systems keep beside the zones
    try:
        return bool(zoneinfo.ZoneInfo(name))
    except (OSError, ValueError, zoneinfo.ZoneInfoNotFoundError):
        return False


def language(name: str) -> str:
    """A language of ours, by its short name."""
    found = wording.matched(name)
    if found is None:
        raise ValueError(
            Text(
                'there is no language "{name}"; write one of {known}',
                name=_shown(name),
                known=", ".join(wording.languages()),
            )
        )
    return found


def _shown(written: str) -> str:
    """Bytes of the environment that are no text (PEP 383) as Python writes them: pydantic cannot keep them in a message."""
    return written.encode("utf-8", "backslashreplace").decode()


def mask_url(url: str) -> str:
    """The address without the password that may stand in it."""
    try:
        parts = _split(url)
    except ValueError:
        return f"{url.partition('://')[0]}://{MASK}" if "://" in url else MASK
    query = [(key, MASK if "pass" in key.lower() else value) for key, value in parse_qsl(parts.query)]
    masked = _masked_login(parts)._replace(query=urlencode(query, safe="*/"))
    return urlunsplit(masked) if masked != parts else url


def _masked_login(parts: SplitResult) -> SplitResult:
    login, at, place = parts.netloc.rpartition("@")
    user, colon, _ = login.partition(":")
    return parts._replace(netloc=f"{user}:{MASK}@{place}") if at and colon else parts


def url_host(host: str) -> str:
    """A listening address as it stands in a URL; one that means "every address" becomes the local machine."""
    if host in ("0.0.0.0", "::", ""):  # noqa: S104 - compared, not bound
        return "localhost"
    return f"[{host}]" if ":" in host else host
