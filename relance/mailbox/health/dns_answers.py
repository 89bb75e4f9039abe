"""What DNS said, as the rules ask for it. An answer is data: whoever asks bounds the wait, and a rule never waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class DnsAnswer:
    """The records of one name and kind. `silent`: nobody answered, which says nothing of the records."""

    records: tuple[
        bytes, ...
    ] = ()  # TXT: the strings of each joined; MX: names, the preferred one first; A, AAAA: addresses
    silent: bool = False


SILENT = DnsAnswer(silent=True)


class DnsAnswers(Protocol):
    """Whoever knows what DNS says."""

    def ask(self, name: str, kind: str) -> DnsAnswer:
        """`kind`: TXT, MX, A or AAAA. A name that is not there has no records. Never raises."""


def tagged(record: bytes) -> dict[str, str]:
    """The tags of a DKIM or DMARC record: `v=DMARC1; p=none`. The first of a name counts; what is none is left out."""
    found: dict[str, str] = {}
    for part in record.decode("ascii", "replace").split(";"):
        name, equals, value = part.partition("=")
        if equals and name.strip():
            found.setdefault(name.strip().lower(), value.strip())
    return found
