"""Long work: goes on where it was left, whoever takes it up; nothing is done or counted twice."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from relance import errors
from relance.clock import machine_now
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.jobs import importing, ledger, service, work
from relance.engine.jobs.ledger import LEASE
from relance.engine.jobs.service import JobView, Upload
from relance.engine.reporting import status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.roles import Role, Scope, seeing
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.store import jobs
from relance.engine.store.contacts import contacts
from relance.engine.store.jobs import JobState
from relance.engine.store.sequences import enrollment_details
from relance.engine.store.users import accounts
from tests import engine_house

PEOPLE = [f"p{number:04}@acme{number % 7}.example" for number in range(1200)]
FILE = "email;first_name;Vorlieben\n" + "".join(f"{each};P;tea\n" for each in PEOPLE)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a job ends it, however slow this machine is."""
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", 60.0)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a job does one batch of it and leaves the rest to the workers."""
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)


def checked(house: Context, text: str = FILE, name: str = "people.csv") -> JobView:
    return service.check_contacts(house, Upload(name, text.encode()))


def count(house: Context) -> int:
    with house.database.read() as conn:
        return contacts.count(conn)


def dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever held anything has been silent for longer than a lease."""
    now = machine_now() + LEASE + dt.timedelta(seconds=1)
    for module in (work, service):
        monkeypatch.setattr(module, "machine_now", lambda: now)


def test_a_file_is_looked_through_before_anything_is_changed(house: Context) -> None:
    contact_service.add(house, "known@acme.example", {"first_name": "Kim"})
    contact_service.add(house, "same@acme.example", {"first_name": "Same"})
    contact_service.suppress(house, "never@acme.example")
    text = (
        "E-mail,Vorname,Branche\nada@acme.example,Ada,Bau\nknown@acme.example,Kimberly,\nsame@acme.example,Same,\n"
        "never@acme.example,No,\nnobody,,\nada@acme.example,Ada again,\n"
    )
    done = checked(house, text)
    assert done.state is JobState.DONE
    assert (done.done, done.total) == (6, 6)
    assert done.counts == {"added": 2, "updated": 1, "unchanged": 1, "refused": 2, "suppressed": 1}
    assert count(house) == 2
    found = service.sheet(house, done.id)
    assert (found.name, found.encoding, found.delimiter) == ("people.csv", "utf-8", ",")
    assert found.known == {"email": "E-mail", "first_name": "Vorname"}
    assert found.own == {"branche": "Branche"}
    assert [each["email"] for each in service.lines(house, done.id, "added")] == [
        "ada@acme.example",
        "never@acme.example",
    ]
    assert service.lines(house, done.id, "updated")[0]["changed"] == {"first_name": "Kimberly"}
    assert [each.line for each in service.refused(house, done.id)] == [6, 7]


def test_an_import_keeps_people_once_and_says_who_was_in_it(house: Context) -> None:
    done = service.import_contacts(house, checked(house).id)
    assert (done.state, done.counts) == (JobState.DONE, {"added": 1200})
    assert count(house) == 1200
    assert service.imported(house, done.id) == PEOPLE
    again = service.import_contacts(house, checked(house).id)
    assert again.counts == {"unchanged": 1200}


@pytest.mark.usefixtures("later")
def test_workers_go_on_where_it_was_left(house: Context) -> None:
    begun = checked(house)
    assert (begun.state, begun.done) == (JobState.RUNNING, 500)
    assert list(work.due(house, 9)) == [begun.id]
    assert work.work(house, begun.id, lambda: True)
    assert not work.work(house, begun.id)
    done = service.show(house, begun.id)
    assert (done.state, done.done, done.counts) == (JobState.DONE, 1200, {"added": 1200})
    assert list(work.due(house, 9)) == []
    assert not work.work(house, begun.id)


@pytest.mark.usefixtures("later")
def test_a_process_that_dies_loses_its_batch_and_another_takes_over(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = service.import_contacts(house, checked(house).id)
    steps = []

    def died(*given: object, **more: object) -> None:
        steps.append(given)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(
            importing, "_record", died
        )  # after the people, before the count, in the same transaction
        with pytest.raises(KeyboardInterrupt):
            work.work(house, begun.id)
    assert steps
    assert count(house) == 500
    assert list(work.due(house, 9)) == [
        begun.id - 1
    ]  # the import is in the dead one's hands; the check is not
    assert not work.work(house, begun.id)
    assert service.show(house, begun.id).done == 500
    dead(monkeypatch)
    assert begun.id in work.due(house, 9)
    work.work(house, begun.id)
    done = service.show(house, begun.id)
    assert (done.state, done.counts) == (JobState.DONE, {"added": 1200})
    assert service.imported(house, begun.id) == PEOPLE


@pytest.mark.usefixtures("later")
def test_duplicates_are_known_after_a_restart(house: Context) -> None:
    begun = checked(house, FILE + f"{PEOPLE[0]};again;\n")
    work.work(house, begun.id)
    assert service.show(house, begun.id).counts == {"added": 1200, "refused": 1}


@pytest.mark.usefixtures("later")
def test_cancelled_work_goes_no_further_and_its_batch_is_taken_back(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = service.import_contacts(house, checked(house).id)
    stored = importing.rows.store

    def cancelled(*given: object) -> object:
        found = stored(*given)  # type: ignore[arg-type]
        given[0].execute(  # type: ignore[attr-defined] - SQLite has one writer: cancelled within the batch
            jobs.sa.update(jobs.job).where(jobs.job.c.id == begun.id).values(state="cancelled")
        )
        return found

    with monkeypatch.context() as patch:
        patch.setattr(importing.rows, "store", cancelled)
        work.work(house, begun.id)
    assert count(house) == 500
    assert service.cancel(house, begun.id).state is JobState.CANCELLED
    assert not work.work(house, begun.id)
    assert service.cancel(house, begun.id).state is JobState.CANCELLED
    assert count(house) == 500


@pytest.mark.usefixtures("later")
def test_what_ends_every_process_is_given_up(house: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = checked(house)
    now = [machine_now()]
    monkeypatch.setattr(work, "machine_now", lambda: now[0])
    monkeypatch.setattr(importing, "_look", _killed)
    for _ in range(work.MOST_TRIES):
        with pytest.raises(KeyboardInterrupt):
            work.work(house, begun.id)
        now[0] += 2 * LEASE
    work.work(house, begun.id)
    done = service.show(house, begun.id)
    assert done.state is JobState.FAILED
    assert done.reason == work._ENDED_OFTEN


def _killed(*given: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("later")
def test_a_job_that_does_not_move_is_noticed(house: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = checked(house)
    assert not begun.still
    late = machine_now() + jobs.STILL + dt.timedelta(seconds=1)
    for module in (service, status):
        monkeypatch.setattr(module, "machine_now", lambda: late)
    assert service.show(house, begun.id).still
    assert [each.kind for each in status.status(house).concerns if each.kind is ConcernKind.STILL_WORK]
    service.cancel(house, begun.id)
    assert not [each for each in status.status(house).concerns if each.kind is ConcernKind.STILL_WORK]


def test_trouble_of_the_world_is_waited_out(house: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    begun = checked(house)

    def full(*given: object) -> None:
        raise errors.Unwritable("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "_look", full)
        with pytest.raises(errors.Unwritable):
            work.work(house, begun.id)
    assert list(work.due(house, 9)) == [begun.id]
    work.work(house, begun.id)
    assert service.show(house, begun.id).state is JobState.DONE


def test_a_fault_of_ours_is_told_and_ends_it(house: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*given: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(importing, "_look", fault)
    with pytest.raises(ZeroDivisionError):
        checked(house)
    (done,) = service.page(house).jobs
    assert (done.state, done.reason) == (JobState.FAILED, work._UNEXPECTED)


@pytest.mark.usefixtures("later")
def test_many_are_paused_in_batches_and_those_who_stay_are_named(house: Context) -> None:
    people = PEOPLE[:120]
    _enrolled(house, people)
    begun = service.change_enrollments(
        house, "pause", EnrollmentFilter(sequence="Trial"), reason="trade fair"
    )
    assert (begun.done, begun.total) == (50, 120)
    assert work.work(house, begun.id, lambda: True)
    work.work(house, begun.id)
    done = service.show(house, begun.id)
    assert (done.state, done.counts) == (JobState.DONE, {"changed": 120})
    with house.database.read() as conn:
        states = [enrollment_details.matching(conn, email=each)[0].enrollment.state for each in people]
    assert {each.value for each in states} == {"paused"}
    with pytest.raises(errors.WrongUse):
        service.change_enrollments(house, "delete", EnrollmentFilter())
    with pytest.raises(errors.NotFound):
        service.change_enrollments(house, "stop", EnrollmentFilter(sequence="None such"))


def test_people_of_an_import_are_enrolled(house: Context) -> None:
    engine_house.add_mailbox(house)
    publish.publish(house, engine_house.TRIAL)
    brought = service.import_contacts(house, checked(house).id)
    contact_service.suppress(house, PEOPLE[3])
    done = service.enroll(house, "Trial", service.imported(house, brought.id))
    assert done.counts == {"enrolled": 1199, "suppressed": 1}
    assert service.lines(house, done.id, "stayed") == [
        {"email": PEOPLE[3], "code": "suppressed", "sequence": ""}
    ]
    again = service.enroll(house, "Trial", [PEOPLE[0]])
    assert again.counts == {"in_sequence": 1}


@pytest.mark.usefixtures("later")
def test_an_enrolling_that_is_cut_off_says_what_it_did(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch and its count stand or fall together: whoever dies between them leaves neither."""
    monkeypatch.setattr(enroll, "BATCH", 20)
    engine_house.add_mailbox(house)
    publish.publish(house, engine_house.TRIAL)
    for each in PEOPLE[:50]:
        contact_service.add(house, each, {})
    begun = service.enroll(house, "Trial", [*PEOPLE[:50], "nobody", PEOPLE[0]])
    assert (begun.done, begun.counts) == (20, {"enrolled": 20})
    with monkeypatch.context() as patch:
        patch.setattr(ledger.Ledger, "record", _killed)
        with pytest.raises(KeyboardInterrupt):
            work.work(house, begun.id)
    with house.database.read() as conn:
        assert len(enrollment_details.matching(conn)) == 20
    dead(monkeypatch)
    work.work(house, begun.id)
    done = service.show(house, begun.id)
    assert done.counts == {"enrolled": 50, "not_an_address": 1, "in_sequence": 1}
    assert (done.state, done.done) == (JobState.DONE, 52)
    assert [each["email"] for each in service.lines(house, done.id, "stayed")] == ["nobody", PEOPLE[0]]


