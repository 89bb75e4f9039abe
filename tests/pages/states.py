"""The page docs/states.md, made from the two tables."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from relance.engine.states import (
    FINAL,
    FINAL_BY_STRENGTH,
    MESSAGE_SENDABLE,
    MESSAGE_TRANSITIONS,
    TRANSITIONS,
    Event,
    MessageEvent,
    MessageState,
    State,
)
from tests.pages.tables import table

MESSAGE_FINAL = frozenset({MessageState.ACCEPTED, MessageState.REFUSED, MessageState.ABANDONED})
# No further attempt is made; evidence of delivery still turns the last two into ACCEPTED, and a person's RETRIED lets a
# refused one go again: a full refusal says for certain that it was not delivered.

_WHY = """
**Stop news is accepted in every state**, final ones too, and never lost: of two pieces of final news the stronger stands,
whichever came first. From weak to strong: {strength}.
An answer outranks a bounce, because a person who answers can be reached after all (bounces come from forwarders, too). An
opt-out outranks everything; only the person who noted it by mistake can undo that, at once. A person's stop of something already finished changes nothing: it
would only blur the report.

**Held outranks paused.** Something a person must decide stays visible until it is decided; pausing it says nothing new,
since nothing leaves while it is held. A pause survives absence, the return from it, and late news of finished steps.

**Late news of a finished step** changes nothing, because a mail can be accepted while its enrollment is being paused, held
or stopped. Completing the last step ends what is active, paused or away; what is held stays held.

**Every state but active names the event that led to it**, in the same transaction: what came in, what a person did, or that the
last step was done (`enrollment.finished`). Anyone active came step by step and is at one of them; no single event led there.

**Out of a final state** leads only a person's "{reopened}", for a wrong guess (a misread answer, a mistaken bounce). It
never reopens an opt-out, nor what is finished: there nothing is left to do. What a person had said before or since (a stop, a
pause) stands beside the news in the row's reasons, and correcting the news leads back to that and not to what may send.
"""

_MESSAGE_WHY = """
**Permission is not a transition.** An attempt may begin only from: {sendable}. The store asks this in the transaction that
marks the message as transmitting; the table only says what news means.

**Evidence of delivery is believed in every state**, even after a refusal or a decision to give up: a copy in the Sent
folder, an answer, a bounce.

**Unknown is left** only by evidence, by a full answer that arrives late, or by a person or policy; never by time. A worker
that was taken for dead and can say "not one byte of the body had left" makes it not sent.

**A refusal is left** by a person's "{retried}" alone, where it was the sender's trouble and not the recipient's: a full
refusal says for certain that the mail was not delivered, so the same bytes may go.

**A full answer outranks a guess**: news that an attempt was lost changes neither a refusal nor a deferral of that attempt.
"""


def as_markdown() -> str:
    """The page docs/states.md: both tables, and why they are as they are."""
    strength = " < ".join(state.value for state in FINAL_BY_STRENGTH)
    sendable = ", ".join(state.value for state in MessageState if state in MESSAGE_SENDABLE)
    parts = [
        "# States",
        "This page is written by `tests/pages/states.py` from the tables in `relance/engine/states.py`; a test compares them.",
        "A dot means that the state stays. Final states are in *italics*.",
        "## Enrollments: where a contact stands in a sequence",
        _grid(State, Event, TRANSITIONS, FINAL),
        _WHY.format(strength=strength, reopened=Event.REOPENED.value).strip(),
        "## Messages: where one mail stands",
        _grid(MessageState, MessageEvent, MESSAGE_TRANSITIONS, MESSAGE_FINAL),
        _MESSAGE_WHY.format(sendable=sendable, retried=MessageEvent.RETRIED.value).strip(),
    ]
    return "\n\n".join(parts) + "\n"


def _grid(
    states: type[StrEnum],
    events: type[StrEnum],
    moves: Mapping[tuple[Any, Any], StrEnum],
    final: Collection[StrEnum],
) -> str:
    heads = [f"*{state.value}*" if state in final else state.value for state in states]
    rows = [["event", *heads], ["---"] * (len(heads) + 1)]
    for event in events:
        after = [moves[state, event] for state in states]
        cells = ["·" if end == state else end.value for state, end in zip(states, after, strict=True)]
        rows.append([event.value, *cells])
    return table(rows)
