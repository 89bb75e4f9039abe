from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import ManualClock
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import contact
from relance.engine.mailboxes import handing_over, service
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest, SkipCode
from relance.engine.states import State
from relance.engine.store import events
from relance.engine.store.contacts.filters import ContactFilter
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollment_details
from tests import engine_house
from tests.reading import wrote
from tests.reworded import in_english, worded

SEQUENCE = """
sequence: Trial
values: {link: "https://a.example"}
steps:
  - id: intro
    subject: "Hello {{ company }}"
    body: Hello {{ first_name | default("there") }} {{ link }} {{ sender_first_name }}
    variants:
      - id: other
        subject: "{{ title }}?"
  - id: bump
    after: 3 business days
    thread: reply
    body: Again, {{ company }}?
"""
OTHER = "sequence: Other\nsteps:\n  - {id: one, subject: S, body: B}\n"


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, SEQUENCE)
    publish.publish(house, OTHER)
    engine_house.add_mailbox(house, "ada@sales.example")
    engine_house.add_mailbox(house, "bob@sales.example")
    return house


def fill(house: Context, count: int) -> None:
    for number in range(count):
        contact_service.add(house, f"p@firm{number}.example", {"company": f"Firm {number}", "title": "CEO"})


def test_everybody_is_enrolled_evenly_with_a_first_due_time(ready: Context) -> None:
    fill(ready, 5)
    seen: list[int] = []
    report = enroll.enroll(ready, EnrollRequest("Trial"), progress=seen.append)
    assert (report.enrolled, report.skipped, seen) == (5, (), [5])
    assert report.by_mailbox == {"ada@sales.example": 3, "bob@sales.example": 2}
    with ready.database.read() as conn:
        found = enrollment_details.matching(conn)
        turns = {each.address: each.next_turn_at for each in mailboxes.list_all(conn)}
    assert {each.enrollment.step for each in found} == {"intro"}
    assert {each.enrollment.state for each in found} == {State.ACTIVE}
    due = [each.enrollment.due_at for each in found if each.enrollment.due_at]
    assert min(due) == report.first_due == min(at for at in turns.values() if at)
    for address, turn in turns.items():
        assert turn == min(each.enrollment.due_at for each in found if each.mailbox == address)  # type: ignore[type-var]


def in_no_sequence(house: Context) -> list[str]:
    found = contact_service.page(house, wanted=ContactFilter(enrolled=False))
    return [each.email for each in found]


def test_who_is_in_no_sequence_is_told_whichever_release_enrolled_the_others(ready: Context) -> None:
    """The release before, still running beside this one, enrolls people and leaves the column as it is."""
    fill(ready, 4)
    people = [f"p@firm{number}.example" for number in range(4)]
    assert in_no_sequence(ready) == people
    enroll.enroll(ready, EnrollRequest("Trial", people[:2]))
    assert in_no_sequence(ready) == people[2:]
    enroll.enroll(ready, EnrollRequest("Trial", people[2:3]))
    with ready.database.write() as conn:
        conn.execute(sa.update(contact).where(contact.c.email == people[2]).values(enrolled_at=None))
    assert in_no_sequence(ready) == people[3:]
    enroll.enroll(ready, EnrollRequest("Other", people[:3], also_elsewhere=True))
    with ready.database.read() as conn:
        known = dict(conn.execute(sa.select(contact.c.email, contact.c.enrolled_at)).all())
    assert [each for each, at in known.items() if at is None] == people[3:]


def test_enrolling_waits_for_nobody_who_changes_a_contact(ready: Context) -> None:
    """An import changes people in the order of its file, and enrolling marks them: neither may wait for the other in a ring."""
    fill(ready, 2)
    if ready.database.embedded:
        pytest.skip("one writer at a time")
    with ready.database.write() as conn:
        conn.execute(sa.update(contact).where(contact.c.email == "p@firm0.example").values(first_name="Ada"))
        with ThreadPoolExecutor(1) as beside:
            report = beside.submit(enroll.enroll, ready, EnrollRequest("Trial")).result(timeout=20)
    assert report.enrolled == 2
    assert in_no_sequence(ready) == []


