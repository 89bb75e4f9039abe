"""What news makes of an enrollment's columns. Pure; `enrollments.apply` writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from relance.engine import reasons, states
from relance.engine.reasons import Cause, Code, Reason
from relance.engine.states import Event, State
from relance.engine.store.sequences import holds
from relance.engine.store.sequences.positions import Enrollment


def by_news(
    row: Enrollment, event: Event, now: dt.datetime, given: Reason, values: Mapping[str, Any]
) -> tuple[State, dict[str, Any]]:
    """The state it leads to, and the columns to be set; `values` are further ones."""
    after, kept = _state(row, event, now, given, values)
    if after is State.FINISHED and row.state is not State.FINISHED:
        given = reasons.because(Code.COMPLETED)  # whoever released them behind their last step did not end it
    change = _change(row, event, after, now, given) | planned(values)
    if kept:
        change |= written(kept)
    if after in states.FINAL and row.state in states.FINAL:
        change.pop("finished_at", None)
    if after is not row.state:
        # Who goes on stands at a step, which nothing but the steps before it led to; every other state has its event.
        change["cause_event_id"] = None if after is State.ACTIVE else holds.FOLLOWS
    return after, change


def planned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns to be set: whoever gives a step a time without saying that it is a further try gives it a plan."""
    if "due_at" not in values or "planned_at" in values:
        return dict(values)
    return {**values, "planned_at": values["due_at"], "planned_bound": None}


def _state(
    row: Enrollment, event: Event, now: dt.datetime, given: Reason, values: Mapping[str, Any]
) -> tuple[State, tuple[Reason, ...]]:
    """With what a person had said, where that stands from now on."""
    after = states.advance(row.state, event)
    back_at = values.get("resume_at", row.resume_at)
    if row.state is State.HELD and after is State.ACTIVE and back_at is not None and back_at > now:
        after = states.advance(after, Event.OUT_OF_OFFICE)  # who was held in an absence is still absent
    kept = row.word if after in (State.ACTIVE, State.AWAY) and not _is_cleared(event, given) else ()
    if kept:  # only the news was a mistake
        after = states.advance(after, Event.STOPPED if row.stays_stopped else Event.PAUSED)
    if after is State.ACTIVE and row.step is None:
        # Released after its last step: there is nothing to go on with.
        after = states.advance(after, Event.COMPLETED)
    return after, kept


def why(row: Enrollment, change: Mapping[str, Any]) -> tuple[Reason, ...]:
    """Why it stands where it stands once these columns are set."""
    return reasons.read(change["reasons"]) if "reasons" in change else row.why


def _is_cleared(event: Event, given: Reason) -> bool:
    """Whether a person takes back what a person said; a pause, for who is stopped is not asked."""
    return event is Event.RESUMED or (event is Event.RELEASED and given.cause is Cause.PERSON)


def _stays(row: Enrollment) -> tuple[Reason, ...]:
    """What stands behind other news as well."""
    if row.state is State.STOPPED:
        return tuple(each for each in row.why if each.cause is not Cause.ANSWER)
    return row.word


def _change(row: Enrollment, event: Event, after: State, now: dt.datetime, given: Reason) -> dict[str, Any]:
    change: dict[str, Any] = {}
    if after is State.HELD and row.state is State.PAUSED:
        # What clears the hold (evidence about a mail) must not end the pause.
        paused = row.why or (reasons.because(Code.PAUSED),)
        change = {"state": after.value, **written([given, *paused])}
    elif after != row.state:
        change = {"state": after.value, **written([given, *(_stays(row) if after in states.FINAL else ())])}
    elif after is State.HELD and event in (Event.HELD, Event.PAUSED) and given not in row.why:
        # A second reason to hold must not vanish behind the first: what clears the one does not clear the other.
        change = written([given, *row.why])
    elif event is Event.RESUMED and row.state in states.FINAL:
        change = _taken_back(row)
    elif _opens_again(row.state) and given.cause in reasons.BY_A_PERSON and not _said(row, given):
        change = written(
            [*row.why, given]
        )  # perhaps it was no answer that ended it: they said it all the same
    if after in states.FINAL and row.state not in states.FINAL:
        change["finished_at"] = now
    return change


def _opens_again(state: State) -> bool:
    """Whether an end may turn out to be a mistake; of one that stands in any case nothing is noted."""
    return state in states.FINAL and states.advance(state, Event.REOPENED) is not state


def _taken_back(row: Enrollment) -> dict[str, Any]:
    """A pause that was noted beside an end goes; what ended it stays."""
    rest = [each for each in row.why if each.cause is not Cause.PERSON]
    return written(rest) if rest and len(rest) < len(row.why) else {}


def noted(row: Enrollment, event: Event, given: Reason, now: dt.datetime) -> bool:
    """Whether news that leaves the state as it is adds to its reasons, or takes from them."""
    after, change = by_news(row, event, now, given, {})
    return after is row.state and "reasons" in change


def _said(row: Enrollment, given: Reason) -> bool:
    """Whether a person said as much already, in whatever words: who was stopped is not paused besides."""
    return any(each.cause in (given.cause, Cause.STOP) for each in row.why)


def written(why: Sequence[Reason]) -> dict[str, Any]:
    """Reasons as the columns they are kept in. The sentence is for the release before this one, and read by nobody here."""
    return {"reason": reasons.said_before(why), "reasons": [each.row() for each in why]}


def told_anew(row: Enrollment, why: Reason) -> dict[str, Any]:
    """The columns in which its only news is told by another reason; empty where there is not exactly one."""
    if len(row.news) != 1:
        return {}
    [said] = row.news
    return written([why if each == said else each for each in row.why])
