"""People handed over from one mailbox to another, all in one go: before the first is removed, or when they are held because it was.

Whoever has had no mail goes on from the other mailbox. Somebody whose conversation has begun is written to in it by nobody else: they
stay where they are or, if that is asked for, until a mail of theirs begins a new thread; then they move by themselves
(`store/sequences/moves.py`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import states
from relance.engine.context import Context
from relance.engine.mailboxes import remove as removing
from relance.engine.reasons import Code
from relance.engine.sequences.resuming import going_on
from relance.engine.sequences.resuming.going_on import Going
from relance.engine.sequences.senders import another, conversation
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import message_lists, messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollment_lists, enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text

BATCH = 50
# People in one transaction: whoever sends meanwhile waits for it.


class Fate(StrEnum):
    """What becomes of somebody, by the fields of `HandOver`."""

    MOVED = "moved"
    LATER = "later"
    KEPT = "kept"
    IN_CONVERSATION = "in_conversation"
    IN_DOUBT = "in_doubt"
    HELD_OTHERWISE = "held_otherwise"


HELD = "held"
# Counted beside fates: nobody was to go on with them.


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
    later: int = (
        0  # in conversation with it, and they move by themselves once a mail of theirs begins a new thread
    )
    kept: int = 0  # the other mailbox's: they were to move to this one, and stay

    @property
    def left(self) -> int:
        """How many do not continue from it."""
        return self.in_conversation + self.in_doubt + self.held_otherwise + self.held

    @classmethod
    def counted(cls, address: str, counts: Mapping[str, int], *, dry_run: bool = False) -> HandOver:
        """Of counts by `Fate`, and of `HELD`."""
        numbers = {each: counts.get(each, 0) for each in (*(fate.value for fate in Fate), HELD)}
        return cls(address, **numbers, dry_run=dry_run)


@dataclass(frozen=True)
class HandOverWish:
    """From which mailbox to which; `new_threads`: also people who have had mail, from a new thread on; `leaving`: the first is about
    to be removed, and nobody can stay with it until then."""

    source: Mailbox
    target: Mailbox
    new_threads: bool = False
    dry_run: bool = False
    leaving: bool = False

    @property
    def gone(self) -> bool:
        """Whether the first was removed: then people are held because of it, and go on."""
        return self.source.state == "removed"


Note = Callable[[Connection, Sequence[Fate], int], None]
# Told in a batch's transaction what became of whom, and the number of the last.
Progress = Callable[[int], None] | None
# Told how many were looked at so far.


def hand_over(
    context: Context,
    address: str,
    to: str,
    *,
    new_threads: bool = False,
    dry_run: bool = False,
    progress: Progress = None,
) -> HandOver:
    """Let the mailbox `to` go on with people whom `address` writes to; with those who are held because it was removed, too. Whom `to`
    was to leave to `address` stays.

    With `new_threads` also with people who have had mail: at once if their next mail begins a new thread, else as soon as one does.
    Raises `errors.NotFound` for either, `errors.WrongUse` where both are the same. After an interruption the same request goes on.
    """
    return _all(context, wished(context, address, to, new_threads=new_threads, dry_run=dry_run), progress)


def wished(
    context: Context,
    address: str,
    to: str,
    *,
    new_threads: bool = False,
    dry_run: bool = False,
    leaving: bool = False,
) -> HandOverWish:
    """A wish by addresses; raises as `hand_over` does."""
    with context.database.read() as conn:
        source, target = _known(conn, address), mailboxes.named(conn, to)
    return _not_to_itself(HandOverWish(source, target, new_threads, dry_run, leaving))


def _not_to_itself(wish: HandOverWish) -> HandOverWish:
    if wish.source.id == wish.target.id:
        raise errors.WrongUse(Text("{address} cannot be handed over to itself.", address=wish.source.address))
    return wish


def _counting(counted: Counter[str]) -> Note:
    def note(_conn: Connection, fates: Sequence[Fate], _last: int) -> None:
        counted.update(each.value for each in fates)

    return note


def _all(context: Context, wish: HandOverWish, progress: Progress) -> HandOver:
    counted: Counter[str] = Counter()
    for _ in batches(context, wish, _counting(counted)):
        if progress is not None:
            progress(counted.total())
    return HandOver.counted(wish.source.address, counted, dry_run=wish.dry_run)


def batches(context: Context, wish: HandOverWish, note: Note, after: int = 0) -> Iterator[None]:
    """Batch by batch, from behind an enrollment's number on. What `note` raises takes the batch back."""
    if not after:
        _keep(context, wish, note)
    while True:
        with context.database.read() as conn:
            ids = enrollment_lists.ids(conn, removing.everybody(wish.source), after=after, limit=BATCH)
        if ids:
            _batch(context, wish, ids, note)
            after = ids[-1]
        yield
        if len(ids) < BATCH:
            return


def count(context: Context, wish: HandOverWish) -> int:
    """How many are to be looked at."""
    with context.database.read() as conn:
        return removing.people(conn, wish.source)


def hand_over_some(
    context: Context, source: Mailbox, target: Mailbox, people: Sequence[int], *, dry_run: bool = False
) -> HandOver:
    """The same for these enrollments alone."""
    wish, counted = _not_to_itself(HandOverWish(source, target, dry_run=dry_run)), Counter[str]()
    for start in range(0, len(people), BATCH):
        _batch(context, wish, people[start : start + BATCH], _counting(counted))
    return HandOver.counted(source.address, counted, dry_run=dry_run)


