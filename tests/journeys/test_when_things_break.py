"""What an operator may live through, on real processes: servers that go away, workers that die, a backup that is restored."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance import clock, errors
from relance.app import Relance
from relance.engine.reasons import Code
from relance.wording import Text
from tests.chaos.grounds import group
from tests.journeys.office import CALM, PATIENCE, Office, standing
from tests.reworded import in_english
from tests.servers import silent
from tests.servers.ports import wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def building() -> Iterator[Office]:
    with standing() as office:
        yield office


@pytest.fixture
def office(building: Office) -> Iterator[Office]:
    yield building
    building.crew.end()


def test_redis_is_gone_for_a_while_and_mails_are_only_late(office: Office) -> None:
    people = office.people(3)
    office.hire("scheduler", "worker-a")
    assert office.ground.broker is not None
    office.ground.broker.kill()
    office.enroll(people)
    scheduler = office.crew.daemons[0]
    wait_until(lambda: "the broker does not answer" in scheduler.log.read_text(), seconds=PATIENCE)
    office.ground.broker.start()
    office.settled(people)


def test_two_stop_signals_leave_at_once_and_nothing_goes_twice(office: Office) -> None:
    people = office.people(3)
    worker = office.hire("scheduler", "worker-a")["worker-a"]
    office.enroll(people)
    office.wait_for_one(people)
    assert worker.process is not None
    office.ground.sink.signal(signal.SIGSTOP)  # the mail under way does not end
    try:
        os.kill(worker.process.pid, signal.SIGTERM)
        wait_until(
            lambda: (
                str(
                    Text(
                        "Stopping once the mails being sent are finished. The same signal again stops at once."
                    )
                )
                in worker.log.read_text()
            ),
            seconds=PATIENCE,
        )
        os.kill(worker.process.pid, signal.SIGTERM)
        wait_until(lambda: not worker.alive, seconds=PATIENCE)
        assert worker.process.code == 130
    finally:
        office.ground.sink.signal(signal.SIGCONT)
    worker.start()
    office.settled(people)


def test_workers_whose_parent_was_killed_end_and_new_ones_go_on(office: Office) -> None:
    people = office.people(4)
    workers = office.hire("scheduler", "workers")["workers"]
    office.enroll(people)
    office.wait_for_one(people)
    former = workers.process
    assert former is not None
    os.kill(former.pid, signal.SIGKILL)
    wait_until(lambda: not workers.alive, seconds=PATIENCE)
    wait_until(lambda: not group(former.pid), seconds=PATIENCE, what="the orphans' end")
    workers.start()
    office.settled(people)


def test_postgresql_is_restarted_while_mails_are_on_their_way(office: Office) -> None:
    people = office.people(4)
    office.hire("scheduler", "worker-a")
    office.enroll(people)
    office.wait_for_one(people)
    assert office.ground.database is not None
    office.ground.database.kill(signal.SIGQUIT)
    office.ground.database.start()
    office.crew.look()
    wait_until(lambda: office.crew.look() or min(office.got(people)) >= 1, seconds=PATIENCE)
    office.settled(people)


def through(office: Office, proxy: silent.SilentProxy, seconds: float) -> dict[str, str]:
    """The daemons' environment, with the database behind a proxy and little patience."""
    url = sa.make_url(office.ground.environment["RELANCE_DATABASE_URL"]).set(
        host="127.0.0.1", port=proxy.port
    )
    address = url.render_as_string(hide_password=False)
    return {"RELANCE_DATABASE_URL": address, "RELANCE_DATABASE_ANSWER_SECONDS": str(seconds)}


def test_the_connections_to_postgresql_fall_silent_and_mail_flows_again(office: Office) -> None:
    """TCP acknowledges all of it. No process has to be started again."""
    first, second = office.people(2), office.people(2)
    port = sa.make_url(office.ground.environment["RELANCE_DATABASE_URL"]).port
    with silent.running(port or 5432) as proxy:
        daemons = office.hire("scheduler", "worker-a", **through(office, proxy, 4))
        office.enroll(first)
        office.settled(first)
        before = proxy.accepted
        proxy.silence()
        # A silent session keeps its locks until the server gives it up: whoever is told so asks again, and nothing was half done.
        wait_until(lambda: enrolled(office, second), seconds=PATIENCE, what="an enrollment")
        office.settled(second)
        assert proxy.accepted > before
        assert proxy.swallowed
        assert [daemon.starts for daemon in daemons.values()] == [1, 1]


def enrolled(office: Office, people: list[str]) -> bool:
    try:
        office.enroll(people)
    except errors.Unreachable:
        return False
    return True


