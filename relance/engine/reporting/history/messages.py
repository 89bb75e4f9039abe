"""The mails we wrote: listed by what people ask, and one as it left."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.sequences import listing, publish
from relance.engine.states import MessageState
from relance.engine.store import cursor
from relance.engine.store.sending import message_lists, messages
from relance.engine.store.sending.message_lists import MessageConditions, MessageView
from relance.mailbox.parsing import opened
from relance.mailbox.parsing.opened import OpenedMail
from relance.wording import Text

MAX_PAGE = 1000
_CURSOR = "m"


@dataclass(frozen=True)
class MessageFilter:
    """Which mails are meant; every condition that is set must hold.

    `states` by their names ("accepted"); every word of `search` begins the recipient's address, a name or a company;
    `since` (included) and `until` (not included) ask when a mail was written, which is its Date.
    """

    sequence: str | None = None
    states: tuple[str, ...] = ()
    mailbox: str | None = None
    email: str | None = None  # one contact
    search: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


@dataclass(frozen=True)
class MessagePage:
    """Some mails, the newest first, and the cursor of the next page; empty where this is the last."""

    messages: tuple[MessageView, ...]
    cursor: str


@dataclass(frozen=True)
class MessageDetail:
    """One mail as it left, or will: its bytes were frozen before it was first offered. `opened` is what they say; what a
    restored database knows of a mail that it forgot has no bytes."""

    message: MessageView
    message_id: str
    thread: str  # Message-ID of the thread's first mail
    opened: OpenedMail
    raw: bytes = field(repr=False)


def page(
    context: Context, wanted: MessageFilter | None = None, *, after: str = "", limit: int = 100
) -> MessagePage:
    """A page of mails, the newest first. Raises `errors.NotFound` for a sequence or mailbox there is not, `errors.Invalid` for a
    state, `errors.WrongUse` for a cursor that is none."""
    behind = cursor.read(_CURSOR, after)
    size = max(1, min(limit, MAX_PAGE))
    with context.database.read() as conn:
        conditions = _meant(conn, context, wanted or MessageFilter())
        found = message_lists.ids(conn, conditions, before=behind[0] if behind else None, limit=size + 1)
        here = tuple(message_lists.of_ids(conn, found[:size]))
    more = len(found) > size
    return MessagePage(here, cursor.written(_CURSOR, found[size - 1]) if more else cursor.BEGINNING)


def show(context: Context, number: int) -> MessageDetail:
    """One mail, by the number `page` gives. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        mail = messages.by_id(conn, number)
        if mail is None:
            raise errors.NotFound(
                Text("there is no mail number {number}. `relance messages list` shows them.", number=number)
            )
        [line] = message_lists.of_ids(conn, [number])
    return MessageDetail(line, mail.message_id, mail.thread, opened.read(mail.raw), mail.raw)


def _meant(conn: Connection, context: Context, wanted: MessageFilter) -> MessageConditions:
    return MessageConditions(
        states=tuple(map(_state, wanted.states)),
        sequence_id=None
        if wanted.sequence is None
        else publish.versions_of(conn, wanted.sequence)[0].sequence_id,
        mailbox_id=None if wanted.mailbox is None else listing.mailbox_id(conn, wanted.mailbox),
        contact_id=None if wanted.email is None else contact_service.get(conn, context, wanted.email).id,
        search=(wanted.search or "").strip(),
        since=wanted.since,
        until=wanted.until,
    )


def _state(name: str) -> MessageState:
    choices = [each.value for each in MessageState]
    if name not in choices:
        raise errors.Invalid(
            Text('"{name}" is not a state. Choose one of: {choices}.', name=name, choices=", ".join(choices))
        )
    return MessageState(name)
