"""Judging one raw mail outside of a mailbox, and judging that never fails: what defeats the rules, a person must read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from relance.mailbox import classification
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.parsing.inbound import Classification, InboundMail, Kind
from relance.wording import Text

MAX_WORDS = 120  # of what a mistake says of itself


@dataclass(frozen=True)
class Known:
    """What is known besides the mail itself."""

    received: dt.datetime  # aware
    own: Collection[str] = ()  # the addresses of our mailboxes
    sent: Sequence[OurMail] = ()  # what we sent to this person
    mailed: Collection[str] = ()  # the addresses we mailed
    own_hosts: Collection[str] = ()  # the mailbox's servers and domain


def judge(mail: InboundMail, known: Known) -> Classification:
    """What a mail is. A mistake in a rule makes it one that could not be read; it never stops a mailbox."""
    try:
        return classification.judge(
            mail,
            received=known.received,
            own_addresses=known.own,
            sent=known.sent,
            mailed=known.mailed,
            own_hosts=known.own_hosts,
        )
    except Exception as mistake:  # the last fence: no mail is ever left out
        kind, words = type(mistake).__name__, str(mistake)[:MAX_WORDS]
        told = Text("a fault in Relance ({kind}: {words})", kind=kind, words=words)
        return Classification(Kind.UNREADABLE, "is beyond rules", told, version=classification.VERSION)


def own_words(mail: InboundMail, sent_texts: Sequence[str]) -> str:
    """The person's own words; the whole text where they cannot be told apart."""
    try:
        return classification.answer_text(mail, sent_texts)
    except Exception:  # as above
        return mail.text
