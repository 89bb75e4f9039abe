"""How a turn ended, and when the mailbox's next one is: a test a row."""

import dataclasses
import datetime as dt

import pytest

from relance.engine.schedule import next_turn
from relance.engine.schedule.next_turn import (
    REFUSALS,
    TROUBLE,
    TROUBLE_MOST,
    Continue,
    EndKind,
    EndTurn,
    Outlook,
    Pauses,
    Run,
)

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
PAUSES = Pauses(read_every=5 * MINUTE, trouble=2 * MINUTE)
DONE = EndTurn(EndKind.DONE)


def at(end: EndTurn = DONE, troubles: int = 0, **known: object) -> float:
    """The next turn, in minutes from now."""
    found = next_turn.next_turn(end, Outlook(troubles, **known), PAUSES, NOW)
    return (found - NOW) / MINUTE


def test_a_stage_that_ends_the_turn_is_its_end_and_keeps_what_an_earlier_one_said():
    away = EndTurn(EndKind.NOT_REACHED, "away")
    assert next_turn.ended(away, "") == next_turn.ended(away, "a folder") == away
    assert next_turn.ended(EndTurn(EndKind.DEFERRED, wait=3), "a folder") == EndTurn(
        EndKind.DEFERRED, "a folder", 3
    )
    assert next_turn.ended(Continue(), "") == DONE
    assert next_turn.ended(Continue(), "a folder") == EndTurn(EndKind.PARTLY_SEEN, "a folder")


@pytest.mark.parametrize(
    ("kind", "granted", "run"),
    [
        (EndKind.DONE, True, Run(0, 0)),
        (EndKind.DONE, False, Run(0, 0)),
        (EndKind.PARTLY_SEEN, True, Run(3, 0)),
        (EndKind.DEFERRED, False, Run(2, 1)),
        (EndKind.NOT_REACHED, False, Run(3, 1)),
        (EndKind.NOT_REACHED, True, Run(3, 0)),
        (EndKind.FAULT, False, Run(3, 1)),
        (EndKind.FAULT, True, Run(3, 0)),
        (EndKind.REFUSED, False, Run(3, 2)),
    ],
)
def test_turns_in_trouble_and_refused_logins_are_counted_in_a_row(kind, granted, run):
    assert next_turn.after(EndTurn(kind), Run(2, 1), granted=granted) == run


def test_every_end_is_counted_by_a_row_above():
    assert set(EndKind) == TROUBLE | {EndKind.DONE, EndKind.PARTLY_SEEN, EndKind.DEFERRED}


def test_a_login_that_worked_is_asked_again_a_few_times():
    assert next_turn.give_up_at(worked_before=False) == 1
    assert next_turn.give_up_at(worked_before=True) == REFUSALS > 1


def test_a_server_that_others_ask_first_is_asked_when_they_have():
    put_off = EndTurn(EndKind.DEFERRED, wait=30)
    assert at(put_off, troubles=5, more=True) == 0.5
    quick = dataclasses.replace(PAUSES, scale=60.0)
    assert next_turn.next_turn(put_off, Outlook(0), quick, NOW) == NOW + 30 * MINUTE


def test_trouble_pauses_twice_as_long_each_time_up_to_an_hour():
    away = EndTurn(EndKind.NOT_REACHED)
    assert [at(away, troubles) for troubles in (1, 2, 3, 4, 5)] == [2, 4, 8, 16, 32]
    assert at(away, 6) == at(away, 5000) == TROUBLE_MOST / MINUTE


def test_trouble_outweighs_everything_that_waits():
    away = EndTurn(EndKind.NOT_REACHED)
    assert at(away, 1, sent=3, more=True, waiting=True, due=NOW, allowed_at=NOW + MINUTE) == 2


def test_a_mailbox_partly_seen_goes_on_sending_at_its_pace():
    partly = EndTurn(EndKind.PARTLY_SEEN)
    assert at(partly, 1, sent=3, more=True) == 0
    assert at(partly, 3, sent=3, allowed_at=NOW + MINUTE) == 1
    assert at(partly, 1, sent=3, allowed_at=NOW + 9 * MINUTE) == 2
    assert at(partly, 1, sent=3) == 2
    assert at(partly, 1, more=True) == 2


def test_what_could_go_at_once_goes_at_once():
    assert at(more=True, waiting=True, locked_out=True, due=NOW + MINUTE) == 0


def test_somebody_who_waits_for_another_mailbox_is_looked_after_soon():
    assert at(waiting=True) == at(waiting=True, allowed_at=NOW + MINUTE) == 2
    assert at(waiting=True, sent=1) == 2
    assert at(waiting=True, sent=1, allowed_at=NOW + MINUTE) == 1


def test_a_mailbox_that_is_locked_out_comes_back_when_it_would_be_read():
    assert at(locked_out=True, read_at=NOW - 60 * MINUTE, due=NOW) == 5


def test_nothing_due_is_read_when_it_is_time():
    assert at() == 5
    assert at(read_at=NOW - 2 * MINUTE) == 3


def test_the_next_mail_comes_when_it_is_due_and_may_go_or_with_the_reading():
    read = {"read_at": NOW}
    assert at(**read, due=NOW + 3 * MINUTE) == 3
    assert at(**read, due=NOW - 3 * MINUTE) == 0
    assert at(**read, due=NOW + MINUTE, allowed_at=NOW + 4 * MINUTE) == 4
    assert at(**read, due=NOW + 50 * MINUTE) == 5


def test_what_a_person_wrote_is_waited_for_and_no_longer():
    assert at(reply_at=NOW + MINUTE / 2, read_at=NOW) == 0.5
    assert at(reply_at=NOW - MINUTE, allowed_at=NOW + 3 * MINUTE, due=NOW, read_at=NOW) == 0
    assert at(reply_at=NOW + 9 * MINUTE, read_at=NOW) == 5
    assert at(EndTurn(EndKind.NOT_REACHED), troubles=1, reply_at=NOW) == 2
    assert at(EndTurn(EndKind.DEFERRED, wait=30), reply_at=NOW) == 0.5
