"""Who visits, where our own web servers stand in front: what they say in Forwarded (RFC 7239) or X-Forwarded-For, and nobody else.

Each proxy adds whom it was asked by at the right. So hops are read from the right for as long as they are proxies of ours: the first
that is none is the visitor, and whatever stands left of it was written by the visitor. What uvicorn makes of such headers is turned
off where the server is made (`web.py` beside this).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PAIR = re.compile(r'\s*([A-Za-z]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;,"\s]*)\s*(?:;|$)')
_ELEMENT = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*")+')
_WITH_PORT = re.compile(r"\[([^\]]*)\](?::\w+)?|([^:]*):\w+")
MOST_HOPS = 20
_READ = frozenset({b"forwarded", b"x-forwarded-for", b"x-forwarded-proto"})
# Headers that say who visits; the others of a request are left alone.


@dataclass(frozen=True)
class Hop:
    """Who asked a proxy, as the proxy says, and by which scheme; None: it does not say so in a way that can be used."""

    address: Address | None
    scheme: str | None = None


def visitor(peer: str, headers: Mapping[str, Sequence[str]], trusted: Sequence[Network]) -> Hop:
    """Who visits through a peer. `headers` by their lower-case names, each value as it came. Pure.

    A peer that is no proxy of ours is the visitor itself, whatever it says. So it is if it says nothing. Where both headers are there
    and name different visitors, one of them was passed through unread: nobody is named.
    """
    known = address(peer)
    if known is None or not _ours(known, trusted):
        return Hop(known)
    plain, standard = x_forwarded(headers), forwarded(headers)
    found = [_first_of_others(hops, trusted) for hops in (plain, standard) if hops]
    if not found:
        return Hop(known, _scheme(headers.get("x-forwarded-proto", ())))
    if any(each.address != found[0].address for each in found):
        return Hop(None)
    return Hop(found[0].address, _scheme(headers.get("x-forwarded-proto", ())) or found[-1].scheme)


def _first_of_others(hops: Sequence[Hop], trusted: Sequence[Network]) -> Hop:
    """From the right, the first hop that is no proxy of ours; the leftmost where all are."""
    for hop in reversed(hops):
        if hop.address is None or not _ours(hop.address, trusted):
            return hop
    return hops[0]


def _ours(host: Address, trusted: Sequence[Network]) -> bool:
    return any(host.version == each.version and host in each for each in trusted)


def x_forwarded(headers: Mapping[str, Sequence[str]]) -> list[Hop]:
    """The hops of X-Forwarded-For, from the left."""
    words = ",".join(headers.get("x-forwarded-for", ()))
    return [Hop(address(each)) for each in words.split(",")[-MOST_HOPS:]] if words.strip() else []


def forwarded(headers: Mapping[str, Sequence[str]]) -> list[Hop]:
    """The hops of Forwarded, from the left."""
    words = ",".join(headers.get("forwarded", ()))
    return [_hop(each) for each in _ELEMENT.findall(words)[-MOST_HOPS:]] if words.strip() else []


def _hop(element: str) -> Hop:
    pairs = {name.lower(): value.strip('"') for name, value in _PAIR.findall(element)}
    return Hop(address(pairs.get("for", "")), _scheme([pairs.get("proto", "")]))


def _scheme(values: Sequence[str]) -> str | None:
    said = values[-1].strip().lower() if values else ""
    return said if said in ("http", "https") else None


def address(words: str) -> Address | None:
    """An address, with a port or without; an IPv4 address within IPv6 as itself. None for anything else ("unknown", "_hidden")."""
    words = words.strip()
    with_port = _WITH_PORT.fullmatch(words)
    bare = (with_port.group(1) or with_port.group(2) or "") if with_port else words
    try:
        found = ipaddress.ip_address(bare.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


Application = Callable[[Any, Any, Any], Awaitable[None]]


class BehindProxies:
    """An ASGI application that sees who visits, instead of the proxy in front."""

    def __init__(self, application: Application, trusted: Sequence[str]) -> None:
        self._application = application
        self._trusted = [ipaddress.ip_network(each, strict=False) for each in trusted]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] == "http" and scope.get("client"):
            self._name(scope)
        await self._application(scope, receive, send)

    def _name(self, scope: Any) -> None:
        peer, port = scope["client"]
        headers: dict[str, list[str]] = {}
        for name, value in scope["headers"]:
            if name in _READ:
                headers.setdefault(name.decode("latin-1"), []).append(value.decode("latin-1"))
        found = visitor(peer, headers, self._trusted)
        same = found.address == address(peer)
        scope["client"] = (peer, port) if same else (str(found.address), 0) if found.address else None
        scope["scheme"] = found.scheme or scope["scheme"]
