"""The name by which a server is greeted (EHLO, RFC 5321, 4.1.1.1). Pure."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(?=.{1,253}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]", re.IGNORECASE
)
_NOBODYS = frozenset(
    [
        "local",
        "localdomain",
        "localhost",
        "internal",
        "intranet",
        "private",
        "lan",
        "home",
        "corp",
        "arpa",
        "test",
        "invalid",
        "example",
        "onion",
    ]
)
# RFC 2606, 6761, 6762, 7686, 8375; ICANN keeps "internal" for networks of one's own, and routers give the others.


def is_name(name: str) -> bool:
    """Whether it is a whole domain name."""
    return _NAME.fullmatch(name) is not None


def of_host(name: str) -> str:
    """This computer's name where a server elsewhere may make sense of it: a whole domain name that is nobody's own.

    Empty for a container's, and for one of a local network: from there a server is greeted by address.
    """
    lower = name.lower().rstrip(".")
    return lower if is_name(lower) and lower.rpartition(".")[2] not in _NOBODYS else ""