def test_enrolling_again_changes_nothing(ready: Context) -> None:
    fill(ready, 3)
    enroll.enroll(ready, EnrollRequest("Trial"))
    again = enroll.enroll(ready, EnrollRequest("Trial"))
    assert again.enrolled == 0
    assert len(again.skipped) == 3
    assert {each.code for each in again.skipped} == {SkipCode.IN_SEQUENCE}
    assert all(each.reason == in_english("is already in this sequence (active)") for each in again.skipped)
    assert (again.by_mailbox, again.first_due) == ({}, None)


def test_a_dry_run_says_the_same_and_does_nothing(ready: Context) -> None:
    fill(ready, 3)
    dry = enroll.enroll(ready, EnrollRequest("Trial"), dry_run=True)
    with ready.database.read() as conn:
        assert enrollment_details.matching(conn) == []
        assert all(each.next_turn_at is None for each in mailboxes.list_all(conn))
    real = enroll.enroll(ready, EnrollRequest("Trial"))
    assert (dry.enrolled, dry.by_mailbox) == (real.enrolled, real.by_mailbox)
    assert dry.first_due is not None


def test_who_cannot_be_written_to_is_skipped_with_the_reason(ready: Context) -> None:
    fill(ready, 2)
    contact_service.add(ready, "bare@firm9.example", {"company": "Bare"})
    contact_service.add(ready, "no@gone.example", {"company": "Gone", "title": "CEO"})
    contact_service.suppress(ready, "gone.example", "competitor")
    enroll.enroll(ready, EnrollRequest("Other", ["p@firm0.example"]))
    wanted = [
        "P@firm0.example",
        "bare@firm9.example",
        "no@gone.example",
        "who@x.example",
        "what",
        "p@firm1.example",
    ]
    report = enroll.enroll(ready, EnrollRequest("Trial", [*wanted, "p@firm1.example"]))
    reasons = {each.email: each.reason for each in report.skipped}
    assert reasons["p@firm0.example"] == in_english('is active in "Other"')
    assert reasons["bare@firm9.example"] == in_english("job title is missing, which intro needs")
    assert reasons["no@gone.example"] == in_english(
        "is on the do-not-contact list: competitor (added by the program relance)"
    )
    assert "competitor" in reasons["no@gone.example"]
    assert reasons["who@x.example"] == in_english("is not a contact yet: import it first")
    assert in_english("not an email address") in reasons["what"]
    assert (report.enrolled, len(report.skipped)) == (1, 5)
    assert {each.email: each.code for each in report.skipped} == {
        "p@firm0.example": SkipCode.IN_ANOTHER_SEQUENCE,
        "bare@firm9.example": SkipCode.VALUE_MISSING,
        "no@gone.example": SkipCode.SUPPRESSED,
        "who@x.example": SkipCode.NOT_A_CONTACT,
        "what": SkipCode.NOT_AN_ADDRESS,
    }
    both = enroll.enroll(ready, EnrollRequest("Trial", ["p@firm0.example"], also_elsewhere=True))
    assert both.enrolled == 1


def test_colleagues_share_a_mailbox_also_later(ready: Context) -> None:
    fill(ready, 1)
    for name in ("a", "b", "c"):
        contact_service.add(ready, f"{name}@acme.example", {"company": "Acme", "title": "CEO"})
    enroll.enroll(ready, EnrollRequest("Trial"))
    contact_service.add(ready, "d@mail.acme.example", {"company": "Acme", "title": "CEO"})
    enroll.enroll(ready, EnrollRequest("Trial"))
    with ready.database.read() as conn:
        found = enrollment_details.matching(conn)
    acme = {each.mailbox for each in found if each.email.endswith("acme.example")}
    assert len(acme) == 1
    assert {each.mailbox for each in found} == {"ada@sales.example", "bob@sales.example"}


