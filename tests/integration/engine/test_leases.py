"""Who may work for a mailbox, when a process could not give its lease back or everything stands still."""

from __future__ import annotations

import pytest

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.sending import restore_guard, settle
from relance.engine.sending.gate import PreparedMail
from relance.engine.sending.settle import Attempt
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store import enrollment_details, installation, mailboxes, messages
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests import engine_house

EVE = "eve@acme.example"


@pytest.fixture
def ready(house: Context) -> Context:
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    return house


def take(house: Context, owner: str, *, alone: bool = False) -> mailboxes.Lease | None:
    with house.database.write() as conn:
        return mailboxes.acquire_lease(conn, 1, owner, alone=alone)


def test_a_process_takes_up_the_lease_it_could_not_give_back(ready: Context) -> None:
    left = take(ready, ready.owner)
    assert left is not None
    assert take(ready, ready.owner) is None
    assert turn.due(ready, 10) == [1]
    assert not turn.take_turn(ready, 1, lambda: False).held
    with ready.database.read() as conn:
        assert mailboxes.by_id(conn, 1).troubles == 1  # its servers are not there, but they were asked


def test_a_lease_of_a_turn_under_way_is_no_leftover(ready: Context) -> None:
    with ready.at_work.entered(1) as alone:
        assert alone
        take(ready, ready.owner)
        assert turn.due(ready, 10) == []
        assert turn.take_turn(ready, 1, lambda: False).held


def test_another_process_waits_for_the_lease_to_lapse(ready: Context) -> None:
    take(ready, "somebody else")
    assert turn.due(ready, 10) == []
    assert turn.take_turn(ready, 1, lambda: False).held


def test_nothing_is_due_while_everything_stands_still(ready: Context) -> None:
    assert turn.due(ready, 10) == [1]
    with ready.database.write() as conn:
        installation.put(conn, restore_guard.HALTED, "restored")
    assert turn.due(ready, 10) == []


def test_an_attempt_that_no_server_judged_does_not_count_towards_giving_up(ready: Context) -> None:
    publish.publish(ready, engine_house.TRIAL)
    contact_service.add(ready, EVE, {})
    enroll.enroll(ready, EnrollRequest("Trial"))
    with ready.database.read() as conn:
        row = enrollment_details.matching(conn)[0].enrollment
    mail = engine_house.add_message(ready, row, MessageState.TRANSMITTING, attempts=3)
    result = SendResult(Outcome.NOT_SENT, "mail", text="the connection was gone")
    with ready.database.write() as conn:
        settle.record(conn, ready, [Attempt(PreparedMail(row, mail), result, ready.clock.now())])
    with ready.database.read() as conn:
        found = messages.by_id(conn, mail.id)
    assert found is not None
    assert (found.state, found.attempts) == (MessageState.PREPARED, 2)
