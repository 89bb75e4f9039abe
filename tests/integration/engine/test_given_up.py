"""A mail that a person gives up: its step is skipped at once, and what cannot be written without it is said beforehand."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine import turn
from relance.engine.context import Context
from relance.engine.db.tables import event
from relance.engine.sending.doubt import in_doubt
from relance.engine.sequences import control, publish
from relance.engine.sequences.control import EnrollmentView
from relance.engine.states import State
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests import engine_house
from tests.engine_doors import NoMail, OneAnswer
from tests.integration.engine.test_reasons import held_for_unknown
from tests.integration.engine.test_refusals import KIM, ready, row, sent, state
from tests.reworded import worded

__all__ = ["ready"]

TAKEN = SendResult(Outcome.ACCEPTED, "final", Blame.SERVER, 250, "2.0.0", "Ok")


def given_up(house: Context) -> in_doubt.Resolved:
    [mail] = in_doubt.list_all(house)
    return in_doubt.decide(house, mail.message_id, "give up")


def weeks_later(house: Context) -> Context:
    """What the mailbox does a week later."""
    engine_house.clock(house).advance(days=7)
    house = dataclasses.replace(house, open_inbox=NoMail(), open_outbox=OneAnswer(TAKEN))  # type: ignore[arg-type]
    for _ in range(8):
        engine_house.clock(house).advance(hours=1)
        turn.take_turn(house, row(house, KIM).mailbox_id, lambda: False)
    return house


def kinds(house: Context) -> list[str]:
    with house.database.read() as conn:
        here = event.c.enrollment_id == row(house, KIM).id
        return list(conn.execute(sa.select(event.c.kind).where(here).order_by(event.c.id)).scalars())


def test_its_step_is_skipped_at_once(ready: Context) -> None:
    held_for_unknown(ready, "451")
    given_up(ready)
    assert (state(ready, KIM), row(ready, KIM).step) == (State.ACTIVE, "bump")
    assert row(
        ready, KIM
    ).wrote_before  # they may have it: an answer is looked for before anything else is sent
    assert kinds(ready)[-2:] == ["step.skipped", "message.resolved"]


def test_a_reply_to_nothing_is_said_beforehand_held_and_skipped_by_a_resume(ready: Context) -> None:
    held_for_unknown(ready, "451")
    assert given_up(ready).held_at == "bump"
    later = weeks_later(ready)
    assert state(later, KIM) is State.HELD
    [after] = control.resume(later, KIM)
    assert isinstance(after, EnrollmentView)
    assert after.state == State.FINISHED.value  # it was the last step
    assert kinds(later)[-2:] == ["step.skipped", "enrollment.finished"]


def test_who_has_an_earlier_mail_goes_on_in_its_thread(ready: Context) -> None:
    """The second mail is given up, the third replies to the first."""
    third = engine_house.TRIAL + '  - {id: last, after: 3 business days, thread: reply, body: "Well?"}\n'
    publish.publish(ready, third)
    from relance.engine.contacts import service as contact_service
    from relance.engine.sequences import enroll

    email = "ann@lake.example"
    contact_service.add(ready, email, {})
    enroll.enroll(ready, enroll.EnrollRequest("Trial", emails=[email]))
    sent(ready, email)
    from relance.engine.definition.position import Position
    from relance.engine.store.sequences import moves

    ann = row(ready, email)
    with ready.database.write() as conn:
        position = Position("bump", "mail", ready.clock.now(), (), ready.clock.now(), wrote=True)
        moves.move(conn, ann, position, ready.clock.now())
    mail = engine_house.add_message(
        ready, row(ready, email), in_doubt.states.MessageState.UNKNOWN, recipient=email
    )
    done = in_doubt.decide(ready, mail.message_id, "give up")
    assert (done.step, done.held_at) == ("bump", None)
    assert row(ready, email).step == "last"


def test_a_resume_names_the_command_that_decides_as_a_shell_takes_it(ready: Context) -> None:
    held_for_unknown(ready, "451")
    [mail] = in_doubt.list_all(ready)
    bare = mail.message_id.strip("<>")
    with pytest.raises(errors.Invalid, match=worded(f"relance unknown resolve {bare} --decision sent")):
        control.resume(ready, KIM)
    in_doubt.decide(ready, bare, "sent")
    assert state(ready, KIM) is State.ACTIVE
