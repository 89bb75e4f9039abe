"""What a check found: a verdict for the program, a sentence with its code for people. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from relance.complete import stored
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


class Check(StrEnum):
    """What is looked at."""

    SPF = "spf"
    DKIM = "dkim"
    DMARC = "dmarc"
    MX = "mx"
    LINKS = "links"  # the host of tracked links and of the link to unsubscribe


class Grade(StrEnum):
    """What follows from it."""

    FINE = "fine"
    UNKNOWN = "unknown"  # nothing was seen that decides: no verdict, and nothing follows
    WARNING = "warning"  # mail may suffer; it goes on
    FAILED = "failed"  # certain: no first mail leaves before it is mended, or somebody says so


@dataclass(frozen=True)
class Finding:
    """One result. The sentence says what to do where there is something to do."""

    check: Check
    grade: Grade
    text: Text

    def row(self) -> dict[str, Any]:
        """As it is stored."""
        return {"check": self.check.value, "grade": self.grade.value, "text": self.text.row()}

    @classmethod
    def read(cls, row: dict[str, Any]) -> Finding:
        """What was stored, by whichever release."""
        return cls(stored(Check, row["check"]), stored(Grade, row["grade"]), Text.read(row["text"]))


def silent(check: Check, name: str) -> Finding:
    """DNS did not say."""
    said = Text("DNS did not answer in time for {name}. It will be asked again.", name=name)
    return Finding(check, Grade.UNKNOWN, said.coded(SentenceCode.DNS_SILENT))


def barring(found: Iterable[Finding]) -> Text:
    """Why no first mail is to leave; without words where nothing is certain to fail."""
    return next((each.text for each in found if each.grade is Grade.FAILED), Text.prose(""))
