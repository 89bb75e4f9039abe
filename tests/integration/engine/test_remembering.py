"""What journals remember and a database that was put back has forgotten: what was taken, and which fences there were."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.restore import journal_replay
from relance.engine.sending.doubt import recovery, restore_guard
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageEvent, MessageState
from relance.engine.store import installation
from relance.engine.store.mailboxes import leases
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message, Settlement
from relance.engine.store.sequences import enrollments
from relance.mailbox.smtp.outcome import Outcome, SendResult
from tests import backups, engine_house

TAKEN = SendResult(Outcome.ACCEPTED, "final", code=250, text="Ok: queued")


@pytest.fixture
def ready(house: Context) -> Context:
    """One mailbox that had nine turns, and one person in a sequence."""
    publish.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(house, fence=9)
    contact_service.add(house, "kim@acme.example", {})
    enroll.enroll(house, EnrollRequest("Trial"))
    return house


def lost_history(house: Context, *, by: int = 4) -> None:
    """Turns that the database does not know of any more: nothing left in them, and their journal says so."""
    for fence in range(10, 10 + by):
        house.journal.turn(1, fence)
        house.journal.over(1, fence, clean=True)


def take(house: Context) -> Lease:
    with house.database.write() as conn:
        lease = leases.acquire(conn, 1, house.owner, alone=True)
    assert lease is not None
    return lease


def marked(house: Context, fence: int) -> Message:
    with house.database.read() as conn:
        [row] = enrollments.of_mailbox(conn, 1)
    return engine_house.add_message(house, row, MessageState.TRANSMITTING, fence=fence, settled_at=None)


def state(house: Context, mail: Message) -> MessageState:
    with house.database.read() as conn:
        found = messages.by_id(conn, mail.id)
    assert found is not None
    return found.state


def unnoticed(house: Context, _folder: Path) -> None:
    journal_replay.hear_once(house)


def noticed(house: Context, folder: Path) -> None:
    restore_guard.confirm(house, folder / "epoch.json")


@pytest.mark.parametrize("restore", [unnoticed, noticed])
def test_a_line_of_a_lost_history_says_nothing_of_a_turn_to_come(
    ready: Context, tmp_path: Path, restore: Callable[[Context, Path], None]
) -> None:
    """Its body may have left on another host, which keeps its journal there: "nothing left in turn 10" is not about it."""
    lost_history(ready)
    restore(ready, tmp_path)
    mail = marked(ready, take(ready).fence)
    recovery.settle_left_open(ready, take(ready))
    assert state(ready, mail) is MessageState.UNKNOWN


def test_a_backup_that_is_put_back_again_has_fences_that_neither_history_had(
    ready: Context, tmp_path: Path
) -> None:
    """The journals of what each lost may lie on a host that is gone, so that nobody can ask them."""
    file = tmp_path / "epoch.json"
    restore_guard.beat(ready.database, file)
    taken, fences = backups.take(ready.database), list[int]()
    for _ in range(3):
        restore_guard.beat(ready.database, file)
        assert restore_guard.beat(ready.database, file) is None
        backups.put_back(ready.database, taken)
        assert restore_guard.beat(ready.database, file) is not None
        restore_guard.confirm(ready, file)
        fences.append(take(ready).fence)
    assert [each - before for before, each in itertools.pairwise([9, *fences])] == [
        restore_guard.FENCES_APART + 1,
        restore_guard.FENCES_APART,
        restore_guard.FENCES_APART,
    ]


def test_a_backup_of_between_two_restores_counts_on_from_the_last(ready: Context, tmp_path: Path) -> None:
    file = tmp_path / "epoch.json"
    restore_guard.beat(ready.database, file)
    early = backups.take(ready.database)
    restore_guard.confirm(ready, file)
    between, first = backups.take(ready.database), take(ready).fence
    backups.put_back(ready.database, early)
    restore_guard.confirm(ready, file)
    second = take(ready).fence
    backups.put_back(ready.database, between)
    restore_guard.confirm(ready, file)
    assert take(ready).fence == second + restore_guard.FENCES_APART == first + 2 * restore_guard.FENCES_APART


def test_the_count_of_another_installations_file_is_not_this_ones(ready: Context, tmp_path: Path) -> None:
    file = tmp_path / "epoch.json"
    restore_guard._write(file, restore_guard.EpochFile("another", 1, 7))
    restore_guard.beat(ready.database, tmp_path / "own.json")
    restore_guard.confirm(ready, file)
    assert take(ready).fence == 9 + restore_guard.FENCES_APART + 1
    assert restore_guard._read(file) == restore_guard.EpochFile("another", 1, 7)


def test_who_works_under_a_fence_of_the_lost_history_is_superseded(ready: Context, tmp_path: Path) -> None:
    lease = take(ready)
    restore_guard.confirm(ready, tmp_path / "epoch.json")
    with pytest.raises(errors.Superseded), ready.database.write() as conn:
        leases.renew(conn, lease)


def test_a_mail_under_way_is_left_to_its_turn(ready: Context) -> None:
    mail = marked(ready, 9)
    ready.journal.ended(mail.id, 9, TAKEN)
    assert journal_replay.hear(ready) == 0
    recovery.settle_left_open(ready, take(ready))
    assert state(ready, mail) is MessageState.ACCEPTED


def test_it_is_heard_once_and_again_after_something_forgotten_was_met(ready: Context) -> None:
    journal_replay.hear_once(ready)
    mail = marked(ready, 9)
    with ready.database.write() as conn:
        messages.settle(conn, [Settlement(mail, MessageEvent.DEFERRED, mail.prepared_at)])
    ready.journal.ended(mail.id, 9, TAKEN)
    journal_replay.hear_once(ready)
    assert state(ready, mail) is MessageState.DEFERRED
    ready.journal.heard.clear()
    journal_replay.hear_once(ready)
    assert state(ready, mail) is MessageState.ACCEPTED


def test_a_database_that_stands_still_waits_for_a_person_first(ready: Context) -> None:
    lost_history(ready)
    with ready.database.write() as conn:
        installation.put(conn, restore_guard.HALTED, "it is older than it was")
    journal_replay.hear_once(ready)
    with ready.database.read() as conn:
        assert leases.behind(conn, {1: 9}) == {}
        assert leases.behind(conn, {1: 10}) == {1: 10}


def test_a_fence_that_nobody_ever_counted_to_is_not_believed(ready: Context) -> None:
    ready.journal.turn(1, journal_replay.MAX_BYTES)
    journal_replay.hear(ready)
    assert take(ready).fence == 10
    assert restore_guard.MAX_RESTORES * restore_guard.FENCES_APART < journal_replay.MAX_BYTES
