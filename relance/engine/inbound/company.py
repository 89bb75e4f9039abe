"""What an answer does to the writer's colleagues: the rule of each one's own sequence carried out, and taken back."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy.engine import Connection

from relance.complete import complete
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.definition import company_rules
from relance.engine.definition.company_rules import BOUND, ActionKind, ColleagueAction
from relance.engine.definition.compiled import bounds
from relance.engine.event_log import actors
from relance.engine.event_log.kinds import EventKind
from relance.engine.event_log.of_people import EnrollmentHandedOver, EnrollmentPostponed, EnrollmentStopped
from relance.engine.reasons import Cause, Code, Reason, because
from relance.engine.schedule import calendar
from relance.engine.states import Event, State
from relance.engine.store import events
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import changing, enrollments, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.wording import Text

DONE: dict[ActionKind, str] = {
    ActionKind.STOP: "stopped",
    ActionKind.SLOW: "slowed",
    ActionKind.HAND_OVER: "handed over",
}
"""What is said of a colleague to whom it was done."""

_Told = type[EnrollmentStopped | EnrollmentPostponed | EnrollmentHandedOver]
_TOLD: dict[ActionKind, _Told] = {
    ActionKind.STOP: EnrollmentStopped,
    ActionKind.SLOW: EnrollmentPostponed,
    ActionKind.HAND_OVER: EnrollmentHandedOver,
}
_LASTING = (EventKind.ENROLLMENT_POSTPONED, EventKind.ENROLLMENT_HANDED_OVER)

Wanted = Sequence[tuple[Enrollment, ColleagueAction]]


@dataclass(frozen=True)
class ColleagueReply:
    """An answer as it is told to colleagues: who answered, what it is taken for, the reason it is, and who got it."""

    contact: Contact
    judgement: Classification
    why: Reason  # what it did to whoever answered
    mailbox: str  # the address it came to

    def reason(self, action: ColleagueAction) -> Reason:
        """The reason that stands beside a colleague's state. It names the answer, by which it is known again."""
        code, told = _CODES[action.kind], self.why
        if self.judgement.kind is Kind.HUMAN and self.judgement.intent and action.kind is not ActionKind.STOP:
            told = dataclasses.replace(told, params={**told.params, "intent": self.judgement.intent})
        params: dict[str, Any] = {
            "email": self.contact.email,
            "told": told,
            "mailbox": self.mailbox,
            "wait": action.wait.text if action.wait else "",
        }
        return because(code, self.why.source, **params, action=action.key)


_CODES = complete(
    ActionKind,
    {
        ActionKind.GO_ON: Code.COLLEAGUE_ANSWERED,
        ActionKind.STOP: Code.COLLEAGUE_STOPS,
        ActionKind.HAND_OVER: Code.COLLEAGUE_HANDS_OVER,
        ActionKind.SLOW: Code.COLLEAGUE_SLOWS,
    },
)


def rows(contact: Contact | None, at: Callable[[str], list[Enrollment]]) -> list[Enrollment]:
    """Every enrollment of whoever else is known at somebody's company, by id; none for free-mail domains. `at` reads those of a company."""
    if contact is None or not contact.organisation:
        return []
    return [row for row in at(contact.organisation) if row.contact_id != contact.id]


def action(conn: Connection, context: Context, row: Enrollment, judgement: Classification) -> ColleagueAction:
    """What a colleague's own sequence says about an answer judged so."""
    definition = context.library.script(conn, row.sequence_version_id).definition
    return company_rules.action(company_rules.table(definition.stop.company), judgement)


def _touched(
    conn: Connection, context: Context, contact: Contact | None, judgement: Classification
) -> Wanted:
    asked = [
        (row, action(conn, context, row, judgement))
        for row in rows(contact, partial(enrollments.of_organisation, conn))
        if row.state in states.OPEN
    ]
    return [(row, each) for row, each in asked if each.kind is not ActionKind.GO_ON]


def ids(
    conn: Connection, context: Context, heard: Iterable[tuple[Contact | None, Classification]]
) -> set[int]:
    """The enrollments that these answers touch, to be locked together with everybody else's and in one order."""
    return {row.id for contact, judgement in heard for row, _ in _touched(conn, context, contact, judgement)}


def wanted(conn: Connection, context: Context, heard: ColleagueReply) -> Wanted:
    """Whom a new answer touches, and how. Who answers again and again slows a colleague, or hands them over, once:
    a person may have let them go on meanwhile."""
    found = _touched(conn, context, heard.contact, heard.judgement)
    lasting = [row.id for row, each in found if each.kind is not ActionKind.STOP]
    before = events.data_of(conn, lasting, _LASTING) if lasting else []
    told = {(number, data.get("by"), data.get("action")) for number, data in before}
    return [(row, each) for row, each in found if (row.id, heard.contact.email, each.key) not in told]


@actors.by_rule("colleagues")
def apply(
    conn: Connection, context: Context, heard: ColleagueReply, asked: Wanted, now: dt.datetime
) -> dict[str, int]:
    """Do it, in order of id, with a line for everybody touched; returns how many were, by what was done to them."""
    run = _ColleagueRun(conn, context, heard, now)
    done = [(row, each) for row, each in asked if _APPLY[each.kind](run, row, each)]
    counts = Counter(DONE[each.kind] for _, each in done)
    summary: dict[str, Any] = {verb.replace(" ", "_"): count for verb, count in counts.items()}
    for row, each in done:
        why = heard.reason(each)
        if len(done) > 1:
            why = because(Code.AT_THE_COMPANY, why.source, why=why, **summary)
        said = _TOLD[each.kind](why, by=heard.contact.email, action=each.key, touched=dict(counts))
        events.record_cause(conn, NewEvent.of(row, said, now), [row.id], inbound_id=why.inbound_id)
    return summary


