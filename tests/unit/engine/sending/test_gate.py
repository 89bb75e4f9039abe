"""May this mail go now? Every guard, shown to bite alone."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.context import Context
from relance.engine.journal.opt_outs import OptOuts
from relance.engine.sending import gate
from relance.engine.sending.gate import Facts
from relance.engine.states import MessageState, State
from relance.engine.store.in_flight import InFlight

DUE = dt.datetime(2026, 3, 5, 9, 0, tzinfo=dt.UTC)
GOOD = Facts(
    state=State.ACTIVE,
    version_claimed=3,
    version_now=3,
    step_wanted="bump",
    step_now="bump",
    sequence_state="active",
    mailbox_state="active",
    message_state=MessageState.PREPARED,
    suppressed=None,
    wrote_before=True,
    due_at=DUE,
    synced_at=DUE,
    now=DUE,
    unread_elsewhere=False,
)


@pytest.mark.parametrize(
    "decides", [Facts, InFlight, Context, OptOuts, gate.admit, gate.refusals, gate.changes]
)
def test_whoever_forgets_to_ask_something_gets_no_yes(decides: Callable[..., object]) -> None:
    """What stops a mail is no argument with a default: a caller that leaves it out would be told that nothing does."""
    harmless = {"options", "workspace", "open_ear", "library", "at_work", "servers", "watch", "telemetry"}
    asked = inspect.signature(decides).parameters.values()
    assert {each.name for each in asked if each.default is not each.empty} <= harmless


def test_a_follow_up_goes_when_nothing_speaks_against_it() -> None:
    assert gate.objections(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"state": State.REPLIED}, "replied"),
        ({"state": State.UNSUBSCRIBED}, "unsubscribed"),
        ({"state": State.HELD}, "held"),
        ({"version_now": 4}, "changed"),
        ({"step_now": "goodbye"}, "another step"),
        ({"step_now": None}, "another step"),
        ({"sequence_state": "paused"}, "sequence is paused"),
        ({"mailbox_state": "paused"}, "mailbox is paused"),
        ({"message_state": MessageState.ACCEPTED}, "accepted"),
        ({"message_state": MessageState.UNKNOWN}, "unknown"),
        ({"suppressed": "asked"}, "suppressed: asked"),
        ({"synced_at": None}, "not read"),
        ({"synced_at": DUE - dt.timedelta(seconds=1)}, "not read"),
        ({"synced_at": DUE + dt.timedelta(seconds=1)}, "not read"),
    ],
)
def test_each_guard_bites_alone(change: dict[str, object], words: str) -> None:
    objections = gate.objections(dataclasses.replace(GOOD, **change))
    assert len(objections) == 1
    assert words in objections[0]


def test_a_first_mail_needs_no_look_into_the_mailbox() -> None:
    first = dataclasses.replace(GOOD, wrote_before=False, synced_at=None)
    assert gate.objections(first) == ()


@given(
    state=st.sampled_from(list(State)),
    message=st.sampled_from(list(MessageState)),
    suppressed=st.sampled_from([None, "asked"]),
    stale=st.booleans(),
)
def test_nothing_passes_but_the_one_good_case(
    state: State, message: MessageState, suppressed: str | None, stale: bool
) -> None:
    synced = DUE - dt.timedelta(days=1) if stale else DUE
    facts = dataclasses.replace(
        GOOD, state=state, message_state=message, suppressed=suppressed, synced_at=synced
    )
    good = (
        state is State.ACTIVE
        and message in (MessageState.PREPARED, MessageState.DEFERRED, MessageState.NOT_SENT)
        and suppressed is None
        and not stale
    )
    assert (gate.objections(facts) == ()) is good


UNCHANGED = InFlight(version=3, sequence_state="active", mailbox_state="active", fence=7, suppressed=None)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"version": 4}, "enrollment changed"),
        ({"sequence_state": "paused"}, "sequence was paused"),
        ({"mailbox_state": "paused"}, "mailbox is paused"),
        ({"fence": 8}, "another worker"),
        ({"suppressed": "asked"}, "suppressed: asked"),
    ],
)
def test_whatever_changed_after_the_mark_forbids_the_body(
    change: dict[str, object], words: str | None
) -> None:
    found = gate.changes(3, 7, dataclasses.replace(UNCHANGED, **change))
    assert len(found) == (words is not None)
    assert words is None or words in found[0]
