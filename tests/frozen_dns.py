"""What DNS says, written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from relance.mailbox.health.dns_answers import SILENT, DnsAnswer


@dataclass(frozen=True)
class FrozenAnswers:
    """DnsAnswers that were written down before: {("acme.example", "TXT"): (b"v=spf1 -all",)}."""

    known: Mapping[tuple[str, str], tuple[bytes, ...]] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()  # names of which DNS says nothing

    def ask(self, name: str, kind: str) -> DnsAnswer:
        """As it was written down."""
        name = name.rstrip(".").lower()
        return SILENT if name in self.silent else DnsAnswer(self.known.get((name, kind), ()))
