"""A person's answer as the bytes that leave: their own words, in the thread of the mail it answers. No template, no link of ours."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from relance import wording
from relance.engine.inbound import match
from relance.mailbox.composing import compose, signature
from relance.wording import _

WORDS_MOST = 50_000
# Characters that a person may write; a pasted report is no answer.
QUOTE_MOST = 20_000
# Characters of their mail that are quoted.

SUBJECT_MOST = 900
# Characters; a mail of ours may have a thousand.


@dataclass(frozen=True)
class Answered:
    """The mail that is answered. Ids carry their angle brackets; `references` is its own thread, the oldest first."""

    writer: str  # as the line above the quote names them
    address: str
    subject: str
    received_at: dt.datetime  # as the reader of our answer is to see it: in their zone
    message_id: str | None
    references: tuple[str, ...]
    words: str
    language: str = (
        ""  # two letters: of the conversation, whatever the person who answers reads here; empty: not known
    )


def subject(answered: str, before: str) -> str:
    """ "Re: " before the subject of the thread, once; theirs, or where they left it empty that of our mail `before`. Pure."""
    return f"Re: {_bare(answered) or _bare(before) or '...'}"


def _bare(text: str) -> str:
    return match.strip_marks(" ".join(text.split()))[:SUBJECT_MOST]


def text(words: str, answered: Answered, *, quote: bool, sign: str = "") -> str:
    """The whole text: what they wrote, and below it, if wanted, what it answers. Between both stands `sign`, unless the words end
    with it; its mark (RFC 3676, 4.3) only where nothing follows, for programs hide what follows. Pure."""
    own = tidy(words)
    if sign and not own.endswith(sign):
        own = f"{own}\n\n{'' if quote and answered.words.strip() else signature.MARK}{sign}"
    theirs = tidy(answered.words[:QUOTE_MOST])
    if not quote or not theirs:
        return own
    quoted = "\n".join(
        f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in theirs.split("\n")
    )
    return f"{own}\n\n{_attribution(answered)}\n{quoted}"


def _attribution(answered: Answered) -> str:
    """The line above the quote, in the language of the mails before; without any words where that is none of ours."""
    if wording.matched(answered.language) is None:
        at = answered.received_at.astimezone(wording.shown_zone())
        who = f"{answered.writer} <{answered.address}>" if answered.writer else f"<{answered.address}>"
        return f"{at.isoformat(' ', 'minutes')}, {who}:"
    with wording.speaking(answered.language):
        return _(
            "On {date}, {who} wrote:", date=answered.received_at, who=answered.writer or answered.address
        )


_QUOTE = re.compile(r"\n\n[^\n]*\n>[^\n]*(?:\n>[^\n]*)*\Z")


def without_quote(text: str) -> str:
    """The words of a text that `text` made, to be written on. Pure."""
    return _QUOTE.sub("", text)


def are_same(one: str, other: str) -> bool:
    """Whether two replies say the same, with or without what they quote. Pure."""
    return without_quote(tidy(one)) == without_quote(tidy(other))


def tidy(words: str) -> str:
    """Words as they are sent: no blanks at the ends of lines, no empty lines around. Pure."""
    lines = words.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def thread(answered: Answered) -> tuple[str | None, tuple[str, ...]]:
    """In-Reply-To and References (RFC 5322, 3.6.4) of an answer to it. Ids that no header may hold are left out. Pure."""
    parents = [each for each in answered.references if compose.is_message_id(each)]
    own = answered.message_id if answered.message_id and compose.is_message_id(answered.message_id) else None
    return own, (*parents, own) if own else tuple(parents)