def _enrolled(house: Context, people: list[str]) -> None:
    engine_house.add_mailbox(house)
    publish.publish(house, engine_house.TRIAL)
    for each in people:
        contact_service.add(house, each, {})
    enroll.enroll(house, EnrollRequest("Trial", people))


def test_work_is_done_in_the_name_and_scope_of_who_started_it(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    _enrolled(house, PEOPLE[:3])
    with house.database.write() as conn:
        number = accounts.add(conn, "bob@sales.example", Role.SALESPERSON, machine_now())
    with seeing(Scope(number)), actors.acting(Actor(ActorKind.USER, "bob@sales.example")):
        mine = service.change_enrollments(house, "stop", EnrollmentFilter())
        assert [each.id for each in service.page(house).jobs] == [mine.id]
    assert mine.counts == {}  # none of the mailboxes is Bob's
    assert mine.actor == Actor(ActorKind.USER, "bob@sales.example")
    boss = service.change_enrollments(house, "pause", EnrollmentFilter())
    assert boss.counts == {"changed": 3}
    with seeing(Scope(number)):
        for ask in (service.show, service.cancel, service.refused_file, service.sheet):
            with pytest.raises(errors.NotFound):
                ask(house, boss.id)
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    with seeing(Scope(number)), actors.acting(Actor(ActorKind.USER, "bob@sales.example")):
        begun = service.check_contacts(house, Upload("people.csv", FILE.encode()))
    with house.database.write() as conn:
        accounts.change(conn, number, active=False)
    work.work(house, begun.id)
    assert service.show(house, begun.id).state is JobState.CANCELLED


def test_the_list_goes_on_behind_its_cursor(house: Context) -> None:
    made = [checked(house, "email\na@acme.example\n").id for _ in range(5)]
    first = service.page(house, limit=3)
    assert [each.id for each in first.jobs] == made[:1:-1]
    rest = service.page(house, after=first.cursor, limit=3)
    assert ([each.id for each in rest.jobs], rest.cursor) == (made[1::-1], "")
    with pytest.raises(errors.WrongUse):
        service.page(house, after="x-1")


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0.csv", "<script>.csv", "\u202egnp.csv"])
def test_refused_rows_are_safe_cells(house: Context, name: str) -> None:
    done = checked(house, 'email,note\n=1+1,"@SUM(A1)"\n+48123,-2\n', name)
    rows = list(csv.reader(io.StringIO(service.refused_file(house, done.id).decode("utf-8-sig"))))
    assert rows[0] == ["rejected_line", "rejected_reason", "rejected_code", "email", "note"]
    assert [row[3:] for row in rows[1:]] == [["'=1+1", "'@SUM(A1)"], ["'+48123", "'-2"]]
    assert {row[2] for row in rows[1:]} == {"not_an_address"}
    assert [each.code for each in service.refused(house, done.id)] == ["not_an_address"] * 2


def test_what_is_no_such_file_is_refused_at_once(house: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    for data in (b"", b"PK\x03\x04", b"name\nAda\n"):
        with pytest.raises(errors.Invalid):
            service.check_contacts(house, Upload("people.csv", data))
    monkeypatch.setattr(service, "LARGEST_UPLOAD", 10)
    with pytest.raises(errors.Invalid):
        checked(house)
    assert service.page(house).jobs == ()


def test_a_large_file_goes_through_the_database_in_pieces(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "PIECE", 1000)
    done = service.import_contacts(house, checked(house).id)
    assert done.counts == {"added": 1200}


def test_files_are_forgotten_after_a_while(house: Context) -> None:
    old = checked(house)
    engine_house.clock(house).advance(days=31)
    checked(house)
    with pytest.raises(errors.NotFound):
        service.sheet(house, old.id)
    assert service.show(house, old.id).counts == {"added": 1200}
