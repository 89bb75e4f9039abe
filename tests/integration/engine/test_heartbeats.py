"""Heartbeats in both databases, and the facts that status draws from what is stored."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
from pathlib import Path

import pytest
import structlog

from relance import clock, config, errors
from relance.app import Relance
from relance.clock import Clock
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import process
from relance.engine.journal.opt_outs import OptOut, OptOuts
from relance.engine.processes import attendance, heartbeats
from relance.engine.reasons import Code, because
from relance.engine.reporting import status
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import Event
from relance.engine.store import processes
from relance.engine.store.inbound import unread_mails
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import restore_doubts
from relance.engine.store.sequences import enrollment_details, enrollments
from relance.scheduler.monitoring import gauges, metrics
from tests import engine_house
from tests.reworded import in_english
from tests.servers import disks


def me(role: str = "run") -> processes.Process:
    return attendance.myself("post-1-7-abcd", role, clock.machine_now())


def test_a_process_is_at_work_until_it_says_that_it_stops(house: Context) -> None:
    assert status.status(house).attendance == attendance.Attendance(several=not house.database.embedded)
    for _ in range(2):
        heartbeats.beat(house, me())
    found = status.status(house)
    assert [each.role for each in found.attendance.processes] == ["run"]
    assert not found.concerns
    heartbeats.leave(house, me())
    found = status.status(house)
    assert found.grave
    assert in_english("stopped on") in str(found.attendance)
    heartbeats.beat(house, dataclasses.replace(me(), broker_away=True))  # it goes on
    (away,) = status.status(house).concerns
    assert (away.kind, in_english("does not answer") in away.words) == (ConcernKind.BROKER, True)
    heartbeats.beat(house, dataclasses.replace(me(), broker_away=True, broker_refuses=True))
    (refused,) = status.status(house).concerns
    assert (refused.kind, in_english("Redis refuses") in refused.words) == (ConcernKind.BROKER, True)
    heartbeats.beat(house, dataclasses.replace(me(), broker_away=True))
    assert status.status(house).concerns == (away,)


def test_who_was_killed_is_missed_and_in_the_end_forgotten(house: Context) -> None:
    heartbeats.beat(house, me())
    long_ago = clock.machine_now() - dt.timedelta(minutes=3)
    with house.database.write() as conn:
        conn.execute(process.update().values(seen_at=long_ago))
    assert in_english("was last seen on") in str(status.status(house).attendance)
    with house.database.write() as conn:
        conn.execute(process.update().values(seen_at=long_ago - processes.RETENTION))
    heartbeats.beat(house, dataclasses.replace(me(), name="another"))
    with house.database.read() as conn:
        assert [each.name for each in processes.list_all(conn)] == ["another"]


@pytest.fixture
def ada(house: Context) -> Context:
    """Somebody's first mail is due."""
    engine_house.add_mailbox(house, next_turn_at=house.clock.now())
    publish.publish(house, engine_house.TRIAL)
    contact_service.add(house, "eve@acme.example", {})
    enroll.enroll(house, EnrollRequest("Trial"))
    heartbeats.beat(house, me())
    return house


def running(house: Context) -> Context:
    """The same house, where time goes on at its usual pace."""
    return dataclasses.replace(house, clock=Clock.scaled(1.0, house.clock.now()))


def kinds(house: Context) -> list[ConcernKind]:
    return [each.kind for each in status.status(running(house)).concerns]


def test_due_work_that_nobody_does_is_late(ada: Context) -> None:
    assert kinds(ada) == []
    engine_house.clock(ada).advance(minutes=14)
    assert kinds(ada) == []
    engine_house.clock(ada).advance(minutes=2)
    assert kinds(ada) == [ConcernKind.LATE]
    later = ada.clock.now() + dt.timedelta(hours=2)
    with ada.database.write() as conn:
        mailboxes.change(conn, 1, next_turn_at=later)  # its pace lets nothing leave before
    assert kinds(ada) == []
    with ada.database.write() as conn:
        mailboxes.change(conn, 1, next_turn_at=None, state="paused", reason="on holiday")
    assert kinds(ada) == [ConcernKind.PAUSED]


def test_holds_are_told_by_reason_and_name_nobody(ada: Context) -> None:
    with ada.database.write() as conn:
        row = enrollment_details.matching(conn)[0].enrollment
        reason = because(Code.COMPANY_MAY_HAVE_ANSWERED, quote="eve@acme.example is away")
        enrollments.apply(conn, [row.id], Event.HELD, ada.clock.now(), reason=reason)
    found = status.status(ada)
    assert found.held_by_code == {"company_may_have_answered": 1}
    assert [*found.held_by_reason.values()] == [1]
    assert not found.grave
    with ada.database.write() as conn:
        mailboxes.change(conn, 1, sync_error="the folder Sales can not be read")
    found = status.status(ada)
    assert found.grave
    assert "the folder Sales can not be read" in found.concerns[0].words


