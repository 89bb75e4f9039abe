"""What a person does with many at once, by a filter: pause, resume, stop, release.

Each batch is a transaction. Whoever is done no longer fits the filter, so the same request after an interruption goes on
where that one was left. Nobody goes on here who could not one at a time: what is in doubt is told, and stays.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy.engine import Connection

from relance import errors
from relance.complete import complete
from relance.engine.context import Context
from relance.engine.reasons import Code
from relance.engine.sequences import listing
from relance.engine.sequences.control import LockedEnrollments
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.sequences.resuming import doubts, going_on
from relance.engine.sequences.resuming.going_on import Going
from relance.engine.states import OPEN, BulkOutcome, Event, State
from relance.engine.store import done_by
from relance.engine.store.contacts import contacts
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollment_details, enrollment_lists, enrollments, tasks
from relance.engine.store.sequences.enrollment_details import Standing
from relance.engine.store.sequences.enrollment_lists import EnrollmentConditions
from relance.engine.store.sequences.enrollments import Enrollment

BATCH = 50
# People in one transaction: whoever sends meanwhile waits for it.


@dataclass(frozen=True)
class BulkResult:
    """One enrollment and what happened to it."""

    id: int
    email: str
    sequence: str
    outcome: BulkOutcome


DONE = (BulkOutcome.CHANGED, BulkOutcome.STAYS_PAUSED)


@dataclass(frozen=True)
class BulkReport:
    """What happened to everybody who fits a filter."""

    results: tuple[BulkResult, ...]
    dry_run: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)  # by outcome

    @property
    def any_changed(self) -> bool:
        """Whether anything was done."""
        return any(each.outcome in DONE for each in self.results)


class BulkAction(StrEnum):
    """What can be done with many."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RELEASE = "release"


Note = Callable[[Connection, Sequence[BulkResult]], None]
Act = Callable[[LockedEnrollments, Sequence[Enrollment]], dict[int, BulkOutcome]]


@dataclass(frozen=True)
class _Action:
    """What is to be done, with those in which states; of them, where the filter names none, `usually`."""

    states: frozenset[State]
    act: Act
    usually: frozenset[State] = frozenset()

    def conditions(self, found: EnrollmentConditions, *, named: bool) -> EnrollmentConditions:
        """The filter, kept to those with whom this can be done."""
        here = self.states if named or not self.usually else self.usually
        return dataclasses.replace(found, states=tuple(each for each in found.states if each in here))


