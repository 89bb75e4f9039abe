"""The kinds of step. Each says itself what tells it, which of its texts are templates and which are conditions.

A step is known by what stands in it::

    subject, body   a mail           task   something a person does        wait   nothing but time
    when + then     a branch         end    the sequence ends here

Mail, branch and task carry an `id` of the author's: results, edits and conditions refer to it for ever. `wait` and `end`
may go without; `graph` derives theirs from the step before them. A further kind is a class here and its place in `AnyStep`;
`relance.engine.sequences.steps` carries it out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Union, get_args

import pydantic

from relance.engine.definition.fields import Condition, Line, StepId, TimeOfDay, WaitText, Words, Written
from relance.engine.schedule import waits
from relance.wording import N_, Text
from relance.wording.sentence_codes import SentenceCode

Path = tuple[str | int, ...]

SURELY, USUALLY, PERHAPS = 3, 2, 1  # how far a key tells a step's kind: the surest one in it decides
MAIL_TEXTS = ("subject", "body", "html")
MAIN = "main"  # the name of a mail's own words beside its variants'


class _Step(Written):
    """What every kind of step says of itself."""

    kind: ClassVar[str]
    article: ClassVar[str]  # the kind in a sentence: N_("a mail")
    keys: ClassVar[Mapping[str, int]]  # what tells this kind, and how surely
    texts: ClassVar[tuple[str, ...]] = ()  # keys whose text is a template
    conditions: ClassVar[tuple[str, ...]] = ()  # keys whose text is a condition
    lists: ClassVar[tuple[str, ...]] = ()  # keys under which further steps stand
    any_time: ClassVar[bool] = False  # done at once, at night too, where nothing says to wait

    @property
    def delay(self) -> waits.Wait:
        """How long after the step before it (the first: after enrollment) this one falls due."""
        return getattr(self, "after", None) or waits.AT_ONCE

    def sources(self) -> Iterator[tuple[Path, str]]:
        """Every template in it, with its path below the step."""
        return _said(self, self.texts)

    def asks(self) -> Iterator[tuple[Path, str]]:
        """Every condition in it, with its path below the step."""
        return _said(self, self.conditions)

    def inner(self) -> Iterator[tuple[str, tuple[Step, ...]]]:
        """The steps that stand in it, by the key they stand under."""
        return iter(())


def _said(words: pydantic.BaseModel, keys: tuple[str, ...], path: Path = ()) -> Iterator[tuple[Path, str]]:
    for key in keys:
        text = getattr(words, key)
        if text is not None:
            yield (*path, key), text


class Variant(Written):
    """Another version of the same mail; whatever is left out is taken from the mail itself."""

    id: StepId
    """The name of this version in reports: lower-case letters, digits and hyphens."""
    subject: Line | None = None
    """Its own subject."""
    body: Words | None = None
    """Its own text."""
    html: Words | None = None
    """Its own HTML, instead of `body`."""
    weight: Annotated[int, pydantic.Field(ge=0, le=1000)] = 1
    """How often it is sent, relative to the mail's own version and the other variants."""

    @pydantic.model_validator(mode="after")
    def _says_something(self) -> Variant:
        if not (self.subject or self.body or self.html):
            raise ValueError(
                Text("this variant changes nothing: give it a `subject` or a `body` of its own").coded(
                    SentenceCode.CONTRADICTORY
                )
            )
        if self.body and self.html:
            raise ValueError(
                Text("a variant has either a `body` or `html`, not both").coded(SentenceCode.CONTRADICTORY)
            )
        return self


@dataclass(frozen=True)
class Choice:
    """The words one contact gets. `variant` is "main" for the mail's own."""

    variant: str
    subject: str | None
    body: str
    html: str | None


class MailStep(_Step):
    """A mail the engine sends."""

    kind: ClassVar = "mail"
    article: ClassVar = N_("a mail")
    keys: ClassVar = dict.fromkeys(("subject", "body", "html", "thread", "variants"), USUALLY)
    texts: ClassVar = MAIL_TEXTS
    conditions: ClassVar = ("when",)

    id: StepId
    """A short name that stays the same when steps move: lower-case letters, digits and hyphens."""
    subject: Line | None = None
    """The subject of a new thread; a reply keeps that of its thread."""
    body: Words | None = None
    """Plain text with light Markdown; the text and HTML parts both come from it."""
    html: Words | None = None
    """HTML written by hand, instead of `body`; the text part comes from it."""
    thread: Literal["new", "reply"] = "new"
    """`reply` continues the thread of our previous mail."""
    after: WaitText | None = None
    """How long after the previous step (for the first step: after enrollment)."""
    at: TimeOfDay | None = None
    """Not before this time of day, in the contact's own time."""
    when: Condition | None = None
    """Sent only if this is true; otherwise skipped."""
    weight: Annotated[int, pydantic.Field(ge=0, le=1000)] = 1
    """How often this version is sent, relative to the variants."""
    variants: Annotated[tuple[Variant, ...], pydantic.Field(max_length=10)] = ()
    """Other versions of the same mail, at most ten; a person always gets the same one."""

    @pydantic.model_validator(mode="after")
    def _whole(self) -> MailStep:
        if bool(self.body) == bool(self.html):
            raise ValueError(
                Text("a mail needs either a `body` or `html`, not both").coded(SentenceCode.CONTRADICTORY)
            )
        if self.thread == "reply" and (self.subject or any(v.subject for v in self.variants)):
            raise ValueError(
                Text(
                    "a reply keeps the subject of its thread: remove `subject`, or write `thread: new`"
                ).coded(SentenceCode.CONTRADICTORY)
            )
        names = [MAIN, *(variant.id for variant in self.variants)]
        if len(set(names)) < len(names):
            raise ValueError(
                Text(
                    'every variant needs an id of its own ("{main}" is the mail\'s own version)', main=MAIN
                ).coded(SentenceCode.WRITTEN_TWICE)
            )
        if not sum((self.weight, *(variant.weight for variant in self.variants))):
            raise ValueError(
                Text("every weight is 0, so no version would ever be sent").coded(SentenceCode.CONTRADICTORY)
            )
        return self

    @property
    def choices(self) -> tuple[Choice, ...]:
        """The mail's own words, then each variant filled up from them."""
        own = Choice(MAIN, self.subject, self.body or "", self.html)
        return own, *(self._filled(variant) for variant in self.variants)

    def sources(self) -> Iterator[tuple[Path, str]]:
        """The mail's own words, then each variant's."""
        yield from _said(self, self.texts)
        for index, variant in enumerate(self.variants):
            yield from _said(variant, self.texts, ("variants", index))

    def _filled(self, variant: Variant) -> Choice:
        # The words are one text: a body of the variant's own takes the place of the mail's HTML, and the other way.
        words = variant if variant.body or variant.html else self
        return Choice(variant.id, variant.subject or self.subject, words.body or "", words.html)


