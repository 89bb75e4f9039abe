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
from relance.engine.store.contacts import hits
from relance.engine.store.sending import message_lists, messages
from relance.engine.store.sending.message_lists import MessageConditions, MessageView
from relance.engine.store.sending.messages import Message
from relance.mailbox.parsing import opened
from relance.mailbox.parsing.opened import OpenedMail
from relance.wording import Text

MAX_PAGE = 1000
MOST_OPENED = 50
# Mails that are read and taken apart at once.
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
                Text("there is no mail number {number}.", number=number),
                command=Text("`relance messages list` shows them."),
            )
        [line] = message_lists.of_ids(conn, [number])
    return _detail(mail, line)


def newest_opened(
    context: Context, wanted: MessageFilter | None = None, limit: int = 20
) -> tuple[MessageDetail, ...]:
    """The newest mails that fit, as they left; raises what `page` raises."""
    with context.database.read() as conn:
        conditions = _meant(conn, context, wanted or MessageFilter())
        found = message_lists.ids(conn, conditions, limit=max(1, min(limit, MOST_OPENED)))
        mails = messages.by_ids(conn, found)
        return tuple(_detail(mails[line.id], line) for line in message_lists.of_ids(conn, found))


def _detail(mail: Message, line: MessageView) -> MessageDetail:
    return MessageDetail(line, mail.message_id, mail.thread, opened.read(mail.raw), mail.raw)


def machine_hits(context: Context, email: str, limit: int = 500) -> tuple[hits.MachineHit, ...]:
    """The newest opens and clicks of machines in a contact's mails. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        person = contact_service.get(conn, context, email)
        return tuple(hits.of_machines(conn, person.id, max(1, min(limit, MAX_PAGE))))


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
