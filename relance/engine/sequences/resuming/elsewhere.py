"""People go on from another mailbox: each who may, as many at once as there are, in a few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.sequences.resuming import doubts, going_on
from relance.engine.sequences.resuming.going_on import Going
from relance.engine.sequences.senders import another, conversation
from relance.engine.states import State
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import message_lists, messages
from relance.engine.store.sequences.enrollments import Enrollment

Kept = Mapping[int, errors.Invalid]
# Why somebody does not go on, by enrollment.


def known(conn: Connection, rows: Sequence[Enrollment]) -> list[Going]:
    """These, with the mails already made for the steps to do."""
    people = contacts.by_ids(conn, [row.contact_id for row in rows])
    mails = messages.of_steps(conn, [(row.id, row.step or "") for row in rows])
    return [Going(row, people[row.contact_id], mails.get((row.id, row.step or ""))) for row in rows]


def kept(
    conn: Connection,
    context: Context,
    people: Sequence[Going],
    target: Mailbox | None,
    *,
    same_thread: bool = False,
) -> Kept:
    """Who of them cannot go on, or not from `target`, and why: a mail of theirs is in doubt or half out, or another sender would
    write in a conversation that has begun, unless `same_thread` asks for that."""
    moving = [each.row.id for each in people if _moves(each, target) and not same_thread]
    written = message_lists.written_to(conn, moving) if moving else set()
    found = {}
    for each in people:
        try:
            _refuse(conn, context, each, target, in_conversation=each.row.id in written)
        except errors.Invalid as why:
            found[each.row.id] = why
    return found


def _moves(each: Going, target: Mailbox | None) -> bool:
    return target is not None and each.row.mailbox_id != target.id and each.row.state is not State.ACTIVE


def _refuse(
    conn: Connection, context: Context, each: Going, target: Mailbox | None, *, in_conversation: bool
) -> None:
    if each.row.state is State.HELD:
        doubts.refuse_unknown(each.mail)
    doubts.refuse_unproved(conn, each.row, each.person.email)
    if not _moves(each, target):
        return
    if in_conversation:
        conversation.refuse_another(conn, context, each.row, each.person.email)
    if each.mail is not None and conversation.half_out(each.mail):
        raise conversation.keeps_its_sender(each.mail)


def give(
    conn: Connection, context: Context, people: Sequence[Going], target: Mailbox, now: dt.datetime
) -> list[Going]:
    """Let `target` write to these from here, none of whom is kept: as they stand then. The recipient sees the next mail come from
    somebody else. Raises `errors.NotFound` where the mailbox has just been removed."""
    moving = [each.row for each in people if _moves(each, target)]
    moved = {row.id: row for row in another.give(conn, context, moving, target, now)} if moving else {}
    return [replace(each, row=moved.get(each.row.id, each.row)) for each in people]


def go_on(
    conn: Connection,
    context: Context,
    rows: Sequence[Enrollment],
    target: Mailbox,
    now: dt.datetime,
    *,
    same_thread: bool = False,
) -> Kept:
    """Let these, who are held and locked as their mailboxes are, go on from `target` together; returns who does not, and why.
    Raises `errors.NotFound` where the mailbox has just been removed."""
    people = known(conn, rows)
    stay = kept(conn, context, people, target, same_thread=same_thread)
    going = give(conn, context, [each for each in people if each.row.id not in stay], target, now)
    if going:
        going_on.go_on(conn, context, going, now, together=True)
    return stay