def pause(
    context: Context,
    wanted: EnrollmentFilter,
    *,
    reason: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> BulkReport:
    """Send nothing more to these until resumed; of those who are active or away."""
    return _work(context, wanted, _pausing(reason, dry_run), dry_run, progress)


def stop(
    context: Context,
    wanted: EnrollmentFilter,
    *,
    reason: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> BulkReport:
    """End these for good; open tasks go with them. Of those who are not over."""
    return _work(context, wanted, _stopping(reason, dry_run), dry_run, progress)


def resume(
    context: Context,
    wanted: EnrollmentFilter,
    *,
    reason: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> BulkReport:
    """Go on with these; of those who are paused, and where the filter names "away", with the absent as well."""
    return _work(context, wanted, _resuming(reason, dry_run), dry_run, progress)


def release(
    context: Context,
    wanted: EnrollmentFilter,
    *,
    reason: str = "",
    dry_run: bool = False,
    progress: Callable[[int], None] | None = None,
) -> BulkReport:
    """Go on with these; of those who are held. A mail that was refused or given up is passed over; one that may have been
    delivered must be decided by itself, and its person stays held. Whom a person had paused as well is paused then, until `resume`."""
    return _work(context, wanted, _releasing(reason, dry_run), dry_run, progress)


def _pausing(reason: str, dry_run: bool) -> _Action:
    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> dict[int, BulkOutcome]:
        if not dry_run:
            theirs.apply(rows, Event.PAUSED, done_by.done(theirs.conn, Code.PAUSED, text=reason))
        return _all(rows)

    return _Action(frozenset({State.ACTIVE, State.AWAY}), act)


def _stopping(reason: str, dry_run: bool) -> _Action:
    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> dict[int, BulkOutcome]:
        if not dry_run:
            ended = theirs.apply(rows, Event.STOPPED, done_by.done(theirs.conn, Code.STOPPED, text=reason))
            tasks.drop_open(theirs.conn, [row.id for row in ended], theirs.now)
        return _all(rows)

    return _Action(OPEN, act)


def _resuming(reason: str, dry_run: bool) -> _Action:
    act = _going_on(reason, dry_run=dry_run)
    return _Action(frozenset({State.PAUSED, State.AWAY}), act, usually=frozenset({State.PAUSED}))


def _releasing(reason: str, dry_run: bool) -> _Action:
    return _Action(frozenset({State.HELD}), _going_on(reason, dry_run=dry_run))


_ACTIONS: Mapping[BulkAction, Callable[[str, bool], _Action]] = complete(
    BulkAction,
    {
        BulkAction.PAUSE: _pausing,
        BulkAction.RESUME: _resuming,
        BulkAction.STOP: _stopping,
        BulkAction.RELEASE: _releasing,
    },
)


def _all(rows: Iterable[Enrollment]) -> dict[int, BulkOutcome]:
    return {row.id: BulkOutcome.CHANGED for row in rows}


def _going_on(reason: str, *, dry_run: bool) -> Act:
    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> dict[int, BulkOutcome]:
        held = [(row.id, row.step or "") for row in rows if row.state is State.HELD]
        mails = messages.of_steps(theirs.conn, held)
        gone = {each for each in {row.mailbox_id for row in rows} if _is_removed(theirs, each)}
        found = {
            row.id: _outcome(theirs, row, mails.get((row.id, row.step or "")), removed=row.mailbox_id in gone)
            for row in rows
        }
        going = [row for row in rows if found[row.id] in DONE]
        if going and not dry_run:
            people = contacts.by_ids(theirs.conn, [row.contact_id for row in going])
            all_of = [
                Going(row, people[row.contact_id], mails.get((row.id, row.step or ""))) for row in going
            ]
            going_on.go_on(theirs.conn, theirs.context, all_of, theirs.now, reason, together=True)
        return found

    return act


def _is_removed(theirs: LockedEnrollments, mailbox_id: int) -> bool:
    return mailboxes.by_id(theirs.conn, mailbox_id).state == "removed"


def _outcome(
    theirs: LockedEnrollments, row: Enrollment, mail: Message | None, *, removed: bool
) -> BulkOutcome:
    if doubts.in_doubt(mail):
        return BulkOutcome.MAIL_IN_DOUBT
    if doubts.unproved(theirs.conn, row):
        return BulkOutcome.STEP_IN_DOUBT
    if removed:
        return BulkOutcome.MAILBOX_REMOVED
    return BulkOutcome.STAYS_PAUSED if row.paused_besides else BulkOutcome.CHANGED


def count(context: Context, action: BulkAction, wanted: EnrollmentFilter) -> int:
    """With how many it could be done now."""
    with context.database.read() as conn:
        found = _conditions(conn, _ACTIONS[action]("", True), wanted)
        return sum(enrollment_lists.counts(conn, found).values())


@dataclass(frozen=True)
class BulkGlance:
    """How many stand where something can be done with them, and the addresses of the first."""

    count: int
    emails: tuple[str, ...]


def glance(context: Context, action: str, wanted: EnrollmentFilter, first: int = 20) -> BulkGlance:
    """Whom a filter means: counted, however many they are, where a dry run looks at each. Raises `errors.WrongUse` for another action."""
    errors.require_one_of(action, [each.value for each in BulkAction])
    with context.database.read() as conn:
        conditions = _conditions(conn, _ACTIONS[BulkAction(action)]("", True), wanted)
        many = sum(enrollment_lists.counts(conn, conditions).values())
        ids = enrollment_lists.ids(conn, conditions, limit=first)
        named = enrollment_details.of_ids(conn, ids) if ids else ()
    return BulkGlance(many, tuple(each.email for each in named))


def batches(
    context: Context,
    action: BulkAction,
    wanted: EnrollmentFilter,
    reason: str,
    *,
    after: int,
    note: Note,
) -> Iterator[None]:
    """Do it batch by batch, from behind an enrollment's number on. `note` is told in each batch's transaction what became
    of whom, and what it raises takes the batch back."""
    doing = _ACTIONS[action](reason, False)
    with context.database.read() as conn:
        conditions = _conditions(conn, doing, wanted)
    for standing in _chosen(context, conditions, after):
        if standing:
            _batch(context, standing, conditions, doing, note)
        yield


def _chosen(
    context: Context, conditions: EnrollmentConditions, after: int = 0
) -> Iterator[Sequence[Standing]]:
    """Batch by batch, as they stand when each is asked for; the last may be empty."""
    while True:
        with context.database.read() as conn:
            ids = enrollment_lists.ids(conn, conditions, after=after, limit=BATCH)
            standing = enrollment_details.of_ids(conn, ids)
        yield standing
        if len(ids) < BATCH:
            return
        after = ids[-1]


def _conditions(conn: Connection, action: _Action, wanted: EnrollmentFilter) -> EnrollmentConditions:
    return action.conditions(listing.meant(conn, wanted), named=bool(wanted.states))


def _work(
    context: Context,
    wanted: EnrollmentFilter,
    action: _Action,
    dry_run: bool,
    progress: Callable[[int], None] | None,
) -> BulkReport:
    with context.database.read() as conn:
        conditions = _conditions(conn, action, wanted)
    results: list[BulkResult] = []
    for standing in _chosen(context, conditions):
        if dry_run:
            with context.database.read() as conn:
                results += _done(conn, context, standing, [each.enrollment for each in standing], action)
        elif standing:
            results += _batch(context, standing, conditions, action, _unnoted)
        if progress is not None:
            progress(len(results))
    counted = Counter(each.outcome.value for each in results)
    return BulkReport(tuple(results), dry_run, dict(counted))


def _batch(
    context: Context,
    standing: Sequence[Standing],
    conditions: EnrollmentConditions,
    action: _Action,
    note: Note,
) -> list[BulkResult]:
    """One transaction: mailboxes are locked before people, as whoever sends locks them."""
    ids = [each.enrollment.id for each in standing]
    with context.database.write() as conn:
        now_at = enrollments.by_ids(conn, ids)
        mailboxes.lock(conn, {row.mailbox_id for row in now_at})
        locked = [row for row, _ in enrollments.lock(conn, ids).values()]
        fit = enrollment_lists.still(conn, conditions, ids)
        found = _done(conn, context, standing, [row for row in locked if row.id in fit], action)
        note(conn, found)
        return found


def _unnoted(conn: Connection, results: Sequence[BulkResult]) -> None:
    del conn, results


def _done(
    conn: Connection,
    context: Context,
    standing: Sequence[Standing],
    rows: Sequence[Enrollment],
    action: _Action,
) -> list[BulkResult]:
    outcomes: dict[int, BulkOutcome] = {}
    if rows:
        outcomes = action.act(LockedEnrollments(conn, context, context.clock.now()), rows)
    return [
        BulkResult(
            each.enrollment.id,
            each.email,
            each.sequence,
            outcomes.get(each.enrollment.id, BulkOutcome.MOVED_ON),
        )
        for each in standing
    ]
