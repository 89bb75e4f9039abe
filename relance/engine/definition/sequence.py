"""What a salesperson writes: a sequence and its steps, as frozen values. Python objects and YAML are the same thing.

A step is known by what stands in it::

    subject, body   a mail           task   something a person does        wait   nothing but time
    when + then     a branch         end    the sequence ends here

Mail, branch and task carry an `id` of the author's: results, edits and conditions refer to it for ever. `wait` and `end`
may go without; `graph` derives theirs from the step before them.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import pydantic
from pydantic_core import PydanticCustomError

from relance.engine.definition import company_rules
from relance.engine.schedule import send_windows, timezones, waits

MAX_STEPS = 100
MAX_DEPTH = 5  # branches within branches: deeper than this no one reads it any more
MAX_BODY = 100_000  # characters

Path = tuple[str | int, ...]


def _wait(value: object) -> waits.Wait:
    if isinstance(value, waits.Wait):
        return value
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return waits.parse(str(value))
    raise ValueError(waits.GRAMMAR)


WaitText = Annotated[
    waits.Wait,
    pydantic.PlainValidator(_wait),
    pydantic.PlainSerializer(str, return_type=str),
    pydantic.WithJsonSchema(
        {"type": "string", "pattern": waits.PATTERN, "examples": ["3 business days", "4 hours"]}
    ),
]
StepId = Annotated[
    str,
    pydantic.StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40),
]
Words = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=MAX_BODY)]
Line = Annotated[
    str, pydantic.StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Condition = Annotated[str, pydantic.StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
TimeOfDay = Annotated[
    str, pydantic.AfterValidator(lambda text: send_windows.clock_text(send_windows.parse_time(text)))
]
DaysText = Annotated[
    str, pydantic.AfterValidator(lambda text: send_windows.days_text(send_windows.parse_days(text)))
]
HoursText = Annotated[
    str, pydantic.AfterValidator(lambda text: send_windows.intervals_text(send_windows.parse_intervals(text)))
]
ZoneName = Annotated[str, pydantic.AfterValidator(timezones.checked_zone)]


class _Written(pydantic.BaseModel):
    """Anything an author writes: frozen, and an unknown key is a mistake."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True, allow_inf_nan=False
    )


class Send(_Written):
    """When mail may leave: in the contact's own time, on working days."""

    days: DaysText | None = None
    """The days mail may leave: "mon-fri". Not beside hours written by weekday."""
    hours: HoursText | dict[str, HoursText] = "08:30-16:30"
    """One or more stretches of the day, or a mapping by weekday."""
    zone: Literal["contact"] | ZoneName = "contact"
    """Whose clock counts: the contact's, or one fixed zone such as Europe/Warsaw."""
    default_zone: ZoneName | None = None
    """The zone of a contact of whom neither zone nor country is known."""
    holidays: str = "contact"
    """Whose public holidays count: contact, none, or a country or region such as PL or DE-BY."""
    closed: tuple[dt.date, ...] = ()
    """Further days on which nothing leaves."""

    @pydantic.field_validator("holidays")
    @classmethod
    def _known_holidays(cls, value: str) -> str:
        return value if value in ("contact", "none") else timezones.checked_calendar(value)

    @pydantic.model_validator(mode="after")
    def _one_way_to_say_days(self) -> Send:
        if isinstance(self.hours, dict):
            if self.days is not None:
                raise ValueError("`hours` by weekday already says the days: take `days` out")
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


class Stop(_Written):
    """What ends the sequence besides the contact's own answer, bounce or opt-out, which always do."""

    company: company_rules.Company = "never"
    """What a colleague's answer does: whether it ends it for the whole company, or what it does by kind of answer."""
    when: Condition | None = None
    """A condition asked before every step."""


class Track(_Written):
    """What is measured."""

    opens: bool = True
    """A pixel in each mail."""
    clicks: bool = True
    """Links lead through the tracking server."""
    trust_opens: bool = False
    """Let conditions ask opened(); machines open mail, so this misleads."""


class Variant(_Written):
    """Other words for the same mail; what is left out is the mail's own."""

    id: StepId
    subject: Line | None = None
    body: Words | None = None
    html: Words | None = None
    weight: Annotated[int, pydantic.Field(ge=0, le=1000)] = 1

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> Variant:
        if not (self.subject or self.body or self.html):
            raise ValueError("this variant changes nothing: give it a `subject` or a `body` of its own")
        if self.body and self.html:
            raise ValueError("a variant has a `body` or `html` in its place, not both")
        return self


