"""What a receiving server noted of a mail (Authentication-Results, RFC 8601). Pure.

Anybody can write such a header into a mail, so only that of the server we received it from counts, by the name it gives itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from relance.mailbox.health.dmarc import Passes, aligned

_COMMENT = re.compile(r"\([^()]*\)")
_PROPERTY = re.compile(r"(?:smtp|header)\.(?P<name>mailfrom|d|i)=(?P<value>[^\s;]+)", re.IGNORECASE)
_METHOD = re.compile(r"\s*(?P<method>[a-z0-9-]+)(?:/\d+)?\s*=\s*(?P<result>[a-z]+)", re.IGNORECASE)
_DEEPEST = 20  # comments in comments that are looked through
_FAILED = frozenset({"fail", "softfail", "permerror"})
# Others ("none", "neutral", "temperror") say nothing: a mail to oneself may not leave its provider, which then checks less.


def trusted(values: Iterable[str], authserv_id: str, imap_host: str) -> str:
    """The topmost header that the receiving server wrote itself; empty where there is none. `authserv_id`: as the provider is known to
    call itself; where that is not known, a name of the organisation of its IMAP host."""
    for value in values:
        said = _plain(value).partition(";")[0].split()
        name = said[0].lower() if said else ""
        if name and (name == authserv_id.lower() if authserv_id else _of(name, imap_host)):
            return value
    return ""


def _of(name: str, host: str) -> bool:
    return name == host.lower() or aligned(host, name, strict=False)


def passes(value: str, email: str) -> Passes:
    """Whether SPF and DKIM passed for the domain of the address in From; None where the header does not decide."""
    domain = email.rpartition("@")[2]
    found: dict[str, list[bool]] = {"spf": [], "dkim": []}
    for part in _plain(value).split(";")[1:]:
        method = _METHOD.match(part)
        if method is None or method["method"].lower() not in found:
            continue
        result = method["result"].lower()
        speaks = any(
            aligned(domain, each["value"].rpartition("@")[2], strict=False)
            for each in _PROPERTY.finditer(part)
        )
        if result == "pass" or result in _FAILED:
            found[method["method"].lower()].append(result == "pass" and speaks)
    return Passes(*(any(each) if each else None for each in found.values()))


def _plain(value: str) -> str:
    """Without comments."""
    for _ in range(_DEEPEST):
        value, count = _COMMENT.subn(" ", value)
        if not count:
            break
    return value