def test_the_mailboxes_asked_for_must_be_there_and_active(ready: Context) -> None:
    fill(ready, 2)
    assert enroll.enroll(ready, EnrollRequest("Trial", mailboxes=["BOB@sales.example"])).by_mailbox == {
        "bob@sales.example": 2
    }
    with pytest.raises(errors.NotFound, match=worded("no mailbox eve")):
        enroll.enroll(ready, EnrollRequest("Trial", mailboxes=["eve@sales.example"]))
    engine_house.add_mailbox(ready, "idle@sales.example", state="paused", reason="login refused")
    with pytest.raises(errors.Invalid, match=worded("is paused: login refused")):
        enroll.enroll(ready, EnrollRequest("Trial", mailboxes=["idle@sales.example"]))


def test_without_a_mailbox_nothing_is_enrolled(house: Context) -> None:
    publish.publish(house, OTHER)
    with pytest.raises(errors.Invalid, match=worded("relance mailbox add")):
        enroll.enroll(house, EnrollRequest("Other"))


def test_every_enrolling_is_told(ready: Context) -> None:
    fill(ready, 2)
    enroll.enroll(ready, EnrollRequest("Trial"))
    with ready.database.read() as conn:
        told = [line for line in events.after(conn, 0, 100) if line.kind == "enrollment.created"]
    assert [line.email for line in told] == ["p@firm0.example", "p@firm1.example"]
    assert told[0].data == {"sequence": "Trial", "version": 1, "mailbox": "ada@sales.example"}


def test_resuming_a_sequence_spreads_what_fell_due(ready: Context, clock: ManualClock) -> None:
    fill(ready, 20)
    enroll.enroll(ready, EnrollRequest("Trial"))
    publish.pause(ready, "Trial", "the fair")
    clock.move_to(dt.datetime(2026, 3, 9, 9, 0, tzinfo=dt.UTC))
    publish.resume(ready, "Trial")
    with ready.database.read() as conn:
        due = [each.enrollment.due_at for each in enrollment_details.matching(conn)]
        turns = [each.next_turn_at for each in mailboxes.list_all(conn)]
    assert all(at is not None and clock.now() <= at < clock.now() + dt.timedelta(minutes=46) for at in due)
    assert len(set(due)) > 10
    assert all(at is not None for at in turns)


def test_two_who_enroll_at_once_enroll_everybody_once(ready: Context) -> None:
    fill(ready, 120)
    with ThreadPoolExecutor(2) as hands:
        reports = list(hands.map(lambda _: enroll.enroll(ready, EnrollRequest("Trial")), range(2)))
    assert sum(each.enrolled for each in reports) == 120
    assert sum(len(each.skipped) for each in reports) == 120
    with ready.database.read() as conn:
        found = enrollment_details.matching(conn)
        told = [line for line in events.after(conn, 0, 1000) if line.kind == "enrollment.created"]
    assert (len(found), len(told)) == (120, 120)
    assert all(each.enrollment.due_at for each in found)


def test_a_first_step_that_is_a_task_is_said_to_be_one(ready: Context) -> None:
    publish.publish(
        ready, "sequence: Calls\nsteps:\n  - {id: call, task: Call}\n  - {id: intro, subject: Hi, body: Hi}\n"
    )
    fill(ready, 1)
    calls, mails = (enroll.enroll(ready, EnrollRequest(name), dry_run=True) for name in ("Calls", "Trial"))
    assert (calls.first_kind, mails.first_kind) == ("task", "mail")


ADA, BOB = "ada@sales.example", "bob@sales.example"
SHARED = f"{OTHER}mailboxes: {{{ADA}: 3, {BOB}: 1}}\n"


def test_a_sequence_says_which_mailbox_gets_how_many_new_people(ready: Context) -> None:
    publish.publish(ready, SHARED)
    fill(ready, 8)
    assert enroll.enroll(ready, EnrollRequest("Other")).by_mailbox == {ADA: 6, BOB: 2}
    assert publish.standing(ready, "Other").mailboxes == {ADA: 3, BOB: 1}