def test_a_heartbeat_costs_one_small_write(house: Context) -> None:
    """Nothing piles up: a row a process, however often it beats."""
    for _ in range(5):
        heartbeats.beat(house, me())
    with house.database.read() as conn:
        assert len(processes.list_all(conn)) == 1


def test_people_in_doubt_after_a_restore_are_a_concern_while_they_are_under_way(ada: Context) -> None:
    with ada.database.write() as conn:
        row = enrollment_details.matching(conn)[0].enrollment
        restore_doubts.put(conn, (row.due_at or ada.clock.now()) + dt.timedelta(days=1))
    found = status.status(ada)
    assert (found.in_doubt, found.grave) == (1, False)
    assert kinds(ada) == [ConcernKind.DOUBT]
    with ada.database.write() as conn:
        enrollments.apply(conn, [row.id], Event.REPLIED, ada.clock.now())
    assert kinds(ada) == []


def test_a_no_that_the_database_does_not_hear_of_is_a_concern(ada: Context, tmp_path: Path) -> None:
    noes = OptOuts(tmp_path / "noes")
    house = dataclasses.replace(ada, noes=noes)
    assert kinds(house) == []  # no folder yet
    noes.keep(OptOut("eve@acme.example", 1, ada.clock.now()))
    assert kinds(house) == []  # it is carried out in the next round
    (path,) = (tmp_path / "noes").iterdir()
    old = path.stat().st_mtime - 901
    os.utime(path, (old, old))
    assert status.status(house).unheard_noes == 1
    assert status.status(house).grave
    assert kinds(house) == [ConcernKind.NO]
    path.write_text("nothing anybody can read")
    os.utime(path, (old, old))
    assert kinds(house) == [ConcernKind.NO]
    noes.drop("eve@acme.example")
    assert kinds(house) == []


def test_mails_that_were_set_aside_are_a_concern_of_their_mailbox(ada: Context) -> None:
    now = ada.clock.now()
    with ada.database.write() as conn:
        for uid, state in ((1, "aside"), (2, "trying"), (3, "dismissed")):
            unread_mails.add(
                conn,
                mailbox_id=1,
                folder="INBOX",
                uidvalidity=7,
                uid=uid,
                state=state,
                tries=5,
                words="NO",
                sender="",
                subject="",
                since=now,
                tried_at=now,
            )
    (found,) = [each for each in status.status(ada).concerns if each.kind is ConcernKind.SET_ASIDE]
    assert in_english("1 mail could not be read and was set aside") in found.words
    assert not found.grave


def test_whoever_is_at_work_holds_a_lock_that_tells_of_its_end(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    """Every role does, whether it ever takes a mailbox's lease or not."""
    home = config.make_home(tmp_path / "home").home
    with Relance(config.Settings(home=home, database_url=migrated_sqlite_url)) as relance:
        relance.beat("scheduler")
        (lock,) = (home / "journal").glob("*.lock")
        assert lock.stem == relance._context.owner
        assert not relance._context.journal.died(lock.stem)
        assert [each.role for each in relance.attendance().processes] == ["scheduler"]
    assert not lock.exists()  # it left as it should


def test_a_daemon_whose_heartbeat_can_not_be_written_knows_that_it_is_at_work(
    migrated_sqlite_url: str, tmp_path: Path
) -> None:
    home = config.make_home(tmp_path / "home").home
    with Relance(config.Settings(home=home, database_url=migrated_sqlite_url)) as relance:
        relance.beat("run")
        long_ago = clock.machine_now() - dt.timedelta(minutes=3)
        with relance._context.database.write() as conn:
            conn.execute(process.update().values(seen_at=long_ago))
        # A full disk lets a write through now and then: nothing is refused at this moment.
        assert relance._context.database.refused == ""
        assert not relance.status().concerns
        with disks.writing_nothing():
            with pytest.raises(errors.Unwritable):
                relance.beat("run")
            shown = gauges.Gauges(relance, metrics.Meters())
            with structlog.testing.capture_logs() as told:
                shown.look()
            assert [entry["kind"] for entry in told] == ["unwritable"]
            found = relance.status()
            assert [each.kind for each in found.concerns] == [ConcernKind.UNWRITABLE]
            assert str(found.attendance).startswith(in_english("Running: run on"))
        relance.beat("run")
        assert not relance.status().concerns
