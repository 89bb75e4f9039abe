"""Jobs on real workers, once with the broker inside the process and once with Redis."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance import config, errors
from relance.app import Relance
from relance.engine.jobs import importing, service
from relance.engine.jobs.service import Upload
from relance.scheduler import jobs as long_work
from relance.scheduler.queue import broker
from tests.servers import ports, pretend


@pytest.fixture(params=["inside", "redis"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[pretend.House]:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else None
    house = pretend.House(config.Settings(home=tmp_path, redis_url=url))
    yield house
    house.stop()


def test_every_job_that_is_due_is_worked_on(house: pretend.House) -> None:
    house.app.jobs += [7, 8, 9]
    house.ledger.fill(mailboxes=3, each=2)
    house.start()
    ports.wait_until(lambda: sorted(house.app.worked) == [7, 8, 9])
    ports.wait_until(lambda: house.ledger.settled)
    assert house.hands.trouble() is None


def test_a_job_and_a_mailbox_of_one_number_have_hints_of_their_own(house: pretend.House) -> None:
    assert house.hints.send([7]) == 1
    assert house.jobs.hints.send([7]) == 1
    assert house.jobs.hints.send([7]) == 0
    house.jobs.hints.done(7)
    assert house.hints.send([7]) == 0


def test_a_process_works_on_one_job_at_a_time(house: pretend.House) -> None:
    began, go = threading.Event(), threading.Event()

    def slow(number: int, stop: object) -> bool:
        began.set()
        assert go.wait(10)
        house.app.worked.append(number)
        return False

    house.app.work = slow  # type: ignore[method-assign]
    first = threading.Thread(target=house.jobs.run, args=(1,))
    first.start()
    assert began.wait(10)
    house.jobs.run(2)
    assert house.app.worked == []
    assert house.jobs.hints.send([2]) == 0  # it rests a little
    go.set()
    first.join(10)
    assert house.app.worked == [1]


@pytest.mark.parametrize("trouble", [errors.Unwritable("full"), ZeroDivisionError()])
def test_what_goes_wrong_does_not_end_the_thread(house: pretend.House, trouble: Exception) -> None:
    def fails(number: int, stop: object) -> bool:
        raise trouble

    house.app.work = fails  # type: ignore[method-assign]
    house.jobs.run(3)
    assert house.jobs.hints.send([3]) == 0
    assert not house.jobs.one.locked()


def test_what_is_no_hint_of_a_job_is_dropped(redis_url: str, tmp_path: Path) -> None:
    house = pretend.House(config.Settings(home=tmp_path, redis_url=redis_url))
    for actor in (broker.ACTOR, "else"):
        odd = pretend.hints.dramatiq.Message(broker.JOB_QUEUE, actor, (1,), {}, {})
        house.broker.enqueue(odd)
    house.app.jobs.append(5)
    house.start()
    ports.wait_until(lambda: house.app.worked == [5])
    assert house.app.turns == []
    house.stop()


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_an_import_is_carried_out_by_workers_that_stop_and_start(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The real engine, both databases, Redis: the first worker stops after a batch, the next one ends it."""
    url = request.getfixturevalue(f"migrated_{kind}_url")
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", -1.0)
    monkeypatch.setattr(importing, "BATCH", 50)
    config.make_home(tmp_path)
    settings = config.Settings(home=tmp_path, database_url=url, redis_url=redis_url, allow_test_domains=True)
    text = "email\n" + "".join(f"p{number}@acme.example\n" for number in range(400))
    with Relance(settings, actor="tests") as app:
        house = pretend.House(settings)
        checked = app.jobs.check_contacts(Upload("people.csv", text.encode()))
        first = _jobs(app, house)
        first.stopping.set()
        first.run(checked.id)
        stopped = app.jobs.show(checked.id)
        assert 50 < stopped.done < 400
        second = _jobs(app, house)
        house.hands.jobs = second
        house.hands.start()
        second.hint()
        ports.wait_until(lambda: app.jobs.show(checked.id).state == "done")
        done = app.jobs.show(checked.id)
        house.stop()
    assert (done.done, done.counts) == (400, {"added": 400})


def _jobs(app: Relance, house: pretend.House) -> long_work.JobFinder:
    return long_work.JobFinder(app, house.broker, house.marks, house.meters)
