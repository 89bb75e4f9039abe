"""What a kept mail is taken for: by the rules, by a person's word, and as it was when it was acted upon."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance.complete import stored
from relance.engine.inbound import policy
from relance.engine.inbound.policy import Certainty, Consequence
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import Reply
from relance.mailbox.classification import rule_names
from relance.mailbox.failures import FailureReason, FailureStage
from relance.mailbox.parsing.inbound import Classification, Kind, Speaker
from relance.wording import Text


@dataclass(frozen=True)
class EffectiveClassification:
    """What a kept mail is taken for, and whose."""

    match: Certainty
    judgement: Classification
    contact_id: int | None
    also: tuple[int, ...] = ()

    @property
    def consequence(self) -> Consequence:
        """What it leads to."""
        return policy.consequence(self.match, self.judgement)

    @property
    def is_wish(self) -> bool:
        """Whether it puts its person on the do-not-contact list because they asked for that; an address that is dead did not."""
        return self.consequence.suppress and self.judgement.kind is not Kind.HARD_BOUNCE


def judged(answer: Reply) -> Classification:
    """What the rules said."""
    rest = answer.judgement
    until = rest.get("until")
    return Classification(
        kind=stored(Kind, answer.kind),
        rule=rule_names.code(answer.rule),
        evidence=_evidence(answer.evidence),
        until=dt.date.fromisoformat(until) if until else None,
        recipient=rest.get("recipient"),
        status=rest.get("status"),
        intent=rest.get("intent"),
        intent_evidence=rest.get("intent_evidence") or "",
        language=rest.get("language"),
        substitute=rest.get("substitute"),
        version=answer.rules_version,
        notes=tuple(map(_note, rest.get("notes") or ())),
        definite=not rest.get("weak"),
        speaker=_speaker(rest),
        failure=_failure(answer.failure),
        stage=None if answer.failure_stage is None else _stage(answer.failure_stage),
    )


def _failure(stored: str | None) -> FailureReason | None:
    """What only a later release knows is no reason that we know."""
    return None if stored is None else FailureReason(stored) if stored in _FAILURES else FailureReason.UNKNOWN


def _stage(stored: str) -> FailureStage:
    return FailureStage(stored) if stored in _STAGES else FailureStage.UNKNOWN


_FAILURES, _STAGES = frozenset(FailureReason), frozenset(FailureStage)


def _evidence(stored: object) -> Text | str:
    """Somebody's words as they are; a sentence of ours as a Text."""
    said = Text.read(stored)
    row = said.row()
    return str(row["text"]) if row.get("code") == "prose" else said


def _note(stored: object) -> Text:
    """Earlier releases kept the sentence itself, in English: it is the one that is translated still."""
    return Text(stored) if isinstance(stored, str) else Text.read(stored)


def in_force(answer: Reply) -> EffectiveClassification:
    """What it is taken for now: what a person said of it is certain and outranks the rules."""
    match = stored(Certainty, answer.match or Certainty.CERTAIN)
    judgement = judged(answer)
    said = answer.correction
    if said is None:
        return EffectiveClassification(
            match, judgement, answer.contact_id, tuple(answer.judgement.get("also") or ())
        )
    until, kind = said.get("until"), stored(Kind, said["kind"])
    judgement = dataclasses.replace(
        judgement,
        kind=kind,
        # only a person wants something: it is kept for a later change of mind, and is not what the mail says now
        intent=said.get("intent", judgement.intent) if kind is Kind.HUMAN else None,
        until=dt.date.fromisoformat(until) if until else judgement.until,
        definite=True,
        failure=judgement.failure if kind is judgement.kind else None,
        stage=judgement.stage if kind is judgement.kind else None,
    )
    return EffectiveClassification(Certainty.CERTAIN, judgement, answer.contact_id)


def _speaker(said: Mapping[str, Any]) -> Speaker:
    """Until version 5 of the rules only our own provider was told apart, by its words."""
    speaker = said.get("speaker") or (Speaker.OWN if said.get("ours") else Speaker.RECEIVER)
    return Speaker(speaker) if speaker in _SPEAKERS else Speaker.UNKNOWN


_SPEAKERS = frozenset(Speaker)


_ACTED = "acted"
# The key beside a judgement under which the reading stands that people's states still rest on.


def acted_on(answer: Reply) -> EffectiveClassification:
    """What it was taken for when it was acted upon: that is what its reasons say, and what is to be taken back.

    As a rule what is in force; but a better judgement may have been applied without reopening what the worse one did.
    """
    said = answer.judgement.get(_ACTED)
    if said is None:
        return in_force(answer)
    until = said.get("until")
    judgement = Classification(
        stored(Kind, said["kind"]),
        "",
        _evidence(said["evidence"]),
        dt.date.fromisoformat(until) if until else None,
        intent=said.get("intent"),
        definite=not said.get("weak"),
        speaker=_speaker(said),
    )
    return EffectiveClassification(
        stored(Certainty, said["match"]), judgement, said["contact_id"], tuple(said["also"])
    )


def note_acted(conn: Connection, answer: Reply, reading: EffectiveClassification | None) -> None:
    """Keep beside a judgement what people's states still rest on; None: they rest on what is in force."""
    rest = {key: value for key, value in answer.judgement.items() if key != _ACTED}
    if reading is not None:
        judgement, evidence = reading.judgement, reading.judgement.evidence
        rest[_ACTED] = {
            "kind": judgement.kind.value,
            "evidence": evidence.row() if isinstance(evidence, Text) else evidence,
            "until": judgement.until.isoformat() if judgement.until else None,
            "intent": judgement.intent,
            "match": reading.match.value,
            "contact_id": reading.contact_id,
            "also": list(reading.also),
            "weak": not judgement.definite,
            "speaker": judgement.speaker.value,
        }
    if rest != answer.judgement:
        replies.change(conn, answer.id, judgement=rest)


def is_behind(answer: Reply) -> bool:
    """Whether people's states rest on another reading than the one in force."""
    return _ACTED in answer.judgement