def remove(  # noqa: PLR0913 - what becomes of its people is said once
    context: Context,
    address: str,
    *,
    force: bool = False,
    to: str | None = None,
    new_threads: bool = False,
    dry_run: bool = False,
    progress: Progress = None,
) -> HandOver:
    """Forget a mailbox and its password; its history stays. Whoever it still writes to goes on from the mailbox `to`, as
    `hand_over` says, and the others are held; with `force` alone all are held. Answers to what it sent are not read any more.

    Raises `errors.WrongUse` while a mail of it is leaving, and where it has people and neither is given.
    """
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        planned = removing.people(conn, mailbox)
        if (
            to is not None or dry_run
        ):  # nobody is moved for a removal that is refused; `removing` settles and refuses by itself
            removing.refuse_in_flight(conn, mailbox)
    done = HandOver(mailbox.address, held=planned, dry_run=dry_run)
    if to is not None:
        options = {"new_threads": new_threads, "dry_run": dry_run}
        done = _all(context, wished(context, address, to, **options, leaving=True), progress)
    if not dry_run:
        removing.remove(
            context,
            mailbox,
            force=force or to is not None,
            note=_telling(progress, 0 if to is None else done.moved + done.left),
        )
    return done


def _telling(progress: Progress, before: int) -> removing.Note:
    """Tells of people who are held, behind those who were looked at before."""
    told = Counter({HELD: before})

    def note(_conn: Connection, held: int) -> None:
        told[HELD] += held
        if progress is not None:
            progress(told[HELD])

    return note


def _known(conn: Connection, address: str) -> Mailbox:
    found = mailboxes.by_address(conn, address.strip().lower())
    if found is None:
        raise mailboxes.no_such(address)
    return found


def _keep(context: Context, wish: HandOverWish, note: Note) -> None:
    """Whom the other mailbox was to leave to this one."""
    of = {"mailbox_id": wish.source.id, "of": wish.target.id}
    if wish.dry_run:
        with context.database.read() as conn:
            note(conn, [Fate.KEPT] * len(enrollments.promised(conn, **of)), 0)
        return
    with context.database.write() as conn:
        mailboxes.lock(conn, [wish.source.id, wish.target.id])
        kept = enrollments.forget_promises(conn, **of)
        if kept:
            note(conn, [Fate.KEPT] * kept, 0)


def _batch(context: Context, wish: HandOverWish, people: Sequence[int], note: Note) -> None:
    if wish.dry_run:
        with context.database.read() as conn:
            fates = _fates(conn, context, wish, enrollments.by_ids(conn, people))
            note(conn, [fate for _row, _mail, fate in fates], people[-1])
        return
    with context.database.write() as conn:
        now_there = mailboxes.lock(conn, [wish.source.id, wish.target.id])
        if now_there.get(wish.target.id) == "removed":
            raise mailboxes.no_such(wish.target.address)
        found = list(_fates(conn, context, wish, enrollments.locked(conn, people)))
        _carry_out(conn, context, wish, found)
        note(conn, [fate for _row, _mail, fate in found], people[-1])


_Found = tuple[Enrollment, Message | None, Fate]


def _carry_out(conn: Connection, context: Context, wish: HandOverWish, found: Sequence[_Found]) -> None:
    now = context.clock.now()
    late = [row for row, _mail, fate in found if fate is Fate.LATER]
    later = [row.id for row in late if row.next_mailbox_id != wish.target.id]
    if later:
        enrollments.promise(conn, later, wish.target.id)
    going = [(row, mail) for row, mail, fate in found if fate is Fate.MOVED]
    if not going:
        return
    moved = another.give(conn, context, [row for row, _mail in going], wish.target, now)
    if not wish.gone:
        return
    known = contacts.by_ids(conn, [row.contact_id for row in moved])
    people = [
        Going(row, known[row.contact_id], mail) for row, (_before, mail) in zip(moved, going, strict=True)
    ]
    going_on.go_on(conn, context, people, now, together=True)


def _fates(
    conn: Connection, context: Context, wish: HandOverWish, rows: Sequence[Enrollment]
) -> Iterator[_Found]:
    """What becomes of each who is still this mailbox's."""
    here = [row for row in rows if row.mailbox_id == wish.source.id and row.state in states.OPEN]
    mails = messages.of_steps(conn, [(row.id, row.step or "") for row in here])
    sent = message_lists.written_to(conn, [row.id for row in here])
    for row in here:
        mail = mails.get((row.id, row.step or ""))
        yield row, mail, _fate(conn, context, wish, row, mail, had_mail=row.id in sent)


def _fate(
    conn: Connection,
    context: Context,
    wish: HandOverWish,
    row: Enrollment,
    mail: Message | None,
    *,
    had_mail: bool,
) -> Fate:
    if conversation.half_out(mail) or row.lost_before is not None:
        return Fate.IN_DOUBT
    if wish.gone and {each.code for each in row.why} != {Code.MAILBOX_REMOVED}:
        return Fate.HELD_OTHERWISE
    if not had_mail or (wish.new_threads and conversation.begins_a_thread(conn, context, row)):
        return Fate.MOVED
    waits = wish.new_threads and not wish.leaving and not wish.gone
    return Fate.LATER if waits and conversation.thread_ahead(conn, context, row) else Fate.IN_CONVERSATION
