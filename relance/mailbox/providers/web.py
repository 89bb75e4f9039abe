"""Asking a stranger's web server for one document: by https only, at public addresses only, bounded in time and bytes, redirected
nowhere."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import urllib.parse
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Protocol

from relance.mailbox import bounded_http, tls

SECONDS = 8.0  # for all questions of one search, however slowly a server answers
A_QUESTION = 4.0  # seconds for one of them
_NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in its last four bytes
_NOT_FOR_STRANGERS = tuple(map(ipaddress.ip_network, ("64:ff9b:1::/48", "100:0:0:1::/64", "fec0::/10")))

IP = ipaddress.IPv4Address | ipaddress.IPv6Address


class Names(Protocol):
    """What knows the addresses of a host. Raises `OSError` where nobody answers."""

    def addresses(self, host: str) -> Sequence[str]:
        """Its A and AAAA records."""


def is_public(address: str) -> bool:
    """Whether an address is one host's on the internet, whatever notation or tunnel it is wrapped in. Pure."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    return all(each.is_global and not each.is_multicast and not _is_special(each) for each in _inside(found))


def _is_special(address: IP) -> bool:
    return any(address in each for each in _NOT_FOR_STRANGERS if each.version == address.version)


def _inside(address: IP) -> Sequence[IP]:
    """The address, or the ones that it stands for: IPv4 within IPv6 is where the packets go."""
    if isinstance(address, ipaddress.IPv4Address):
        return [address]
    if address in _NAT64:
        return [ipaddress.IPv4Address(address.packed[-4:])]
    wrapped = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    return [each for each in wrapped if each is not None] or [address]


class PublicWeb:
    """Fetches documents for one search. Whoever resolves the name connects: no second answer of DNS can lead elsewhere."""

    def __init__(
        self,
        names: Names,
        *,
        seconds: float = SECONDS,
        fit: Callable[[str], bool] = is_public,
        context: Callable[[], ssl.SSLContext] = tls.context,
        port: int = 443,
    ) -> None:
        self._names = names
        self._ends = monotonic() + seconds
        self._fit = fit
        self._context = context
        self._port = port

    def get(self, url: str, largest: int) -> bytes | None:
        """The document at an https address; None where there is none of at most `largest` bytes, in time, at a public address with a
        valid certificate. Never raises."""
        parts = urllib.parse.urlsplit(url)
        left = min(A_QUESTION, self._ends - monotonic())
        if parts.scheme != "https" or not parts.hostname or left <= 0:
            return None
        try:
            found = self._names.addresses(parts.hostname)
            if not found or not all(map(self._fit, found)):
                return None
            return self._ask(parts, found[0], largest, left)
        except (OSError, http.client.HTTPException, ValueError):
            return None

    def _ask(self, parts: urllib.parse.SplitResult, address: str, largest: int, left: float) -> bytes | None:
        link = _Link(parts.hostname or "", address, self._port, left, self._context())
        with bounded_http.within(left, link):
            link.request("GET", parts.path, headers={"Accept": "text/xml, application/xml"})
            answer = link.getresponse()
            # No redirect is followed.
            body = bounded_http.body(answer, largest) if answer.status == 200 else None
            return None if link.was_cut else body


class _Link(bounded_http.SecureBoundedLink):
    """A connection to an address that was looked at, with the host's own name in the certificate and in the question."""

    def __init__(self, host: str, address: str, port: int, seconds: float, trust: ssl.SSLContext) -> None:
        super().__init__(host, port, timeout=seconds, context=trust)
        self._address = address
        self._trust = trust

    def connect(self) -> None:
        bare = socket.create_connection((self._address, self.port), self.timeout)
        # The handshake comes afterwards, so that it can be cut, too.
        link = self._trust.wrap_socket(bare, server_hostname=self.host, do_handshake_on_connect=False)
        self.sock = self.met = link
        link.do_handshake()
