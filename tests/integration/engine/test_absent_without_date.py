"""Somebody is out of office and does not say until when: held for a person to ask, or away for as long as their sequence says."""

from __future__ import annotations

import datetime as dt
from unittest import mock

import pytest

from relance.engine.context import Context
from relance.engine.inbound.corrections import foretold, inbox, reclassify
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.inbound.corrections.reclassify import RejudgeOptions
from relance.engine.reasons import Code
from relance.engine.reporting import explain
from relance.engine.sequences import publish
from relance.engine.states import State
from relance.mailbox.classification import safe
from relance.mailbox.parsing.inbound import Classification, Kind
from tests import engine_house
from tests.reading import KIM, enrolled, hear, letter, row, wrote
from tests.reworded import in_english

HOLD, LONGER = "away_without_date: hold\n", "away_without_date: 15 business days\n"
VAGUE, DATED = "I am out of the office.", "I am out of the office until 20 March 2026."


def absent(house: Context, text: str = VAGUE, rule: str = "") -> None:
    """Kim was written to by such a sequence and is away."""
    enrolled(house, KIM, text=engine_house.TRIAL + rule)
    wrote(house)
    says(house, text)


def says(house: Context, text: str) -> None:
    hear(house, letter(KIM, "Automatic reply: hello", text, Auto_Submitted="auto-replied"))


def stands(house: Context) -> tuple[State, list[Code]]:
    at = row(house)
    return at.state, [each.code for each in at.why]


def state(house: Context) -> State:
    return row(house).state


def days_away(house: Context) -> int:
    back = row(house).resume_at
    assert back is not None
    return (back.date() - house.clock.now().date()).days


def test_a_sequence_that_says_nothing_takes_five_business_days(house: Context) -> None:
    absent(house)
    assert stands(house) == (State.AWAY, [Code.OUT_OF_OFFICE_ASSUMED])
    assert days_away(house) in (7, 8)
    told = " ".join(explain.explain(house, KIM)[0].sentences)
    assert in_english("without a date of return; the sequence waits 5 business days then") in told


def test_a_sequence_may_say_for_how_long(house: Context) -> None:
    absent(house, rule=LONGER)
    assert stands(house) == (State.AWAY, [Code.OUT_OF_OFFICE_ASSUMED])
    assert days_away(house) in (21, 22)


def test_a_sequence_may_want_a_person_to_be_asked(house: Context) -> None:
    absent(house, rule=HOLD)
    assert stands(house) == (State.HELD, [Code.OUT_OF_OFFICE_NO_DATE])
    told = " ".join(explain.explain(house, KIM)[0].sentences)
    assert in_english("It is held for a person to decide: out of office, without a date of return") in told


@pytest.mark.parametrize("rule", ["", HOLD, LONGER])
def test_a_day_that_is_named_counts_whatever_the_sequence_says(house: Context, rule: str) -> None:
    absent(house, DATED, rule)
    assert stands(house) == (State.AWAY, [Code.OUT_OF_OFFICE])
    back = row(house).resume_at
    assert back is not None
    says(house, VAGUE)  # of a known absence nobody has to be asked, and nothing brings its end forward
    assert (stands(house), row(house).resume_at) == ((State.AWAY, [Code.OUT_OF_OFFICE]), back)


def test_a_day_named_later_is_known_from_then_on(house: Context) -> None:
    absent(house)
    says(house, DATED)
    assert stands(house) == (State.AWAY, [Code.OUT_OF_OFFICE])
    back = row(house).resume_at
    assert back is not None
    assert back.date() >= dt.date(2026, 3, 20)


def test_who_is_held_goes_on_from_the_day_that_a_person_says(house: Context) -> None:
    absent(house, rule=HOLD)
    [answer] = inbox.page(house)
    day = house.clock.now().date() + dt.timedelta(days=9)
    [[told]] = foretold.foretell(house, answer.id, [Correction("out of office", until=day)])
    assert told.after == State.AWAY.value
    inbox.correct(house, answer.id, Correction("out of office", until=day))
    assert stands(house) == (State.AWAY, [Code.OUT_OF_OFFICE])
    assert days_away(house) in (9, 10, 11)
    inbox.undo(house, answer.id)
    assert stands(house) == (State.HELD, [Code.OUT_OF_OFFICE_NO_DATE])


def test_who_is_back_already_goes_on_at_once(house: Context) -> None:
    absent(house, rule=HOLD)
    [answer] = inbox.page(house)
    back = Correction("out of office", until=house.clock.now().date())
    [[told]] = foretold.foretell(house, answer.id, [back])
    inbox.correct(house, answer.id, back)
    assert told.after == row(house).state.value == State.ACTIVE.value


def test_who_only_confirms_an_absence_leaves_the_question_open(house: Context) -> None:
    absent(house, rule=HOLD)
    [answer] = inbox.page(house)
    inbox.correct(house, answer.id, Correction("out of office"))
    assert stands(house) == (State.HELD, [Code.OUT_OF_OFFICE_NO_DATE])


def test_an_answer_corrected_to_an_absence_asks_for_the_day_as_well(house: Context) -> None:
    enrolled(house, KIM, text=engine_house.TRIAL + HOLD)
    wrote(house)
    hear(house, letter(KIM))
    [answer] = inbox.page(house)
    [[told]] = foretold.foretell(house, answer.id, [Correction("out of office")])
    inbox.correct(house, answer.id, Correction("out of office"))
    assert told.after == State.HELD.value
    assert stands(house) == (State.HELD, [Code.OUT_OF_OFFICE_NO_DATE])


def test_a_better_reading_finds_the_day_and_lets_nobody_go_unasked(house: Context) -> None:
    """Rules that read a date where none was read: what was held goes on only where that is asked for."""
    blind = Classification(Kind.OUT_OF_OFFICE, "an older rule", "its words", version=1)
    with mock.patch.object(safe, "judge", return_value=blind):
        absent(house, DATED, HOLD)
    assert state(house) is State.HELD
    [change] = reclassify.rejudge(house, RejudgeOptions(apply=True)).changes
    assert (state(house), change.kept) == (State.HELD, "until reopened")
    [change] = reclassify.rejudge(house, RejudgeOptions(apply=True, reopen=True)).changes
    assert stands(house) == (State.AWAY, [Code.OUT_OF_OFFICE])
    assert len(change.effects) == 1
    assert reclassify.rejudge(house, RejudgeOptions(apply=True, reopen=True)).changes == ()


def test_a_better_reading_that_finds_no_day_has_a_person_asked(house: Context) -> None:
    rash = Classification(Kind.OUT_OF_OFFICE, "an older rule", "its words", dt.date(2026, 3, 30), version=1)
    with mock.patch.object(safe, "judge", return_value=rash):
        absent(house, VAGUE, HOLD)
    assert state(house) is State.AWAY
    reclassify.rejudge(house, RejudgeOptions(apply=True))
    assert stands(house) == (State.HELD, [Code.OUT_OF_OFFICE_NO_DATE])


def test_a_version_from_before_the_choice_does_what_it_did(house: Context) -> None:
    """What was published without the key is stored without it, and is not another version for it."""
    enrolled(house, KIM)
    told = publish.publish(house, engine_house.TRIAL + "away_without_date: 5 business days\n")
    assert not told.changed