@dataclass(frozen=True)
class Choice:
    """The words one contact gets. `variant` is "main" for the mail's own."""

    variant: str
    subject: str | None
    body: str
    html: str | None


MAIN = "main"


class MailStep(_Written):
    """A mail the engine sends."""

    id: StepId
    subject: Line | None = None
    body: Words | None = None
    """Plain text with light Markdown; the text and HTML parts both come from it."""
    html: Words | None = None
    """HTML written by hand, instead of `body`; the text part comes from it."""
    thread: Literal["new", "reply"] = "new"
    """`reply` answers our own last mail, so that both stand in one conversation."""
    after: WaitText | None = None
    """How long after the step before it (the first: after enrollment)."""
    at: TimeOfDay | None = None
    """Not before this time of the contact's day."""
    when: Condition | None = None
    """Sent only if this holds; otherwise skipped."""
    weight: Annotated[int, pydantic.Field(ge=0, le=1000)] = 1
    """The share of these words beside the variants'."""
    variants: Annotated[tuple[Variant, ...], pydantic.Field(max_length=10)] = ()

    @pydantic.model_validator(mode="after")
    def _whole(self) -> MailStep:
        if bool(self.body) == bool(self.html):
            raise ValueError("a mail needs a `body` (or `html` in its place, not both)")
        if self.thread == "reply" and (self.subject or any(v.subject for v in self.variants)):
            raise ValueError(
                "a reply keeps the subject of its conversation: take `subject` out, or write `thread: new`"
            )
        names = [MAIN, *(variant.id for variant in self.variants)]
        if len(set(names)) < len(names):
            raise ValueError(
                f'every variant needs an id of its own ("{MAIN}" is the name of the mail\'s own words)'
            )
        if not sum((self.weight, *(variant.weight for variant in self.variants))):
            raise ValueError("every weight is 0, so no words are left to send")
        return self

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The mail's own words, then each variant filled up from them."""
        own = Choice(MAIN, self.subject, self.body or "", self.html)
        return own, *(self._filled(variant) for variant in self.variants)

    def _filled(self, variant: Variant) -> Choice:
        # The words are one text: a body of the variant's own takes the place of the mail's HTML, and the other way.
        words = variant if variant.body or variant.html else self
        return Choice(variant.id, variant.subject or self.subject, words.body or "", words.html)


class TaskStep(_Written):
    """Something a person does: a call, a note, a visit."""

    id: StepId
    task: Line
    after: WaitText | None = None
    when: Condition | None = None
    """Asked of a person only if this holds; otherwise skipped."""
    wait_until_done: bool = False
    """Whether the sequence stands still until the person ticks it off."""


class BranchStep(_Written):
    """A fork: `then` if the condition holds, `else` if not; both lead on to the step after the branch."""

    id: StepId
    when: Condition
    then: tuple[Step, ...] = ()
    otherwise: Annotated[tuple[Step, ...], pydantic.Field(alias="else")] = ()
    after: WaitText | None = None
    """How long to wait before asking, so that there is time to click."""

    @pydantic.model_validator(mode="after")
    def _leads_somewhere(self) -> BranchStep:
        if not (self.then or self.otherwise):
            raise ValueError("a branch needs steps under `then` or `else`")
        return self


class WaitStep(_Written):
    """Nothing but time."""

    wait: WaitText
    id: StepId | None = None


class EndStep(_Written):
    """The sequence ends here, for the reason given."""

    end: Line
    id: StepId | None = None


def kind_of(value: object) -> str | None:
    """Which kind of step this is (mail, branch, task, wait, end), told by its keys; None when nothing tells it."""
    if isinstance(value, pydantic.BaseModel):
        return _KIND_BY_MODEL.get(type(value))
    keys = set(value) if isinstance(value, Mapping) else set()
    return next((kind for kind, tells in TELLING_KEYS if keys & tells), None)


TELLING_KEYS: tuple[tuple[str, frozenset[str]], ...] = (
    ("branch", frozenset({"then", "else", "otherwise"})),
    ("mail", frozenset({"subject", "body", "html", "thread", "variants"})),
    ("task", frozenset({"task"})),
    ("wait", frozenset({"wait"})),
    ("end", frozenset({"end"})),
    ("branch", frozenset({"when"})),
)
"""The keys that tell a step's kind, asked in this order."""

