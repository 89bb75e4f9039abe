"""What people have to do: page by page, by when and whose; done, skipped, put off, assigned, by whom is told."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import mailbox
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.kinds import EventKind
from relance.engine.reasons import Code
from relance.engine.reporting import timeline
from relance.engine.roles import Role, Scope, seeing
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.steps import task as task_step
from relance.engine.sequences.steps import task_lists, task_undo
from relance.engine.sequences.steps.task_lists import TaskFilter, TaskReport
from relance.engine.states import Event, State, TaskChange
from relance.engine.store.contacts import search
from relance.engine.store.sequences import enrollment_details, enrollments, tasks
from relance.engine.store.sequences.tasks import Task
from relance.engine.store.users import accounts
from tests import engine_house
from tests.engine_house import MONDAY, clock
from tests.reworded import worded

ANN = Actor(ActorKind.PERSON, "ann")
CALLS = """
sequence: Calls
steps:
  - {id: call, task: "Call {{ first_name }}", wait: true}
  - {id: intro, after: 1 business day, subject: "Hello", body: "Hello"}
"""
PEOPLE = ("ada", "bob", "eve", "zoe", "tom")
DAYS = {"ada": -1, "bob": 0, "eve": 0, "zoe": 1, "tom": 30}


@pytest.fixture
def ready(house: Context) -> Context:
    """Five calls: one was due yesterday, two today, two later. (It is Monday, nine o'clock in Warsaw.)"""
    publish.publish(house, CALLS.replace(", wait: true", ", wait_until_done: true"))
    engine_house.add_mailbox(house)
    for name in PEOPLE:
        contact_service.add(
            house, f"{name}@{name}.example", {"first_name": name.title(), "phone": "+48 22 123 45 67"}
        )
    enroll.enroll(house, EnrollRequest("Calls"))
    for standing in _standing(house):
        row, name = standing.enrollment, standing.email.partition("@")[0]
        at = MONDAY + dt.timedelta(days=DAYS[name], hours=3)
        with house.database.write() as conn:
            added = {"contact_id": row.contact_id, "step": "call", "words": f"Call {name}", "due_at": at}
            tasks.add(conn, enrollment_id=row.id, **added)  # type: ignore[arg-type]
    return house


def _standing(house: Context) -> list[enrollment_details.Standing]:
    with house.database.read() as conn:
        return enrollment_details.matching(conn)


def rows(house: Context) -> dict[str, enrollments.Enrollment]:
    return {each.email.partition("@")[0]: each.enrollment for each in _standing(house)}


def found(house: Context, **wanted: object) -> list[str]:
    page = task_lists.page(house, TaskFilter(**wanted))  # type: ignore[arg-type]
    return [each.email.partition("@")[0] for each in page.tasks]


def of(house: Context, name: str) -> Task:
    [each] = task_lists.page(house, TaskFilter(search=name, states=())).tasks
    return each


def number(house: Context, *names: str) -> TaskFilter:
    return TaskFilter(tuple(of(house, name).id for name in names))


def outcomes(report: TaskReport) -> dict[int, str]:
    return {each.id: each.outcome.value for each in report.results}


def test_tasks_are_found_by_when_and_whose(ready: Context) -> None:
    assert found(ready) == ["ada", "bob", "eve", "zoe", "tom"]
    assert [found(ready, when=each) for each in ("overdue", "today", "later")] == [
        ["ada"],
        ["bob", "eve"],
        ["zoe", "tom"],
    ]
    counted = task_lists.counts(ready)
    assert (counted.overdue, counted.today, counted.later) == (1, 2, 2)
    task_lists.assign(ready, number(ready, "eve", "tom"), "ann@sales.example")
    assert found(ready, assignee="ann@sales.example") == ["eve", "tom"]
    assert found(ready, assignee="", when="today") == ["bob"]
    assert task_lists.counts(ready, TaskFilter(assignee="ann@sales.example")).today == 1
    assert found(ready, sequence="Calls", search="zo") == ["zoe"]
    told = of(ready, "ada")
    assert (told.first_name, told.phone, told.words) == ("Ada", "+48 22 123 45 67", "Call ada")


@pytest.mark.parametrize("known", [0, 10_000])
def test_people_of_a_search_are_found_by_either_way(
    ready: Context, known: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By their numbers where they are few; where they are very many, each task is asked whose it is."""
    monkeypatch.setattr(search, "KNOWN", known)
    assert found(ready, search="zo") == ["zoe"]
    assert found(ready, search="zo", sequence="Calls") == ["zoe"]
    assert found(ready, search="nobody") == []
    assert task_lists.counts(ready, TaskFilter(search="zo")).later == 1


def test_a_salespersons_pages_go_on_where_one_ended(ready: Context) -> None:
    with ready.database.write() as conn:
        user = accounts.add(conn, "ann@sales.example", Role.SALESPERSON, MONDAY)
        conn.execute(sa.update(mailbox).values(user_id=user))
    with seeing(Scope(user)):
        assert found(ready) == ["ada", "bob", "eve", "zoe", "tom"]
        first = task_lists.page(ready, limit=2)
        rest = task_lists.page(ready, after=first.cursor, limit=10)
        assert [each.email[:3] for each in (*first.tasks, *rest.tasks)] == ["ada", "bob", "eve", "zoe", "tom"]
        assert found(ready, search="zo") == ["zoe"]


def test_days_are_the_workspaces(ready: Context) -> None:
    """Half past midnight of Tuesday in Warsaw is still Monday by UTC."""
    clock(ready).move_to(dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC))
    assert found(ready, when="overdue") == ["ada", "bob", "eve"]
    assert found(ready, when="today") == ["zoe"]


def test_pages_leave_none_out_and_show_none_twice(ready: Context) -> None:
    seen, cursor = [], ""
    while True:
        page = task_lists.page(ready, after=cursor, limit=1)
        seen += [each.id for each in page.tasks]
        if not page.cursor:
            break
        cursor = page.cursor
    assert seen == [each.id for each in task_lists.page(ready).tasks]
    for wrong in ("t-1", "e-1", "t-1-x", "t-" + "9" * 40 + "-1"):
        with pytest.raises(errors.WrongUse, match=worded("is not a cursor")):
            task_lists.page(ready, after=wrong)


def test_who_waits_for_a_task_goes_on_once_it_is_done_or_skipped(ready: Context) -> None:
    for name in ("ada", "bob"):
        assert rows(ready)[name].step == "call"
    with actors.acting(ANN):
        task_step.done(ready, of(ready, "ada").id, outcome="no-answer", note="voicemail")
        assert set(outcomes(task_lists.skip(ready, number(ready, "bob"))).values()) == {"changed"}
    assert [(rows(ready)[name].step, rows(ready)[name].state) for name in ("ada", "bob")] == [
        ("intro", State.ACTIVE)
    ] * 2
    done, skipped = of(ready, "ada"), of(ready, "bob")
    assert (done.state, done.outcome, done.note) == ("done", "no answer", "voicemail")
    assert (skipped.state, skipped.outcome) == ("skipped", "")
    assert skipped.closed_at == clock(ready).now()
    lines = [timeline.of_contact(ready, f"{name}@{name}.example")[-1] for name in ("ada", "bob")]
    assert [(each.kind, each.actor) for each in lines] == [
        (EventKind.TASK_DONE, ANN),
        (EventKind.TASK_SKIPPED, ANN),
    ]
    assert lines[0].data["outcome"] == "no answer"
    before = rows(ready)["ada"].version
    task_step.done(ready, done.id)  # a second click
    task_lists.skip(ready, TaskFilter((done.id,)))
    assert (rows(ready)["ada"].version, of(ready, "ada").state) == (before, "done")


def test_what_is_put_off_is_due_then(ready: Context) -> None:
    at = MONDAY + dt.timedelta(days=3)
    with actors.acting(ANN):
        task_lists.snooze(ready, number(ready, "ada"), at)
    assert of(ready, "ada").due_at == at
    assert found(ready, when="later") == ["zoe", "ada", "tom"]
    last = timeline.of_contact(ready, "ada@ada.example")[-1]
    assert (last.kind, last.actor, last.data["until"]) == (EventKind.TASK_SNOOZED, ANN, at.isoformat())
    with pytest.raises(errors.Invalid):
        task_lists.snooze(ready, number(ready, "bob"), clock(ready).now())


def test_many_are_changed_together_after_a_dry_run(ready: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_lists, "BATCH", 2)
    everything = TaskFilter(when="today")
    plan = task_lists.assign(ready, everything, "ann", dry_run=True)
    assert (plan.dry_run, len(plan.results), of(ready, "bob").assignee) == (True, 2, "")
    assert outcomes(task_lists.assign(ready, everything, "ann")) == outcomes(plan)
    assert found(ready, assignee="ann") == ["bob", "eve"]
    assert len(task_lists.skip(ready, TaskFilter()).results) == 5
    gone = of(ready, "ada").id
    assert outcomes(task_lists.skip(ready, TaskFilter((gone, 10**9)))) == {gone: "not open", 10**9: "unknown"}
    assert task_lists.counts(ready) == task_lists.TaskCounts(0, 0, 0)


def test_who_ended_meanwhile_is_left_alone(ready: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sequence is stopped between the look and the lock: its task is dropped with it."""
    seen, adas = enrollments.lock, rows(ready)["ada"].id

    def stopped(conn: object, ids: object) -> object:
        monkeypatch.setattr(enrollments, "lock", seen)
        enrollments.apply(conn, [adas], Event.STOPPED, ready.clock.now())  # type: ignore[arg-type]
        tasks.drop_open(conn, [adas], ready.clock.now())  # type: ignore[arg-type]
        return seen(conn, ids)  # type: ignore[arg-type]

    monkeypatch.setattr(enrollments, "lock", stopped)
    [result] = task_lists.skip(ready, number(ready, "ada")).results
    assert result.outcome is TaskChange.NOT_OPEN
    assert (of(ready, "ada").state, rows(ready)["ada"].state) == ("dropped", State.STOPPED)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [({"when": "soon"}, "not a due time"), ({"sequence": "Call"}, 'Did you mean "Calls"')],
)
def test_what_there_is_not_is_told(ready: Context, wanted: dict[str, object], words: str) -> None:
    with pytest.raises(errors.WrongUse, match=worded(words)):
        found(ready, **wanted)
    with pytest.raises(errors.Invalid):
        task_step.done(ready, of(ready, "ada").id, outcome="shrugged")
    with pytest.raises(errors.NotFound):
        task_step.done(ready, 10**9)


def test_words_that_cannot_be_kept_are_refused_everywhere(ready: Context) -> None:
    """Whoever types a control character is told so, and nothing breaks."""
    with pytest.raises(errors.Invalid):
        task_step.done(ready, of(ready, "ada").id, note="a\x07b")
    with pytest.raises(errors.Invalid):
        task_lists.assign(ready, TaskFilter(), "a\x07b")
    with pytest.raises(errors.Invalid):
        contact_service.suppress(ready, "ada@ada.example", "a\x07b")


def test_a_salesperson_sees_and_changes_only_what_goes_through_their_mailboxes(ready: Context) -> None:
    ada = of(ready, "ada").id
    with seeing(Scope(99)):
        assert found(ready) == []
        assert task_lists.counts(ready).today == 0
        assert outcomes(task_lists.skip(ready, TaskFilter((ada,)))) == {ada: "unknown"}
        assert task_lists.skip(ready, TaskFilter()).results == ()
    assert of(ready, "ada").state == "open"


def test_what_closing_a_task_did_is_taken_back(ready: Context) -> None:
    """The sequence waits for it again, by who took it back; whom it stopped goes on where they were."""
    ada = of(ready, "ada")
    with actors.acting(ANN):
        for stop in (False, True):
            assert task_step.done(ready, ada.id, outcome="wrong person", note="her twin", stop=stop)
            assert rows(ready)["ada"].state is (State.STOPPED if stop else State.ACTIVE)
            assert task_undo.undo(ready, ada.id)
            after = rows(ready)["ada"]
            assert (after.state, after.step, after.due_at) == (State.ACTIVE, "call", None)
            assert [each["code"] for each in after.bound] == [Code.TASK_OPEN]
            assert of(ready, "ada") == dataclasses.replace(ada, note="her twin"), (
                "what was noted stays with it"
            )
        assert not task_undo.undo(ready, ada.id)
    told = [(each.kind, each.actor) for each in timeline.of_contact(ready, ada.email)]
    assert told.count((EventKind.TASK_REOPENED, ANN)) == 2
    assert task_step.done(ready, ada.id)
    assert rows(ready)["ada"].step == "intro"


def test_a_task_that_was_skipped_is_open_again_and_who_has_gone_on_stays(ready: Context) -> None:
    """The next step was taken meanwhile: the task is there to be done, the sequence does not wait for it."""
    ada, bob = of(ready, "ada"), of(ready, "bob")
    task_lists.skip(ready, TaskFilter((ada.id, bob.id)))
    with ready.database.write() as conn:
        enrollments.apply(
            conn,
            [rows(ready)["ada"].id],
            Event.STEP_DONE,
            MONDAY,
            values={"stepped_at": MONDAY + dt.timedelta(hours=1)},
        )
    assert task_undo.undo(ready, ada.id)
    assert task_undo.undo(ready, bob.id)
    assert {each: rows(ready)[each].step for each in ("ada", "bob")} == {"ada": "intro", "bob": "call"}
    assert {"ada", "bob"} <= set(found(ready))


def test_what_nobody_closed_is_not_taken_back(ready: Context) -> None:
    """A task that went with its sequence stays closed; a wish for no more mail is never undone by it."""
    ada = of(ready, "ada")
    with ready.database.write() as conn:
        tasks.drop_open(conn, [ada.enrollment_id], MONDAY)
    assert not task_undo.undo(ready, ada.id)
    with pytest.raises(errors.NotFound):
        task_undo.undo(ready, 999)
    bob = of(ready, "bob")
    task_step.done(ready, bob.id, stop=True)
    with ready.database.write() as conn:
        enrollments.apply(conn, [bob.enrollment_id], Event.UNSUBSCRIBED, MONDAY)
    assert task_undo.undo(ready, bob.id)
    assert rows(ready)["bob"].state is State.UNSUBSCRIBED
