"""Enrollments listed by a filter and acted upon together, on both databases."""

from __future__ import annotations

import dataclasses
import time

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.contacts.fields import email as address
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, event
from relance.engine.reasons import Cause, Code, Reason, because, prose
from relance.engine.sequences import bulk, control, enroll, listing, publish
from relance.engine.sequences.bulk import BulkReport
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import Event, MessageState, State
from relance.engine.store.contacts import contacts, search
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollment_details, enrollment_lists, enrollments
from tests import engine_house
from tests.reworded import in_english, worded

PEOPLE = {
    "ada@acme.example": ("Ada", "Lovelace", "Acme"),
    "bob@acme.example": ("Bob", "Łukasik", "Acme"),
    "eve@linden.example": ("Eve", "Loven", "Linden Trading"),
    "zoe@linden.example": ("Zoë", "Żak", "Linden Trading"),
    "tom@harbour.example": ("Tom", "Reed", "harbour"),
}


@pytest.fixture
def ready(house: Context) -> Context:
    publish.publish(house, engine_house.TRIAL)
    publish.publish(house, engine_house.TRIAL.replace("Trial", "Other"))
    engine_house.add_mailbox(house, "ada@sales.example")
    engine_house.add_mailbox(house, "bob@sales.example")
    for email, (first, last, company) in PEOPLE.items():
        contact_service.add(house, email, {"first_name": first, "last_name": last, "company": company})
    enroll.enroll(house, EnrollRequest("Trial", list(PEOPLE), mailboxes=["ada@sales.example"]))
    few = ["ada@acme.example", "tom@harbour.example"]
    enroll.enroll(house, EnrollRequest("Other", few, mailboxes=["bob@sales.example"], also_elsewhere=True))
    return house


def found(house: Context, **wanted: object) -> list[str]:
    page = listing.page(house, EnrollmentFilter(**wanted))  # type: ignore[arg-type]
    counted = sum(listing.counts(house, EnrollmentFilter(**wanted)).values())  # type: ignore[arg-type]
    assert counted == len(page.enrollments)
    return [f"{each.email.partition('@')[0]} {each.sequence}" for each in page.enrollments]


def put(
    house: Context, email: str, event: Event, why: Reason, sequence: str = "Trial"
) -> enrollments.Enrollment:
    with house.database.write() as conn:
        [standing] = enrollment_details.matching(conn, email=email, sequence_name=sequence)
        enrollments.apply(conn, [standing.enrollment.id], event, house.clock.now(), reason=why)
        return enrollments.by_ids(conn, [standing.enrollment.id])[0]


def states(house: Context) -> dict[str, str]:
    page = listing.page(house, EnrollmentFilter(sequence="Trial"))
    return {each.email: each.state for each in page.enrollments}


def test_each_condition_and_all_together(ready: Context) -> None:
    put(ready, "bob@acme.example", Event.PAUSED, because(Code.PAUSED))
    put(ready, "eve@linden.example", Event.HELD, because(Code.MAILBOX_REMOVED))
    put(ready, "tom@harbour.example", Event.HELD, prose("somebody's words"))
    everybody = ["ada Trial", "bob Trial", "eve Trial", "zoe Trial", "tom Trial", "ada Other", "tom Other"]
    assert sorted(found(ready)) == sorted(everybody)
    assert found(ready, sequence="Other") == ["ada Other", "tom Other"]
    assert found(ready, states=("held", "paused")) == [
        each for each in found(ready) if each in ("bob Trial", "eve Trial", "tom Trial")
    ]
    assert found(ready, mailbox="BOB@sales.example") == ["ada Other", "tom Other"]
    assert sorted(found(ready, company="linden.example")) == ["eve Trial", "zoe Trial"]
    assert sorted(found(ready, company="LINDEN trading")) == ["eve Trial", "zoe Trial"]
    assert found(ready, held_because="mailbox_removed") == ["eve Trial"]
    assert found(ready, held_because="prose", company="harbour") == ["tom Trial"]
    assert found(ready, sequence="Other", states=("held",)) == []
    assert found(ready, sequence="Trial", mailbox="ada@sales.example", states=("active",), search="love") == [
        "ada Trial"
    ]
    assert listing.counts(ready, EnrollmentFilter(sequence="Trial")) == {"active": 2, "paused": 1, "held": 2}
    two = tuple(each.id for each in listing.page(ready).enrollments if each.email.startswith(("ada", "eve")))
    assert sorted(found(ready, numbers=two)) == ["ada Other", "ada Trial", "eve Trial"]
    assert (
        found(ready, numbers=two, states=("held",))
        == found(ready, numbers=two, search="eve")
        == ["eve Trial"]
    )
    assert found(ready, numbers=()) == []


