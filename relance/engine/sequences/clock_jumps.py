"""Times in the future: written while the computer's clock was ahead. Noticed by what is stored, said, and healed.

No rule believes a stored time that is ahead of now (`clock.believed`), so that nothing wrong follows from one while it
is there. But it does not stay ahead for ever: a mailbox that counts as read at ten past nine must not count as read once
it is a quarter past. And what was planned from such a time would wait for it. So both are mended as soon as they are seen.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from relance import errors, late
from relance.clock import SETTLE_SECONDS, Clock
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.db.machine_time import SKEW, machine_now
from relance.engine.definition.position import Position
from relance.engine.event_log import actors
from relance.engine.event_log.base import WithReason
from relance.engine.event_log.kinds import EventKind
from relance.engine.event_log.of_mailboxes import ClockCorrected, ClockJumped
from relance.engine.reasons import Code, because
from relance.engine.states import Event
from relance.engine.store import events, installation
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments, future_times, holds
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text, moment_in
from relance.wording.sentence_codes import SentenceCode
from relance.wording.text import text_of

if TYPE_CHECKING:
    from relance.engine.definition import company_rules
    from relance.engine.schedule import calendar
    from relance.engine.sequences import away, step_context
    from relance.engine.sequences.step_context import StepContext
else:  # nothing is planned anew before a clock was wrong
    company_rules, calendar, away, step_context = late.modules(
        "relance.engine.definition.company_rules",
        "relance.engine.schedule.calendar",
        "relance.engine.sequences.away",
        "relance.engine.sequences.step_context",
    )

BATCH = 500
JUMPED, HEALED, MARK = "clock jumped", "clock was ahead", "clock"
# What the mark that `status` looks for says of it.
REMEMBERED = dt.timedelta(days=1)
LATE = "late"
# The kind of bound of a step that was planned anew after a long silence: a clock that is ahead looks like one.
_BOUND = reasons.bound("ahead", because(Code.CLOCK_WAS_AHEAD))


@dataclass(frozen=True)
class Ahead:
    """The earliest and the latest moment ahead of now that something is said to have happened at."""

    first: dt.datetime
    last: dt.datetime
    before: dt.datetime | None  # the latest moment that is not ahead


def tolerance(clock: Clock) -> dt.timedelta:
    """What the business times of two hosts may be apart. Pure. Where time runs fast, their clocks are so much further
    apart in it."""
    return SKEW * max(1.0, clock.scale)


def was_ahead(found: Ahead | None, now: dt.datetime, apart: dt.timedelta) -> bool:
    """Whether a clock that was ahead wrote these times, and not one that is behind now reads them. Pure.

    A clock that was wrong for a while leaves a gap between now and what it wrote, longer than all it wrote, and longer
    than nothing was noted before. To a clock that is behind, everything that happened since seems to lie ahead, from now
    on and without a gap, or (where all is younger than that) with nothing before it. The rest is either over soon, or a
    person has to look at the clock. `apart` is what two clocks may differ by.
    """
    if found is None or found.before is None:
        return False
    return found.first - now > max(found.last - found.first, now - found.before, apart)


def heal(context: Context) -> int:
    """Mend what a clock that was ahead has written; returns how many people's steps were planned anew.

    Called in every round: as long as nothing lies ahead it asks one small question.
    """
    apart = tolerance(context.clock)
    with context.database.read() as conn:
        machine_now(conn)  # a host whose clock is not the database's mends nothing
        latest = future_times.latest(conn)
    # Asked after what was read: while this process stood still, others may have gone on.
    if latest is None or latest <= context.clock.now() + apart:
        return 0
    with context.database.write() as conn:
        now = context.clock.now()
        if context.watch.doubt():  # asked after the time: it may have jumped since this began
            return 0
        future_times.forget_reads(conn, now + apart, now)
        found = future_times.span(conn, now + apart)
        wrong = None if found is None else Ahead(*found)
        return _mend(conn, context, wrong, now) if wrong and was_ahead(wrong, now, apart) else 0


def _mend(conn: Connection, context: Context, wrong: Ahead, now: dt.datetime) -> int:
    cut = (
        now + (wrong.first - now) / 2
    )  # in the middle of the gap: what is written meanwhile is on this side of it
    count, back = (
        _plans(conn, context, cut, now),
        _absences(conn, context, cut, now) + _returns(conn, cut, now),
    )
    future_times.clamp(conn, cut, now)
    by = wrong.last - now
    _note(conn, HEALED, ClockCorrected(_corrected(by, count, back)), now)
    return count


def _corrected(by: dt.timedelta, steps: int, absences: int) -> Text:
    ahead = Text("the clock had been ahead by {span}", span=by - by % dt.timedelta(seconds=1))
    planned = Text.plural("{count} step was planned again", "{count} steps were planned again", steps)
    counted = Text.plural("{count} absence was corrected", "{count} absences were corrected", absences)
    return Text.together(
        ahead.coded(SentenceCode.CLOCK_WAS_AHEAD), planned, counted if absences else "", by="; "
    )


def tell(context: Context) -> Text:
    """Why nothing is done by the clock now, if so. The first time it is noted for everybody to see."""
    doubt, now = context.watch.doubt(), context.clock.now()
    if doubt and context.watch.news():
        with context.database.write() as conn:
            _note(conn, JUMPED, ClockJumped(doubt), now)
    return doubt


@actors.by_rule("clock")
def _note(conn: Connection, kind: str, said: WithReason, now: dt.datetime) -> None:
    events.record_event(conn, said, now)
    told = {"at": now.isoformat(), "said": text_of(said.reason).row(), "kind": kind}
    installation.put(conn, MARK, json.dumps(told))


_NOTHING = Text.prose("")


@dataclass(frozen=True)
class ClockTrouble:
    """What `status` says of the clock: that it is wrong, seems to be, or was a short while ago (`over`); else nothing."""

    text: Text = _NOTHING
    at: str = ""  # when it was noted, as people read it
    over: bool = False  # what it has written is mended: nothing stands still because of it

    @property
    def words(self) -> str:
        """The same for people; empty where nothing is wrong."""
        return f"{self.text} ({self.at})" if self.at else str(self.text)


def trouble(conn: Connection, context: Context) -> ClockTrouble:
    """How the clock stands."""
    try:
        machine_now(conn)
    except errors.Unreachable as apart:
        return ClockTrouble(apart.text)
    now = context.clock.now()
    latest, noted = future_times.latest_event(conn), json.loads(installation.get(conn, MARK) or "{}")
    if latest is not None and latest > now + tolerance(context.clock):
        return ClockTrouble(words(latest, now))
    if not noted:
        return ClockTrouble()
    at = dt.datetime.fromisoformat(noted["at"])
    if now - at >= REMEMBERED:
        return ClockTrouble()
    over = noted.get("kind") == HEALED or is_over(context.clock.machine_seconds(now - at))
    return ClockTrouble(Text.read(noted["said"]), moment_in(at, context.workspace.zone), over)


def is_over(seconds: float) -> bool:
    """Whether a jump so long ago (machine time) is history: doubted no more, and healed in the first round after. Pure."""
    return seconds > 2 * SETTLE_SECONDS


def _plans(conn: Connection, context: Context, cut: dt.datetime, now: dt.datetime) -> int:
    """Anyone who moved on, or was planned, by the wrong clock gets the time they would have got."""
    moved, count, calls = future_times.moved(conn, cut), 0, list[tuple[int, dt.datetime]]()
    ids = sorted({*moved, *future_times.in_mailboxes_with(conn, EventKind.MAILBOX_REPLANNED, cut)})
    for start in range(0, len(ids), BATCH):
        rows = [row for row, _ in enrollments.lock(conn, ids[start : start + BATCH]).values()]
        wrong = [row for row in rows if planned_by_it(row, moved=row.id in moved)]
        for case in step_context.read(conn, context, wrong):
            due = _replan(conn, context, case, now)
            count += 1
            if case.row.step_kind == "mail":
                calls.append((case.row.mailbox_id, due))
    mailboxes.schedule_turns(conn, calls)
    return count


def planned_by_it(row: Enrollment, *, moved: bool) -> bool:
    """Whether a wrong clock planned this step: it moved the person on, or found them late. Pure.

    A step that waits for a person has no time. One that a colleague's answer postponed keeps its own: that was counted
    from what was planned before.
    """
    kinds = {each["kind"] for each in row.bound}
    return not row.waits_for_a_person and company_rules.BOUND not in kinds and (moved or LATE in kinds)


def _replan(conn: Connection, context: Context, case: StepContext, now: dt.datetime) -> dt.datetime:
    row = case.row
    since = min(row.stepped_at, now)
    position = case.script.position(case.step, since, case.place(context.workspace), str(row.id))
    due = sooner(row.due_at or now, position, now)
    enrollments.reschedule(conn, row, due, [_BOUND, *position.bound])
    return due


def sooner(planned: dt.datetime, anew: Position, now: dt.datetime) -> dt.datetime:
    """When a step is due that was planned by a wrong clock: never later than it was, never in the past. Pure."""
    return min(planned, max(anew.due_at or now, now))


def _absences(conn: Connection, context: Context, cut: dt.datetime, now: dt.datetime) -> int:
    """Anyone who was found absent by the wrong clock is back when they would have been."""
    ids, count = future_times.absent(conn, cut), 0
    for start in range(0, len(ids), BATCH):
        for row, _person in enrollments.lock(conn, ids[start : start + BATCH]).values():
            until = (replies.returns(conn, row.contact_id) or [None])[-1]
            anew = away.values(conn, context, row, until, now)["resume_at"]
            if row.resume_at is not None and max(anew, now) < row.resume_at:
                enrollments.come_back(conn, row, max(anew, now))
                count += 1
    return count


def _returns(conn: Connection, cut: dt.datetime, now: dt.datetime) -> int:
    """Anyone who came back by the wrong clock alone is away still, for the reason and until the day they had."""
    told, count = future_times.returned(conn, cut), 0
    for number, data in sorted(told.items()):
        until = _until(data)
        if until is not None and until > now:
            why = reasons.of_row(data["was"]) if data.get("was") else because(Code.OUT_OF_OFFICE)
            values = {"resume_at": until}
            enrollments.apply(conn, [number], Event.OUT_OF_OFFICE, now, reason=why, values=values)
            holds.led_by(conn, [number])
            count += 1
    return count


def _until(data: Mapping[str, Any]) -> dt.datetime | None:
    """When an absence was to end; None where an earlier release did not note it."""
    try:
        until = dt.datetime.fromisoformat(data["until"])
    except (KeyError, TypeError, ValueError):
        return None
    return until if until.tzinfo else None


def words(last: dt.datetime, now: dt.datetime) -> Text:
    """What is said while times lie ahead that are not mended: either they are wrong or the clock is. Pure."""
    return Text(
        "the log has a line that is {span} in the future. Is this computer's clock behind? If the clock is right, the line was written while it was ahead.",
        span=last - now,
    ).coded(SentenceCode.LOG_IN_FUTURE)
