"""The way back: who was lost for the sender's trouble goes on where they were, and nobody gets a step twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from relance import errors
from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.inbound.corrections import reinstate
from relance.engine.inbound.corrections.reinstate import Wrong
from relance.engine.sequences import control, enroll
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState, State
from relance.engine.store.sending import messages
from tests import engine_house
from tests.integration.engine.test_refusals import (
    ADA,
    BOB,
    EVE,
    KIM,
    Post,
    bounce,
    hear,
    ready,
    row,
    sent,
    state,
    suppressed,
)
from tests.reworded import worded

__all__ = ["ready"]

BEFORE = engine_house.MONDAY


def taking(answer: Callable[[str], tuple[int, str] | None] = lambda _: None) -> Post:
    return Post("rcpt", answer)


def a_turn(house: Context, post: Post) -> None:
    engine_house.clock(house).advance(hours=1)
    turn.take_turn(dataclasses.replace(house, open_outbox=post), 1, lambda: False)


def mail(house: Context, email: str) -> messages.Message:
    enrollment = row(house, email)
    with house.database.read() as conn:
        return messages.of_steps(conn, [(enrollment.id, "intro")])[enrollment.id, "intro"]


@pytest.fixture
def bounced(ready: Context) -> Context:
    """Kim's address was refused for good; Bob and Eve got their mail."""
    a_turn(ready, taking(lambda who: (550, "5.1.1 unknown") if who == KIM else None))
    assert (state(ready, KIM), suppressed(ready)) == (State.BOUNCED, {KIM})
    return ready


WAYS: list[Callable[[Context], reinstate.WayBack]] = [
    lambda house: reinstate.undo_bounces(house, Wrong(ADA, since=BEFORE)),
    lambda house: reinstate.undo_bounces(house, Wrong(ADA, emails=(KIM,))),
    lambda house: reinstate.lift(house, KIM, go_on=True),
]


@pytest.mark.parametrize("way", WAYS)
def test_a_mail_that_was_refused_is_offered_again_and_to_nobody_else(
    bounced: Context, way: Callable[[Context], reinstate.WayBack]
) -> None:
    before = mail(bounced, KIM)
    report = way(bounced)
    assert (report.lifted, [each.email for each in report.going_on], report.staying) == ((KIM,), [KIM], ())
    assert (state(bounced, KIM), suppressed(bounced)) == (State.ACTIVE, set())
    post = taking()
    for _ in range(3):
        a_turn(bounced, post)
    assert post.offered == [KIM]
    after = mail(bounced, KIM)
    assert (after.state, after.message_id, after.raw) == (
        MessageState.ACCEPTED,
        before.message_id,
        before.raw,
    )


def test_a_rehearsal_says_the_same_and_changes_nothing(bounced: Context) -> None:
    wrong = Wrong(ADA, since=BEFORE)
    rehearsed = reinstate.undo_bounces(bounced, wrong, dry_run=True)
    assert (state(bounced, KIM), suppressed(bounced)) == (State.BOUNCED, {KIM})
    assert rehearsed.dry_run
    assert reinstate.lift(bounced, KIM, go_on=True, dry_run=True).lifted == (KIM,)
    assert suppressed(bounced) == {KIM}
    done = reinstate.undo_bounces(bounced, wrong)
    assert [each.email for each in done.going_on] == [each.email for each in rehearsed.going_on] == [KIM]


def test_a_mail_that_came_back_is_not_sent_a_second_time(ready: Context) -> None:
    hear(ready, sent(ready, KIM), bounce())
    assert state(ready, KIM) is State.BOUNCED
    report = reinstate.undo_bounces(ready, Wrong(ADA, since=BEFORE))
    assert ([each.email for each in report.going_on], report.lifted) == ([KIM], (KIM,))
    post = taking()
    a_turn(ready, post)
    assert KIM not in post.offered
    assert row(ready, KIM).step == "bump"


def test_what_a_person_asked_for_stays_and_is_named(bounced: Context) -> None:
    contact_service.suppress(bounced, KIM, "asked on the phone")
    report = reinstate.undo_bounces(bounced, Wrong(ADA, since=BEFORE))
    assert (report.lifted, report.going_on) == ((), ())
    assert [(each.email, each.state) for each in report.staying] == [(KIM, "bounced")]
    assert suppressed(bounced) == {KIM}
    assert state(bounced, KIM) is not State.ACTIVE


def test_only_what_is_asked_for_is_taken_back(bounced: Context) -> None:
    later = engine_house.clock(bounced).now() + dt.timedelta(minutes=1)
    assert reinstate.undo_bounces(bounced, Wrong(ADA, since=later)).going_on == ()
    assert reinstate.undo_bounces(bounced, Wrong(ADA, emails=(BOB,))).going_on == ()
    assert state(bounced, KIM) is State.BOUNCED
    with pytest.raises(errors.Invalid, match=worded("since")):
        reinstate.undo_bounces(bounced, Wrong(ADA))


def test_lifting_alone_says_who_could_go_on_and_a_second_word_lets_them(bounced: Context) -> None:
    report = reinstate.lift(bounced, KIM, go_on=False)
    assert (report.lifted, report.going_on, [each.email for each in report.staying]) == ((KIM,), (), [KIM])
    assert state(bounced, KIM) is State.BOUNCED
    assert [each.email for each in reinstate.lift(bounced, KIM, go_on=True).going_on] == [KIM]
    with pytest.raises(errors.NotFound):
        reinstate.lift(bounced, KIM, go_on=False)


def test_a_doubtful_refusal_is_offered_again_unless_a_person_holds_them_too(ready: Context) -> None:
    contact_service.add(ready, "lou@meadow.example", {})
    enroll.enroll(ready, EnrollRequest("Trial", emails=["lou@meadow.example"]))
    no = {KIM: (550, "#5.1.0 Address rejected."), EVE: (550, "mailbox unavailable")}
    a_turn(ready, taking(no.get))
    assert (state(ready, KIM), state(ready, EVE)) == (State.HELD, State.HELD)
    control.pause(ready, EVE, reason="ask first")
    report = reinstate.undo_bounces(ready, Wrong(ADA, since=BEFORE))
    assert [each.email for each in report.going_on] == [KIM]
    assert [each.email for each in report.staying] == [EVE]
    post = taking()
    a_turn(ready, post)
    assert KIM in post.offered
    assert EVE not in post.offered
