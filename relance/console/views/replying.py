"""The reply below an answer: what was replied before, the box to write in, and taking the last one back while it has not left."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from relance import errors
from relance.console.visit import Visit
from relance.engine.inbound.answering import writing
from relance.engine.inbound.answering.addressees import ReplyAddresses
from relance.engine.inbound.corrections.inbox_pages import AnswerDetail
from relance.engine.roles import Permission
from relance.engine.store.sending.own_replies import OwnReplyView
from relance.wording import Text

AGAIN = "again"  # in the address: the words of the one that was taken back stand in the box
TONES = {"accepted": "green", "refused": "red", "abandoned": "grey", "unknown": "amber"}


@dataclass(frozen=True)
class Draft:
    """What stands in the box, and what was wrong with it. A `key` is sent once, however often its form is."""

    key: str
    text: str = ""
    quote: bool = True
    problem: str = ""
    when_paused: bool = False
    to: str = ""  # which of the addresses it may go to; empty: the usual one


@dataclass(frozen=True)
class Replying:
    """The part of the page."""

    sent: tuple[OwnReplyView, ...]
    draft: Draft
    addresses: ReplyAddresses
    paused: bool  # the mailbox is: it can wait for that
    open: bool  # the box is
    tones = TONES


def part(visit: Visit, opened: AnswerDetail | None, draft: Draft | None) -> Replying | None:
    """The part for an open answer of somebody who is known."""
    if opened is None or opened.answer.email is None:
        return None
    sent = visit.app.inbox.replies(opened.answer.id)
    again = visit.query.get(AGAIN, "") != "" and bool(sent) and draft is None
    found = draft or Draft(secrets.token_hex(16), writing.without_quote(sent[-1].text) if again else "")
    paused = (
        visit.me.may(Permission.WORK) and visit.app.mailboxes.show(opened.answer.mailbox).state == "paused"
    )
    addresses = visit.app.inbox.addresses(opened.answer.id)
    return Replying(sent, found, addresses, paused, again or draft is not None)


def written(visit: Visit) -> Draft:
    """What was sent by the form."""
    return Draft(
        visit.text("key", 64),
        visit.text("text", writing.WORDS_MOST + 1),
        visit.text("quote", 5) == "yes",
        when_paused=visit.text("when_paused", 5) == "yes",
        to=visit.text("to", 320),
    )


def send(visit: Visit, number: int, draft: Draft) -> Text:
    """Send it; returns what is said of it. Raises `errors.Invalid`."""
    if not draft.key:
        raise errors.Invalid(Text("Open the answer again: this form is too old."))
    done = visit.app.inbox.reply(
        number,
        draft.text,
        quote=draft.quote,
        key=draft.key,
        when_paused=draft.when_paused,
        to=draft.to,
    )
    return Text(
        "The reply to {email} leaves in half a minute. You can take it back until then.", email=done.to
    )
