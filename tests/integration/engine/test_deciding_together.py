"""Two people who decide about one answer: nobody's word is taken back, or decided over, by somebody who does not know of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.inbound.corrections import inbox, inbox_pages
from relance.engine.inbound.corrections.decisions import DecidedMeanwhile
from relance.engine.inbound.corrections.inbox import Corrected, Correction
from relance.engine.states import State
from relance.engine.store.inbound import replies
from tests.engine_house import clock
from tests.reading import KIM, enrolled, hear, letter, row, wrote
from tests.reworded import in_english

ANN, BEN = Actor(ActorKind.USER, "ann@sales.example"), Actor(ActorKind.USER, "ben@sales.example")


@pytest.fixture
def number(house: Context) -> int:
    """Kim asks to be called."""
    enrolled(house, KIM)
    wrote(house)
    assert hear(house, letter(KIM, text="Please call me.")) == 1
    return inbox_pages.page(house).answers[0].id


@contextmanager
def later(house: Context, who: Actor) -> Iterator[None]:
    clock(house).advance(minutes=1)
    with actors.acting(who):
        yield


def decide(house: Context, who: Actor, number: int, kind: str = "human-answer", **said: object) -> Corrected:
    with later(house, who):
        return inbox.correct(house, number, Correction(kind=kind, **said))  # type: ignore[arg-type]


def test_a_decision_has_a_number_and_keeps_who_made_it(house: Context, number: int) -> None:
    assert inbox.show(house, number).decision is None
    done = decide(house, ANN, number, "auto-reply").answer
    assert (done.decided_by, done.decided_at) == (ANN, house.clock.now())
    assert done.decision is not None
    assert inbox_pages.detail(house, number).decider == ANN.name
    again = decide(house, ANN, number, intent="later").answer
    assert again.decision is not None
    assert again.decision > done.decision


def test_undo_takes_back_the_decision_it_names_and_never_a_later_one(house: Context, number: int) -> None:
    mine = decide(house, ANN, number, "auto-reply").answer.decision
    theirs = decide(house, BEN, number, intent="question", over=mine).answer.decision
    with later(house, ANN), pytest.raises(DecidedMeanwhile) as told:
        inbox.undo(house, number, decision=mine)
    assert (told.value.decision.by, told.value.decision.number) == (BEN, theirs)
    assert told.value.decision.intent == "question"
    assert in_english("by ben@sales.example") in str(told.value)
    with later(house, ANN), pytest.raises(DecidedMeanwhile):
        inbox.undo(house, number)
    assert inbox.show(house, number).intent == "question"
    assert row(house).state is State.REPLIED
    with later(house, BEN):
        assert inbox.undo(house, number, decision=theirs).answer.decision == mine
    assert row(house).state is State.ACTIVE


def test_who_names_it_takes_a_colleague_s_decision_back(house: Context, number: int) -> None:
    theirs = decide(house, BEN, number, "auto-reply").answer.decision
    with later(house, ANN):
        assert inbox.undo(house, number, decision=theirs).answer.corrected is False
        with pytest.raises(errors.Invalid):
            inbox.undo(house, number, decision=theirs)


def test_who_does_not_know_of_a_colleague_s_decision_is_told_and_nothing_is_done(
    house: Context, number: int
) -> None:
    theirs = decide(house, BEN, number, "human-answer", intent="positive").answer.decision
    at = house.clock.now()
    for over in (None, 4711):
        with pytest.raises(DecidedMeanwhile) as told:
            decide(house, ANN, number, "opt-out", over=over)
        decision = told.value.decision
        assert (decision.by, decision.at, decision.intent) == (BEN, at, "positive")
    assert row(house).state is State.REPLIED
    assert inbox.show(house, number).decided_by == BEN
    assert decide(house, ANN, number, "opt-out", over=theirs).answer.decided_by == ANN
    assert row(house).state is State.UNSUBSCRIBED


def test_one_s_own_decision_is_changed_without_ado(house: Context, number: int) -> None:
    decide(house, ANN, number, "auto-reply")
    assert decide(house, ANN, number, intent="later").answer.intent == "later"


def test_what_an_earlier_release_decided_is_nobody_s(house: Context, number: int) -> None:
    """It notes no actor, and copies what stood there: its decision is not taken for the one before it."""
    mine = decide(house, ANN, number, "auto-reply").answer.decision
    with house.database.write() as conn:
        said = dict(inbox.get(conn, number).correction or {})
        before = {"correction": {**said}, "contact_id": None}
        replies.change(conn, number, correction={**said, "at": "2026-03-09T09:30:00+00:00", "before": before})
    assert (inbox.show(house, number).decision, inbox.show(house, number).decided_by) == (None, None)
    assert decide(house, BEN, number, "human-answer").answer.decided_by == BEN
    assert mine is not None


def test_two_who_decide_at_once_do_not_overwrite_each_other(house: Context, number: int) -> None:
    start, told = threading.Barrier(2), []

    def press(who: Actor, kind: str) -> None:
        with actors.acting(who):
            start.wait(10)
            try:
                inbox.correct(house, number, Correction(kind=kind))
            except DecidedMeanwhile as other:
                told.append(other.decision.by)

    pressing = [threading.Thread(target=press, args=each) for each in ((ANN, "auto-reply"), (BEN, "opt-out"))]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join(30)
    assert told == [inbox.show(house, number).decided_by]
