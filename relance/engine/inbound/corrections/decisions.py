"""Which decision of a person stands about a mail, by whom, and who may decide over it or take it back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.event_log.actors import Actor
from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.store import done_by, events
from relance.engine.store.inbound.replies import Reply
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.wording import Text

_DECIDED = "decided"
# The key beside a correction under which it says who made it. An earlier release that decides again copies it as it was, so that
# it is believed only where it was made at the time of the correction.


@dataclass(frozen=True)
class StandingDecision:
    """What a person said of a mail. `number` is that of the event that tells it."""

    number: int
    by: Actor
    at: dt.datetime
    kind: str
    intent: str | None


class DecidedMeanwhile(errors.Invalid):
    """Somebody else has decided about the mail, and the caller did not say that they know of that; nothing was done."""

    def __init__(self, decision: StandingDecision, who: Text | str, words: Text, command: Text) -> None:
        self.decision, self.who = decision, who  # who decided, as people call them
        super().__init__(words, command=command)


def standing(answer: Reply) -> StandingDecision | None:
    """The decision that stands; None where there is none, or one of a release that did not note whose it is. Pure."""
    said = answer.correction or {}
    made: Mapping[str, Any] = said.get(_DECIDED) or {}
    if not made or made.get("at") != said.get("at"):
        return None
    by = events.actor(made["by"]["kind"], made["by"]["name"])
    at = dt.datetime.fromisoformat(made["at"])
    return (
        StandingDecision(made["event"], by, at, said["kind"], said.get("intent")) if by is not None else None
    )


def signed(said: Mapping[str, Any], number: int, by: Mapping[str, str]) -> dict[str, Any]:
    """A correction with who made it, and the number of the event that tells it. Pure."""
    return {**said, _DECIDED: {"event": number, "by": dict(by), "at": said["at"]}}


def change(now: EffectiveClassification, before: Classification) -> dict[str, str | None]:
    """What a mail is taken for now and was before; of answers by people, what they want as well. Pure."""
    pairs = (("kind", now.judgement), ("before", before))
    found: dict[str, str | None] = {name: each.kind.value for name, each in pairs}
    return found | {f"{name}_intent": each.intent for name, each in pairs if each.kind is Kind.HUMAN}


def require_over(conn: Connection, answer: Reply, over: int | None) -> None:
    """Who acts now may decide about it: nobody else has, or `over` names their decision. Raises `DecidedMeanwhile`."""
    found = standing(answer)
    if found is None or found.number == over or found.by == events.acting(conn):
        return
    words = Text(
        "{who} has decided about answer {number} at {time}: {what}.",
        number=answer.id,
        **_told(conn, found),
    )
    command = Text("To decide otherwise, add `--over {decision}`.", decision=found.number)
    raise DecidedMeanwhile(found, done_by.named(conn, found.by), words, command)


def require_last(conn: Connection, answer: Reply, decision: int | None) -> None:
    """The decision that is meant is the one that stands; none named: the one of who acts now. Raises `DecidedMeanwhile`."""
    found = standing(answer)
    if found is None or found.number == decision:
        return
    if decision is None and found.by == events.acting(conn):
        return
    words = Text(
        "the last decision about answer {number} is by {who}, at {time}: {what}.",
        number=answer.id,
        **_told(conn, found),
    )
    command = Text("To take back that decision, add `--decision {decision}`.", decision=found.number)
    raise DecidedMeanwhile(found, done_by.named(conn, found.by), words, command)


def _told(conn: Connection, found: StandingDecision) -> dict[str, Any]:
    what = Text.within("intent", found.intent) if found.intent else Text.within("mail", found.kind)
    return {"who": done_by.named(conn, found.by), "time": found.at, "what": what}
