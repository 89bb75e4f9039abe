"""A mail on the table: what came in, what we know about it, and its text prepared for the rules."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from relance.mailbox.classification import quoting
from relance.mailbox.classification.languages import language, normalize
from relance.mailbox.classification.languages.normalize import Folded
from relance.mailbox.failures import FailureReason, FailureStage
from relance.mailbox.parsing.inbound import InboundMail, OtherRecipient, Speaker
from relance.wording import Text

# The point in an address or a number ends no sentence; most phrases may not reach over one that does.
_INNER_POINT = re.compile(r"(?<=\w)\.(?=\w)")
_LINE_END = re.compile(r"(?<=\S)[ \t]*\n[ \t]*(?=\S)")
_ADDRESS = re.compile(
    r"(?<![\w.+/=&%#-])(?:smtp=|mailto:|rfc822;)?([\w.+'/=&%#-]{1,64}@(?:[\w-]{1,63}\.){1,8}[\w-]{2,24})"
)


@dataclass(frozen=True)
class RuleMatch:
    """A rule's yes: the words or header it rests on, and what it learnt on the way.

    Words found in folded text are compared folded, and bring their original (`normalize.original`).
    """

    evidence: str
    language: str | None = None
    recipient: str | None = None
    status: str | None = None
    notes: tuple[Text, ...] = ()
    definite: bool = True
    speaker: Speaker = Speaker.UNKNOWN
    failure: FailureReason | None = None
    stage: FailureStage | None = None
    others: tuple[OtherRecipient, ...] = ()
    told: Text | None = None  # instead of the evidence: a sentence of ours, where there is nothing to quote


def marked(mark: str, recipient: str | None = None) -> RuleMatch:
    """A yes that rests on what programs tell each other, such as a header: no words of anybody's."""
    return RuleMatch(mark, recipient=recipient, told=Text("marked {mark}", mark=mark))


@dataclass(frozen=True)
class OurMail:
    """A mail of ours: what is in it are our words, wherever they come back."""

    text: str
    subject: str = ""


@dataclass(frozen=True)
class ClassifierInput:
    """One mail with its circumstances; everything derived is worked out once, when first asked for."""

    mail: InboundMail
    received: dt.datetime
    own_addresses: frozenset[str] = frozenset()
    sent: tuple[OurMail, ...] = ()
    mailed: frozenset[str] = frozenset()
    own_hosts: frozenset[str] = frozenset()  # the servers of the mailbox it came to, and its domain

    @cached_property
    def words(self) -> quoting.QuotedWords:
        """The text without quotes and without ours."""
        return quoting.split(self.mail.text, [each.text for each in self.sent])

    @cached_property
    def text(self) -> Folded:
        """The whole text, folded and bounded: for machine mail, which quotes nobody."""
        return normalize.folded(normalize.bounded(self.mail.text))

    @cached_property
    def body(self) -> Folded:
        """What the sender wrote, with the signature, folded."""
        return normalize.folded(normalize.bounded(self.words.body))

    @cached_property
    def unwrapped(self) -> Folded:
        """The body with the lines of a paragraph joined: for phrases that reach over a line's end."""
        return self.body.replaced(_LINE_END, " ")

    @cached_property
    def report_type(self) -> str:
        """Of a multipart/report (RFC 6522): delivery-status, disposition-notification, feedback-report …"""
        return dict(self.mail.content_params).get("report-type", "").lower()

    @cached_property
    def own(self) -> Folded:
        """What the sender wrote, without the signature, folded."""
        return normalize.folded(normalize.bounded(self.words.own))

    @cached_property
    def subject(self) -> Folded:
        """The subject, folded, on one line."""
        return normalize.folded(normalize.bounded(self.mail.subject, 500)).squeezed()

    @cached_property
    def bare_subject(self) -> Folded:
        """The subject without "Re:" and "Fwd:" and list tags before it."""
        before = _prefixes().match(self.subject)
        return self.subject[before.end() :] if before else self.subject

    @cached_property
    def is_answer(self) -> bool:
        """Does it say of itself that it answers a mail?"""
        return bool(self.mail.in_reply_to or self.mail.references or self.bare_subject != self.subject)

    @cached_property
    def has_null_sender(self) -> bool:
        """Was it sent with the empty envelope sender of reports and automatic answers (RFC 5321, 4.5.5)?"""
        path = self.mail.header("return-path")
        return path is not None and path.strip() in {"<>", ""}

    @cached_property
    def today(self) -> dt.date:
        """The day of receipt where the sender is, as far as the Date header tells."""
        date = self.mail.date
        zone = date.tzinfo if date is not None else None
        return self.received.astimezone(zone).date() if zone else self.received.date()

    @cached_property
    def day_first(self) -> bool:
        """Are numbers day/month? Not where the sender's clock is in the Americas; only English asks this."""
        date = self.mail.date
        offset = date.utcoffset() if date is not None else None
        return offset is None or not dt.timedelta(hours=-10) <= offset <= dt.timedelta(hours=-4)

    @cached_property
    def language(self) -> str | None:
        """The language most of its common words belong to."""
        ranked = language.ranked(self.own or self.body or self.text)
        return ranked[0][0].code if ranked and ranked[0][1] >= 2 else None

    def say(self, topic: str, text: str) -> RuleMatch | None:
        """Does this text hold a phrase of this topic, in any language?"""
        found = language.find_any(topic, _INNER_POINT.sub("·", text), self.language)
        return RuleMatch(normalize.quote(text[found.start : found.end]), found.language) if found else None

    def addresses(self, text: str) -> Iterator[str]:
        """Addresses in a text that are not ours, small letters, each once."""
        seen = dict.fromkeys(match.group(1).strip("'.").lower() for match in _ADDRESS.finditer(text))
        yield from (address for address in seen if address not in self.own_addresses)


@functools.cache
def _prefixes() -> re.Pattern[str]:
    """ "Re:" and "Fwd:" in every language, as many as stand there."""
    topics = ("subject.answer", "subject.forward")
    names = "|".join(words.pattern(topic).pattern for words in language.all_languages() for topic in topics)
    return re.compile(rf"^\s*(?:(?:\[[^\]]{{1,40}}\]\s*)?(?:{names})(?:\s?\[\d+\]|\s?\(\d+\))?\s?:\s*)+")
