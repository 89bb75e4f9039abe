"""The tick: steps that are no mail (branch, task, wait, end), absences that are over, hits that have settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.clock import NO_DOUBT
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.engagement import hits
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.of_people import EnrollmentReturned
from relance.engine.inbound.corrections import inbox
from relance.engine.mailboxes.settings import leaves
from relance.engine.reasons import Code, Why, because, why_of
from relance.engine.sequences import advance, clock_jumps
from relance.engine.states import Event
from relance.engine.store import events
from relance.engine.store.mailboxes import mailboxes, next_turns
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text

BATCH = 200
# Steps advanced in one transaction.


@dataclass(frozen=True)
class TickReport:
    """What a tick did."""

    steps: int = 0
    back: int = 0
    hits: int = 0
    more: bool = False  # something is due still that could be done at once
    words: Text = NO_DOUBT  # why nothing was done, where nothing was
    why: Why | None = None  # the same for programs


@actors.acting(Actor(ActorKind.SCHEDULE, "tick"))
def tick(context: Context) -> TickReport:
    """Everything due that needs no mailbox. Several processes may tick at once: rows in another's hands are passed over.

    While the clock is in doubt nothing is done; what it wrote when it was wrong is healed first.
    """
    if not context.watch.doubt():
        clock_jumps.heal(context)
    now = context.clock.now()
    doubt = clock_jumps.tell(context)  # after the time was asked: it may have jumped a moment ago
    if doubt:
        return TickReport(words=doubt, why=why_of(doubt))
    judged = hits.judge_settled(context, now)
    forgotten = inbox.forget_raw(context, now)
    with context.database.write() as conn:
        back = _back(conn, now)
        steps = advance.advance(conn, context, now, BATCH)
        begun = leaves.to_cover(conn, now)
    leaves.begin(context, begun)
    return TickReport(steps, back, judged, more=max(steps, back, forgotten, judged) >= BATCH)


def next_wake(context: Context, *, after: dt.datetime | None = None) -> dt.datetime | None:
    """When something falls due next, for a mailbox or for the tick; None when nothing waits.

    `after`: only what falls due after that instant. What is due already may be unable to go on, and would hide the rest.
    """
    with context.database.read() as conn:
        settled = hits.next_settled(conn, context)
        times = (next_turns.next_turn(conn, after), enrollments.next_due(conn, after), settled)
    return min((at for at in times if at is not None and (after is None or at > after)), default=None)


def _back(conn: Connection, now: dt.datetime) -> int:
    """Contacts whose absence is over go on; what fell due meanwhile is due from now on."""
    rows = enrollments.away_until(conn, now, BATCH)
    for row in rows:
        values = {"resume_at": None, **_due_again(row, now)}
        enrollments.apply(conn, [row.id], Event.BACK, now, reason=because(Code.BACK), values=values)
        events.record_event(conn, _returned(row), now, row)
        if row.step_kind == "mail":
            mailboxes.schedule_turn(conn, [row.mailbox_id], max(row.due_at or now, now))
    return len(rows)


def _returned(row: Enrollment) -> EnrollmentReturned:
    until = row.resume_at.isoformat() if row.resume_at else None
    return EnrollmentReturned(until, row.why[0].row() if row.why else None)


def _due_again(row: Enrollment, now: dt.datetime) -> dict[str, object]:
    """When the step to do is due after an absence; what waits for a person goes on waiting."""
    if row.waits_for_a_person:
        return {}
    bound = reasons.bound("away", because(Code.WAS_AWAY))
    return {"due_at": max(row.due_at or now, now), "bound": [bound]}
