"""What a person is told of an absence they correct a mail to."""

from __future__ import annotations

import datetime as dt

import pytest

from relance import errors
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.inbound.corrections import inbox
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.states import State
from relance.engine.store.sequences import moves
from tests.integration.engine.test_acted_upon import ready, row, state
from tests.reading import KIM, hear, letter
from tests.reworded import in_english

__all__ = ["ready"]


def number(house: Context) -> int:
    return inbox.page(house)[0].id


@pytest.mark.parametrize("until", [None, dt.date(2026, 6, 15)])
def test_the_day_of_return_is_told_chosen_or_given(ready: Context, until: dt.date | None) -> None:
    hear(ready, letter(KIM))
    done = inbox.correct(ready, number(ready), Correction(kind="out-of-office", until=until))
    assert state(ready) is State.AWAY
    back = row(ready).resume_at
    assert back is not None
    assert done.effects == (in_english(f"{KIM}: replied → away, back {back:%a} {back.day} {back:%B %Y}"),)


def test_a_day_of_return_in_the_past_is_refused_with_what_to_do(ready: Context) -> None:
    hear(ready, letter(KIM))
    past = ready.clock.now().date() - dt.timedelta(days=1)
    with pytest.raises(errors.Invalid) as refused:
        inbox.correct(ready, number(ready), Correction(kind="out-of-office", until=past))
    assert in_english("is in the past. Give a later date") in str(refused.value)
    assert state(ready) is State.REPLIED
    inbox.correct(ready, number(ready), Correction(kind="out-of-office", until=ready.clock.now().date()))
    assert state(ready) is State.ACTIVE


def test_somebody_who_finished_has_no_day_of_return(ready: Context) -> None:
    with ready.database.write() as conn:
        moves.move(conn, row(ready), Position(None, "", None), ready.clock.now())
    assert state(ready) is State.FINISHED
    hear(ready, letter(KIM))
    first = inbox.correct(ready, number(ready), Correction(kind="auto-reply"))
    until = ready.clock.now().date() + dt.timedelta(days=14)
    again = inbox.correct(ready, number(ready), Correction(kind="out-of-office", until=until))
    assert state(ready) is State.FINISHED
    assert [*first.effects, *again.effects] == [in_english(f"{KIM}: replied → finished")]
