"""Judging: what a mail that came in is, why, and what the person wants. Pure rules over values; no clock, no SQL."""

from __future__ import annotations

from collections.abc import Sequence

from relance.mailbox.classification import quoting
from relance.mailbox.classification.chain import VERSION, judge
from relance.mailbox.parsing.inbound import InboundMail

__all__ = ["VERSION", "answer_text", "judge"]


def answer_text(mail: InboundMail, sent_texts: Sequence[str] = ()) -> str:
    """The person's own words: without quotes, without what we sent, without the signature."""
    return quoting.split(mail.text, sent_texts).own