def test_shares_hold_for_people_who_come_one_at_a_time(ready: Context) -> None:
    """As from a form on a web site: each enrolling is one of its own."""
    publish.publish(ready, SHARED)
    fill(ready, 12)
    for number in range(12):
        enroll.enroll(ready, EnrollRequest("Other", [f"p@firm{number}.example"]))
    with ready.database.read() as conn:
        found = [each.mailbox for each in enrollment_details.matching(conn)]
    assert (found.count(ADA), found.count(BOB)) == (9, 3)


def test_who_is_enrolled_by_name_of_mailboxes_gets_the_shares_asked_for(ready: Context) -> None:
    publish.publish(ready, SHARED)
    fill(ready, 6)
    asked = EnrollRequest("Other", mailboxes={ADA.upper(): 1, BOB: 2})
    assert enroll.enroll(ready, asked, dry_run=True).by_mailbox == {ADA: 2, BOB: 4}
    assert enroll.enroll(ready, EnrollRequest("Other", mailboxes=[ADA, BOB])).by_mailbox == {ADA: 3, BOB: 3}
    for wrong in ({ADA: 0, BOB: 0}, {ADA: -1}, {ADA: 101}):
        with pytest.raises(errors.Invalid):
            enroll.enroll(ready, EnrollRequest("Other", mailboxes=wrong))


def test_a_paused_or_removed_mailbox_of_a_sequence_gets_nobody(ready: Context) -> None:
    publish.publish(ready, SHARED)
    fill(ready, 4)
    service.pause(ready, ADA, "on holiday")
    assert enroll.enroll(ready, EnrollRequest("Other"), dry_run=True).by_mailbox == {BOB: 4}
    handing_over.remove(ready, ADA)
    assert enroll.enroll(ready, EnrollRequest("Other"), dry_run=True).by_mailbox == {BOB: 4}
    service.pause(ready, BOB, "")
    with pytest.raises(errors.Invalid, match=worded("none of the mailboxes that the sequence names")):
        enroll.enroll(ready, EnrollRequest("Other"))


def test_a_mailbox_that_a_sequence_names_must_be_known(ready: Context) -> None:
    publish.publish(ready, f"{OTHER}mailboxes: [{ADA}, adda@sales.example]\n")
    fill(ready, 1)
    with pytest.raises(errors.Invalid, match=worded("adda@sales.example")):
        enroll.enroll(ready, EnrollRequest("Other"))


def test_a_contact_keeps_the_sender_of_an_earlier_sequence(ready: Context) -> None:
    """Also where that mailbox takes nobody new any more."""
    fill(ready, 3)
    enroll.enroll(ready, EnrollRequest("Trial", ["p@firm0.example"], [BOB]))
    wrote(ready, "p@firm0.example")
    publish.publish(ready, f"{OTHER}mailboxes: {{{ADA}: 1, {BOB}: 0}}\n")
    done = enroll.enroll(ready, EnrollRequest("Other", also_elsewhere=True))
    assert done.by_mailbox == {ADA: 2, BOB: 1}


def test_a_mailbox_that_is_full_today_gets_nobody_new_while_another_has_room(ready: Context) -> None:
    """What waits for a first mail from it counts, in this run and from before."""
    with ready.database.write() as conn:
        for each in mailboxes.list_all(conn):
            mailboxes.change(conn, each.id, daily_cap=4 if each.address == ADA else 20)
    fill(ready, 12)
    report = enroll.enroll(ready, EnrollRequest("Trial"))
    assert report.by_mailbox == {ADA: 4, BOB: 8}
    contact_service.add(ready, "p@another.example", {"company": "Another", "title": "CEO"})
    assert enroll.enroll(ready, EnrollRequest("Trial", ["p@another.example"])).by_mailbox[BOB] == 1
