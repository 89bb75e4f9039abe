"""Asking DNS and the host of the links, each within seconds. Whoever does not answer is silent; nothing is raised."""

from __future__ import annotations

import http.client
import ssl
from typing import Any
from urllib.parse import urlsplit

import dns.exception
import dns.resolver

from relance import clock
from relance.mailbox import bounded_http
from relance.mailbox.health.dns_answers import SILENT, DnsAnswer
from relance.mailbox.health.link_host import Reached

QUESTION_SECONDS = 3.0  # for all answers to one question
SECONDS = 20.0  # for all questions about one mailbox; after them everything is silent
LINK_SECONDS = 8.0  # for the whole request to the host of the links, however slowly it answers
_SAID = b"ok\n"  # what our web server says at /healthz


class AskedDns:
    """What DNS says to the system's own resolver, or one that is given. Each question is asked once."""

    def __init__(
        self,
        resolver: dns.resolver.Resolver | None = None,
        *,
        question_seconds: float = QUESTION_SECONDS,
        seconds: float = SECONDS,
    ) -> None:
        self._resolver = resolver
        self._question = question_seconds
        self._until = clock.elapsed() + seconds
        self._known: dict[tuple[str, str], DnsAnswer] = {}

    def ask(self, name: str, kind: str) -> DnsAnswer:
        """The records of a name. A name that cannot be one has none."""
        key = (name.rstrip(".").lower(), kind)
        if key not in self._known:
            self._known[key] = self._asked(*key)
        return self._known[key]

    def _asked(self, name: str, kind: str) -> DnsAnswer:
        left = min(self._question, self._until - clock.elapsed())
        if left <= 0:
            return SILENT
        try:
            self._resolver = self._resolver or dns.resolver.Resolver()
            found = self._resolver.resolve(name, kind, lifetime=left, raise_on_no_answer=False, search=False)
            records = sorted(found, key=lambda each: getattr(each, "preference", 0))
            return DnsAnswer(tuple(_bytes(each) for each in records))
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return DnsAnswer()
        except (
            dns.name.LabelTooLong,
            dns.name.NameTooLong,
            dns.name.EmptyLabel,
            dns.name.BadEscape,
            UnicodeError,
        ):
            return DnsAnswer()
        except (dns.exception.DNSException, OSError):
            return SILENT


def _bytes(record: Any) -> bytes:
    if hasattr(record, "strings"):
        return b"".join(record.strings)
    return str(getattr(record, "exchange", None) or record.address).encode()


def reach(base: str) -> Reached:
    """Who answers where the links lead."""
    parts = urlsplit(base)
    secure = parts.scheme == "https"
    link = bounded_http.link(parts.hostname or "", parts.port, LINK_SECONDS, secure=secure)
    try:
        with bounded_http.within(LINK_SECONDS, link):
            link.request("GET", f"{parts.path.rstrip('/')}/healthz")
            answer = link.getresponse()
            ours = answer.status == 200 and answer.read(len(_SAID) + 1) == _SAID
            return Reached.OURS if ours else Reached.OTHER
    except ssl.SSLCertVerificationError:
        return Reached.CERTIFICATE
    except (OSError, http.client.HTTPException, ValueError):
        return Reached.NOBODY
