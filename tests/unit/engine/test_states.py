"""The two tables: complete, safe, and indifferent to the order of late news."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine import states
from relance.engine.states import Event, MessageEvent, MessageState, State
from tests.pages.states import MESSAGE_FINAL

PAIRS = list(itertools.product(State, Event))
MESSAGE_PAIRS = list(itertools.product(MessageState, MessageEvent))
# What a stop leaves behind at the least: any final state at least this strong.
LEAVES = {
    Event.REPLIED: State.REPLIED,
    Event.BOUNCED: State.BOUNCED,
    Event.UNSUBSCRIBED: State.UNSUBSCRIBED,
    Event.COMPLAINED: State.UNSUBSCRIBED,
    Event.STOPPED: State.STOPPED,
    Event.FAILED: State.FAILED,
}


def strength(state: State) -> int:
    return states.FINAL_BY_STRENGTH.index(state)


def after(start: State, events: list[Event]) -> State:
    for event in events:
        start = states.advance(start, event)
    return start


def test_every_pair_is_in_the_table():
    assert set(states.TRANSITIONS) == set(PAIRS)
    assert set(states.MESSAGE_TRANSITIONS) == set(MESSAGE_PAIRS)


def test_the_kinds_of_states_are_a_whole():
    assert set(State) == states.FINAL | states.OPEN
    assert not states.FINAL & states.OPEN
    assert len(states.FINAL_BY_STRENGTH) == len(states.FINAL)
    assert not states.SENDABLE & states.FINAL
    assert not states.MESSAGE_SENDABLE & MESSAGE_FINAL


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_only_a_person_leads_out_of_a_final_state(state, event):
    if state in states.FINAL and event not in (Event.REOPENED, Event.WISH_UNDONE):
        assert states.advance(state, event) in states.FINAL


def test_nothing_leads_out_of_an_opt_out_but_its_own_undoing():
    rest = set(Event) - {Event.WISH_UNDONE}
    assert {states.advance(State.UNSUBSCRIBED, event) for event in rest} == {State.UNSUBSCRIBED}
    left = {state for state in State if states.advance(state, Event.WISH_UNDONE) is not state}
    assert left == {State.UNSUBSCRIBED}


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_a_final_state_only_gives_way_to_stronger_news(state, event):
    end = states.advance(state, event)
    if state in states.FINAL and event not in (Event.REOPENED, Event.WISH_UNDONE):
        assert strength(end) >= strength(state)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("event", sorted(states.STOP_NEWS))
def test_stop_news_is_never_lost(state, event):
    end = states.advance(state, event)
    assert end in states.FINAL
    assert strength(end) >= strength(LEAVES[event])


@pytest.mark.parametrize(("state", "event"), PAIRS)
def test_the_same_news_twice_changes_nothing(state, event):
    once = states.advance(state, event)
    assert states.advance(once, event) == once


@pytest.mark.parametrize("state", State)
def test_what_waits_for_a_person_is_not_woken_by_machines(state):
    for event in set(Event) - states.BY_A_PERSON - {Event.RELEASED, Event.BACK}:
        if state not in states.SENDABLE:
            assert states.advance(state, event) not in states.SENDABLE
    assert states.advance(State.PAUSED, Event.BACK) is State.PAUSED
    assert states.advance(State.HELD, Event.BACK) is State.HELD
    assert states.advance(State.HELD, Event.RESUMED) is State.HELD


@given(
    st.sampled_from(State),
    st.lists(st.sampled_from(sorted(states.STOP_NEWS | {Event.COMPLETED})), min_size=1, max_size=5),
    st.randoms(use_true_random=False),
)
def test_final_news_converges_whatever_its_order_and_however_often(start, news, random):
    if start is State.HELD:
        # "completed" leaves what is held alone, so here the order of the first news matters; stops alone converge.
        news = [event for event in news if event is not Event.COMPLETED] or [Event.STOPPED]
    again = [*news, *random.choices(news, k=3)]
    random.shuffle(again)
    assert after(start, again) == after(start, news)


@given(
    st.sampled_from(State),
    st.lists(st.sampled_from(sorted(set(Event) - {Event.REOPENED, Event.WISH_UNDONE})), max_size=12),
)
def test_after_stop_news_nothing_is_ever_sendable_again(start, events):
    stopped = states.advance(start, Event.REPLIED)
    assert after(stopped, events) not in states.SENDABLE


@given(st.permutations([Event.OUT_OF_OFFICE, Event.PAUSED, Event.STEP_DONE]))
def test_a_pause_and_an_absence_end_paused_in_any_order(news):
    assert after(State.ACTIVE, news) is State.PAUSED


# Messages.


def test_evidence_of_delivery_is_believed_everywhere():
    for state in MessageState:
        assert states.advance_message(state, MessageEvent.FOUND) is MessageState.ACCEPTED
        assert states.advance_message(state, MessageEvent.ACCEPTED) is MessageState.ACCEPTED


def test_an_accepted_message_stays_accepted():
    assert {states.advance_message(MessageState.ACCEPTED, event) for event in MessageEvent} == {
        MessageState.ACCEPTED
    }


@pytest.mark.parametrize(("state", "event"), MESSAGE_PAIRS)
def test_an_attempt_begins_only_where_it_may(state, event):
    end = states.advance_message(state, event)
    if end is MessageState.TRANSMITTING and state is not MessageState.TRANSMITTING:
        assert event is MessageEvent.BEGUN
        assert state in states.MESSAGE_SENDABLE


def test_unknown_is_left_only_by_evidence_an_answer_or_a_decision():
    leaving = {
        event
        for event in MessageEvent
        if states.advance_message(MessageState.UNKNOWN, event) is not MessageState.UNKNOWN
    }
    staying = {MessageEvent.BEGUN, MessageEvent.LOST, MessageEvent.RETRIED, MessageEvent.FORGOTTEN}
    assert leaving == set(MessageEvent) - staying


def test_what_may_have_been_delivered_becomes_sendable_only_by_evidence_against_it():
    for event in MessageEvent:
        if states.advance_message(MessageState.UNKNOWN, event) in states.MESSAGE_SENDABLE:
            assert event in {MessageEvent.MISSING, MessageEvent.WITHDRAWN, MessageEvent.DEFERRED}


@pytest.mark.parametrize(("state", "event"), MESSAGE_PAIRS)
def test_the_same_news_of_a_message_twice_changes_nothing(state, event):
    once = states.advance_message(state, event)
    assert states.advance_message(once, event) == once


def test_a_refusal_stays_refused_when_the_attempt_is_also_reported_lost():
    for answer in (MessageEvent.REFUSED, MessageEvent.DEFERRED, MessageEvent.ACCEPTED):
        first = states.advance_message(MessageState.TRANSMITTING, answer)
        lost = states.advance_message(MessageState.TRANSMITTING, MessageEvent.LOST)
        assert states.advance_message(first, MessageEvent.LOST) == states.advance_message(lost, answer)


def test_a_message_given_up_while_in_flight_still_waits_for_its_answer():
    assert (
        states.advance_message(MessageState.TRANSMITTING, MessageEvent.ABANDONED) is MessageState.TRANSMITTING
    )


def test_a_person_may_offer_again_what_was_refused_and_nothing_else():
    for state in MessageState:
        after = states.advance_message(state, MessageEvent.RETRIED)
        assert after is (MessageState.DEFERRED if state is MessageState.REFUSED else state)
