"""What the journal of a worker that did not live knows: at its next turn, and at the next start of anything here."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from relance.app import Relance
from relance.clock import machine_now
from relance.engine.journal.findings import Entry
from relance.engine.journal.journal import Journal
from relance.engine.store.sending import messages
from relance.mailbox.smtp.client import Outbox
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests.journeys.stage import Stage, standing

EWA, OLA = "ewa@acme.example", "ola@apex.example"


@pytest.fixture
def stage(tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Stage]:
    with standing(tmp_path, migrated_sqlite_url) as ready:
        yield ready


def sending_through(stage: Stage, kind: type[Outbox]) -> None:
    """The stage's mails leave by another kind of outbox from now on."""
    stage.relance._context = dataclasses.replace(
        stage.relance._context, open_outbox=lambda account: kind(account, helo="localhost")
    )


def test_a_worker_killed_in_mid_chunk_has_told_which_mails_were_taken(stage: Stage, tmp_path: Path) -> None:
    stage.mailbox(daily_cap=None, gap_seconds=0)
    stage.enroll(EWA, OLA)
    at_the_kill: list[Path] = []

    class Watched(Outbox):
        def transmit(self, raw: bytes) -> SendResult:
            folder = tmp_path / f"seen{len(at_the_kill)}"
            at_the_kill.append(Path(shutil.copytree(stage.relance.settings.home / "journal", folder)))
            return super().transmit(raw)

    sending_through(stage, Watched)
    stage.run()
    with stage.relance._context.database.read() as conn:
        first, second = (messages.to_recipient(conn, person) for person in (EWA, OLA))
    assert first is not None
    assert second is not None
    found = Journal(at_the_kill[1], "another").look_up([first.id, second.id])
    assert found.of(first.id, first.fence).end == SendResult(
        Outcome.ACCEPTED, "final", code=250, text=first.reply
    )
    assert found.of(second.id, second.fence) == Entry(began=True)


class Broken(Outbox):
    """The server takes the mail, and its answer never comes."""

    def transmit(self, raw: bytes) -> SendResult:
        super().transmit(raw)
        return SendResult(Outcome.UNKNOWN, "final", text="the connection broke")


def unknown_mail(stage: Stage) -> messages.Message:
    """One mail nobody knows the fate of."""
    stage.enroll(EWA)
    sending_through(stage, Broken)
    stage.run()
    with stage.relance._context.database.read() as conn:
        (found,) = messages.unknown(conn)
    return found


def dead_journal(stage: Stage, message: int) -> list[Path]:
    """What a worker left that heard the 250 and did not live to record it."""
    folder = stage.relance.settings.home / "journal"
    dead = Journal(folder, "host-4711")
    dead.turn(1, 99)
    dead.begin(message, 99)
    dead.ended(message, 99, SendResult(Outcome.ACCEPTED, "final", code=250, text="queued as 1"))
    dead.close()
    return sorted(folder.glob("host-4711.*"))


def test_an_unknown_mail_is_settled_at_the_next_start_when_a_journal_knows(stage: Stage) -> None:
    mail = unknown_mail(stage)
    assert stage.state(EWA) == "held"
    dead_journal(stage, mail.id)
    Relance(stage.relance.settings, clock=stage.clock).close()
    assert stage.relance.unknown.list() == []
    assert stage.state(EWA) == "active"
    stage.advance(days=7)
    assert [mail.subject for mail in stage.arrived(EWA)].count("Fewer lost answers at Acme") == 1


def test_a_restored_database_learns_nothing_before_a_person_has_looked(stage: Stage) -> None:
    mail = unknown_mail(stage)
    dead_journal(stage, mail.id)
    file = stage.relance.settings.home / "epoch.json"
    file.write_text(file.read_text().replace('"epoch": ', '"epoch": 9'))
    Relance(stage.relance.settings, clock=stage.clock).close()
    assert len(stage.relance.unknown.list()) == 1


def test_journals_of_ended_processes_go_after_a_day_unless_a_mail_is_still_open(stage: Stage) -> None:
    mail = unknown_mail(stage)
    needed, spent = dead_journal(stage, mail.id), []
    journal = Journal(stage.relance.settings.home / "journal", "host-4712")
    journal.turn(1, 98)
    journal.begin(12345, 98)
    journal.close()
    spent = sorted((stage.relance.settings.home / "journal").glob("host-4712.*"))
    yesterday = machine_now().timestamp() - 90_000
    sweep = stage.relance._context.journal.sweep
    assert sweep({mail.id}, set(), yesterday) == 0  # too young
    for path in (*needed, *spent):
        os.utime(path, (yesterday, yesterday))
    assert sweep({mail.id}, set(), yesterday + 1) == 1
    assert not any(path.exists() for path in spent)
    assert all(path.exists() for path in needed)
    assert sweep(set(), {(1, 99)}, yesterday + 1) == 0
    assert sweep(set(), set(), yesterday + 1) == 1


def test_the_journal_of_a_living_process_stays(tmp_path: Path) -> None:
    living = Journal(tmp_path, "host-1")
    living.turn(1, 1)
    for path in tmp_path.iterdir():
        os.utime(path, (1, 1))
    assert Journal(tmp_path, "host-2").sweep(set(), set(), 10) == 0
    living.close()
