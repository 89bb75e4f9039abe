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
from relance.engine.reasons import Code, because, prose
from relance.engine.sending import gate
from relance.engine.sending.gate import Facts
from relance.engine.states import MESSAGE_SENDABLE, MessageState, State
from relance.engine.store.sending.in_flight import InFlight

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
    reply=False,
    full=None,
    on_leave=False,
)
REPLY = dataclasses.replace(
    GOOD,
    reply=True,
    state=State.REPLIED,
    step_wanted="reply:4711",
    step_now=None,
    version_now=9,
    sequence_state="paused",
)


@pytest.mark.parametrize(
    "decides", [Facts, InFlight, Context, OptOuts, gate.admit, gate.refusals, gate.changes]
)
def test_whoever_forgets_to_ask_something_gets_no_yes(decides: Callable[..., object]) -> None:
    """What stops a mail is no argument with a default: a caller that leaves it out would be told that nothing does."""
    # (`open_sent` files copies of what has left; `open_dns` and `reach_links` are asked away from every mail.)
    harmless = {
        "open_sent",
        "open_dns",
        "reach_links",
        "options",
        "workspace",
        "open_ear",
        "library",
        "at_work",
        "servers",
        "places_offered",
        "watch",
        "telemetry",
    }
    asked = inspect.signature(decides).parameters.values()
    assert {each.name for each in asked if each.default is not each.empty} <= harmless


def test_a_follow_up_goes_when_nothing_speaks_against_it() -> None:
    assert gate.objections(GOOD) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": State.REPLIED}, Code.NOT_SENDABLE),
        ({"state": State.UNSUBSCRIBED}, Code.NOT_SENDABLE),
        ({"state": State.HELD}, Code.NOT_SENDABLE),
        ({"version_now": 4}, Code.CHANGED_SINCE_PREPARED),
        ({"step_now": "goodbye"}, Code.AT_ANOTHER_STEP),
        ({"step_now": None}, Code.AT_ANOTHER_STEP),
        ({"sequence_state": "paused"}, Code.SEQUENCE_PAUSED),
        ({"mailbox_state": "paused"}, Code.MAILBOX_NOT_ACTIVE),
        ({"on_leave": True}, Code.OWNER_ON_LEAVE),
        (
            {"full": because(Code.RECEIVER_DAILY_CAP, receiver="acme.example", count=9)},
            Code.RECEIVER_DAILY_CAP,
        ),
        ({"message_state": MessageState.ACCEPTED}, Code.MAIL_NOT_SENDABLE),
        ({"message_state": MessageState.UNKNOWN}, Code.MAIL_NOT_SENDABLE),
        ({"suppressed": prose("asked")}, Code.ADDRESS_SUPPRESSED),
        ({"synced_at": None}, Code.NOT_READ_SINCE),
        ({"synced_at": DUE - dt.timedelta(seconds=1)}, Code.NOT_READ_SINCE),
        ({"synced_at": DUE + dt.timedelta(seconds=1)}, Code.NOT_READ_SINCE),
    ],
)
def test_each_guard_bites_alone(change: dict[str, object], code: Code) -> None:
    objections = gate.objections(dataclasses.replace(GOOD, **change))
    assert [each.code for each in objections] == [code]


def test_a_person_s_answer_goes_although_they_answered_and_whatever_their_sequence_does() -> None:
    for state in State:
        wished = dataclasses.replace(REPLY, state=state, unread_elsewhere=True, on_leave=True)
        assert (gate.objections(wished) == ()) is (state is not State.UNSUBSCRIBED)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"state": State.UNSUBSCRIBED}, Code.NOT_SENDABLE),
        ({"mailbox_state": "paused"}, Code.MAILBOX_NOT_ACTIVE),
        ({"mailbox_state": "removed"}, Code.MAILBOX_NOT_ACTIVE),
        *(
            ({"message_state": state}, Code.MAIL_NOT_SENDABLE)
            for state in set(MessageState) - MESSAGE_SENDABLE
        ),
        ({"suppressed": prose("asked")}, Code.ADDRESS_SUPPRESSED),
        ({"synced_at": None}, Code.REPLY_UNREAD_SINCE),
        ({"synced_at": DUE - dt.timedelta(seconds=1)}, Code.REPLY_UNREAD_SINCE),
        ({"synced_at": DUE + dt.timedelta(seconds=1)}, Code.REPLY_UNREAD_SINCE),
    ],
)
def test_each_guard_of_a_person_s_answer_bites_alone(change: dict[str, object], code: Code) -> None:
    objections = gate.objections(dataclasses.replace(REPLY, **change))  # type: ignore[arg-type]
    assert [each.code for each in objections] == [code]


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


UNCHANGED = InFlight(
    version=3, sequence_state="active", mailbox_state="active", fence=7, suppressed=None, on_leave=False
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, None),
        ({"version": 4}, Code.CHANGED),
        ({"sequence_state": "paused"}, Code.SEQUENCE_PAUSED),
        ({"mailbox_state": "paused"}, Code.MAILBOX_NOT_ACTIVE),
        ({"fence": 8}, Code.ANOTHER_WORKER),
        ({"suppressed": prose("asked")}, Code.ADDRESS_SUPPRESSED),
        ({"on_leave": True}, Code.OWNER_ON_LEAVE),
    ],
)
def test_whatever_changed_after_the_mark_forbids_the_body(
    change: dict[str, object], code: Code | None
) -> None:
    found = gate.changes(3, 7, dataclasses.replace(UNCHANGED, **change))
    assert [each.code for each in found] == ([] if code is None else [code])
