"""What a changed judgement did to somebody, as data: a code with its parameters; the sentence is made where it is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from relance.complete import complete
from relance.engine.reasons import code_words
from relance.engine.reasons.as_data import Why, plain
from relance.wording import Text


class EffectCode(StrEnum):
    """Every effect there is. Codes are stored: one that was ever written stays."""

    STATE_CHANGED = "state_changed"
    AWAY_UNTIL = "away_until"
    BACK_ON = "back_on"
    NEXT_STEP_ON = "next_step_on"
    KEPT_ANOTHER_ANSWER = "kept_another_answer"
    KEPT_UNTIL_REOPENED = "kept_until_reopened"
    KEPT_SUPPRESSED = "kept_suppressed"


_SENTENCES: Mapping[EffectCode, Text] = complete(
    EffectCode,
    {
        EffectCode.STATE_CHANGED: Text("{before} → {state}"),
        EffectCode.AWAY_UNTIL: Text("{before} → {state}, back {day}"),
        EffectCode.BACK_ON: Text("{state}, back {day}"),
        EffectCode.NEXT_STEP_ON: Text("{state}, next step {day}"),
        EffectCode.KEPT_ANOTHER_ANSWER: Text("its effects remain: another answer from them means the same"),
        EffectCode.KEPT_UNTIL_REOPENED: Text("its effects remain until they are reopened"),
        EffectCode.KEPT_SUPPRESSED: Text("stays on the do-not-contact list until a person takes it off"),
    },
)
_CODES = frozenset(EffectCode)


@dataclass(frozen=True)
class Effect:
    """One effect. `params`: `email`, `state` and `before` (states by their codes), `day` (a date)."""

    code: EffectCode
    params: Mapping[str, Any] = field(default_factory=dict)

    def row(self) -> dict[str, Any]:
        """As it is stored: the day in ISO 8601."""
        kept = {
            name: each.isoformat() if isinstance(each, dt.date) else each
            for name, each in self.params.items()
        }
        return {"effect": self.code.value, "params": kept}

    @property
    def why(self) -> Why:
        """For programs."""
        return Why(self.code.value, {name: plain(each) for name, each in self.params.items()})

    @property
    def text(self) -> Text:
        """As people read it, in whatever language that will be."""
        params = {name: _shown(name, each) for name, each in self.params.items() if name != "email"}
        said = Text(_SENTENCES[self.code].msgid, **params)
        return Text.together(self.params["email"], said, by=": ") if "email" in self.params else said

    def __str__(self) -> str:
        return str(self.text)


def _shown(name: str, value: Any) -> Any:
    return code_words.word("person", value) if name in ("state", "before") else value


def read(row: Mapping[str, Any]) -> Effect | None:
    """An effect as it was stored; None where it is none that is known here."""
    params = row.get("params")
    if row.get("effect") not in _CODES or not isinstance(params, Mapping):
        return None
    known = {name: _day(each) if name == "day" else str(each) for name, each in params.items()}
    return Effect(EffectCode(row["effect"]), known)


def _day(value: Any) -> dt.date | str:
    try:
        return dt.date.fromisoformat(str(value))
    except ValueError:
        return str(value)
