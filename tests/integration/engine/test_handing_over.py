"""A mailbox is removed, and its people are handed over to another or held: nobody's conversation is continued by somebody else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.db.tables import enrollment
from relance.engine.jobs import service, work
from relance.engine.jobs.ledger import LEASE
from relance.engine.jobs.service import JobView
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes import remove as removing
from relance.engine.mailboxes.handing_over import HandOver
from relance.engine.reporting import explain, timeline
from relance.engine.sequences import control, enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState, State
from relance.engine.store.jobs import JobState
from relance.engine.store.mailboxes import mailboxes
from tests import engine_house
from tests.journeys.stage import ADA as SELLER
from tests.journeys.stage import FOLLOW_UP, Stage, standing
from tests.reading import ADA, KIM, MIA, enrolled, row, wrote
from tests.reworded import in_english, worded

BEN, OLA, UMA = "ben@sales.example", "ola@acme.example", "uma@acme.example"
NEW_THREAD = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
  - {id: fresh, after: 3 business days, subject: "Something else", body: "Hello again"}
"""


def under_way(house: Context, text: str = engine_house.TRIAL, step: str = "bump") -> int:
    """Kim has had no mail; Mia has, and waits for the next; Ben's mailbox is there, too. Returns its number."""
    enrolled(house, KIM, MIA, text=text)
    wrote(house, MIA)
    here = enrollment.c.id == row(house, MIA).id
    with house.database.write() as conn:
        conn.execute(sa.update(enrollment).where(here).values(step=step, wrote_before=True))
    return engine_house.add_mailbox(house, BEN)


def stands(house: Context, person: str) -> tuple[State, int]:
    return row(house, person).state, row(house, person).mailbox_id


def test_whoever_has_had_no_mail_goes_on_from_the_other_mailbox(house: Context) -> None:
    ben = under_way(house)
    before = (row(house, KIM), row(house, MIA))
    plan = handing_over.remove(house, ADA, to=BEN, dry_run=True)
    assert plan == HandOver(ADA, moved=1, in_conversation=1, dry_run=True)
    assert (row(house, KIM), row(house, MIA)) == before
    done = handing_over.remove(house, ADA, to=BEN)
    assert (done.moved, done.left, done.dry_run) == (1, 1, False)
    assert stands(house, KIM) == (State.ACTIVE, ben)
    assert stands(house, MIA) == (State.HELD, 1)
    with house.database.read() as conn, pytest.raises(errors.NotFound):
        mailboxes.named(conn, ADA)


def test_without_a_choice_nothing_is_removed(house: Context) -> None:
    under_way(house)
    with pytest.raises(errors.WrongUse, match=worded("2 contacts are still being contacted")):
        handing_over.remove(house, ADA)
    assert handing_over.remove(house, ADA, force=True, dry_run=True).left == 2
    assert stands(house, KIM) == (State.ACTIVE, 1)
    assert handing_over.remove(house, ADA, force=True) == HandOver(ADA, held=2)
    assert stands(house, KIM)[0] is stands(house, MIA)[0] is State.HELD


def test_people_held_because_of_it_are_handed_over_and_go_on(house: Context) -> None:
    ben = under_way(house)
    handing_over.remove(house, ADA, force=True)
    assert handing_over.hand_over(house, ADA, BEN, dry_run=True).moved == 1
    assert handing_over.hand_over(house, ADA, BEN) == HandOver(ADA, moved=1, in_conversation=1)
    assert stands(house, KIM) == (State.ACTIVE, ben)
    assert stands(house, MIA) == (State.HELD, 1)
    assert handing_over.hand_over(house, ADA, BEN).moved == 0  # once


def test_a_conversation_is_left_only_where_the_next_mail_begins_another(house: Context) -> None:
    ben = under_way(house, NEW_THREAD, "fresh")
    assert handing_over.hand_over(house, ADA, BEN, dry_run=True).in_conversation == 1
    assert handing_over.hand_over(house, ADA, BEN, new_threads=True) == HandOver(ADA, moved=2)
    assert stands(house, MIA) == (State.ACTIVE, ben)


THREADS = NEW_THREAD.replace(
    "  - {id: fresh", '  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}\n  - {id: fresh'
)


def promised(house: Context, person: str) -> int | None:
    return row(house, person).next_mailbox_id


