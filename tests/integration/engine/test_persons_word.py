"""What a person said of somebody stays, whatever mail is held to be something else afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.inbound.corrections import inbox, reclassify, reinstate
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.inbound.corrections.reclassify import RejudgeOptions
from relance.engine.reasons import Cause, Code, because, prose
from relance.engine.sequences import control
from relance.engine.states import Event, MessageState, State
from relance.engine.store.sequences import enrollments
from relance.mailbox.parsing.inbound import Kind
from tests import engine_house
from tests.integration.engine.test_acted_upon import heard_by_older_rules, ready, row, state
from tests.integration.engine.test_reasons import corrected
from tests.reading import ADA, KIM, MIA, enrolled, hear, letter

__all__ = ["ready"]

Said = Callable[[Context, str], object]
AWAY = "I am out of office until 20 March 2026.\nThis is an automatic reply."
COMPANY = engine_house.TRIAL + "stop:\n  company: any reply\n"
STOP: tuple[Said, State] = (control.stop, State.STOPPED)
PAUSE: tuple[Said, State] = (control.pause, State.PAUSED)


def bounced(house: Context, person: str = KIM) -> None:
    """A server said at once that there is no such address."""
    with house.database.write() as conn:
        enrollments.apply(
            conn, [row(house, person).id], Event.BOUNCED, house.clock.now(), reason=prose("550 no such")
        )


@pytest.mark.parametrize("first", [True, False], ids=["before the answer", "after it"])
@pytest.mark.parametrize(("say", "after"), [STOP, PAUSE], ids=["stop", "pause"])
def test_a_persons_word_outlives_an_answer_that_was_none(
    ready: Context, say: Said, after: State, first: bool
) -> None:
    if first:
        say(ready, KIM)
    hear(ready, letter(KIM))
    if not first:
        say(ready, KIM)
    assert state(ready) is State.REPLIED
    corrected(ready)
    assert state(ready) is after


@pytest.mark.parametrize(("say", "after"), [STOP, PAUSE], ids=["stop", "pause"])
def test_a_persons_word_outlives_a_past_that_is_judged_again(ready: Context, say: Said, after: State) -> None:
    say(ready, KIM)
    mail = letter(KIM, "Automatic reply: hello", AWAY, Auto_Submitted="auto-replied")
    heard_by_older_rules(ready, mail, Kind.HUMAN)
    assert state(ready) is State.REPLIED
    reclassify.rejudge(ready, RejudgeOptions(apply=True, reopen=True))
    assert state(ready) is after


def test_one_answer_after_the_other_takes_nothing_of_it_along(ready: Context) -> None:
    control.stop(ready, KIM, reason="they called")
    bounced(ready)
    hear(ready, letter(KIM))
    assert state(ready) is State.REPLIED
    corrected(ready)
    assert state(ready) is State.STOPPED
    assert because(Code.STOPPED, text="they called", by="relance", by_kind="program") in row(ready).why


def test_a_stop_that_an_earlier_release_noted_stays_as_well(ready: Context) -> None:
    with ready.database.write() as conn:
        enrollments.apply(
            conn, [row(ready).id], Event.STOPPED, ready.clock.now(), reason=prose("they called")
        )
    hear(ready, letter(KIM))
    corrected(ready)
    assert state(ready) is State.STOPPED


@pytest.mark.parametrize(("say", "after"), [STOP, PAUSE], ids=["stop", "pause"])
def test_a_persons_word_about_a_colleague_outlives_the_answer_at_the_company(
    house: Context, say: Said, after: State
) -> None:
    enrolled(house, KIM, MIA, text=COMPANY)
    if after is State.PAUSED:
        say(house, MIA)
    hear(house, letter(KIM))
    assert state(house, MIA) is State.STOPPED
    if after is State.STOPPED:
        say(house, MIA)
    corrected(house)
    assert (state(house), state(house, MIA)) == (State.ACTIVE, after)


@pytest.mark.parametrize(("say", "after"), [(control.stop, State.BOUNCED), PAUSE], ids=["stop", "pause"])
def test_a_persons_word_outlives_bounces_that_are_taken_back(ready: Context, say: Said, after: State) -> None:
    engine_house.add_message(ready, row(ready), MessageState.REFUSED, recipient=KIM)
    say(ready, KIM)
    bounced(ready)
    report = reinstate.undo_bounces(ready, reinstate.Wrong(ADA, emails=(KIM,)))
    assert (state(ready), report.going_on) == (after, ())


@pytest.mark.parametrize(("say", "after"), [(control.stop, State.BOUNCED), PAUSE], ids=["stop", "pause"])
def test_a_persons_word_outlives_a_suppression_that_is_lifted(
    ready: Context, say: Said, after: State
) -> None:
    bounced(ready)
    say(ready, KIM)
    report = reinstate.lift(ready, KIM, go_on=True)
    assert (state(ready), report.going_on) == (after, ())


def test_who_is_paused_and_answered_after_all_goes_on_when_a_person_says_so(ready: Context) -> None:
    control.pause(ready, KIM)
    hear(ready, letter(KIM))
    corrected(ready)
    control.resume(ready, KIM)
    assert state(ready) is State.ACTIVE


def test_who_was_let_go_on_and_answered_goes_on_when_it_was_no_answer(ready: Context) -> None:
    control.pause(ready, KIM)
    control.resume(ready, KIM)
    hear(ready, letter(KIM))
    corrected(ready)
    assert state(ready) is State.ACTIVE


def test_a_person_releases_who_was_held_and_paused(ready: Context) -> None:
    with ready.database.write() as conn:
        enrollments.apply(
            conn, [row(ready).id], Event.HELD, ready.clock.now(), reason=prose("a field is empty")
        )
    control.pause(ready, KIM)
    control.resume(ready, KIM)
    assert state(ready) is State.ACTIVE


def test_an_opt_out_outlives_everything(ready: Context) -> None:
    hear(ready, letter(KIM, text="Please remove me from your list."))
    control.stop(ready, KIM)
    corrected(ready)
    assert state(ready) is State.UNSUBSCRIBED


def test_other_words_for_the_answer_keep_what_a_person_said(ready: Context) -> None:
    control.pause(ready, KIM)
    hear(ready, letter(KIM))
    with ready.database.read() as conn:
        [number] = conn.execute(sa.select(tables.inbound.c.id)).scalars()
    inbox.correct(ready, number, Correction(kind="human-answer", intent="later"))
    assert [each.cause for each in row(ready).why] == [Cause.ANSWER, Cause.PERSON]
    corrected(ready)
    assert state(ready) is State.PAUSED


def test_a_word_is_said_once(ready: Context) -> None:
    hear(ready, letter(KIM))
    for _ in range(2):
        control.stop(ready, KIM)
    assert [each.cause for each in row(ready).why] == [Cause.ANSWER, Cause.STOP]
    assert dataclasses.replace(row(ready), state=State.ACTIVE).word == ()


def test_what_somebody_wants_is_said_of_a_human_answer_only(ready: Context) -> None:
    """Of an out-of-office reply it would change nothing, and nobody would be told."""
    hear(ready, letter(KIM))
    with ready.database.read() as conn:
        [number] = conn.execute(sa.select(tables.inbound.c.id)).scalars()
    inbox.correct(ready, number, Correction(kind="out of office"))
    for wrong in (Correction(intent="later"), Correction(kind="opt-out", intent="negative")):
        with pytest.raises(errors.Invalid):
            inbox.correct(ready, number, wrong)
    assert inbox.show(ready, number).kind == "out of office"
    done = inbox.correct(ready, number, Correction(kind="human-answer", intent="later"))
    assert (done.answer.kind, done.answer.intent) == ("human answer", "later")