class TaskStep(_Step):
    """Something a person does: a call, a note, a visit."""

    kind: ClassVar = "task"
    article: ClassVar = N_("a task")
    keys: ClassVar = {"task": USUALLY}
    texts: ClassVar = ("task",)
    conditions: ClassVar = ("when",)

    id: StepId
    """A short name that stays the same when steps move: lower-case letters, digits and hyphens."""
    task: Line
    """What is to be done, in one line; fields of the contact may stand in it."""
    after: WaitText | None = None
    """How long after the previous step."""
    when: Condition | None = None
    """Given to a person only if this is true; otherwise skipped."""
    wait_until_done: bool = False
    """Whether the sequence waits until the task is ticked off."""


class BranchStep(_Step):
    """A fork: `then` if the condition is true, `else` if not; both continue with the step after the branch."""

    kind: ClassVar = "branch"
    article: ClassVar = N_("a branch")
    keys: ClassVar = {"then": SURELY, "else": SURELY, "otherwise": SURELY, "when": PERHAPS}
    conditions: ClassVar = ("when",)
    lists: ClassVar = ("then", "else")
    any_time: ClassVar = True

    id: StepId
    """A short name that stays the same when steps move: lower-case letters, digits and hyphens."""
    when: Condition
    """The condition that is asked."""
    then: tuple[Step, ...] = ()
    """The steps where it is true."""
    otherwise: Annotated[tuple[Step, ...], pydantic.Field(alias="else")] = ()
    """The steps where it is not."""
    after: WaitText | None = None
    """How long to wait before asking, to leave time to click."""

    def inner(self) -> Iterator[tuple[str, tuple[Step, ...]]]:
        """Both ways."""
        yield "then", self.then
        yield "else", self.otherwise

    @pydantic.model_validator(mode="after")
    def _leads_somewhere(self) -> BranchStep:
        if not (self.then or self.otherwise):
            raise ValueError(
                Text("a branch needs steps under `then` or `else`").coded(SentenceCode.KEY_MISSING)
            )
        return self


class WaitStep(_Step):
    """A pause before the next step."""

    kind: ClassVar = "wait"
    article: ClassVar = N_("a wait")
    keys: ClassVar = {"wait": USUALLY}

    wait: WaitText
    """How long to wait."""
    id: StepId | None = None
    """A short name that stays the same when steps move: lower-case letters, digits and hyphens."""

    @property
    def delay(self) -> waits.Wait:
        """The time it is there for."""
        return self.wait


class EndStep(_Step):
    """The sequence ends here, for the reason given."""

    kind: ClassVar = "end"
    article: ClassVar = N_("an end")
    keys: ClassVar = {"end": USUALLY}
    any_time: ClassVar = True

    end: Line
    """The reason why it ends, as the timeline tells it."""
    id: StepId | None = None
    """A short name that stays the same when steps move: lower-case letters, digits and hyphens."""


AnyStep = MailStep | BranchStep | TaskStep | WaitStep | EndStep
"""The list of kinds; all else is made from it."""

KINDS: Mapping[str, type[_Step]] = {step.kind: step for step in get_args(AnyStep)}
TELLING_KEYS = frozenset(key for step in KINDS.values() for key in step.keys)
TEXT_KEYS = tuple(dict.fromkeys(key for step in KINDS.values() for key in step.texts))
CONDITION_KEYS = tuple(dict.fromkeys(key for step in KINDS.values() for key in step.conditions))
LIST_KEYS = tuple(dict.fromkeys(key for step in KINDS.values() for key in step.lists))


def kind_of(value: object) -> str | None:
    """Which kind of step this is (mail, branch, task, wait, end), told by its keys; None when nothing tells it."""
    if isinstance(value, _Step):
        return value.kind
    keys = set(value) if isinstance(value, Mapping) else set()
    told = {
        name: max((step.keys[key] for key in keys & set(step.keys)), default=0)
        for name, step in KINDS.items()
    }
    surest = max(told, key=lambda name: told[name])
    return surest if told[surest] else None


if TYPE_CHECKING:
    Step = AnyStep
else:
    Step = Annotated[
        Union[tuple(Annotated[step, pydantic.Tag(name)] for name, step in KINDS.items())],  # noqa: UP007
        pydantic.Discriminator(kind_of),
    ]

BranchStep.model_rebuild()  # without it nobody can ask it for its keys: `else` would be told as `otherwise`


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
