"""People go on who were held, paused or away: as many at once as there are, in a few statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.position import Position
from relance.engine.event_log.of_people import StepSkipped
from relance.engine.journal import evidence
from relance.engine.reasons import Cause, Code, Reason, because
from relance.engine.schedule import leaves
from relance.engine.schedule.leaves import Leave
from relance.engine.sequences import step_context
from relance.engine.sequences.resuming import backlog
from relance.engine.states import Event, State
from relance.engine.store import done_by, events
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent, Told
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import refusals, restore_doubts
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import changing, enrollments, moves, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text


@dataclass(frozen=True)
class Going:
    """Somebody who is to go on, locked, with the mail already made for their step. Nothing of theirs is in doubt."""

    row: Enrollment
    person: Contact
    mail: Message | None


Values = Mapping[str, Any] | Callable[[Enrollment], Mapping[str, Any]] | None


def apply(
    conn: Connection,
    rows: Iterable[Enrollment],
    event: Told,
    why: Reason,
    now: dt.datetime,
    values: Values = None,
) -> list[Enrollment]:
    """Apply news and write it down, where it is only noted beside another reason as well; returns those whose state it
    changed, as they were."""
    applied = enrollments.apply(conn, [row.id for row in rows], event, now, reason=why, values=values)
    changed = [before for before, after in applied if after != before.state]
    noted = [row for row, after in applied if after == row.state and changing.noted(row, event, why, now)]
    said = events.news(event, why)
    events.record_events(conn, [NewEvent.of(row, said, now) for row in (*changed, *noted)])
    return changed


def go_on(
    conn: Connection,
    context: Context,
    people: Sequence[Going],
    now: dt.datetime,
    reason: str = "",
    *,
    together: bool,
) -> None:
    """Let them go on; a mail that was given up is passed over. `together` with many others: what fell due is spread, and whom a person
    had paused as well stays paused, for it was not they who were looked at. Raises `errors.Invalid` where the mailbox of one was removed."""
    _refuse_removed(conn, people)
    _try_again(conn, people)
    away = mailboxes.on_leave(conn, leaves.writers(each.row for each in people))
    values = {each.row.id: _values(conn, context, each, away, spread=together) for each in people}
    for event, why, rows in _news(conn, people, reason, together=together):
        apply(conn, rows, event, why, now, lambda row: values[row.id])
    tasks.close_step(conn, values, tasks.HAND_OVER, "done", now)
    ahead = {
        each.row.id: (each.row.step_kind, values[each.row.id].get("due_at", each.row.due_at))
        for each in people
    }
    ahead |= _pass_over(conn, context, people, away, now)
    due = [(each.row.mailbox_id, *ahead[each.row.id]) for each in people]
    mailboxes.schedule_turns(
        conn, [(number, at) for number, kind, at in due if at is not None and kind == "mail"]
    )


def unproved(conn: Connection, row: Enrollment) -> dt.datetime | None:
    """What stays in doubt of somebody whom a person lets go on: before a branch or a task it is the mail behind it, which
    is asked about again before it goes."""
    if row.lost_before is None or row.step is None:
        return None
    sender = mailboxes.by_id(conn, row.mailbox_id)
    absent = evidence.shown_absent(row.lost_before, sender.files_sent, sender.synced_at)
    return None if absent else row.lost_before


def _try_again(conn: Connection, people: Sequence[Going]) -> None:
    """Where organisations refused mail: a person tries it again."""
    for where in sorted(
        {(each.row.mailbox_id, name) for each in people for name in reasons.organisations(each.row.why)}
    ):
        refusals.lift(conn, *where)


def _refuse_removed(conn: Connection, people: Sequence[Going]) -> None:
    found = {number: mailboxes.by_id(conn, number) for number in {each.row.mailbox_id for each in people}}
    for each in people:
        if found[each.row.mailbox_id].state == "removed":
            raise errors.Invalid(
                Text(
                    "{email} was contacted from {address}, which was removed. Choose the mailbox to continue from, or add this one again; otherwise nothing would ever be sent.",
                    email=each.person.email,
                    address=found[each.row.mailbox_id].address,
                )
            )


def _values(
    conn: Connection,
    context: Context,
    each: Going,
    away: Mapping[int, tuple[Leave, ...]],
    *,
    spread: bool,
) -> dict[str, Any]:
    change = backlog.overdue(conn, context, each.row, each.person, spread=spread, on_leave=away)
    return {"resume_at": None, "attempts": 0, "lost_before": unproved(conn, each.row), **change}


def _news(
    conn: Connection, people: Sequence[Going], reason: str, *, together: bool
) -> Iterator[tuple[Told, Reason, list[Enrollment]]]:
    """What is told of whom."""
    found: dict[tuple[bool, bool], list[Enrollment]] = {}
    for each in people:
        key = each.row.state is State.HELD, together and each.row.paused_besides
        found.setdefault(key, []).append(each.row)
    for (held, besides), rows in found.items():
        why = done_by.done(conn, Code.RELEASED if held else Code.RESUMED, text=reason)
        if besides:
            why = replace(why, given=Cause.OTHER)  # it takes back nothing that a person said
        yield Event.RELEASED if held else Event.RESUMED, why, rows


_Next = tuple[str, dt.datetime | None]
# The kind of somebody's next step, and when it is due.


def _pass_over(
    conn: Connection,
    context: Context,
    people: Sequence[Going],
    away: Mapping[int, tuple[Leave, ...]],
    now: dt.datetime,
) -> dict[int, _Next]:
    """Those whose step is not to be done go on to the next one, which is returned."""
    skipped = {each.row.id: (each, why) for each in people if (why := _left_out(conn, context, each))}
    if not skipped:
        return {}
    events.record_events(
        conn, [NewEvent.of(each.row, StepSkipped(why), now) for each, why in skipped.values()]
    )
    going = [
        (row, _behind(context, script, row, skipped[row.id][0].person, away, now))
        for row in enrollments.by_ids(conn, skipped)
        for script in [context.library.script(conn, row.sequence_version_id)]
    ]
    ended = moves.move_many(conn, going, now)
    events.record_events(conn, ended)
    moves.ended_by(conn, ended)
    return {row.id: (position.step_kind, position.due_at) for row, position in going}


def _behind(
    context: Context,
    script: CompiledSequence,
    row: Enrollment,
    person: Contact,
    away: Mapping[int, tuple[Leave, ...]],
    now: dt.datetime,
) -> Position:
    place = script.place(person, context.workspace, *leaves.of(away, row))
    done_at = restore_doubts.counted_from(row, now)
    return script.after(row.step or "", done_at, place, str(row.id))


def _left_out(conn: Connection, context: Context, each: Going) -> Reason | None:
    """Why the step somebody was held at is passed over; None where it is to be done now."""
    row, mail = each.row, each.mail
    if mail is not None and mail.state in states.MESSAGE_GIVEN_UP:
        return because(Code.MAIL_OVER, state=mail.state.value)
    lacks = because(Code.NOTHING_TO_REPLY_TO)
    if row.state is not State.HELD or lacks.code not in {why.code for why in row.why}:
        return None
    return lacks if step_context.without_thread(conn, context, row) == row.step else None
