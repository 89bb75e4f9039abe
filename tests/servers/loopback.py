"""The guard that keeps the tests on this machine: connections and look-ups beyond loopback are refused."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable
from urllib.parse import urlsplit

from tests.servers import finder, postgres, redis

LOCAL_NAMES = {"", "localhost", "localhost.localdomain", socket.gethostname()}


class BeyondLoopback(Exception):
    """A test tried to leave this machine. Deliberately no OSError: code under test would take it for a dead server."""


def install() -> None:
    """Watch every socket of this process, C code included, from now on; an audit hook cannot be taken off again."""
    allowed = LOCAL_NAMES | {
        urlsplit(url).hostname or ""
        for url in map(finder.address, (postgres.VARIABLE, redis.VARIABLE))
        if url
    }
    checks: dict[str, Callable[[tuple[object, ...]], object]] = {
        "socket.connect": lambda args: _host_of(args[1]),
        "socket.sendto": lambda args: _host_of(args[1]),
        "socket.getaddrinfo": lambda args: args[0],
        "socket.gethostbyname": lambda args: args[0],
        "socket.gethostbyaddr": lambda args: args[0],
    }

    def watch(event: str, args: tuple[object, ...]) -> None:
        check = checks.get(event)
        if check is not None:
            _refuse_beyond(check(args), allowed)

    sys.addaudithook(watch)


def _host_of(address: object) -> object:
    """The host of an internet address; a unix socket's path (text or bytes) is always local."""
    return address[0] if isinstance(address, tuple) else None


def _refuse_beyond(host: object, allowed: set[str]) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name is None or name in allowed or _is_loopback(str(name)):
        return
    if str(name).endswith(".invalid"):
        # RFC 6761: such a name never resolves; answer so without asking anybody.
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    raise BeyondLoopback(f"this test reaches beyond loopback: {name}")


def _is_loopback(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
