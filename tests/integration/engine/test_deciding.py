"""What a person decides about many who are held goes on in the background: a result for each, whoever dies meanwhile."""

from __future__ import annotations

import contextlib
import itertools
from contextlib import AbstractContextManager

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, job
from relance.engine.jobs import moving, service, work
from relance.engine.jobs.deciding import HeldDeed, HeldPerson
from relance.engine.mailboxes import handing_over
from relance.engine.reasons import Code, because
from relance.engine.roles import Role, Scope, seeing
from relance.engine.sequences import control
from relance.engine.states import State
from relance.engine.store.jobs import JobState
from relance.engine.store.users import accounts
from tests import engine_house
from tests.integration.console import held_people
from tests.reading import row, wrote

PEOPLE = [f"p{number}@firm{number}.example" for number in range(4)]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever starts a job ends it, however slow this machine is."""
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", 60.0)


def meant(house: Context, *emails: str, **values: str) -> list[HeldPerson]:
    return [HeldPerson(row(house, each).id, values) for each in emails]


def states(house: Context) -> list[State]:
    return [row(house, each).state for each in PEOPLE]


def test_values_are_filled_in_and_each_is_told_of(house: Context) -> None:
    held_people.prepared(house, *PEOPLE)
    held_people.lacking(house, *PEOPLE[:3], names="first_name, company")
    both, half = {"first_name": "Ada", "company": "Lake"}, {"first_name": "Ada"}
    wanted = [
        *meant(house, PEOPLE[0], **both),
        *meant(house, PEOPLE[1], **half),
        *meant(house, PEOPLE[2], first_name="x\x1b", company="y"),
        *meant(house, PEOPLE[3], **both),
    ]
    done = service.decide_held(house, HeldDeed.FILL, wanted)
    assert done.state is JobState.DONE
    assert done.counts == {"changed": 1, "value_missing": 1, "still held": 1, "moved on": 1}
    assert states(house) == [State.ACTIVE, State.HELD, State.HELD, State.ACTIVE]
    stayed = service.lines(house, done.id, "stayed")
    assert [each["email"] for each in stayed] == [PEOPLE[1], PEOPLE[2], ""]
    assert stayed[1]["why"] is not None


def test_another_mailbox_goes_on_with_them_and_only_a_manager_says_so(house: Context) -> None:
    held_people.prepared(house, *PEOPLE)
    held_people.lacking(house, *PEOPLE)
    engine_house.add_mailbox(house, "new@sales.example")
    with pytest.raises(errors.NotFound):
        service.decide_held(house, "move", meant(house, *PEOPLE), mailbox="none@sales.example")
    with house.database.write() as conn:
        number = accounts.add(conn, "bob@sales.example", Role.SALESPERSON, house.clock.now())
    everybody = meant(house, *PEOPLE)
    with seeing(Scope(number)), pytest.raises(errors.Forbidden):
        service.decide_held(house, "move", everybody, mailbox="new@sales.example")
    done = service.decide_held(house, "move", everybody, mailbox="new@sales.example")
    assert done.counts == {"changed": 4}
    assert len({row(house, each).mailbox_id for each in PEOPLE}) == 1
    assert states(house) == [State.ACTIVE] * 4


def in_conversation(house: Context) -> None:
    """All are held; the first has had mail, and the next one continues that."""
    held_people.prepared(house, *PEOPLE)
    engine_house.add_mailbox(house, "new@sales.example")
    wrote(house, PEOPLE[0])
    here = enrollment.c.id == row(house, PEOPLE[0]).id
    with house.database.write() as conn:
        conn.execute(sa.update(enrollment).where(here).values(step="bump", wrote_before=True))
    for each in PEOPLE:
        held_people.hold(house, each, because(Code.MAILBOX_REMOVED, mailbox="ada@sales.example"))


def test_who_is_in_a_conversation_stays_with_its_mailbox_and_is_told_of(house: Context) -> None:
    in_conversation(house)
    done = service.decide_held(house, "move", meant(house, *PEOPLE), mailbox="new@sales.example")
    assert done.counts == {"changed": 3, "still held": 1}
    [stayed] = service.lines(house, done.id, "stayed")
    assert stayed["email"] == PEOPLE[0]
    assert states(house) == [State.HELD] + [State.ACTIVE] * 3
    one = meant(house, PEOPLE[0])
    done = service.decide_held(house, "move", one, mailbox="new@sales.example", same_thread=True)
    assert done.counts == {"changed": 1}


def test_whoever_a_person_paused_as_well_stays_paused_in_the_other_mailbox(house: Context) -> None:
    held_people.prepared(house, *PEOPLE)
    new = engine_house.add_mailbox(house, "new@sales.example")
    control.pause(house, PEOPLE[1], reason="asked me to wait")
    held_people.lacking(house, *PEOPLE)
    control.stop(house, PEOPLE[3])
    done = service.decide_held(house, "move", meant(house, *PEOPLE), mailbox="new@sales.example")
    assert done.counts == {"changed": 2, "stays paused": 1, "moved on": 1}
    assert states(house) == [State.ACTIVE, State.PAUSED, State.ACTIVE, State.STOPPED]
    assert [row(house, each).mailbox_id == new for each in PEOPLE] == [True, True, True, False]


def test_a_mailbox_that_is_removed_meanwhile_leaves_all_of_them_held(house: Context) -> None:
    held_people.prepared(house, *PEOPLE)
    held_people.lacking(house, *PEOPLE)
    engine_house.add_mailbox(house, "new@sales.example")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "AT_ONCE_SECONDS", -1.0)
        patch.setattr(moving, "BATCH", 1)
        begun = service.decide_held(house, "move", meant(house, *PEOPLE), mailbox="new@sales.example")
    handing_over.remove(house, "new@sales.example", force=True)
    work.work(house, begun.id)
    assert service.show(house, begun.id).counts == {"changed": 1, "still held": 3}
    assert [each["why"] is None for each in service.lines(house, begun.id, "stayed")] == [False] * 3


def test_a_job_of_an_earlier_release_continues_conversations_as_it_was_asked_to(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_conversation(house)
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    monkeypatch.setattr(moving, "BATCH", 1)
    others_first = meant(house, *reversed(PEOPLE))  # whoever begins a job does one of them
    begun = service.decide_held(house, "move", others_first, mailbox="new@sales.example")
    with house.database.write() as conn:
        params = {"deed": "move", "mailbox": "new@sales.example"}
        conn.execute(sa.update(job).where(job.c.id == begun.id).values(params=params))
    work.work(house, begun.id)
    assert service.show(house, begun.id).counts == {"changed": 4}


def test_a_salesperson_decides_nothing_for_others(house: Context) -> None:
    held_people.prepared(house, *PEOPLE)
    held_people.lacking(house, *PEOPLE)
    with house.database.write() as conn:
        number = accounts.add(conn, "bob@sales.example", Role.SALESPERSON, house.clock.now())
    wanted = meant(house, *PEOPLE, first_name="Eve")
    with seeing(Scope(number)):
        done = service.decide_held(house, "fill", wanted)
    assert done.counts == {"moved on": 4}
    assert states(house) == [State.HELD] * 4
    assert contact_service.show(house, PEOPLE[0]).first_name != "Eve"


def test_restored_mail_is_decided_for_many_and_goes_on_after_a_death(
    house: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    held_people.prepared(house, *PEOPLE)
    held_people.restored(house, *PEOPLE)
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    begun = service.decide_held(house, "not sent", meant(house, *PEOPLE))
    assert (begun.state, begun.done, begun.total) == (JobState.RUNNING, 1, 4)
    assert states(house) == [State.ACTIVE, State.HELD, State.HELD, State.HELD]
    assert work.work(house, begun.id, lambda: True)
    work.work(house, begun.id)
    done = service.show(house, begun.id)
    assert (done.state, done.counts) == (JobState.DONE, {"changed": 4})
    assert states(house) == [State.ACTIVE] * 4


def test_another_deed_is_refused(house: Context) -> None:
    with pytest.raises(errors.WrongUse):
        service.decide_held(house, "end", [])


class Died(BaseException):
    """Somebody pulled the plug."""


def dies_before(monkeypatch: pytest.MonkeyPatch, house: Context, transaction: int) -> None:
    """Whoever works on it writes so many transactions, and begins no other."""
    begun, write = itertools.count(1), house.database.write

    def dying() -> AbstractContextManager[Connection]:
        if next(begun) == transaction:
            raise Died
        return write()

    monkeypatch.setattr(house.database, "write", dying)


@pytest.mark.parametrize("deed", HeldDeed)
def test_wherever_a_worker_dies_nobody_is_told_as_moved_on(
    house: Context, monkeypatch: pytest.MonkeyPatch, deed: HeldDeed
) -> None:
    """What is done to somebody and what is said of it are one transaction, whichever of its transactions is the last."""
    engine_house.add_mailbox(house, "new@sales.example")
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    monkeypatch.setattr(moving, "BATCH", 1)
    for transaction in itertools.count(1):
        people = [f"p{number}@firm{transaction}.example" for number in range(2)]
        held_people.prepared(house, *people)
        hold = held_people.lacking if deed in (HeldDeed.FILL, HeldDeed.MOVE) else held_people.restored
        hold(house, *people)
        wanted = meant(house, *people, first_name="Ada")
        begun = service.decide_held(house, deed, wanted, mailbox="new@sales.example")
        with monkeypatch.context() as patch:
            dies_before(patch, house, transaction)
            with contextlib.suppress(Died):
                work.work(house, begun.id)
        died = service.show(house, begun.id).open
        with house.database.write() as conn:  # whoever is silent has lost it
            conn.execute(sa.update(job).values(held_until=None, holder=""))
        work.work(house, begun.id)
        done = service.show(house, begun.id)
        assert (done.state, done.counts) == (JobState.DONE, {"changed": 2}), transaction
        if not died:
            break
    assert transaction > 3
