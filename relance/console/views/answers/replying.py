"""The reply below an answer: what was replied before, the box to write in, and taking the last one back while it has not left."""

from __future__ import annotations

import math
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relance import errors
from relance.console.visit import Visit
from relance.engine.inbound.answering import writing
from relance.engine.inbound.answering.addressees import ReplyAddresses
from relance.engine.inbound.corrections.inbox_pages import AnswerDetail
from relance.engine.roles import Permission
from relance.engine.store.sending.own_replies import OwnReplyView
from relance.wording import Text

AGAIN = "again"  # in the address: which one was taken back; its words stand in the box
LOOK_SECONDS = 3  # between two looks at one that is on its way
LONGEST_COUNT = 600  # seconds; what leaves later, or while the clock stands still, is told by its time
ON_ITS_WAY = ("prepared", "transmitting", "deferred", "not sent")
TONES = {"accepted": "green", "refused": "red", "abandoned": "grey", "unknown": "amber"}


@dataclass(frozen=True)
class WrittenReply:
    """What stands in the box, and what was wrong with it. A `key` is sent once, however often its form is."""

    key: str
    text: str = ""
    quote: bool = True
    problem: str = ""
    when_paused: bool = False
    same: bool = False  # the same words were sent before: to be asked whether they go again
    to: str = ""  # which of the addresses it may go to; empty: the usual one


@dataclass(frozen=True)
class Replying:
    """The part of the page."""

    sent: tuple[OwnReplyView, ...]
    draft: WrittenReply
    addresses: ReplyAddresses
    paused: bool  # the mailbox is: it can wait for that
    open: bool  # the box is
    left: Mapping[int, int]  # seconds of the machine until each leaves that still waits
    wait: int = 0  # seconds until the page looks again what happened to them; 0: it need not
    tones = TONES


def part(visit: Visit, opened: AnswerDetail | None, draft: WrittenReply | None) -> Replying | None:
    """The part for an open answer of somebody who is known."""
    if opened is None or opened.answer.email is None:
        return None
    sent = visit.app.inbox.replies(opened.answer.id)
    taken = visit.query.get(AGAIN, "")
    words = next((writing.without_quote(each.text) for each in sent if str(each.id) == taken), "")
    again = bool(words) and draft is None
    found = draft or WrittenReply(secrets.token_hex(16), words)
    paused = (
        visit.me.may(Permission.WORK) and visit.app.mailboxes.show(opened.answer.mailbox).state == "paused"
    )
    addresses = visit.app.inbox.addresses(opened.answer.id)
    left = _left(visit, sent)
    return Replying(
        sent, found, addresses, paused, again or draft is not None, left, 0 if paused else _wait(sent, left)
    )


def _left(visit: Visit, sent: Sequence[OwnReplyView]) -> Mapping[int, int]:
    clock, now = visit.installation.clock, visit.now
    waiting = {
        each.id: each.leaves_at - now for each in sent if each.can_be_taken_back and each.leaves_at > now
    }
    found = {number: clock.machine_seconds(span) for number, span in waiting.items()}
    return {number: math.ceil(seconds) for number, seconds in found.items() if seconds < LONGEST_COUNT}


def _wait(sent: Sequence[OwnReplyView], left: Mapping[int, int]) -> int:
    """Until the next one is to leave; where one is on its way, a moment."""
    on_its_way = any(each.state in ON_ITS_WAY and each.id not in left for each in sent)
    return LOOK_SECONDS if on_its_way else min(left.values(), default=-1) + 1


def written(visit: Visit) -> WrittenReply:
    """What was sent by the form."""
    return WrittenReply(
        visit.text("key", 64),
        visit.text("text", writing.WORDS_MOST + 1),
        visit.text("quote", 5) == "yes",
        when_paused=visit.text("when_paused", 5) == "yes",
        to=visit.text("to", 320),
    )


def send(visit: Visit, number: int, draft: WrittenReply) -> Text:
    """Send it; returns what is said of it. Raises `errors.Invalid`."""
    if not draft.key:
        raise errors.Invalid(Text("This form is out of date. Open the answer again."))
    done = visit.app.inbox.reply(
        number,
        draft.text,
        quote=draft.quote,
        key=draft.key,
        when_paused=draft.when_paused,
        to=draft.to,
        again=visit.text("same", 5) == "yes",
    )
    return Text(
        "The reply to {email} will be sent in half a minute. You can take it back until then.", email=done.to
    )
