"""What a person does with somebody under way: pause, resume or release, stop, another mailbox."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons, states
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.reasons import Code, Reason, Why
from relance.engine.sequences.resuming import elsewhere, going_on
from relance.engine.states import Event, State
from relance.engine.store import done_by
from relance.engine.store.events import Told
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sequences import enrollment_details, enrollments, tasks
from relance.engine.store.sequences.enrollment_details import Standing
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text


@dataclass(frozen=True)
class EnrollmentView:
    """Where somebody stands in a sequence. `due_at` is the next step's time; empty where nothing is to come, or
    where a person must act first: who is held or paused, a task to tick off, a paused sequence or mailbox (`waits_for`). It is when
    the step is tried next; `planned_at` is when it should go."""

    id: int
    email: str
    sequence: str
    version: int
    mailbox: str
    state: str
    reason: str
    step: str | None
    due_at: dt.datetime | None
    resume_at: dt.datetime | None = None
    changed: bool = False  # by what a person has just asked for
    noted: bool = False  # it is over: what they asked for holds if that turns out to be a mistake
    codes: tuple[str, ...] = ()  # of `reason`, for programs
    waits_for: str = ""  # what keeps the next mail, by a code of `WAITS`; then it has no time
    planned_at: dt.datetime | None = None  # with `due_at`
    beside: str = ""  # `reason` beside the state's name, with nothing said twice ("by smith" beside "paused")
    name: str = ""  # first and last, of the contact; empty where neither is known
    company: str = ""
    stays: str = ""  # why this one does not go on, where others of theirs do
    stays_why: Why | None = None

    @property
    def next(self) -> dt.datetime | Text | None:
        """When the next step is due, or what it waits for, as people read it."""
        return WAITS[self.waits_for] if self.waits_for else self.due_at


WAITS: Mapping[str, Text] = {  # what keeps everybody's next mail
    "sequence_paused": Text("waits while the sequence is paused"),
    "mailbox_paused": Text("waits while the mailbox is paused"),
}


def waits_for(standing: Standing) -> str:
    """What keeps the next mail of somebody who would go on; empty where nothing does."""
    row = standing.enrollment
    if row.state not in states.GOES_ON or row.step_kind != "mail" or row.step is None:
        return ""
    if standing.sequence_state == "paused":
        return "sequence_paused"
    return "" if standing.mailbox_state == "active" else "mailbox_paused"


def view(standing: Standing) -> EnrollmentView:
    """An enrollment as people are shown it."""
    row = standing.enrollment
    over, waits = row.state in states.FINAL, waits_for(standing)
    return EnrollmentView(
        row.id,
        standing.email,
        standing.sequence,
        standing.version,
        standing.mailbox,
        row.state.value,
        row.reason,
        None if over else row.step,
        row.due_at if row.state in states.GOES_ON and not waits else None,
        row.resume_at if row.state is State.AWAY else None,
        codes=reasons.codes(row.why),
        waits_for=waits,
        planned_at=row.plan if row.state in states.GOES_ON and not waits else None,
        beside=reasons.beside(row.state.value, row.why),
        name=standing.name,
        company=standing.company,
    )


def pause(
    context: Context, email: str, sequence: str | None = None, reason: str = ""
) -> list[EnrollmentView]:
    """Nothing more goes to somebody until resumed (in one sequence, or in all). What is over stays over; where what ended it
    can turn out to be a mistake (an answer that was none), it is noted for that case."""

    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> None:
        theirs.apply(rows, Event.PAUSED, done_by.done(theirs.conn, Code.PAUSED, text=reason))

    return _steer(context, email, sequence, act)


def stop(context: Context, email: str, sequence: str | None = None, reason: str = "") -> list[EnrollmentView]:
    """End somebody's sequences (or one of them) for good; open tasks go with them."""

    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> None:
        ended = theirs.apply(rows, Event.STOPPED, done_by.done(theirs.conn, Code.STOPPED, text=reason))
        tasks.drop_open(theirs.conn, [row.id for row in ended], theirs.now)

    return _steer(context, email, sequence, act)


