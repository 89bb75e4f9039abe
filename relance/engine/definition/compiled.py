"""A published version made ready to be played: its plan, its words and its conditions, compiled once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Protocol

from relance import templates
from relance.engine.definition import graph, sequence, steps
from relance.engine.definition.position import Position
from relance.engine.reasons import Code, Reason, because
from relance.engine.schedule import calendar, send_windows, timezones, waits
from relance.engine.schedule.leaves import Leave
from relance.wording import Text

MAX_STEPS = 100  # no sequence has more
ANSWERS = 1024
# Answers of the calendar a script remembers.

_FOOTERS = {
    "pl": "Aby zrezygnować z otrzymywania moich wiadomości: {link}",
    "de": "Wenn Sie keine weiteren E-Mails von mir möchten: {link}",
    "fr": "Si vous ne souhaitez plus recevoir mes messages : {link}",
    "es": "Si no desea recibir más correos míos: {link}",
    "en": "If you would rather not hear from me again: {link}",
}


class Located(Protocol):
    """A person, as far as it matters to where they are."""

    @property
    def zone(self) -> str:
        """An IANA name; empty: nobody said."""

    @property
    def country(self) -> str:
        """Two letters (ISO 3166); empty: nobody said."""

    @property
    def fields(self) -> Mapping[str, str]:
        """The author's own columns; `state` or `region` counts here."""


