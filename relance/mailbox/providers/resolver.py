"""Asking DNS, within a few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dns.exception
import dns.resolver

from relance.mailbox.providers.discovery import SrvRecord

SECONDS = 3.0  # for all answers to one question


class Dns:
    """The system's own resolver, or one that is given. Raises `OSError` where nobody answers."""

    def __init__(self, resolver: dns.resolver.Resolver | None = None, *, seconds: float = SECONDS) -> None:
        self._resolver = resolver
        self._seconds = seconds

    def mx(self, domain: str) -> Sequence[str]:
        """The names of a domain's MX records, the preferred one first."""
        found = sorted(self._ask(domain, "MX"), key=lambda each: each.preference)
        return [each.exchange.to_text() for each in found]

    def srv(self, name: str) -> Sequence[SrvRecord]:
        """The SRV records of a service."""
        return [
            SrvRecord(each.priority, each.weight, each.port, each.target.to_text())
            for each in self._ask(name, "SRV")
        ]

    def addresses(self, host: str) -> Sequence[str]:
        """The addresses of a host, those of IPv4 first."""
        return [each.to_text() for kind in ("A", "AAAA") for each in self._ask(host, kind)]

    def _ask(self, name: str, kind: str) -> Sequence[Any]:
        try:
            self._resolver = self._resolver or dns.resolver.Resolver()
            return list(self._resolver.resolve(name, kind, lifetime=self._seconds, raise_on_no_answer=False))
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return []
        except dns.exception.DNSException as silent:  # nobody answers, or nothing that can be read
            raise OSError(str(silent)) from silent
