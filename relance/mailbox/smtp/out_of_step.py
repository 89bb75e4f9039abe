"""Servers that offer PIPELINING (RFC 2920) and then lose count: they are spoken to one command at a time for a while.

This is a matter of each process: what it costs to find out again is one connection, and no body ever leaves on it.
"""

from __future__ import annotations

from relance import clock
from relance.mailbox.account import Server

SPAN = 6 * 3600.0
# Seconds. Most of them are servers in trouble, which had no answer for other reasons.
MAX_SERVERS = 1000

_until: dict[tuple[str, int], float] = {}


def note(server: Server) -> None:
    """A server's answers to commands that were sent together did not add up, or did not come."""
    now = clock.elapsed()
    if len(_until) >= MAX_SERVERS:
        for place in [each for each, until in list(_until.items()) if until < now] or list(_until):
            _until.pop(place, None)
    _until[server.host, server.port] = now + SPAN


def noted(server: Server) -> bool:
    """Whether a server is to be asked one thing at a time."""
    return _until.get((server.host, server.port), 0.0) > clock.elapsed()
