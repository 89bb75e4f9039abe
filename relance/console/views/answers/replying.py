"""The reply below an answer: what was replied before, the box to write in, and taking the last one back while it has not left."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from relance import errors
from relance.console.pages import LARGEST_FORM
from relance.console.visit import Visit
from relance.engine.inbound.answering import writing
from relance.engine.inbound.answering.addressees import ReplyAddresses
from relance.engine.inbound.corrections.inbox_pages import AnswerDetail
from relance.engine.roles import Permission
from relance.engine.states import MESSAGE_GIVEN_UP
from relance.engine.store.sending.own_replies import OwnReplyView
from relance.wording import Text, ended

AGAIN = "again"  # in the address: which one was taken back; its words stand in the box
ANOTHER = "another"  # in the address: a further reply is written, after so many
TOLD = "told"  # in the address: what became of the reply is told beside it, below a long answer
ASKED = (AGAIN, ANOTHER, TOLD)
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
    further: bool = False  # another reply was written meanwhile: to be asked whether this one goes as well
    to: str = ""  # which of the addresses it may go to; empty: the usual one


@dataclass(frozen=True)
class Replying:
    """The part of the page."""

    sent: tuple[OwnReplyView, ...]
    draft: WrittenReply
    addresses: ReplyAddresses
    paused: bool  # the mailbox is: it can wait for that
    refused: str  # why nothing may be sent to them; empty: it may
    open: bool  # the box is
    another: int  # a reply stands: one more is written after so many, if that is asked for; 0: there is a box
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
    addresses, stand = visit.app.inbox.addresses(opened.answer.id), _standing(sent)
    found = draft or WrittenReply(_key(opened.answer.id, sent), words, quote=not addresses.must_choose)
    further = visit.query.get(ANOTHER) == str(len(stand))
    wanted = further or draft is not None or bool(words)
    paused = (
        visit.me.may(Permission.WORK) and visit.app.mailboxes.show(opened.answer.mailbox).state == "paused"
    )
    left = _left(visit, sent)
    return Replying(
        sent,
        found,
        addresses,
        paused,
        ended(visit.app.contacts.refusing(opened.answer.email)),
        open=wanted,
        another=0 if wanted else len(stand),
        left=left,
        wait=0 if paused else _wait(sent, left),
    )


def _standing(sent: Sequence[OwnReplyView]) -> Sequence[OwnReplyView]:
    return [each for each in sent if each.state not in MESSAGE_GIVEN_UP]


def _key(number: int, sent: Sequence[OwnReplyView]) -> str:
    """The same for everybody who writes the next reply to an answer, and for the form that a browser goes back to: it is one reply. A
    further one is another, and so is the next after one that was taken back."""
    stand = len(_standing(sent))
    return hashlib.sha256(f"{number}\n{len(sent) - stand}\n{stand}".encode()).hexdigest()[:32]


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
        visit.text("text", LARGEST_FORM),
        visit.text("quote", 5) == "yes",
        when_paused=visit.text("when_paused", 5) == "yes",
        to=visit.text("to", 320),
    )


@dataclass(frozen=True)
class Sent:
    """What is said of a reply that was sent, and how."""

    words: Text
    tone: str = "good"


class RepliedMeanwhile(errors.Invalid):
    """Another reply was written since the form was opened; `key` is that of a further one."""

    def __init__(self, last: OwnReplyView, key: str, me: str) -> None:
        self.key = key
        who = last.written_by.name if last.written_by else last.mailbox
        super().__init__(
            Text("You have replied already: read it above. This has not been sent. Send it as well?")
            if who == me
            else Text(
                "A reply was written by {who} meanwhile: read it above. Yours has not been sent. Send it as well?",
                who=who,
            )
        )


def send(visit: Visit, number: int, draft: WrittenReply) -> Sent:
    """Send it; once, whatever the browser goes back to. Raises `errors.Invalid`, `RepliedMeanwhile` where another one was written."""
    if not draft.key:
        raise errors.Invalid(Text("This form is out of date. Open the answer again."))
    sent = visit.app.inbox.replies(number)
    stand, key = _standing(sent), _key(number, sent)
    if draft.key != key and stand:
        twin = next((each for each in stand if writing.are_same(each.text, draft.text)), None)
        if twin is None:
            raise RepliedMeanwhile(stand[-1], key, visit.me.email)
        return _sent_before(twin)
    if not draft.to and visit.app.inbox.addresses(number).must_choose:
        raise errors.Invalid(Text("Choose the address that your reply goes to."))
    done = _replied(visit, number, replace(draft, key=key))
    if not writing.are_same(done.text, draft.text):  # both pressed at once
        raise RepliedMeanwhile(done, _key(number, visit.app.inbox.replies(number)), visit.me.email)
    return Sent(
        Text(
            "The reply to {email} will be sent in half a minute. You can take it back until then.",
            email=done.to,
        )
    )


def _sent_before(twin: OwnReplyView) -> Sent:
    if twin.sent_at:
        return Sent(
            Text("This reply was already sent, at {time}. Nothing was sent again.", time=twin.sent_at), "warn"
        )
    return Sent(Text("This reply is already on its way. It is sent once."), "warn")


def _replied(visit: Visit, number: int, draft: WrittenReply) -> OwnReplyView:
    return visit.app.inbox.reply(
        number,
        draft.text,
        quote=draft.quote,
        key=draft.key,
        when_paused=draft.when_paused,
        to=draft.to,
        again=visit.text("same", 5) == "yes",
    )