@pytest.mark.parametrize("few", [search.MAX_WORDS * 1000, 0], ids=["looked up", "scanned"])
def test_people_are_found_by_how_words_begin(
    ready: Context, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    """Whether they are few or many, and whatever letters they have."""
    monkeypatch.setattr(search, "LOOKED_UP", few)
    assert sorted(found(ready, search="love")) == ["ada Other", "ada Trial", "eve Trial"]
    assert found(ready, search="eve LIND") == ["eve Trial"]
    assert found(ready, search="łuk") == found(ready, search="Łuk") == ["bob Trial"]
    assert found(ready, search="żak zo") == ["zoe Trial"]
    assert sorted(found(ready, search="@linden.example")) == ["eve Trial", "zoe Trial"]
    assert found(ready, search="ovelace") == found(ready, search="l%e") == found(ready, search="a_a") == []
    assert sorted(found(ready, search="harb", sequence="Other")) == ["tom Other"]


def test_pages_leave_nobody_out_and_show_nobody_twice(ready: Context) -> None:
    whole = [each.id for each in listing.page(ready).enrollments]
    seen, cursor = [], ""
    while True:
        page = listing.page(ready, after=cursor, limit=2)
        seen += [each.id for each in page.enrollments]
        put(ready, "ada@acme.example", Event.PAUSED if len(seen) % 4 else Event.RESUMED, prose(""))
        if not page.cursor:
            break
        cursor = page.cursor
    assert seen == whole == sorted(whole)


@pytest.mark.parametrize("cursor", ["1", "e", "e-", "e--1", "e-1-2", "t-1", "e-٣", "e-1'--", "e-" + "9" * 40])
def test_a_cursor_that_is_none_of_this_list_is_refused(ready: Context, cursor: str) -> None:
    with pytest.raises(errors.WrongUse, match=worded("is not a cursor")):
        listing.page(ready, after=cursor)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"sequence": "Trail"}, 'Did you mean "Trial"'),
        ({"states": ("hold",)}, "is not a state"),
        ({"mailbox": "no@sales.example"}, "there is no mailbox"),
        ({"held_because": "bad weather"}, "is not the code"),
    ],
)
def test_what_there_is_not_is_told(ready: Context, wanted: dict[str, object], words: str) -> None:
    with pytest.raises(errors.WrongUse, match=worded(words)):
        listing.page(ready, EnrollmentFilter(**wanted))  # type: ignore[arg-type]


# Many at once.


def outcomes(report: BulkReport) -> dict[str, str]:
    return {each.email: each.outcome.value for each in report.results}