def test_a_conversation_is_left_by_itself_once_a_new_thread_begins(house: Context) -> None:
    ben = under_way(house, THREADS)
    assert handing_over.hand_over(house, ADA, BEN) == HandOver(ADA, moved=1, in_conversation=1)
    plan = handing_over.hand_over(house, ADA, BEN, new_threads=True, dry_run=True)
    assert plan == HandOver(ADA, later=1, dry_run=True)
    assert promised(house, MIA) is None
    assert handing_over.hand_over(house, ADA, BEN, new_threads=True) == HandOver(ADA, later=1)
    assert (stands(house, MIA), promised(house, MIA)) == ((State.ACTIVE, 1), ben)
    assert any("ben@sales.example" in each for each in explain.explain(house, MIA)[0].sentences)


def test_where_no_new_thread_is_to_come_the_conversation_stays(house: Context) -> None:
    under_way(house)
    done = handing_over.hand_over(house, ADA, BEN, new_threads=True)
    assert done == HandOver(ADA, moved=1, in_conversation=1)
    assert promised(house, MIA) is None


def test_handing_over_the_other_way_takes_back_who_was_to_move(house: Context) -> None:
    under_way(house, THREADS)
    handing_over.hand_over(house, ADA, BEN, new_threads=True)
    assert handing_over.hand_over(house, BEN, ADA, dry_run=True) == HandOver(BEN, 1, kept=1, dry_run=True)
    assert handing_over.hand_over(house, BEN, ADA) == HandOver(BEN, moved=1, kept=1)
    assert stands(house, KIM) == stands(house, MIA) == (State.ACTIVE, 1)
    assert promised(house, MIA) is None


def test_nobody_moves_to_a_mailbox_that_was_removed(house: Context) -> None:
    under_way(house, THREADS)
    handing_over.hand_over(house, ADA, BEN, new_threads=True)
    handing_over.remove(house, BEN, force=True)
    assert (stands(house, MIA), promised(house, MIA)) == ((State.ACTIVE, 1), None)


def test_who_waits_before_a_new_thread_is_handed_over_at_once(house: Context) -> None:
    """A pause leads on to it for certain; a mail that may be left out, and a reply behind it, do not."""
    text = NEW_THREAD.replace("  - {id: fresh", "  - {id: rest, wait: 2 business days}\n  - {id: fresh")
    ben = under_way(house, text, "rest")
    assert handing_over.hand_over(house, ADA, BEN, new_threads=True).moved == 2
    assert stands(house, MIA) == (State.ACTIVE, ben)


def test_in_the_middle_of_a_thread_nobody_else_writes(house: Context) -> None:
    under_way(house)
    done = handing_over.remove(house, ADA, to=BEN, new_threads=True)
    assert (done.moved, done.in_conversation) == (1, 1)
    assert stands(house, MIA) == (State.HELD, 1)


def test_one_person_is_not_continued_by_somebody_else_in_a_thread_unless_asked_for(house: Context) -> None:
    ben = under_way(house)
    for person in (KIM, MIA):
        control.pause(house, person)
    control.resume(house, KIM, mailbox=BEN)
    assert stands(house, KIM) == (State.ACTIVE, ben)  # no conversation has begun
    with pytest.raises(errors.Invalid, match=worded("continues that conversation")):
        control.resume(house, MIA, mailbox=BEN)
    assert stands(house, MIA) == (State.PAUSED, 1)
    control.resume(house, MIA, mailbox=BEN, same_thread=True)
    assert stands(house, MIA) == (State.ACTIVE, ben)


def test_of_several_sequences_each_goes_on_that_can_and_the_others_say_why_not(house: Context) -> None:
    """Mia's first conversation stays with Ada; the second, which has not begun, goes on from Ben's mailbox."""
    under_way(house)
    publish.publish(house, NEW_THREAD.replace("Trial", "Second"))
    enroll.enroll(house, EnrollRequest("Second", [MIA], (ADA,), also_elsewhere=True))
    control.pause(house, MIA)
    done = {each.sequence: each for each in control.resume(house, MIA, mailbox=BEN)}
    assert (done["Second"].state, done["Second"].mailbox, done["Second"].stays) == ("active", BEN, "")
    first = done["Trial"]
    assert (first.state, first.mailbox, first.changed) == ("paused", ADA, False)
    assert first.stays_why is not None
    assert first.stays_why.code == "in_conversation"
    assert in_english("nobody else should write in it") in first.stays
    with pytest.raises(errors.Invalid):  # nothing is left that could go on
        control.resume(house, MIA, mailbox=BEN)
    assert len(control.resume(house, MIA, "Second", mailbox=BEN)) == 1