class CompiledSequence:
    """One version of one sequence. Safe to share between threads: what it compiles late, it compiles to equal values."""

    def __init__(self, version_id: int, number: int, definition: Mapping[str, Any]) -> None:
        self.version_id = version_id
        self.number = number
        self.definition = sequence.Sequence.model_validate(definition)
        self.plan = graph.build(self.definition)
        self.words = functools.lru_cache(maxsize=None)(self._words)
        self.condition = functools.lru_cache(maxsize=None)(templates.compile_condition)
        self.rule = functools.lru_cache(maxsize=None)(self._rule)
        # Many people of a turn are in the same few places, and they are all asked about at one instant.
        self.opening = functools.lru_cache(maxsize=ANSWERS)(self._opening)
        self._wait = functools.lru_cache(maxsize=ANSWERS)(self._waited)
        self._place = functools.lru_cache(maxsize=ANSWERS)(self._whereabouts)

    @property
    def name(self) -> str:
        """The sequence's name."""
        return self.definition.name

    @property
    def footer(self) -> str | None:
        """The line under each mail, with {link} in it; None where the author wants none."""
        if self.definition.unsubscribe == "none":
            return None
        return self.definition.unsubscribe or _FOOTERS.get(self.definition.language or "en", _FOOTERS["en"])

    def _words(self, step_id: str, variant: str) -> templates.Compiled:
        step = self.mail(step_id)
        choice = next((each for each in step.choices if each.variant == variant), step.choices[0])
        subject = None if step.thread == "reply" else choice.subject
        return templates.compile_source(templates.Source(subject=subject, body=choice.body, html=choice.html))

    def mail(self, step_id: str) -> steps.MailStep:
        """A step that is known to be a mail."""
        step = self.plan.step(step_id)
        if not isinstance(step, steps.MailStep):
            raise TypeError(f"the step {step_id} is not a mail")
        return step

    def place(
        self,
        contact: Located,
        workspace: timezones.Workspace,
        on_leave: tuple[Leave, ...] = (),
        then: tuple[Leave, ...] | None = None,
    ) -> timezones.ContactZone:
        """Whose clock and holidays count for this person; `on_leave`: when the owner of their mailbox is not there; `then`: the same of
        the mailbox that goes on with them once a mail begins a thread, if one is to."""
        region = contact.fields.get("state") or contact.fields.get("region")
        where = timezones.Whereabouts(contact.zone or None, contact.country or None, region)
        found = self._place(where, workspace)
        away = bool(on_leave) or then is not None
        return dataclasses.replace(found, leaves=on_leave, leaves_then=then) if away else found

    def _whereabouts(
        self, where: timezones.Whereabouts, workspace: timezones.Workspace
    ) -> timezones.ContactZone:
        return timezones.place(where, self.definition.send, workspace)

    def first(self, since: dt.datetime, place: timezones.ContactZone, key: str) -> Position:
        """Where a new enrollment stands."""
        return self.position(self.plan.first, since, place, key)

    def after(
        self,
        step_id: str,
        done_at: dt.datetime,
        place: timezones.ContactZone,
        key: str,
        taken: bool | None = None,
    ) -> Position:
        """Where an enrollment stands once a step was done; `taken` says which way a branch went."""
        following = self.plan.next(step_id, taken)
        if following is None:
            return Position(None, "", None, stepped_at=done_at)
        return self.position(following, done_at, place, key)

    def position(self, step_id: str, since: dt.datetime, place: timezones.ContactZone, key: str) -> Position:
        """A step's due time, counted from when the step before it was done, with what bound it."""
        step, new_thread = self.plan.step(step_id), self.plan.begins_thread(step_id)
        if step.delay == waits.AT_ONCE and step.any_time:
            return Position(step_id, step.kind, since, (), since, new_thread=new_thread)
        if step.kind != "mail":
            place = dataclasses.replace(place, leaves=()) if place.leaves else place
        elif new_thread and place.leaves_then is not None:
            place = dataclasses.replace(place, leaves=place.leaves_then)
        began = since.replace(second=0, microsecond=0) if step.delay.in_days else None
        opening, told = self._wait(step_id, place, began) if began else self._waited(step_id, place, since)
        when = calendar.scattered(opening, f"{key}:{step_id}")
        bound = [*told, *_told(when.bound[len(told) :])]
        return Position(step_id, step.kind, when.at, bound, since, new_thread=new_thread)

    def here(self, workspace: timezones.Workspace) -> timezones.ContactZone:
        """Where somebody is of whom nothing is known."""
        return self._place(timezones.Whereabouts(None, None, None), workspace)

    def mails(
        self, at: Position, workspace: timezones.Workspace, on_leave: tuple[Leave, ...] = ()
    ) -> Iterator[Position]:
        """The mails from a position on, if nobody answers and tasks are done at once, by the workspace's clock; `on_leave`: when the owner
        of their mailbox is not there."""
        here = self.here(workspace)
        place = dataclasses.replace(here, leaves=on_leave) if on_leave else here
        for _ in range(MAX_STEPS):
            if at.step is None or at.due_at is None:
                return
            if at.step_kind == "mail":
                yield at
            taken = False if isinstance(self.plan.step(at.step), steps.BranchStep) else None
            at = self.after(at.step, at.due_at, place, "", taken)

    def mail_days(
        self,
        at: Position,
        workspace: timezones.Workspace,
        zone: dt.tzinfo,
        on_leave: tuple[Leave, ...] = (),
    ) -> tuple[dt.date, ...]:
        """The days of these mails, in that zone."""
        due = (each.due_at for each in self.mails(at, workspace, on_leave))
        return tuple(each.astimezone(zone).date() for each in due if each is not None)

    def _waited(
        self, step_id: str, place: timezones.ContactZone, since: dt.datetime
    ) -> tuple[calendar.Opening, list[dict[str, Any]]]:
        """Where the wait of a step that began then leads, and what bound it."""
        delay = self.plan.step(step_id).delay
        found = calendar.first_opening(self.rule(step_id), since, delay, place)
        return found, _told(found.bound)

    def _rule(self, step_id: str) -> calendar.SendingRule:
        """When mail of this step may go."""
        return rule_for(self.definition, self.plan.step(step_id))

    def _opening(self, step_id: str, place: timezones.ContactZone, now: dt.datetime) -> calendar.When:
        """The first time from now on at which this step may go."""
        return calendar.next_opening(self.rule(step_id), place, now)


@functools.lru_cache(maxsize=4096)  # the same days and hours bind thousands of mails
def _row(words: Text) -> str:
    return words.json()


def bounds(when: calendar.When) -> list[dict[str, Any]]:
    """What bound a time, as it is kept beside it."""
    return _told(when.bound)


def _told(bound: Iterable[calendar.Bound]) -> list[dict[str, Any]]:
    return [
        {"kind": b.kind.value, "words": _row(b.words), "until": b.until.isoformat()}
        | ({"was": b.was.isoformat()} if b.was else {})
        for b in bound
    ]


def rule_for(definition: sequence.Sequence, step: steps.Step) -> calendar.SendingRule:
    """When mail of one step of a sequence may go."""
    at = step.at if isinstance(step, steps.MailStep) else None
    return calendar.SendingRule(
        definition.send.week,
        frozenset(definition.send.closed),
        send_windows.parse_time(at) if at else None,
    )


def lacking(found: templates.Missing | templates.Unusable, place: str) -> Reason:
    """What a person has to fill in or fix before a template or a condition can be read."""
    if isinstance(found, templates.Unusable):
        return because(Code.VALUE_UNUSABLE, fault=found.reason)
    return because(Code.VALUE_MISSING, names=", ".join(found.names), place=found.place or place)
