from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import ManualClock
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import tables
from relance.engine.definition.position import Position
from relance.engine.event_log.actors import Actor, ActorKind, acting
from relance.engine.reasons import prose
from relance.engine.reporting import explain
from relance.engine.sequences import control, enroll, listing, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import Event, MessageState
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sequences import enrollment_details, enrollments, moves
from relance.wording import Text
from tests import engine_house
from tests.reworded import in_english

SEQUENCE = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello [here](https://a.example)"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
  - id: saw
    after: 2 days
    when: clicked("intro")
    then:
      - {id: offer, after: 1 day, thread: reply, body: "Offer"}
    else:
      - {id: call, after: 1 business day, task: "Call"}
  - {id: goodbye, after: 5 business days, thread: reply, body: "Bye", when: not replied()}
"""
ADA = "ada@acme.example"
BY_PACE = Text("The mailbox's pace allows the next mail on {at}: {reason}", at="|", reason="")


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, SEQUENCE)
    engine_house.add_mailbox(house, "ada@sales.example")
    contact_service.add(house, ADA, {"company": "Acme", "country": "Germany"})
    enroll.enroll(house, EnrollRequest("Trial"))
    return house


def told(house: Context) -> str:
    return "\n".join(explain.explain(house, ADA, "Trial")[0].sentences)


def row(house: Context) -> enrollments.Enrollment:
    with house.database.read() as conn:
        return enrollment_details.matching(conn, email=ADA)[0].enrollment


def news(house: Context, event: Event, **values: object) -> None:
    with house.database.write() as conn:
        enrollments.apply(
            conn, [row(house).id], event, house.clock.now(), reason=prose("because"), values=dict(values)
        )


def test_the_next_step_comes_with_its_time_and_what_bound_it(ready: Context, clock: ManualClock) -> None:
    clock.advance(hours=12)  # Monday evening
    contact_service.add(ready, "bob@acme.example", {"country": "DE"})
    enroll.enroll(ready, EnrollRequest("Trial"))
    found = explain.explain(ready, "bob@acme.example")[0]
    text = "\n".join(found.sentences)
    assert found.when is not None
    assert found.when.at == found.enrollment.due_at
    assert found.when.local.date() == dt.date(2026, 3, 3)
    assert in_english('"intro" (mail), due on Tue 3 March 2026 0') in text
    assert in_english("the sending hours of Mon 2 March 2026 are over; sending hours begin at 08:30") in text
    assert (
        in_english("Times are in Europe/Berlin (the contact's country (DE)); public holidays of DE") in text
    )
    assert "It may not be sent now" not in text


def test_the_forecast_is_the_calendar_asked_again(ready: Context) -> None:
    found = explain.explain(ready, ADA)[0]
    assert [each.step for each in found.forecast] == ["intro", "bump", "saw", "call", "goodbye"]
    script_says = row(ready).due_at
    with ready.database.read() as conn:
        script = ready.library.script(conn, row(ready).sequence_version_id)
    place = script.place(contact_service.show(ready, ADA), ready.workspace)
    assert script_says is not None
    position = script.after("intro", script_says, place, str(row(ready).id))
    assert found.forecast[1].at == position.due_at
    assert [(each.local, each.zone) for each in found.forecast] == [
        (each.at, "Europe/Berlin") for each in found.forecast
    ]
    assert {each.local.utcoffset() for each in found.forecast} == {dt.timedelta(hours=1)}
    assert in_english('if clicked("intro") is not true') in found.forecast[2].words
    assert found.sentences[-1].startswith(in_english('After that, if nobody answers: "bump" (mail) on '))


def test_what_stands_in_the_way_is_the_gates_own_word(ready: Context, clock: ManualClock) -> None:
    publish.pause(ready, "Trial", "the fair")
    assert in_english("The sequence Trial was paused by the program relance: the fair.") in told(ready)
    publish.resume(ready, "Trial")
    contact_service.suppress(ready, "elsewhere.example")
    now = clock.now()
    engine_house.add_message(ready, row(ready), MessageState.ACCEPTED)
    with ready.database.write() as conn:
        moves.move(conn, row(ready), Position("bump", "mail", now + dt.timedelta(hours=1), wrote=True), now)
    assert in_english("Before it is sent, the mailbox is checked for an answer.") in told(ready)
    clock.advance(hours=2)
    text = told(ready)
    assert in_english("the mailbox has not been read for answers since the step fell due") in text
    assert in_english('1 mail has been sent so far, the last ("intro")') in text


def test_pace_and_trouble_of_the_mailbox_are_told(ready: Context, clock: ManualClock) -> None:
    clock.advance(hours=2)
    box = row(ready).mailbox_id
    engine_house.add_message(ready, row(ready), MessageState.ACCEPTED, step="other")
    with ready.database.write() as conn:
        mailboxes.change(conn, box, daily_cap=1)
    assert in_english(
        "The mailbox's pace allows the next mail on Tue 3 March 2026 11:00 Europe/Warsaw: "
        "this mailbox's limit is 1 mail in 24 hours"
    ) in told(ready)
    with ready.database.write() as conn:
        refused = {"reason": "login refused", "sync_error": "login refused", "locked_out": True}
        mailboxes.change(conn, box, state="paused", **refused)
    text = told(ready)
    assert in_english("The mailbox ada@sales.example is paused: login refused.") in text
    assert "It may not be sent now" not in text


def test_a_mailbox_is_told_of_by_the_workspaces_clock_and_a_contact_by_theirs(
    ready: Context, clock: ManualClock
) -> None:
    here = dataclasses.replace(ready, workspace=dataclasses.replace(ready.workspace, zone="America/New_York"))
    engine_house.add_message(here, row(here), MessageState.ACCEPTED, step="other")
    clock.advance(hours=2)
    with here.database.write() as conn:
        mailboxes.change(conn, row(here).mailbox_id, daily_cap=1)
    shown = explain.explain(here, ADA)[0].sentences
    paced, _reason = str(BY_PACE).split("|")
    assert [each for each in shown if each.startswith(paced) and "New_York" in each]
    assert [each for each in shown if in_english("The next step is") in each and "Europe/Berlin" in each]
    assert not [each for each in shown if "New_York" in each and "Berlin" in each]


def test_the_reason_is_data_as_well(ready: Context) -> None:
    control.pause(ready, ADA)
    [found] = explain.explain(ready, ADA)
    assert [each["code"] for each in found.why] == list(found.enrollment.codes) == ["paused"]
    assert [each["sentence"] for each in found.why] == [found.enrollment.reason]
    assert found.why[0]["params"] == {"by": "relance", "by_kind": "program"}


def test_the_forecast_counts_from_when_the_mail_can_leave(ready: Context, clock: ManualClock) -> None:
    clock.advance(hours=7)
    engine_house.add_message(ready, row(ready), MessageState.ACCEPTED, step="other")
    with ready.database.write() as conn:
        mailboxes.change(conn, row(ready).mailbox_id, daily_cap=1)
    clock.advance(hours=4)  # the sending hours are over
    found = explain.explain(ready, ADA)[0]
    assert in_english(
        "The mailbox's pace allows the next mail on Tue 3 March 2026 16:00 Europe/Warsaw"
    ) in told(ready)
    with ready.database.read() as conn:
        script = ready.library.script(conn, row(ready).sequence_version_id)
    place = script.place(contact_service.show(ready, ADA), ready.workspace)
    leaves = dt.datetime(2026, 3, 3, 15, 0, tzinfo=dt.UTC)
    bump = script.after("intro", leaves, place, str(row(ready).id)).due_at
    assert [each.at for each in found.forecast[:2]] == [leaves, bump]
    with (
        ready.database.write() as conn
    ):  # its servers are asked again in the evening: then tomorrow morning is next
        mailboxes.change(conn, row(ready).mailbox_id, next_turn_at=leaves + dt.timedelta(hours=4))
    assert explain.explain(ready, ADA)[0].forecast[0].at == dt.datetime(2026, 3, 4, 7, 30, tzinfo=dt.UTC)


def test_a_reason_that_ends_in_a_full_stop_is_told_with_one(ready: Context) -> None:
    with ready.database.write() as conn:
        enrollments.apply(
            conn, [row(ready).id], Event.HELD, ready.clock.now(), reason=prose("The address has an @.")
        )
        mailboxes.pause(conn, row(ready).mailbox_id, prose("The account is disabled."), ready.clock.now())
    assert in_english(
        "It is held for a person to decide: The address has an @. `relance resume` continues"
    ) in told(ready)
    assert ".." not in told(ready)


def test_each_state_has_its_sentence(ready: Context) -> None:
    news(ready, Event.OUT_OF_OFFICE, resume_at=dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC))
    found = explain.explain(ready, ADA)[0]
    assert (
        in_english("It waits until Fri 20 March 2026 10:00 Europe/Berlin, as the person is away")
        in found.sentences[1]
    )
    assert found.forecast[0].at == dt.datetime(2026, 3, 20, 9, 0, tzinfo=dt.UTC)
    control.pause(ready, ADA, reason="the fair")
    assert in_english("It was paused by the program relance: the fair.") in told(ready)
    control.resume(ready, ADA)
    news(ready, Event.HELD)
    assert in_english("It is held for a person to decide: because.") in told(ready)
    news(ready, Event.REPLIED)
    found = explain.explain(ready, ADA)[0]
    assert in_english("It is over: because.") in found.sentences[1]
    assert (found.when, found.forecast) == (None, ())


def test_what_a_person_did_without_words_is_said_once(ready: Context) -> None:
    control.pause(ready, ADA)
    assert in_english(
        "It was paused by the program relance. Nothing is sent until a person resumes it."
    ) in told(ready)
    control.stop(ready, ADA)
    assert in_english("It was stopped by the program relance. Nothing more is sent.") in told(ready)


def test_a_suppression_is_told_of_somebody_for_whom_it_was_over_before(ready: Context) -> None:
    news(ready, Event.REPLIED)
    assert "The address is on the do-not-contact list" not in told(ready)
    contact_service.suppress(ready, "acme.example", "they asked us to")
    said = "they asked us to (added by the program relance)"
    assert in_english(f"The address is on the do-not-contact list: {said}.") in told(ready)


def test_an_overdue_step_says_when_mail_may_leave_again(ready: Context, clock: ManualClock) -> None:
    clock.move_to(dt.datetime(2026, 3, 7, 12, 0, tzinfo=dt.UTC))  # a Saturday
    found = explain.explain(ready, ADA)[0]
    assert found.when is not None
    assert found.when.at == dt.datetime(2026, 3, 9, 7, 30, tzinfo=dt.UTC)
    assert any(in_english("it fell due on") in each for each in found.sentences)
    assert any(
        in_english("Mail can be sent again from Mon 9 March 2026 08:30") in each for each in found.sentences
    )


def test_nobody_is_made_up(house: Context) -> None:
    with pytest.raises(errors.NotFound):
        explain.explain(house, ADA)
    contact_service.add(house, ADA, {})
    assert explain.explain(house, ADA) == []


@pytest.mark.parametrize("event", [Event.PAUSED, Event.HELD])
@pytest.mark.parametrize("hours", [0, 200], ids=["ahead", "past"])
def test_who_waits_for_a_person_is_shown_no_date(
    ready: Context, clock: ManualClock, event: Event, hours: int
) -> None:
    kept = row(ready).due_at
    news(ready, event)
    clock.advance(hours=hours)
    [found] = explain.explain(ready, ADA)
    assert (found.when, found.enrollment.due_at, found.enrollment.step) == (None, None, "intro")
    assert in_english('The next step is "intro" (mail).') in found.sentences
    paced, _reason = str(BY_PACE).split("|")
    assert not [each for each in found.sentences if each.startswith(paced)]
    [listed] = listing.page(ready).enrollments
    assert listed.due_at is None
    assert row(ready).due_at == kept


def test_a_check_is_only_said_to_go_on_while_a_turn_is_under_way(ready: Context, clock: ManualClock) -> None:
    due, goes_on = "is due to be checked for answers", "is being checked for answers now"
    clock.advance(hours=2)
    with ready.database.write() as conn:
        mailboxes.change(conn, row(ready).mailbox_id, next_turn_at=clock.now())
        mailboxes.change(conn, row(ready).mailbox_id, send_error=Text("no route"))
    assert in_english(due) in told(ready)
    assert in_english("It is due to be tried again now.") in told(ready)
    with ready.database.write() as conn:
        lease = leases.acquire(conn, row(ready).mailbox_id, ready.owner)
    assert lease is not None
    assert in_english(goes_on) in told(ready)
    assert in_english("It is being tried again now.") in told(ready)
    with ready.database.write() as conn:
        assert leases.end(conn, lease)
    assert in_english(due) in told(ready)


def lock_of(house: Context, owner: str) -> Path:
    house.journal.live()
    [own] = Path(house.journal._folder).glob("*.lock")
    return own.with_name(f"{owner}.lock")


def test_the_turn_of_a_dead_process_is_not_under_way(ready: Context, clock: ManualClock) -> None:
    clock.advance(hours=2)
    with ready.database.write() as conn:
        mailboxes.change(conn, row(ready).mailbox_id, next_turn_at=clock.now())
        leases.acquire(conn, row(ready).mailbox_id, "gone-1-aa")
    lock_of(ready, "gone-1-aa").touch()
    assert in_english("is due to be checked for answers") in told(ready)


@pytest.mark.parametrize("kind", ["mail", "task"])
def test_a_paused_sequence_is_told_with_the_typed_reason_whatever_comes_next(
    ready: Context, clock: ManualClock, kind: str
) -> None:
    now = clock.now()
    with ready.database.write() as conn:
        moves.move(conn, row(ready), Position("call", kind, now + dt.timedelta(hours=1)), now)
    before = told(ready)
    publish.pause(ready, "Trial", "the fair")
    assert told(ready) != before
    assert in_english("The sequence Trial was paused by the program relance: the fair.") in told(ready)
    publish.resume(ready, "Trial")
    with acting(Actor(ActorKind.PERSON, "eve")):
        publish.pause(ready, "Trial")
    assert in_english("The sequence Trial was paused by eve.") in told(ready)
    with ready.database.write() as conn:  # as the release before pauses: it knows of no `why`, and leaves it
        conn.execute(sa.update(tables.sequence).values(reason="at the fair"))
    assert in_english("The sequence Trial is paused: at the fair.") in told(ready)