@dataclass(frozen=True)
class _ColleagueRun:
    """One answer being carried out among the colleagues, in one transaction."""

    conn: Connection
    context: Context
    heard: ColleagueReply
    now: dt.datetime


def _go_on(_run: _ColleagueRun, _row: Enrollment, _action: ColleagueAction) -> bool:
    return False


def _stop(run: _ColleagueRun, row: Enrollment, each: ColleagueAction) -> bool:
    why = run.heard.reason(each)
    applied = enrollments.apply(run.conn, [row.id], Event.STOPPED, run.now, reason=why)
    tasks.drop_open(run.conn, [row.id], run.now)
    return any(before.state in states.OPEN for before, _ in applied)


def _hand_over(run: _ColleagueRun, row: Enrollment, each: ColleagueAction) -> bool:
    why = run.heard.reason(each)
    [(_, after)] = enrollments.apply(run.conn, [row.id], Event.HELD, run.now, reason=why)
    if after is not State.HELD:
        return False
    email = contacts.by_ids(run.conn, [row.contact_id])[row.contact_id].email
    tasks.ask(
        run.conn,
        enrollment_id=row.id,
        contact_id=row.contact_id,
        step=tasks.HAND_OVER,
        words=Text(
            "{mailbox}: continue with {email}, or not? {reason}",
            mailbox=run.heard.mailbox,
            email=email,
            reason=why.text,
        ),
        due_at=run.now,
    )
    return True


def _slow(run: _ColleagueRun, row: Enrollment, each: ColleagueAction) -> bool:
    """The next step goes so many business days after it would have gone, by its own hours, holidays and the leave of its mailbox's owner."""
    if each.wait is None or row.step is None or row.due_at is None:
        return False  # nothing is to come, or it waits for a person's task and not for a day
    script = run.context.library.script(run.conn, row.sequence_version_id)
    person = contacts.by_ids(run.conn, [row.contact_id])[row.contact_id]
    on_leave = mailboxes.on_leave(run.conn, [row.mailbox_id]) if row.step_kind == "mail" else {}
    when = calendar.next_time(
        script.rule(row.step),
        max(row.due_at, run.now),
        each.wait,
        script.place(person, run.context.workspace, on_leave.get(row.mailbox_id, ())),
        key=f"{row.id}:{row.step}",
    )
    why = run.heard.reason(each)
    reason = reasons.bound(BOUND, why, until=when.at.isoformat(), was=row.due_at.isoformat())
    enrollments.reschedule(run.conn, row, when.at, [*_put_off(row), reason, *bounds(when)])
    return True


_APPLY = complete(
    ActionKind,
    {
        ActionKind.GO_ON: _go_on,
        ActionKind.STOP: _stop,
        ActionKind.HAND_OVER: _hand_over,
        ActionKind.SLOW: _slow,
    },
)


def _put_off(row: Enrollment) -> list[Any]:
    return [each for each in row.bound if each["kind"] == BOUND]


# Taken back, when the answer is taken for something else.


def caused(row: Enrollment, inbound_id: int, each: ColleagueAction) -> bool:
    """Whether this mail made the row what it is by such an action, and no other news did since."""
    if each.kind is ActionKind.SLOW:
        found = [reasons.of_row(one) for one in _put_off(row)]
        return len(found) == 1 and _rests_on(found[0], inbound_id, each)
    if row.state is not {ActionKind.STOP: State.STOPPED, ActionKind.HAND_OVER: State.HELD}.get(each.kind):
        return False
    return len(row.news) == 1 and _rests_on(row.news[0], inbound_id, each)


def _rests_on(found: Reason, inbound_id: int, each: ColleagueAction) -> bool:
    """(Of what a release before this one did, the state alone says what that was.)"""
    mail = found.inbound_id if found.cause is Cause.COLLEAGUE else None
    return mail == inbound_id and found.params.get("action", each.key) == each.key


def speed_up(conn: Connection, row: Enrollment, why: Reason, now: dt.datetime) -> dt.datetime:
    """The next step goes when it would have gone; returns that time."""
    was = max(dt.datetime.fromisoformat(_put_off(row)[0]["was"]), now)
    enrollments.reschedule(conn, row, was, [reasons.bound("resumed", why)])
    return was


def say_anew(conn: Connection, row: Enrollment, each: ColleagueAction, why: Reason, now: dt.datetime) -> None:
    """The same done to a row by the same mail, told in other words now."""
    if each.kind is ActionKind.SLOW:
        bound = [{**one, **why.row()} if one["kind"] == BOUND else one for one in row.bound]
        if row.due_at is not None and bound != list(row.bound):
            enrollments.reschedule(conn, row, row.due_at, bound)
    elif row.news != (why,):
        # Which changes nothing but the reason.
        event = Event.STOPPED if each.kind is ActionKind.STOP else Event.HELD
        enrollments.apply(conn, [row.id], event, now, values=changing.told_anew(row, why))