def resume(
    context: Context,
    email: str,
    sequence: str | None = None,
    *,
    mailbox: str | None = None,
    same_thread: bool = False,
) -> list[EnrollmentView]:
    """Go on with somebody who is paused, away or held, from another `mailbox` if one is named. What fell due meanwhile
    goes at the next opening.

    From another mailbox: `errors.Invalid` where the next mail continues a conversation, unless `same_thread` asks for that (which is
    `errors.WrongUse` without a mailbox).
    Held because its mail was refused or given up, or has nothing to reply to: that mail is passed over. Held because its mail may have been
    delivered: `errors.Invalid`, for that must be decided first.
    """
    if same_thread and mailbox is None:
        raise errors.WrongUse(
            Text("only another mailbox can continue in the same thread: no mailbox was named."),
            command=Text("Name it with `--mailbox ADDRESS`, or leave `--same-thread` out."),
        )
    return _steer(context, email, sequence, _resuming(context, mailbox, same_thread=same_thread))


_Steering = Callable[["LockedEnrollments", Sequence[Enrollment]], elsewhere.Kept | None]
# What a person wants of somebody in these sequences; returns in which it could not be done, and why.


def _resuming(context: Context, mailbox: str | None, *, same_thread: bool) -> _Steering:
    target = None if mailbox is None else _sender(context, mailbox)

    def act(theirs: LockedEnrollments, found: Sequence[Enrollment]) -> elsewhere.Kept:
        rows = [row for row in found if row.state in states.OPEN]
        over = [row for row in found if row.state in states.FINAL]
        people = elsewhere.known(theirs.conn, rows)
        kept = elsewhere.kept(theirs.conn, context, people, target, same_thread=same_thread)
        going = [each for each in people if each.row.id not in kept and each.row.state is not State.ACTIVE]
        if kept and not going:
            raise next(iter(kept.values()))
        theirs.apply(over, Event.RESUMED, done_by.done(theirs.conn, Code.RESUMED))
        if target is not None:
            going = elsewhere.give(theirs.conn, context, going, target, theirs.now)
        for each in going:
            going_on.go_on(theirs.conn, context, [each], theirs.now, together=False)
        return kept

    return act


def _sender(context: Context, mailbox: str) -> Mailbox:
    with context.database.read() as conn:
        return mailboxes.named(conn, mailbox)


@dataclass(frozen=True)
class LockedEnrollments:
    """Enrollments that are locked, in one transaction."""

    conn: Connection
    context: Context
    now: dt.datetime

    def apply(
        self, rows: Iterable[Enrollment], event: Told, why: Reason, values: dict[str, object] | None = None
    ) -> list[Enrollment]:
        """Apply news and write it down, where it is only noted beside another reason as well; returns those whose state it
        changed, as they were."""
        return going_on.apply(self.conn, rows, event, why, self.now, values)


def _steer(
    context: Context,
    email: str,
    sequence: str | None,
    act: _Steering,
) -> list[EnrollmentView]:
    with context.database.write() as conn:
        person = contact_service.get(conn, context, email)
        found = enrollment_details.matching(conn, email=person.email, sequence_name=sequence)
        if not found:
            if sequence:
                where = Text(
                    '{email} is not in the sequence "{sequence}".', email=person.email, sequence=sequence
                )
            else:
                where = Text("{email} is not in any sequence.", email=person.email)
            raise errors.NotFound(where)
        mailboxes.lock(conn, [each.enrollment.mailbox_id for each in found])
        locked = enrollments.lock(conn, [each.enrollment.id for each in found])
        theirs = LockedEnrollments(conn, context, context.clock.now())
        kept = act(theirs, [row for row, _ in locked.values()]) or {}
        after = enrollment_details.matching(conn, email=person.email, sequence_name=sequence)
        before = {number: row for number, (row, _) in locked.items()}
        return [
            dataclasses.replace(
                view(each),
                changed=_differ(before.get(each.enrollment.id), each.enrollment),
                noted=_is_noted(before.get(each.enrollment.id), each.enrollment),
                **_stays(kept.get(each.enrollment.id)),
            )
            for each in after
        ]


def _stays(why: errors.Invalid | None) -> dict[str, Any]:
    return {} if why is None else {"stays": str(why), "stays_why": reasons.why_of(why.sentence)}


def _differ(before: Enrollment | None, after: Enrollment) -> bool:
    """Whether somebody stands elsewhere. What is noted beside an end changes nothing."""
    if before is None or before.state is not after.state:
        return True
    return after.state in states.OPEN and before != after


def _is_noted(before: Enrollment | None, after: Enrollment) -> bool:
    """Whether what a person said was noted beside an end, or taken from there."""
    return before is not None and before.state is after.state in states.FINAL and before.why != after.why