def test_a_dry_run_changes_nothing_and_says_what_the_work_then_does(ready: Context) -> None:
    put(ready, "eve@linden.example", Event.STOPPED, because(Code.STOPPED))
    before = states(ready)
    plan = bulk.pause(ready, EnrollmentFilter(sequence="Trial"), dry_run=True)
    assert (states(ready), plan.dry_run) == (before, True)
    done = bulk.pause(ready, EnrollmentFilter(sequence="Trial"), reason="the fair")
    assert (
        outcomes(done) == outcomes(plan) == dict.fromkeys(PEOPLE.keys() - {"eve@linden.example"}, "changed")
    )
    assert done.counts == {"changed": 4}
    assert {each for email, each in states(ready).items() if email in outcomes(done)} == {"paused"}
    assert bulk.pause(ready, EnrollmentFilter(sequence="Trial")).results == ()
    with ready.database.read() as conn:
        assert [
            each.reason
            for each in (x.enrollment for x in enrollment_details.matching(conn))
            if each.state is State.PAUSED
        ] == ["the fair"] * 4
        [told] = conn.execute(sa.select(sa.func.count()).where(event.c.kind == "enrollment.paused"))
    assert told[0] == 4
    assert outcomes(bulk.resume(ready, EnrollmentFilter())) == outcomes(done)
    assert states(ready) == before


def test_the_absent_are_resumed_only_when_they_are_named(ready: Context) -> None:
    with ready.database.write() as conn:
        [ada] = enrollment_details.matching(conn, email="ada@acme.example", sequence_name="Trial")
        back = {"resume_at": ready.clock.now()}
        enrollments.apply(conn, [ada.enrollment.id], Event.OUT_OF_OFFICE, ready.clock.now(), values=back)
    assert bulk.resume(ready, EnrollmentFilter()).results == ()
    assert bulk.resume(ready, EnrollmentFilter(states=("held",))).results == ()
    assert outcomes(bulk.resume(ready, EnrollmentFilter(states=("away",)))) == {"ada@acme.example": "changed"}


def test_nobody_is_released_past_what_must_be_decided(ready: Context) -> None:
    """Never weaker than one at a time: a mail or a step in doubt, and a mailbox that is gone, leave their people held."""
    doubt = put(ready, "ada@acme.example", Event.HELD, prose("may have been delivered", Cause.UNKNOWN_MAIL))
    engine_house.add_message(ready, doubt, MessageState.UNKNOWN)
    refused = put(ready, "bob@acme.example", Event.HELD, prose("refused"))
    engine_house.add_message(ready, refused, MessageState.REFUSED)
    lost = put(ready, "eve@linden.example", Event.HELD, prose("restored"))
    gone = put(ready, "tom@harbour.example", Event.HELD, because(Code.MAILBOX_REMOVED), "Other")
    plain = put(ready, "zoe@linden.example", Event.HELD, prose("company is missing"))
    with ready.database.write() as conn:
        conn.execute(
            sa.update(enrollment).where(enrollment.c.id == lost.id).values(lost_before=ready.clock.now())
        )
        mailboxes.change(conn, gone.mailbox_id, state="removed")
    expected = {
        "ada@acme.example": "mail in doubt",
        "bob@acme.example": "changed",
        "eve@linden.example": "step in doubt",
        "tom@harbour.example": "mailbox removed",
        "zoe@linden.example": "changed",
    }
    assert outcomes(bulk.release(ready, EnrollmentFilter(), dry_run=True)) == expected
    assert outcomes(bulk.release(ready, EnrollmentFilter())) == expected
    with ready.database.read() as conn:
        at = {
            each.id: each
            for each in enrollments.by_ids(conn, [x.id for x in (doubt, refused, lost, gone, plain)])
        }
    assert [at[each.id].state.value for each in (doubt, lost, gone)] == ["held"] * 3
    assert (at[refused.id].state, at[refused.id].step) == (State.ACTIVE, "bump")
    assert (at[plain.id].state, at[plain.id].step) == (State.ACTIVE, "intro")
    for person, sequence in (
        ("ada@acme.example", "Trial"),
        ("eve@linden.example", "Trial"),
        ("tom@harbour.example", "Other"),
    ):
        with pytest.raises(errors.Invalid):
            control.resume(ready, person, sequence)


