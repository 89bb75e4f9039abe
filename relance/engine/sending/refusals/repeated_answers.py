"""What a server's answer means beside the one before: the same answer to two different people is about neither. Pure."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from relance.mailbox import address, refusal_words
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from relance.wording import N_, Text

SAME = N_("the same answer to two people in a row: {said}")
ALONE = N_("refused a second time, while others' mails were accepted: {said}")
LIKE = N_("similar answers to two people in a row: {said}")
_SHORT = 3  # letters; a shorter name may be part of the words


@dataclass(frozen=True)
class Refusal:
    """The last mail of a mailbox that its server refused, with none accepted since."""

    code: int
    words: str
    contact_id: int
    organisation: str = ""  # who receives for the person
    meaning: str = ""  # what the words may mean, where that is in doubt

    def row(self) -> dict[str, Any]:
        """As it is stored."""
        return dataclasses.asdict(self)


@dataclass(frozen=True)
class Whose:
    """Between whom a mail was to go."""

    contact_id: int
    sender: str
    recipient: str

    @property
    def organisation(self) -> str:
        """Who receives for the recipient: a company's registered domain, or a free-mail provider's."""
        domain = self.recipient.rpartition("@")[2].lower()
        return address.organisation(domain) or domain

    def left_out(self, words: str) -> str:
        """The words without the recipient's own name, with which every other one would differ."""
        local = re.escape(self.recipient.rpartition("@")[0])
        return re.sub(rf"(?i)(?<![\w.+-]){local}(?![\w+-])", "@", words) if len(local) >= _SHORT else words


def of(row: Mapping[str, Any] | None) -> Refusal | None:
    """As it was stored."""
    if row is None:
        return None
    rest = {name: str(row.get(name, "")) for name in ("organisation", "meaning")}
    return Refusal(int(row["code"]), str(row["words"]), int(row["contact_id"]), **rest)


def is_one(result: SendResult, *, last: bool) -> bool:
    """Whether a server refused a mail: for good, or for now when it was asked for the last time."""
    if result.code is None or result.outcome in (Outcome.NOT_SENT, Outcome.ACCEPTED):
        return False
    return result.code >= 500 or (last and result.outcome is Outcome.DEFERRED)


def heard(before: Refusal | None, result: SendResult, whose: Whose, *, last: bool) -> Refusal | None:
    """What is to be remembered after an attempt; an accepted mail shows that all is well."""
    if result.outcome is Outcome.ACCEPTED:
        return None
    if result.code is None or not is_one(result, last=last):
        return before
    words = whose.left_out(result.text)
    return Refusal(result.code, words, whose.contact_id, whose.organisation, meaning(result))


def read(
    result: SendResult, before: Refusal | None, whose: Whose, *, last: bool, alone: bool = False
) -> SendResult:
    """The result, held against the sender where it names the sender and nobody else, or where the server said the very
    same to somebody else just before, whatever it means, or the like in other words that may mean either.

    `alone`: this very mail was refused before, and others' were taken since. Then a policy is about this one."""
    if not is_one(result, last=last):
        return result
    if before is not None and (why := _repeats(result, before, whose)):
        return dataclasses.replace(
            result, outcome=Outcome.REFUSED, blame=Blame.SENDER, told=_told(why, result)
        )
    said = result.text.lower()
    if alone and smtp_replies.may_be_of_one(result) and whose.sender.lower() not in said:
        return dataclasses.replace(result, blame=Blame.CONTENT, told=_told(ALONE, result))
    if result.code is None or result.code < 500 or result.blame is Blame.RECEIVER:
        return result
    if whose.sender.lower() in said and whose.recipient.lower() not in said:
        return dataclasses.replace(result, outcome=Outcome.REFUSED, blame=Blame.SENDER)
    return result


def _told(sentence: str, result: SendResult) -> Text:
    return Text(sentence, said=smtp_replies.said(result))


def meaning(result: SendResult) -> str:
    """What a refusal may mean that nobody can tell for certain to be about the person; empty: it is clear.

    What a receiving server says is clear: it is that organisation's (`refusing`).
    """
    clear = result.outcome is not Outcome.REFUSED or result.blame in (Blame.SENDER, Blame.RECEIVER)
    if clear or smtp_replies.is_definite(result) or refusal_words.is_passed_on(result.text):
        return ""
    return result.blame.value


def _repeats(result: SendResult, before: Refusal, whose: Whose) -> str:
    if before.contact_id == whose.contact_id:
        return ""
    elsewhere = before.organisation != whose.organisation
    if refusal_words.is_passed_on(result.text) and not elsewhere:
        return ""  # the words of that organisation's server, not of ours
    if before.code == result.code and refusal_words.same(before.words, whose.left_out(result.text)):
        return SAME
    return LIKE if elsewhere and before.meaning and before.meaning == meaning(result) else ""
