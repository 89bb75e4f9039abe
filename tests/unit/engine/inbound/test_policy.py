"""What a mail of each kind leads to, by how surely we know whose it is: a row of the table each."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.inbound import policy
from relance.engine.inbound.policy import NOTHING, Absences, Certainty
from relance.engine.reasons import Code
from relance.engine.schedule.waits import AWAY_DAYS
from relance.engine.states import Event
from relance.mailbox.failures import FailureReason
from relance.mailbox.parsing.inbound import Classification, Kind, Speaker

TODAY = dt.date(2026, 3, 2)
AWAY = policy.CERTAIN[Kind.OUT_OF_OFFICE]

# The event, whether the address is suppressed, whether the colleagues' rules are asked.
CERTAIN = {
    Kind.HUMAN: (Event.REPLIED, False, True),
    Kind.CALENDAR: (Event.REPLIED, False, True),
    Kind.OPT_OUT: (Event.UNSUBSCRIBED, True, True),
    Kind.COMPLAINT: (Event.COMPLAINED, True, True),
    Kind.HARD_BOUNCE: (Event.BOUNCED, True, False),
    Kind.BLOCKED: (Event.HELD, False, False),
    Kind.SOFT_BOUNCE: (None, False, False),
    Kind.OUT_OF_OFFICE: (Event.OUT_OF_OFFICE, False, False),
    Kind.LEFT_COMPANY: (Event.STOPPED, False, True),
    Kind.UNREADABLE: (Event.HELD, False, False),
    Kind.CHALLENGE: (Event.HELD, False, False),
    Kind.AUTO_REPLY: (None, False, False),
    Kind.RECEIPT: (None, False, False),
    Kind.LIST_MAIL: (None, False, False),
    Kind.OWN_COPY: (None, False, False),
}
A_PERSONS = {Kind.HUMAN, Kind.CALENDAR, Kind.OPT_OUT, Kind.UNREADABLE}


def judged(kind: Kind, **more: object) -> Classification:
    return Classification(kind, "a rule", **more)


@pytest.mark.parametrize("kind", Kind)
def test_a_mail_that_is_certainly_theirs(kind):
    found = policy.consequence(Certainty.CERTAIN, judged(kind, speaker=Speaker.RECEIVER))
    assert (found.event, found.suppress, found.tells_company) == CERTAIN[kind]
    assert not found.pauses_mailbox
    assert found.refused_there == (kind is Kind.BLOCKED)


@pytest.mark.parametrize("kind", Kind)
def test_a_mail_that_may_be_theirs_holds_where_a_person_may_have_written_and_does_nothing_else(kind):
    found = policy.consequence(Certainty.SOFT, judged(kind))
    assert found.event is (Event.HELD if kind in A_PERSONS else None)
    assert [found.suppress, found.tells_company, found.pauses_mailbox, found.refused_there] == [False] * 4


@pytest.mark.parametrize("kind", Kind)
def test_a_mail_of_nobody_does_nothing(kind):
    assert policy.consequence(Certainty.NONE, judged(kind, definite=False)) == NOTHING


def test_nobody_is_lost_for_one_doubtful_bounce():
    found = policy.consequence(Certainty.CERTAIN, judged(Kind.HARD_BOUNCE, definite=False))
    assert (found.event, found.suppress) == (Event.HELD, False)


@pytest.mark.parametrize(
    ("failure", "span", "lost"),
    [
        (FailureReason.NO_SUCH_USER, None, False),
        (FailureReason.NO_SUCH_USER, dt.timedelta(0), False),
        (FailureReason.NO_SUCH_USER, policy.APART - dt.timedelta(seconds=1), False),
        (FailureReason.NO_SUCH_USER, policy.APART, True),
        (FailureReason.SUSPENDED, policy.APART, True),
        (FailureReason.UNKNOWN, dt.timedelta(days=30), False),
        (FailureReason.POLICY, dt.timedelta(days=30), False),
        (None, dt.timedelta(days=30), False),
    ],
)
def test_a_second_doubtful_bounce_is_proof_days_later_and_about_the_address(failure, span, lost):
    again = judged(Kind.HARD_BOUNCE, definite=False, failure=failure)
    found = policy.hard_bounces(policy.consequence(Certainty.CERTAIN, again), again, span)
    assert found == (policy.CERTAIN[Kind.HARD_BOUNCE] if lost else policy.DOUBTFUL)


@pytest.mark.parametrize(
    ("speaker", "pauses", "refused"),
    [(Speaker.OWN, True, False), (Speaker.RECEIVER, False, True), (Speaker.UNKNOWN, False, True)],
)
def test_whose_refusal_it_is_decides_who_is_stopped(speaker, pauses, refused):
    found = policy.consequence(Certainty.CERTAIN, judged(Kind.BLOCKED, speaker=speaker))
    assert (found.event, found.suppress) == (Event.HELD, False)
    assert (found.pauses_mailbox, found.refused_there) == (pauses, refused)


@pytest.mark.parametrize(
    ("count", "said_again", "days", "event"),
    [
        (0, False, 10, Event.OUT_OF_OFFICE),
        (0, False, None, Event.OUT_OF_OFFICE),
        (policy.AWAY_MOST - 1, False, 10, Event.OUT_OF_OFFICE),
        (policy.AWAY_MOST, False, 10, Event.HELD),
        (policy.AWAY_MOST, True, 10, Event.OUT_OF_OFFICE),
        (0, False, policy.AWAY_LONGEST.days, Event.OUT_OF_OFFICE),
        (0, False, policy.AWAY_LONGEST.days + 1, Event.HELD),
    ],
)
def test_an_absence_moves_somebody_only_so_often_and_so_far(count, said_again, days, event):
    until = None if days is None else TODAY + dt.timedelta(days)
    found = policy.absence(AWAY, judged(Kind.OUT_OF_OFFICE, until=until), Absences(count, said_again), TODAY)
    assert found.event is event
    assert found.event is Event.HELD or found == AWAY or until is None


@pytest.mark.parametrize(
    ("without_date", "back_known", "event", "code"),
    [
        (AWAY_DAYS, False, Event.OUT_OF_OFFICE, Code.OUT_OF_OFFICE_ASSUMED),
        (None, False, Event.HELD, Code.OUT_OF_OFFICE_NO_DATE),
        (AWAY_DAYS, True, Event.OUT_OF_OFFICE, Code.OUT_OF_OFFICE),
        (None, True, Event.OUT_OF_OFFICE, Code.OUT_OF_OFFICE),
    ],
)
def test_an_absence_without_a_day_is_what_the_sequence_says(without_date, back_known, event, code):
    known = Absences(0, back_known=back_known, without_date=without_date)
    found = policy.absence(AWAY, judged(Kind.OUT_OF_OFFICE), known, TODAY)
    assert (found.event, found.code) == (event, code)
    named = policy.absence(AWAY, judged(Kind.OUT_OF_OFFICE, until=TODAY), known, TODAY)
    assert named == AWAY


def test_the_rule_of_absences_is_about_absences_only():
    answered = policy.CERTAIN[Kind.HUMAN]
    assert policy.absence(answered, judged(Kind.HUMAN), Absences(99), TODAY) == answered


def test_an_address_that_bounces_again_and_again_holds():
    came_back = policy.CERTAIN[Kind.SOFT_BOUNCE]
    assert policy.soft_bounces(came_back, policy.SOFT_BOUNCES_MOST - 1) == came_back
    assert policy.soft_bounces(came_back, policy.SOFT_BOUNCES_MOST).event is Event.HELD


@given(st.sampled_from(Certainty), st.sampled_from(Kind), st.booleans(), st.sampled_from(Speaker))
def test_whoever_is_not_surely_meant_is_never_suppressed_and_stops_nobody_for_good(
    match, kind, definite, speaker
):
    found = policy.consequence(match, judged(kind, definite=definite, speaker=speaker))
    if match is not Certainty.CERTAIN:
        assert found.event in (None, Event.HELD)
        assert [found.suppress, found.tells_company, found.pauses_mailbox, found.refused_there] == [False] * 4
    if found.suppress:
        assert found.event in (Event.UNSUBSCRIBED, Event.COMPLAINED, Event.BOUNCED)