def test_the_same_thread_is_asked_for_only_with_a_mailbox(house: Context) -> None:
    under_way(house)
    control.pause(house, MIA)
    with pytest.raises(errors.WrongUse, match=worded("no mailbox was named")):
        control.resume(house, MIA, same_thread=True)
    assert stands(house, MIA) == (State.PAUSED, 1)


def test_the_same_mailbox_continues_the_conversation(house: Context) -> None:
    under_way(house)
    control.pause(house, MIA)
    control.resume(house, MIA, mailbox=ADA)
    assert stands(house, MIA) == (State.ACTIVE, 1)


def test_one_person_is_continued_by_somebody_else_where_a_new_thread_begins(house: Context) -> None:
    ben = under_way(house, NEW_THREAD, "fresh")
    control.pause(house, MIA)
    control.resume(house, MIA, mailbox=BEN)
    assert stands(house, MIA) == (State.ACTIVE, ben)


def test_a_mail_that_may_have_been_delivered_keeps_its_person(house: Context) -> None:
    enrolled(house, KIM)
    wrote(house, KIM, MessageState.UNKNOWN)
    engine_house.add_mailbox(house, BEN)
    assert handing_over.remove(house, ADA, to=BEN) == HandOver(ADA, in_doubt=1)
    assert stands(house, KIM) == (State.HELD, 1)


def test_who_was_held_for_another_reason_is_not_let_go(house: Context) -> None:
    """Neither before the removal, where they stay held at the other mailbox, nor after it."""
    ben = under_way(house)
    control.pause(house, KIM, reason="asked me to wait")
    assert handing_over.hand_over(house, ADA, BEN).moved == 1
    assert stands(house, KIM) == (State.PAUSED, ben)


def test_a_mailbox_is_not_handed_over_to_itself_or_to_nobody(house: Context) -> None:
    under_way(house)
    with pytest.raises(errors.WrongUse):
        handing_over.hand_over(house, ADA, ADA)
    for wrong in ((ADA, "nobody@sales.example"), ("nobody@sales.example", BEN)):
        with pytest.raises(errors.NotFound):
            handing_over.hand_over(house, *wrong)
    with pytest.raises(errors.NotFound):
        handing_over.remove(house, ADA, to="nobody@sales.example")
    assert stands(house, KIM) == (State.ACTIVE, 1)


CROWD = [f"p{number:03}@lake{number}.example" for number in range(120)]


def handed_over(house: Context, number: int, monkeypatch: pytest.MonkeyPatch) -> JobView:
    """The job after the process that worked on it died behind a batch, and another took over."""
    now = machine_now() + LEASE + dt.timedelta(seconds=1)
    for module in (work, service):
        monkeypatch.setattr(module, "machine_now", lambda: now)
    assert not work.work(house, number)
    return service.show(house, number)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a job does one batch of it and leaves the rest to the workers."""
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)


@pytest.mark.usefixtures("later")
def test_a_hand_over_in_the_background_goes_on_where_it_was_left(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(house, *CROWD)
    wrote(house, CROWD[0])
    ben = engine_house.add_mailbox(house, BEN)
    begun = service.hand_over(house, ADA, BEN)
    assert (begun.done, begun.total, begun.counts) == (50, 120, {"moved": 49, "in_doubt": 1})
    done = handed_over(house, begun.id, monkeypatch)
    assert (done.state, done.done, done.counts) == (JobState.DONE, 120, {"moved": 119, "in_doubt": 1})
    assert (stands(house, CROWD[0]), stands(house, CROWD[-1])) == ((State.ACTIVE, 1), (State.ACTIVE, ben))
    changed = [
        each for each in timeline.of_contact(house, CROWD[-1]) if each.kind.endswith("mailbox_changed")
    ]
    assert len(changed) == 1


@pytest.mark.usefixtures("later")
def test_a_mailbox_is_removed_behind_the_last_of_its_people(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrolled(house, *CROWD)
    wrote(house, CROWD[0])
    ben = engine_house.add_mailbox(house, BEN)
    begun = service.remove_mailbox(house, ADA, BEN)
    with house.database.read() as conn:
        assert mailboxes.named(conn, ADA).state == "active"
    assert handed_over(house, begun.id, monkeypatch).state is JobState.DONE
    assert (stands(house, CROWD[0]), stands(house, CROWD[-1])) == ((State.HELD, 1), (State.ACTIVE, ben))
    with house.database.read() as conn, pytest.raises(errors.NotFound):
        mailboxes.named(conn, ADA)


def held_events(house: Context, person: str) -> int:
    return [each.kind for each in timeline.of_contact(house, person)].count("enrollment.held")


@pytest.mark.usefixtures("later")
def test_all_are_held_in_the_background_and_then_the_mailbox_is_removed(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the first of them on nothing leaves from it, and whoever takes it up holds those who are left."""
    monkeypatch.setattr(removing, "BATCH", 50)
    enrolled(house, *CROWD)
    begun = service.remove_mailbox(house, ADA)
    assert (begun.done, begun.total, begun.counts) == (50, 120, {"held": 50})
    with house.database.read() as conn:
        assert mailboxes.named(conn, ADA).state == "paused"
    done = handed_over(house, begun.id, monkeypatch)
    assert (done.state, done.done, done.counts) == (JobState.DONE, 120, {"held": 120})
    assert {stands(house, each) for each in CROWD} == {(State.HELD, 1)}
    assert (held_events(house, CROWD[0]), held_events(house, CROWD[-1])) == (1, 1)
    with house.database.read() as conn, pytest.raises(errors.NotFound):
        mailboxes.named(conn, ADA)