def test_a_stop_signal_ends_processes_whose_database_says_nothing(office: Office) -> None:
    people = office.people(1)
    port = sa.make_url(office.ground.environment["RELANCE_DATABASE_URL"]).port
    with silent.running(port or 5432) as proxy:
        daemons = office.hire("scheduler", "worker-a", **through(office, proxy, 4))
        office.enroll(people)
        office.settled(people)
        proxy.silence(new=True)
        wait_until(lambda: proxy.swallowed, seconds=PATIENCE, what="a question that nobody answers")
        for daemon in daemons.values():
            assert daemon.process is not None
            os.kill(daemon.process.pid, signal.SIGTERM)
        wait_until(lambda: not any(daemon.alive for daemon in daemons.values()), seconds=PATIENCE)
        codes = [daemon.process.code for daemon in daemons.values() if daemon.process]
        assert codes == [0, 0]


def test_a_mail_taken_while_the_database_was_killed_is_known_from_the_journal(office: Office) -> None:
    people = office.people(1)
    worker = office.hire("scheduler", "worker-a")["worker-a"]
    office.enroll(people)
    before = office.journal().count("accepted")
    office.wait(people)  # recorded by the mail server; its 250 comes half a second later
    assert office.ground.database is not None
    office.ground.database.kill(signal.SIGQUIT)
    wait_until(lambda: office.journal().count("accepted") > before, seconds=PATIENCE, what="the journal")
    assert worker.process is not None
    worker.process.kill()
    office.ground.database.start()
    wait_until(lambda: office.crew.look() or office.crew.calm(), seconds=PATIENCE, what="the daemons")
    office.settled(people)
    assert "message.unknown" not in office.kinds(people[0])


def test_a_database_that_dies_in_mid_turn_does_not_silence_a_mailbox(office: Office) -> None:
    """The worker lives on; the lease it could not give back is a quarter of an hour long."""
    first, second = office.people(2), office.people(4)
    worker = office.hire("scheduler", "worker-a", RELANCE_LEASE_SECONDS="900")["worker-a"]
    office.enroll(first)
    office.wait_for_one(first)  # recorded by the mail server; its 250 comes half a second later
    assert office.ground.database is not None
    office.ground.database.kill(signal.SIGQUIT)
    lost = "a turn could not be finished"
    wait_until(lambda: lost in worker.log.read_text(), seconds=PATIENCE, what="the turn's end")
    office.ground.database.start()
    back = clock.elapsed()
    wait_until(lambda: enrolled(office, second), seconds=PATIENCE, what="an enrollment")
    office.settled([*first, *second])
    assert clock.elapsed() - back < 60  # on a busy machine
    assert worker.starts == 1


@pytest.mark.parametrize("embedded", [True, False], ids=["sqlite", "postgresql"])
def test_a_process_killed_in_mid_mail_leaves_its_mailboxes_to_the_next_one_at_once(embedded: bool) -> None:
    """The lease is a quarter of an hour, and the dead process's lock proves that nobody holds it."""
    with standing(dataclasses.replace(CALM, embedded=embedded, lease_seconds=900.0)) as office:
        first, second = office.people(2), office.people(2)
        name = "run" if embedded else "worker-a"
        daemon = office.hire(*(["run"] if embedded else ["scheduler", "worker-a"]))[name]
        office.enroll(first)
        office.wait_for_one(first)  # recorded by the mail server; its 250 comes half a second later
        assert daemon.process is not None
        daemon.process.kill()
        killed = clock.elapsed()
        daemon.start()
        office.enroll(second)
        office.wait(second)
        assert clock.elapsed() - killed < 60  # on a busy machine; starting takes most of it
        wait_until(lambda: min(office.got(first)) >= 1, seconds=PATIENCE, what="the mails that had not begun")
        assert office.got(first) == [1, 1]


def test_a_restored_database_sends_nothing_until_a_person_has_looked(tmp_path: Path) -> None:
    with standing(dataclasses.replace(CALM, embedded=True, steps=9, reply_seconds=0.0)) as office:
        people = office.people(3)
        database = Path(office.ground.environment["RELANCE_HOME"], "relance.db")
        office.enroll(people)
        backup = tmp_path / "yesterday.db"
        with sqlite3.connect(database) as live, sqlite3.connect(backup) as copy:
            live.backup(copy)
        live.close()
        copy.close()
        office.hire("run")
        office.settled(people)
        office.crew.end()
        office.relance.close()
        for path in database.parent.glob("relance.db*"):
            path.unlink()
        shutil.move(backup, database)  # which may be another file system
        office.hire("run")
        with Relance() as relance:
            assert in_english("older than it was") in str(relance.halted())
            assert relance.halted() is not None
            wake = relance.next_wake()
            assert wake is not None
            assert wake <= relance.clock.now()  # work there is
            assert relance.due_mailboxes(10) == []  # and nobody is asked to do it
            assert relance.turn(1).held  # nor may
            assert relance.confirm_restore() == len(people)
            assert relance.halted() is None
            assert {view.codes for view in relance.held()} == {(Code.MAYBE_SENT.value,)}
            wait_until(lambda: relance.mailboxes.list()[0].synced_at, seconds=PATIENCE, what="a turn")
        assert office.got(people) == [1] * len(people)
