"""What one person's answer does to whoever else is written to at their company, by kind of answer. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

import pydantic

from relance import errors
from relance.complete import complete
from relance.engine.schedule import waits
from relance.engine.schedule.waits import Unit, Wait
from relance.mailbox.parsing.inbound import Classification, Intent, Kind
from relance.wording import Text, ended

BOUND = "colleague"
# The kind of the reason beside a due time that a colleague's answer deferred.


class ActionKind(StrEnum):
    """What becomes of a colleague's enrollment."""

    GO_ON = "go on"
    SLOW = "slow"  # the next step goes some business days later
    HAND_OVER = "hand over"  # held, with a task for whoever got the answer
    STOP = "stop"


@dataclass(frozen=True)
class ColleagueAction:
    """What is done; `wait` (business days) is set for SLOW alone."""

    kind: ActionKind
    wait: Wait | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.wait}" if self.wait else self.kind.value

    @property
    def key(self) -> str:
        """By what it is known again, in events and beside a due time; never shown."""
        if self.wait is None:
            return self.kind.value
        unit = self.wait.unit.value
        return (
            f"{self.kind.value} {self.wait.count} {unit.removesuffix('s') if self.wait.count == 1 else unit}"
        )


GO_ON = ColleagueAction(ActionKind.GO_ON)
STOP = ColleagueAction(ActionKind.STOP)
GRAMMAR = Text('write "stop", "hand over", "slow 3 business days" or "go on"')
PATTERN = r"^ *(stop|hand over|go on|slow (by )?[1-9][0-9]{0,2} *(business|working) days?) *$"
_SLOW = re.compile(r"slow(?: by)?\b(.*)")
_PLAIN = {each.value: ColleagueAction(each) for each in ActionKind if each is not ActionKind.SLOW}


def parse(text: str) -> ColleagueAction:
    """The action that `text` names; ValueError with a sentence that shows what to write."""
    words = " ".join(text.lower().split())
    if slow := _SLOW.fullmatch(words):
        return ColleagueAction(ActionKind.SLOW, _span(slow[1].strip()))
    if words in _PLAIN:
        return _PLAIN[words]
    near = errors.nearest(words.replace("-", " "), [*_PLAIN, ActionKind.SLOW.value])
    said = Text('"{text}" is not an action: {grammar}', text=text, grammar=GRAMMAR)
    hint = Text('Did you mean "{near}"?', near=near) if near else ""
    raise ValueError(Text.together(ended(said), hint) if hint else said)


def _span(text: str) -> Wait:
    if not text:
        raise ValueError(Text('slow by how much? For instance "slow 3 business days"'))
    wait = waits.parse(text)
    if wait.unit is not Unit.BUSINESS_DAYS:
        raise ValueError(
            Text('"slow {text}": count in business days, for instance "slow 3 business days"', text=text)
        )
    return wait


def _action(value: object) -> ColleagueAction:
    if isinstance(value, ColleagueAction):
        return value
    if isinstance(value, str):
        return parse(value)
    raise ValueError(GRAMMAR)


ActionText = Annotated[
    ColleagueAction | None,
    pydantic.PlainValidator(_action),
    pydantic.PlainSerializer(str, return_type=str),
    pydantic.WithJsonSchema(
        {
            "type": "string",
            "pattern": PATTERN,
            "examples": ["stop", "hand over", "slow 3 business days", "go on"],
        }
    ),
]