def test_a_removal_that_was_interrupted_goes_on_when_it_is_asked_for_again(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(removing, "BATCH", 50)
    enrolled(house, *CROWD)
    seen: list[int] = []

    def die(count: int) -> None:
        seen.append(count)
        if count > 50:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        handing_over.remove(house, ADA, force=True, progress=die)
    assert (stands(house, CROWD[0])[0], stands(house, CROWD[60])[0]) == (State.HELD, State.ACTIVE)
    with house.database.read() as conn:
        assert mailboxes.named(conn, ADA).state == "paused"
    handing_over.remove(house, ADA, force=True)
    assert {stands(house, each) for each in CROWD} == {(State.HELD, 1)}
    assert [held_events(house, each) for each in (CROWD[0], CROWD[60])] == [1, 1]


@pytest.fixture
def stage(tmp_path: Path, database_url: str) -> Iterator[Stage]:
    with standing(tmp_path, database_url) as ready:
        yield ready


def test_each_gets_a_first_mail_once_and_from_the_other_mailbox(stage: Stage) -> None:
    stage.enroll(OLA)
    stage.run()
    stage.contact(UMA)
    stage.mailbox("ben@northwind.example", "Ben Lind")
    context = stage.relance._context
    enroll.enroll(context, EnrollRequest("Follow up", [UMA], mailboxes=(SELLER,)))
    done = stage.relance.mailboxes.remove(SELLER, to="ben@northwind.example")
    assert (done.moved, done.in_conversation) == (1, 1)
    stage.run()
    stage.advance(days=10)
    stage.run()
    assert (stage.sent_to(OLA), stage.state(OLA)) == (1, "held")
    sent = stage.arrived(UMA)
    assert [each.subject for each in sent].count(sent[0].subject) == 1
    assert {each.rep for each in sent} == {"ben@northwind.example"}


def test_a_conversation_ends_from_its_own_mailbox_and_the_next_one_begins_from_the_other(
    stage: Stage,
) -> None:
    """And an answer to the first, which lies in the mailbox that was left, is heard before the second."""
    threads = {
        **FOLLOW_UP,
        "steps": [
            {"id": "intro", "subject": "Hello", "body": "Hello"},
            {"id": "bump", "after": "1 business day", "thread": "reply", "body": "Again?"},
            {"id": "fresh", "after": "3 business days", "subject": "Something else", "body": "Hello again"},
        ],
    }
    stage.enroll(OLA, UMA, definition=threads)
    stage.advance(hours=1)
    stage.mailbox("ben@northwind.example", "Ben Lind")
    done = stage.relance.mailboxes.hand_over(SELLER, "ben@northwind.example", new_threads=True)
    assert (done.moved, done.later, done.left) == (0, 2, 0)
    stage.advance(days=2)
    stage.run()
    stage.answer(UMA, "Yes, please call me.")
    stage.advance(days=5)
    stage.run()
    assert [each.rep for each in stage.arrived(OLA)] == [SELLER, SELLER, "ben@northwind.example"]
    assert "enrollment.mailbox_changed" in stage.kinds(OLA)
    assert (stage.sent_to(UMA), stage.state(UMA)) == (2, "replied")
