"""People handed over from one mailbox to another, all in one go: before the first is removed, or when they are held because it was.

Whoever has had no mail goes on from the other mailbox. Somebody whose conversation has begun is written to in it by nobody else: they
stay where they are, unless their next mail begins a new thread and that is asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import states
from relance.engine.context import Context
from relance.engine.mailboxes import remove as removing
from relance.engine.reasons import Code
from relance.engine.sequences import control
from relance.engine.sequences.control import LockedEnrollments
from relance.engine.sequences.senders import conversation
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text

BATCH = 50
# People in one transaction: whoever sends meanwhile waits for it.


class _Fate(StrEnum):
    MOVED = "moved"
    IN_CONVERSATION = "in conversation"
    IN_DOUBT = "in doubt"
    HELD_OTHERWISE = "held otherwise"


@dataclass(frozen=True)
class HandOver:
    """How many people continue from the other mailbox (in a dry run: would), and how many do not, by the reason. If the first
    mailbox was removed, or is being removed, they are held."""

    address: str
    moved: int = 0
    in_conversation: int = 0  # they have had mail from it, and the next one continues that
    in_doubt: int = 0  # a mail may be on its way to them
    held_otherwise: int = 0  # held for another reason as well: that must be decided first
    held: int = 0  # nobody was to go on with them
    dry_run: bool = False

    @property
    def left(self) -> int:
        """How many do not continue from it."""
        return self.in_conversation + self.in_doubt + self.held_otherwise + self.held


@dataclass(frozen=True)
class _Wish:
    """From which mailbox to which; `new_threads`: also people who have had mail and whose next one begins a new thread."""

    source: Mailbox
    target: Mailbox
    new_threads: bool
    dry_run: bool

    @property
    def gone(self) -> bool:
        """Whether the first was removed: then people are held because of it, and go on."""
        return self.source.state == "removed"


def hand_over(
    context: Context, address: str, to: str, *, new_threads: bool = False, dry_run: bool = False
) -> HandOver:
    """Let the mailbox `to` go on with people whom `address` writes to; with those who are held because it was removed, too.

    Raises `errors.NotFound` for either, `errors.WrongUse` where both are the same. After an interruption the same request goes on.
    """
    with context.database.read() as conn:
        source, target = _known(conn, address), mailboxes.named(conn, to)
        people = [row.id for row in enrollments.of_mailbox(conn, source.id) if row.state in states.OPEN]
    return hand_over_some(context, source, target, people, new_threads=new_threads, dry_run=dry_run)


def hand_over_some(
    context: Context,
    source: Mailbox,
    target: Mailbox,
    people: Sequence[int],
    *,
    new_threads: bool = False,
    dry_run: bool = False,
) -> HandOver:
    """The same for these enrollments alone."""
    if source.id == target.id:
        raise errors.WrongUse(Text("{address} cannot be handed over to itself.", address=source.address))
    wish = _Wish(source, target, new_threads, dry_run)
    counted: Counter[_Fate] = Counter()
    for start in range(0, len(people), BATCH):
        counted.update(_batch(context, wish, people[start : start + BATCH]))
    return HandOver(
        source.address,
        counted[_Fate.MOVED],
        counted[_Fate.IN_CONVERSATION],
        counted[_Fate.IN_DOUBT],
        counted[_Fate.HELD_OTHERWISE],
        dry_run=dry_run,
    )


def remove(
    context: Context,
    address: str,
    *,
    force: bool = False,
    to: str | None = None,
    new_threads: bool = False,
    dry_run: bool = False,
) -> HandOver:
    """Forget a mailbox and its password; its history stays. Whoever it still writes to goes on from the mailbox `to`, as
    `hand_over` says, and the others are held; with `force` alone all are held. Answers to what it sent are not read any more.

    Raises `errors.WrongUse` while a mail of it is leaving, and where it has people and neither is given.
    """
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        planned = sum(row.state in states.OPEN for row in enrollments.of_mailbox(conn, mailbox.id))
        if (
            to is not None or dry_run
        ):  # nobody is moved for a removal that is refused; `removing` settles and refuses by itself
            removing.refuse_in_flight(conn, mailbox)
    done = HandOver(mailbox.address, held=planned, dry_run=dry_run)
    if to is not None:
        done = hand_over(context, address, to, new_threads=new_threads, dry_run=dry_run)
    if not dry_run:
        removing.remove(context, mailbox, force=force or to is not None)
    return done


def _known(conn: Connection, address: str) -> Mailbox:
    found = mailboxes.by_address(conn, address.strip().lower())
    if found is None:
        raise mailboxes.no_such(address)
    return found


def _batch(context: Context, wish: _Wish, people: Sequence[int]) -> list[_Fate]:
    if wish.dry_run:
        with context.database.read() as conn:
            rows = enrollments.by_ids(conn, people)
            return [fate for _row, _mail, fate in _fates(conn, context, wish, rows)]
    with context.database.write() as conn:
        now_there = mailboxes.lock(conn, [wish.source.id, wish.target.id])
        if now_there.get(wish.target.id) == "removed":
            raise mailboxes.no_such(wish.target.address)
        rows = [row for row, _state in enrollments.lock(conn, people).values()]
        found = list(_fates(conn, context, wish, rows))
        going = [(row, mail) for row, mail, fate in found if fate is _Fate.MOVED]
        known = contacts.by_ids(conn, [row.contact_id for row, _mail in going]) if going else {}
        for row, mail in going:
            theirs = LockedEnrollments(conn, context, known[row.contact_id], context.clock.now())
            moved = control.change_sender(theirs, row, wish.target)
            if wish.gone:
                control.go_on(theirs, moved, mail, together=True)
        return [fate for _row, _mail, fate in found]


def _fates(
    conn: Connection, context: Context, wish: _Wish, rows: Sequence[Enrollment]
) -> Iterator[tuple[Enrollment, Message | None, _Fate]]:
    """What becomes of each who is still this mailbox's."""
    here = [row for row in rows if row.mailbox_id == wish.source.id and row.state in states.OPEN]
    mails = messages.of_steps(conn, [(row.id, row.step or "") for row in here])
    sent = messages.accepted_before(conn, [row.id for row in here])
    for row in here:
        mail = mails.get((row.id, row.step or ""))
        yield row, mail, _fate(conn, context, wish, row, mail, had_mail=bool(sent[row.id]))


def _fate(
    conn: Connection, context: Context, wish: _Wish, row: Enrollment, mail: Message | None, *, had_mail: bool
) -> _Fate:
    if conversation.half_out(mail) or row.lost_before is not None:
        return _Fate.IN_DOUBT
    if wish.gone and {each.code for each in row.why} != {Code.MAILBOX_REMOVED}:
        return _Fate.HELD_OTHERWISE
    if had_mail and not (wish.new_threads and conversation.begins_a_thread(conn, context, row)):
        return _Fate.IN_CONVERSATION
    return _Fate.MOVED
