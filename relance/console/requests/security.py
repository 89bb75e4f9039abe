"""What every request must be, and what every answer carries: our own host, our own origin, a strict policy."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from relance.config import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
}
SAFE = frozenset({"GET", "HEAD"})
OURS = frozenset({"same-origin", "none"})
NAMES_OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True)
class Grounds:
    """Where the console stands: under which names it is asked for, and whether what passes is encrypted."""

    url: str
    hosts: frozenset[str]  # lower case, without port; empty: any address in figures
    secure: bool
    port: int  # of the address by which it is reached

    @classmethod
    def of(cls, settings: Settings) -> Grounds:
        """By the settings. On this machine's own names it can always be asked for."""
        parts = urlsplit(settings.console_url)
        named = {(parts.hostname or "").lower(), settings.console_host.lower()}
        secure = parts.scheme == "https"
        hosts = frozenset(named - {"", "0.0.0.0", "::"})  # noqa: S104
        return cls(settings.console_url, hosts, secure, parts.port or (443 if secure else 80))


def host_allowed(host: str, hosts: Collection[str]) -> bool:
    """Whether a Host header names us. Anybody's name may lead to this machine (DNS rebinding): only our own are answered. Pure."""
    name = urlsplit(f"//{host}").hostname or "" if _well_formed(host) else ""
    if name in NAMES_OF_THIS_MACHINE or name in hosts:
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True  # figures: nobody's name was asked


def _well_formed(host: str) -> bool:
    try:
        return urlsplit(f"//{host}").port is not None or True
    except ValueError:
        return False


def same_origin(method: str, headers: Headers, own: str) -> bool:
    """Whether a request that changes something comes from a page of ours: by Sec-Fetch-Site, else by Origin. Pure.

    Every browser since 2023 sends the first, every browser the second with a POST; one that sends neither is none.
    """
    if method in SAFE:
        return True
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in OURS
    return bool(own) and headers.get("origin") == own


def with_styles(nonce: str) -> str:
    """The policy of a page whose script makes styles of its own, which carry the nonce. Pure."""
    return POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")


SHOWN_MAIL = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; img-src https: data:; sandbox; "
    "form-action 'none'; frame-ancestors 'self'; base-uri 'none'",
    "x-frame-options": "SAMEORIGIN",
}
# Of a mail's HTML, in a frame of a page of ours: nothing in it runs, nothing leads anywhere, and it is of no origin. Its styles are in it.


def with_frames() -> str:
    """The policy of a page that shows a mail in such a frame. Pure."""
    return f"{POLICY}; frame-src 'self'"


def loopback(host: str) -> bool:
    """Whether a Host header means this machine."""
    return (urlsplit(f"//{host}").hostname or "") in NAMES_OF_THIS_MACHINE if _well_formed(host) else False


def here(address: str) -> bool:
    """Whether who asks sits at this machine, by the address of their connection. Pure."""
    try:
        return ipaddress.ip_address(address.partition("%")[0]).is_loopback
    except ValueError:
        return False


def network(address: str) -> str:
    """An address as the network it is kept as: /24, or /48 of IPv6; nothing where it is none. Pure."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))