Step = Annotated[
    Annotated[MailStep, pydantic.Tag("mail")]
    | Annotated[BranchStep, pydantic.Tag("branch")]
    | Annotated[TaskStep, pydantic.Tag("task")]
    | Annotated[WaitStep, pydantic.Tag("wait")]
    | Annotated[EndStep, pydantic.Tag("end")],
    pydantic.Discriminator(kind_of),
]
_KIND_BY_MODEL: dict[type, str] = {
    MailStep: "mail",
    BranchStep: "branch",
    TaskStep: "task",
    WaitStep: "wait",
    EndStep: "end",
}
MODEL_BY_KIND: dict[str, type[pydantic.BaseModel]] = {
    "mail": MailStep,
    "branch": BranchStep,
    "task": TaskStep,
    "wait": WaitStep,
    "end": EndStep,
}
Value = str | int | float | bool


class Sequence(_Written):
    """A whole sequence: who is written to when, and what is said."""

    name: Annotated[Line, pydantic.Field(alias="sequence", max_length=100)]
    goal: Line | None = None
    """What counts as success, for the report: meeting, demo, answer."""
    language: Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z]{2}$")] | None = None
    """Two letters: pl, en, de."""
    send: Send = Send()
    stop: Stop = Stop()
    track: Track = Track()
    unsubscribe: Line | None = None
    """The line under each mail, with {link} where the address goes; `none` leaves only the header."""
    values: dict[Annotated[str, pydantic.StringConstraints(pattern=r"^[a-z_][a-z0-9_]*$")], Value] = {}
    """Words used in several mails: {{ booking_link }}."""
    steps: tuple[Step, ...]

    @pydantic.field_validator("unsubscribe")
    @classmethod
    def _has_a_place_for_the_link(cls, value: str | None) -> str | None:
        if value is not None and value != "none" and value.count("{link}") != 1:
            raise ValueError("write {link} once, where the address goes; or `none`")
        return value

    @pydantic.model_validator(mode="after")
    def _ids_stand_once(self) -> Sequence:
        if not self.steps:
            raise ValueError("a sequence needs at least one step under `steps`")
        seen: dict[str, Path] = {}
        for count, (path, step) in enumerate(walk(self.steps), start=1):
            _bounds(path, count)
            if step.id is None:
                continue
            if step.id in seen:
                raise _at(path, f'the id "{step.id}" is used twice; each step needs its own')
            seen[step.id] = path
        return self


def _bounds(path: Path, count: int) -> None:
    if count > MAX_STEPS:
        raise _at(path, f"more than {MAX_STEPS} steps")
    if (len(path) - 2) // 2 > MAX_DEPTH:
        raise _at(path, f"branches stand more than {MAX_DEPTH} deep; make it two sequences")


def _at(path: Path, sentence: str) -> PydanticCustomError:
    """An error whose place is a step's, though it is found only by looking at the whole."""
    return PydanticCustomError("step", "{sentence}", {"sentence": sentence, "path": path})


def walk(steps: tuple[Step, ...], path: Path = ("steps",)) -> Iterator[tuple[Path, Step]]:
    """Every step in reading order, branches before what stands in them, each with its path in the document."""
    for index, step in enumerate(steps):
        here = (*path, index)
        yield here, step
        if isinstance(step, BranchStep):
            yield from walk(step.then, (*here, "then"))
            yield from walk(step.otherwise, (*here, "else"))


def digest(sequence: Sequence) -> str:
    """A hex SHA-256 of what the sequence says, the same for every way of writing it."""
    said = written(sequence)
    text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def written(sequence: Sequence) -> dict[str, Any]:
    """The sequence as plain data with the author's own keys, without what is left at its default."""
    return sequence.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def pick_variant(step: MailStep, key: str) -> Choice:
    """The words for `key` (an enrollment, a company): always the same, spread by weight.

    The hash is of the key alone, so that of two mails with the same variants a person gets the same side of both.
    """
    choices = step.choices
    weights = (step.weight, *(variant.weight for variant in step.variants))
    point = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % sum(weights)
    for choice, weight in zip(choices, weights, strict=True):
        if point < weight:
            return choice
        point -= weight
    raise AssertionError("the point lies below the sum of the weights")
