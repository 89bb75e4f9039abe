"""A hit: one request that a mail caused, as it is recorded, before anybody judges who made it."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass, field

from relance.tracking import tokens

LONGEST_AGENT = 300


@dataclass(frozen=True)
class Hit:
    """What is kept of a request: enough to judge it again later, too little to follow a person around.

    `user_agent` and everything else in it came from a stranger: show it as text only.
    """

    purpose: tokens.Purpose
    message: int
    index: int
    at: dt.datetime
    method: str = "GET"
    user_agent: str = ""
    network: str = ""  # the address without its end: 203.0.113.0/24, 2001:db8::/48
    has_language: bool = False  # whether the request said which languages its reader speaks
    prefetch: bool = False  # whether the request itself said that nobody has asked for it yet
    carried: str = field(default="", repr=False)  # what the link itself says: see `tokens.Claim`


def agent_text(raw: str) -> str:
    """A User-Agent as bounded printable text: everything else becomes a question mark."""
    text = raw[:LONGEST_AGENT]
    return text if text.isprintable() else "".join(char if char.isprintable() else "?" for char in text)


def network_of(address: str | None) -> str:
    """The network of an address: a /24, or a /48 of IPv6.

    Empty where there is no public address: one of our own house (loopback, a proxy in front) says nothing of a visitor.
    """
    try:
        host = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return ""
    mapped = host.ipv4_mapped if isinstance(host, ipaddress.IPv6Address) else None
    host = mapped or host
    if not host.is_global:
        return ""
    length = 24 if host.version == 4 else 48
    return str(ipaddress.ip_network((host, length), strict=False))
