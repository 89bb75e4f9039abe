"""What a salesperson writes: a sequence, as a frozen value. Python objects and YAML are the same thing."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import pydantic
from pydantic_core import PydanticCustomError

from relance.engine.definition import company_rules
from relance.engine.definition.fields import (
    AwayText,
    Condition,
    DaysText,
    HoursText,
    Line,
    Shares,
    Written,
    ZoneName,
)
from relance.engine.definition.steps import Path, Step
from relance.engine.schedule import send_windows, timezones, waits
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MAX_STEPS = 100
MAX_DEPTH = 5  # branches within branches: deeper than this no one reads it any more


class Send(Written):
    """When mail may be sent: in the contact's own time, on working days."""

    days: DaysText | None = None
    """The days on which mail may be sent: "mon-fri". Not together with hours by weekday."""
    hours: HoursText | dict[str, HoursText] = "08:30-16:30"
    """One or more periods of the day, or a mapping by weekday."""
    zone: Literal["contact"] | ZoneName = "contact"
    """Which time zone applies: the contact's, or one fixed zone such as Europe/Warsaw."""
    default_zone: ZoneName | None = None
    """The zone of contacts whose zone and country are both unknown."""
    holidays: str = "contact"
    """Whose public holidays apply: contact, none, or a country or region such as PL or DE-BY."""
    closed: tuple[dt.date, ...] = ()
    """Further days on which nothing is sent."""

    @pydantic.field_validator("holidays")
    @classmethod
    def _known_holidays(cls, value: str) -> str:
        return value if value in ("contact", "none") else timezones.checked_calendar(value)

    @pydantic.model_validator(mode="after")
    def _one_way_to_say_days(self) -> Send:
        if isinstance(self.hours, dict):
            if self.days is not None:
                raise ValueError(
                    Text("`hours` by weekday already sets the days: remove `days`").coded(
                        SentenceCode.CONTRADICTORY
                    )
                )
            send_windows.by_day(self.hours)
        return self

    @property
    def week(self) -> send_windows.Week:
        """The sending hours of each weekday."""
        hours = tuple(self.hours.items()) if isinstance(self.hours, dict) else self.hours
        return _week(self.days or "mon-fri", hours)


@functools.lru_cache(maxsize=256)
def _week(days: str, hours: str | tuple[tuple[str, str], ...]) -> send_windows.Week:
    if isinstance(hours, tuple):
        return send_windows.by_day(dict(hours))
    return send_windows.same_hours(send_windows.parse_days(days), send_windows.parse_intervals(hours))


class Stop(Written):
    """What ends the sequence besides the contact's own reply, bounce or opt-out, which always do."""

    company: company_rules.Company = "never"
    """What a colleague's reply does: whether it ends the sequence for the whole company, or what it does by kind of reply."""
    when: Condition | None = None
    """A condition asked before every step."""


class Track(Written):
    """What is measured."""

    opens: bool = True
    """A pixel in each mail."""
    clicks: bool = True
    """Links go through the tracking server."""
    trust_opens: bool = False
    """Allow conditions to ask opened(); machines open mail, so this can mislead."""


Value = str | int | float | bool


class Sequence(Written):
    """A whole sequence: what is sent, and when."""

    name: Annotated[Line, pydantic.Field(alias="sequence", max_length=100)]
    """Its name. Publishing under a known name makes the next version of that sequence."""
    goal: Line | None = None
    """What counts as success in the report: meeting, demo, reply."""
    language: Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z]{2}$")] | None = None
    """Two letters: pl, en, de."""
    weight: Annotated[int, pydantic.Field(ge=1, le=100)] = 1
    """Its share of first mails beside other sequences from the same mailbox: 3 sends three where another sends one."""
    mailboxes: Shares = {}  # noqa: RUF012 - pydantic copies it
    """Who writes to new people: a list of mailboxes, or each with its share (2 takes twice as many as 1; 0 only people it has written
    to before). Left out: all active mailboxes, in equal shares."""
    send: Send = Send()
    """When mail may be sent."""
    stop: Stop = Stop()
    """What ends the sequence besides the contact's own reply, bounce or opt-out."""
    away_without_date: AwayText = waits.AWAY_DAYS
    """Somebody is out of office and does not say until when: `hold` asks a person, "10 business days" takes them to be away that long."""
    track: Track = Track()
    """Which opens and clicks are measured."""
    unsubscribe: Line | None = None
    """The unsubscribe line under each mail, with {link} where the address goes; `none` leaves only the header."""
    values: dict[Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$")], Value] = {}  # noqa: RUF012 - pydantic copies it
    """Text used in several mails: {{ booking_link }}."""
    steps: tuple[Step, ...]
    """What happens, in this order; at most a hundred steps."""

    @pydantic.field_validator("unsubscribe")
    @classmethod
    def _has_a_place_for_the_link(cls, value: str | None) -> str | None:
        if value is not None and value != "none" and value.count("{link}") != 1:
            raise ValueError(Text("write {{link}} once, where the address goes; or `none`"))
        return value

    @pydantic.model_validator(mode="after")
    def _ids_stand_once(self) -> Sequence:
        if not self.steps:
            raise ValueError(
                Text("a sequence needs at least one step under `steps`").coded(SentenceCode.KEY_MISSING)
            )
        seen: dict[str, Path] = {}
        for count, (path, step) in enumerate(walk(self.steps), start=1):
            _bounds(path, count)
            if step.id is None:
                continue
            if step.id in seen:
                raise _at(
                    path,
                    Text('the id "{id}" is used twice; each step needs its own', id=step.id).coded(
                        SentenceCode.WRITTEN_TWICE
                    ),
                )
            seen[step.id] = path
        return self


Sequence.model_rebuild()  # here, where one thread does it


def _bounds(path: Path, count: int) -> None:
    if count > MAX_STEPS:
        raise _at(
            path, Text("there are more than {most} steps", most=MAX_STEPS).coded(SentenceCode.TOO_LARGE)
        )
    if (len(path) - 2) // 2 > MAX_DEPTH:
        raise _at(
            path,
            Text(
                "branches are nested more than {most} deep; split this into two sequences", most=MAX_DEPTH
            ).coded(SentenceCode.TOO_LARGE),
        )


def _at(path: Path, sentence: Text) -> PydanticCustomError:
    """An error whose place is a step's, though it is found only by looking at the whole."""
    return PydanticCustomError("step", "{sentence}", {"sentence": sentence, "path": path})


def walk(steps: tuple[Step, ...], path: Path = ("steps",)) -> Iterator[tuple[Path, Step]]:
    """Every step in reading order, branches before what stands in them, each with its path in the document."""
    for index, step in enumerate(steps):
        here = (*path, index)
        yield here, step
        for key, inner in step.inner():
            yield from walk(inner, (*here, key))


def digest(sequence: Sequence) -> str:
    """A hex SHA-256 of what the sequence says, the same for every way of writing it."""
    said = written(sequence)
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def written(sequence: Sequence) -> dict[str, Any]:
    """The sequence as plain data with the author's own keys, without what is left at its default."""
    return sequence.model_dump(mode="json", by_alias=True, exclude_defaults=True)