def test_who_is_held_and_was_paused_by_a_person_stays_paused_when_many_are_released(ready: Context) -> None:
    """Whoever releases many does not read each reason: what a colleague decided about one of them stands, and is said before."""
    control.pause(ready, "ada@acme.example", reason="she is on leave")
    both = put(ready, "ada@acme.example", Event.HELD, prose("a colleague answered"))
    plain = put(ready, "bob@acme.example", Event.HELD, prose("a colleague answered"))
    expected = {"ada@acme.example": "stays paused", "bob@acme.example": "changed"}
    with ready.database.read() as conn:
        [held] = enrollments.by_ids(conn, [both.id])
    assert in_english("she is on leave (paused by") in held.reason  # not a part of the hold
    assert outcomes(bulk.release(ready, EnrollmentFilter(), dry_run=True)) == expected
    done = bulk.release(ready, EnrollmentFilter())
    assert outcomes(done) == expected
    with ready.database.read() as conn:
        ada, bob = enrollments.by_ids(conn, [both.id, plain.id])
    assert (ada.state, bob.state) == (State.PAUSED, State.ACTIVE)
    assert [(each.code, each.params["text"]) for each in ada.why] == [(Code.PAUSED, "she is on leave")]
    assert outcomes(bulk.resume(ready, EnrollmentFilter())) == {"ada@acme.example": "changed"}


def test_who_moves_on_while_the_work_runs_is_left_alone(
    ready: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer comes in between the look and the lock."""
    seen = enrollment_details.of_ids

    def answered(conn: object, ids: object) -> object:
        rows = seen(conn, ids)  # type: ignore[arg-type]
        monkeypatch.setattr(enrollment_details, "of_ids", seen)
        put(ready, "ada@acme.example", Event.REPLIED, prose("answered"))
        return rows

    monkeypatch.setattr(enrollment_details, "of_ids", answered)
    done = outcomes(bulk.pause(ready, EnrollmentFilter(sequence="Trial")))
    assert done["ada@acme.example"] == "moved on"
    assert states(ready)["ada@acme.example"] == "replied"
    assert set(done.values()) == {"moved on", "changed"}


def test_what_was_interrupted_goes_on_where_it_was_left(
    ready: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch is committed by itself; the same request again does the rest."""
    monkeypatch.setattr(bulk, "BATCH", 2)

    def breaks(done: int) -> None:
        if done >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bulk.stop(ready, EnrollmentFilter(sequence="Trial"), progress=breaks)
    assert sorted(states(ready).values()) == ["active"] * 3 + ["stopped"] * 2
    heard: list[int] = []
    rest = bulk.stop(ready, EnrollmentFilter(sequence="Trial"), progress=heard.append)
    assert (len(rest.results), heard) == (3, [2, 3])
    assert set(states(ready).values()) == {"stopped"}


def test_three_hundred_held_are_let_go_in_one_action_within_seconds(ready: Context) -> None:
    people = [address(each, allow_test_domains=True) for each in EnrollmentRequest300.emails]
    with ready.database.write() as conn:
        blank = dict.fromkeys(contacts.FIELDS, "")
        contacts.add(conn, [{**blank, **each, "fields": {}} for each in people], ready.clock.now())
    enroll.enroll(ready, EnrollmentRequest300)
    with ready.database.write() as conn:
        rows = enrollment_lists.ids(
            conn, listing.meant(conn, EnrollmentFilter(search="many.example")), limit=1000
        )
        enrollments.apply(conn, rows, Event.HELD, ready.clock.now(), reason=because(Code.MAILBOX_REMOVED))
    began = time.perf_counter()
    done = bulk.release(ready, EnrollmentFilter(held_because="mailbox_removed"))
    assert time.perf_counter() - began < 30  # two on a machine of its own
    assert done.counts == {"changed": 300}
    assert listing.counts(ready, EnrollmentFilter(search="many.example")) == {"active": 300}


EnrollmentRequest300 = dataclasses.replace(
    EnrollRequest("Trial"), emails=tuple(f"p{number}@many.example" for number in range(300))
)