class CompanyRules(pydantic.BaseModel):
    """What happens to the colleagues of someone who replies, by kind of reply. The most specific line that fits applies;
    without one nothing happens. Each is `stop`, `hand over`, `slow 3 business days` or `go on`."""

    model_config = pydantic.ConfigDict(
        frozen=True, extra="forbid", populate_by_name=True, use_attribute_docstrings=True, defer_build=True
    )

    any_reply: ActionText = pydantic.Field(None, alias="any reply")
    """Any reply from a person, opt-outs included, unless another line says otherwise."""
    positive: ActionText = pydantic.Field(None, alias="positive reply")
    """Interested."""
    negative: ActionText = pydantic.Field(None, alias="negative reply")
    """Not interested."""
    question: ActionText = None
    """Asks a question."""
    referral: ActionText = None
    """Names someone else to talk to."""
    later: ActionText = None
    """Not now."""
    unclear: ActionText = None
    """A reply from a person whose intent is not clear."""
    calendar: ActionText = pydantic.Field(None, alias="calendar answer")
    """Answers an invitation."""
    opt_out: ActionText = pydantic.Field(None, alias="opt-out")
    """Asks to receive no more mail."""
    complaint: ActionText = None
    """Reported the mail as spam."""
    left: ActionText = pydantic.Field(None, alias="left the company")
    """An automatic reply says that they no longer work there."""


def _word_or_rules(value: object) -> str:
    return "rules" if isinstance(value, (Mapping, CompanyRules)) else "word"


Company = Annotated[
    Annotated[Literal["never", "any reply", "positive reply"], pydantic.Tag("word")]
    | Annotated[CompanyRules, pydantic.Tag("rules")],
    pydantic.Discriminator(_word_or_rules),
]
"""What a sequence says under `stop: company`: one word for what stops everyone, or rules by kind of reply."""


def table(company: Company) -> Mapping[str, ColleagueAction]:
    """The actions by the name of the answer that leads to them."""
    if not isinstance(company, CompanyRules):
        return {} if company == "never" else {company: STOP}
    fields = type(company).model_fields.items()
    written = {info.alias or name: getattr(company, name) for name, info in fields}
    return {name: action for name, action in written.items() if action is not None}


ANY_REPLY = "any reply"
UNCLEAR = "unclear"
BY_INTENT: Mapping[str, str] = complete(
    Intent,
    {
        Intent.POSITIVE: "positive reply",
        Intent.NEGATIVE: "negative reply",
        Intent.QUESTION: "question",
        Intent.REFERRAL: "referral",
        Intent.LATER: "later",
        Intent.UNCLEAR: UNCLEAR,
    },
)
_WISH = ""
# The place of the line that speaks of what the writer wants.
LINES: Mapping[Kind, tuple[str, ...]] = complete(
    Kind,
    {
        Kind.HUMAN: (_WISH, ANY_REPLY),
        Kind.CALENDAR: ("calendar answer", _WISH, ANY_REPLY),
        Kind.OPT_OUT: ("opt-out", ANY_REPLY),
        Kind.COMPLAINT: ("complaint",),
        Kind.LEFT_COMPANY: ("left the company",),
        Kind.UNREADABLE: (),
        Kind.CHALLENGE: (),
        Kind.OUT_OF_OFFICE: (),
        Kind.AUTO_REPLY: (),
        Kind.HARD_BOUNCE: (),
        Kind.SOFT_BOUNCE: (),
        Kind.BLOCKED: (),
        Kind.RECEIPT: (),
        Kind.LIST_MAIL: (),
        Kind.OWN_COPY: (),
    },
)
"""The lines that speak of each kind of mail, the most precise first; none where only a machine speaks of itself."""


def names(judgement: Classification) -> tuple[str, ...]:
    """The lines that speak of such a mail, the most precise first; none for what only a machine says of itself."""
    wish = _wish(judgement)
    return tuple(name for each in LINES.get(judgement.kind, ()) if (name := each or wish))


def _wish(judgement: Classification) -> str:
    """The line of what they want: an answer of which nobody can tell it is an unclear one, an invitation's may be silent."""
    silent = UNCLEAR if judgement.kind is Kind.HUMAN else ""
    return BY_INTENT.get(judgement.intent, UNCLEAR) if judgement.intent else silent


def action(rules: Mapping[str, ColleagueAction], judgement: Classification) -> ColleagueAction:
    """What these rules make of a colleague when somebody's mail is judged so."""
    return next((rules[name] for name in names(judgement) if name in rules), GO_ON)
