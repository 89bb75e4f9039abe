"""Mails that came back in doubt from the server we send through: what it writes back is its answer as much as what it says
at once, and the same to two people is about neither. (What a bounce does is in `policy.py`.)"""

from __future__ import annotations

import datetime as dt
import re

from sqlalchemy.engine import Connection

from relance.engine.inbound import classification
from relance.engine.reasons import Code, because
from relance.engine.sending.refusals import repeated_answers
from relance.engine.sending.refusals.repeated_answers import Refusal, Whose
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import mailboxes
from relance.mailbox import refusal_words
from relance.mailbox.parsing.inbound import Classification, Kind, Speaker

WITHIN = dt.timedelta(days=3)
# A mail that a server takes and writes back later was accepted, so that an accepted one between shows nothing: time does.
_CODE = re.compile(r"\s*([45]\d\d)[ -]+")
_UNSAID = 550


def is_doubtful(judgement: Classification) -> bool:
    """Whether it may be about the person as well as about us, and no receiving server said it."""
    weak = judgement.kind is Kind.HARD_BOUNCE and not judgement.definite
    return weak and judgement.speaker is not Speaker.RECEIVER and bool(judgement.evidence)


def note(
    conn: Connection, mailbox_id: int, judgement: Classification, whose: Whose, now: dt.datetime
) -> None:
    """Remember it beside the refusals at once; pause the mailbox where somebody else's mail was answered the same."""
    code, words = _said(str(judgement.evidence), whose)
    before = repeated_answers.of(mailboxes.by_id(conn, mailbox_id).refusal)
    here = Refusal(code, words, whose.contact_id, whose.organisation)
    mailboxes.change(conn, mailbox_id, refusal=here.row())
    at_once = before is not None and before.contact_id != whose.contact_id
    same = at_once and before is not None and refusal_words.same(before.words, words)
    if same or _came_back(conn, mailbox_id, words, whose, now):
        why = because(Code.SAME_ANSWER_TWICE, said=judgement.evidence, email=whose.recipient)
        mailboxes.pause(conn, mailbox_id, why, now)


def _said(evidence: str, whose: Whose) -> tuple[int, str]:
    found = _CODE.match(evidence)
    return int(found[1]) if found else _UNSAID, whose.left_out(evidence[found.end() if found else 0 :])


def _came_back(conn: Connection, mailbox_id: int, words: str, whose: Whose, now: dt.datetime) -> bool:
    for each in replies.bounces_since(conn, mailbox_id, now - WITHIN):
        judgement = classification.in_force(each).judgement
        if each.contact_id in (None, whose.contact_id) or not each.email or not is_doubtful(judgement):
            continue
        theirs = Whose(each.contact_id or 0, whose.sender, each.email)
        unlike = theirs.organisation != whose.organisation or judgement.speaker is Speaker.OWN
        if unlike and refusal_words.same(_said(str(judgement.evidence), theirs)[1], words):
            return True
    return False
