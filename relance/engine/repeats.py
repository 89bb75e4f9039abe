"""What a server's answer means beside the one before: the same answer to two different people is about neither. Pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relance.mailbox import wording
from relance.mailbox.outcome import Blame, Outcome, SendResult

SAME = "the same answer to two people in a row"


@dataclass(frozen=True)
class Refusal:
    """The last mail of a mailbox that its server refused, with none accepted since."""

    code: int
    words: str
    contact_id: int

    def row(self) -> dict[str, Any]:
        """As it is stored."""
        return dataclasses.asdict(self)


def of(row: Mapping[str, Any] | None) -> Refusal | None:
    """As it was stored."""
    return None if row is None else Refusal(int(row["code"]), str(row["words"]), int(row["contact_id"]))


def heard(before: Refusal | None, result: SendResult, contact_id: int) -> Refusal | None:
    """What is to be remembered after an attempt; an accepted mail shows that all is well."""
    if result.outcome is Outcome.ACCEPTED:
        return None
    if result.code is None or result.code < 500 or result.outcome is Outcome.NOT_SENT:
        return before
    return Refusal(result.code, result.text, contact_id)


def read(
    result: SendResult, before: Refusal | None, contact_id: int, sender: str, recipient: str
) -> SendResult:
    """The result, held against the sender where it names the sender and nobody else, or where the server said the very
    same to somebody else just before, whatever it means."""
    if result.code is None or result.code < 500 or result.outcome is Outcome.NOT_SENT:
        return result
    if before is not None and _repeats(result, before, contact_id):
        words = f"{SAME}: {result.text}"
        return dataclasses.replace(result, outcome=Outcome.REFUSED, blame=Blame.SENDER, text=words)
    said = result.text.lower()
    if sender.lower() in said and recipient.lower() not in said and result.blame is not Blame.RECEIVER:
        return dataclasses.replace(result, outcome=Outcome.REFUSED, blame=Blame.SENDER)
    return result


def _repeats(result: SendResult, before: Refusal, contact_id: int) -> bool:
    other = before.contact_id != contact_id and before.code == result.code
    return other and wording.same(before.words, result.text)
