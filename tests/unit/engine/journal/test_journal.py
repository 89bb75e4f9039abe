"""The journal: what it keeps survives the process, and half a line harms nothing."""

from __future__ import annotations

import fcntl
from pathlib import Path

import pytest

from relance import errors
from relance.engine.db.vault import Vault, derive
from relance.engine.journal.findings import NEVER, Entry, Findings
from relance.engine.journal.journal import Journal
from relance.engine.journal.lines import REPLY_LIMIT
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult
from tests.reworded import worded
from tests.servers import disks

TAKEN = SendResult(Outcome.ACCEPTED, "final", code=250, text="250 queued as 1")
PUT_OFF = SendResult(Outcome.DEFERRED, "final", Blame.SENDER, 452, "4.7.0", "not now")


def words(found: Findings, message: int, fence: int) -> str | None:
    """What a server said at last, where that is known."""
    end = found.of(message, fence).end
    return end.text if end else None


def test_another_process_reads_what_a_dead_one_knew(tmp_path: Path) -> None:
    dead = Journal(tmp_path, "host-1")
    dead.turn(5, 3)
    dead.begin(7, 3)
    dead.begin(8, 3)
    dead.ended(7, 3, TAKEN)
    dead.sure()
    dead.close()
    found = Journal(tmp_path, "host-2").look_up([7, 8, 9])
    assert found.of(7, 3).end == TAKEN
    assert found.of(8, 3) == Entry(began=True)
    assert found.of(9, 3) == Entry()
    assert found.whole == frozenset({(5, 3)})


@pytest.mark.parametrize(
    "result",
    [
        SendResult(Outcome.REFUSED, "final", Blame.RECIPIENT, 550, "5.1.1", "nobody here"),
        PUT_OFF,
        SendResult(Outcome.NOT_SENT, "data", text="the mail's turn came too late after its mark"),
    ],
)
def test_every_definite_end_is_read_as_it_was(tmp_path: Path, result: SendResult) -> None:
    dead = Journal(tmp_path, "host-1")
    dead.begin(7, 3)
    dead.ended(7, 3, result)
    dead.close()
    assert Journal(tmp_path, "host-2").look_up([7]).end(7, 5, 3) == result


def test_an_end_speaks_of_its_own_attempt_and_an_acceptance_of_all(tmp_path: Path) -> None:
    first, second = Journal(tmp_path, "b-1"), Journal(tmp_path, "a-1")
    first.begin(7, 3)
    first.ended(7, 3, PUT_OFF)
    second.begin(7, 4)
    found = first.look_up([7])
    assert found.end(7, 5, 3) == PUT_OFF
    assert found.end(7, 5, 4) is None
    first.ended(7, 3, TAKEN)
    assert first.look_up([7]).end(7, 5, 4) == TAKEN
    first.close()
    second.close()


@pytest.mark.parametrize("owners", [("a-1", "b-1"), ("b-1", "a-1")])
def test_a_body_without_an_end_leaves_doubt_though_another_process_had_the_same_fence(
    tmp_path: Path, owners: tuple[str, str]
) -> None:
    before, restored = (Journal(tmp_path, owner) for owner in owners)
    before.begin(7, 3)
    before.ended(7, 3, PUT_OFF)
    restored.begin(7, 3)
    assert before.look_up([7]).end(7, 5, 3) is None
    before.close()
    restored.close()


def test_a_servers_words_are_one_bounded_line(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.ended(7, 3, SendResult(Outcome.REFUSED, "final", text='no\r\n{"accepted": 8}\n' + "x" * 9999))
    journal.close()
    assert len(next(tmp_path.glob("*.journal")).read_bytes()) < 2 * REPLY_LIMIT
    found = Journal(tmp_path, "host-2").look_up([7, 8])
    assert (words(found, 7, 3) or "").startswith('no {"accepted": 8} xxx')
    assert found.of(8, 3) == Entry()


def test_lines_of_earlier_and_later_releases_are_read_as_far_as_they_are_understood(tmp_path: Path) -> None:
    lines = [
        '{"begin":7}', '{"accepted":7,"reply":"250 ok"}', '{"begin":8}',
        '{"begin":9,"fence":3}', '{"ended":9,"fence":3,"as":"something new","reply":"?"}',
    ]  # fmt: skip
    (tmp_path / "host-1.0.journal").write_text("\n".join(lines) + "\n")
    found = Journal(tmp_path, "host-2").look_up([7, 8, 9])
    assert words(found, 7, 3) == "250 ok"
    assert found.of(8, 3) == found.of(9, 3) == Entry(began=True)


def test_a_line_cut_in_half_by_a_kill_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.begin(7, 3)
    journal.ended(7, 3, TAKEN)
    journal.sure()
    journal.close()
    path = next(tmp_path.glob("*.journal"))
    path.write_bytes(path.read_bytes() + b'{"accepted": 8, "rep')
    found = Journal(tmp_path, "host-2").look_up([7, 8])
    assert words(found, 7, 3) == TAKEN.text
    assert found.of(8, 3) == Entry()


def test_the_names_of_new_files_are_on_the_disk_before_a_line_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[str, frozenset[str]]] = []

    def fsync(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append(
            (path.name, frozenset(each.name for each in path.iterdir()) if path.is_dir() else frozenset())
        )

    monkeypatch.setattr("os.fsync", fsync)
    monkeypatch.setattr("relance.engine.journal.journal.ROTATE_AFTER", 1)
    journal = Journal(tmp_path / "journal", "host-1")
    assert synced == []  # who only looks makes nothing
    journal.turn(5, 1)
    assert synced[0] == (tmp_path.name, frozenset({"journal"}))
    assert synced[1:] == [("journal", frozenset({"host-1.lock", "host-1.0.journal"}))]
    journal.over(5, 1, clean=True)
    journal.turn(5, 2)
    assert "host-1.1.journal" in synced[-1][1]
    journal.begin(7, 2)
    assert len(synced) == 3
    journal.close()


def test_a_file_goes_only_when_everything_in_it_is_settled(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.begin(7, 3)
    journal.begin(8, 3)
    journal.ended(7, 3, TAKEN)
    journal.settled([7])
    journal.close()
    assert list(tmp_path.glob("*.journal"))
    journal.settled([8])  # as unknown: no line says how it ended
    journal.close()
    assert list(tmp_path.glob("*.journal"))
    journal.ended(8, 3, TAKEN)
    journal.settled([8])
    journal.turn(5, 4)
    journal.over(5, 4, clean=True)
    journal.close()
    assert not list(tmp_path.iterdir())


def test_what_did_not_begin_counts_only_once_it_can_not_begin_any_more(tmp_path: Path) -> None:
    frozen, other = Journal(tmp_path, "host.example-1"), Journal(tmp_path, "host.example-2")
    frozen.turn(5, 3)
    frozen.turn(6, 1)
    assert other.look_up([7]).whole == frozenset()
    frozen.over(6, 1, clean=True)
    assert other.look_up([7]).whole == {(6, 1)}
    frozen.close()
    assert other.look_up([7]).whole == {(5, 3), (6, 1)}


def test_full_files_go_but_for_those_that_are_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relance.engine.journal.journal.ROTATE_AFTER", 1)
    journal = Journal(tmp_path, "host-1")
    for fence in range(1, 20):
        journal.turn(5, fence)
        if fence == 2:
            journal.begin(7, fence)
        journal.over(5, fence, clean=True)
    kept = sorted(int(path.name.split(".")[1]) for path in tmp_path.glob("*.journal"))
    assert kept == [1, 16, 17, 18]
    assert journal.look_up([7]).of(7, 2).began
    journal.close()


def test_a_body_that_began_is_known_as_long_as_its_turn_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another mailbox's turn fills the file while the server says nothing: the end of ours stands in the next one."""
    monkeypatch.setattr("relance.engine.journal.journal.ROTATE_AFTER", 1)
    journal = Journal(tmp_path, "worker")
    journal.turn(1, 5)
    journal.begin(7, 5)
    journal.turn(2, 9)
    journal.over(2, 9, clean=True)
    journal.settled([7])  # as unknown
    journal.over(1, 5, clean=True)
    for fence in range(10, 20):
        journal.turn(2, fence)
        journal.over(2, fence, clean=True)
        assert journal.look_up([7]).end(7, 1, 5) is None
    journal.close()
    assert Journal(tmp_path, "next").look_up([7]).end(7, 1, 5) is None


def test_a_turn_whose_beginning_is_gone_says_nothing_of_what_did_not_begin(tmp_path: Path) -> None:
    (tmp_path / "worker.3.journal").write_text('{"over":1,"fence":5}\n')
    assert Journal(tmp_path, "next").look_up([7]).end(7, 1, 5) is None
    (tmp_path / "worker.2.journal").write_text('{"turn":1,"fence":5,"boot":"x"}\n')
    assert Journal(tmp_path, "next").look_up([7]).end(7, 1, 5) == NEVER


def test_a_password_opens_only_in_its_own_row_and_with_its_own_key() -> None:
    old, new = Vault({1: b"a" * 32}, 1), Vault({1: b"a" * 32, 2: b"b" * 32}, 2)
    sealed = old.seal("zażółć", "mailbox/ada@acme.example")
    assert new.open(sealed, "mailbox/ada@acme.example") == "zażółć"
    assert b"za" not in sealed
    with pytest.raises(errors.Broken, match=worded("does not open")):
        new.open(sealed, "mailbox/eve@acme.example")
    with pytest.raises(errors.Broken, match=worded("not configured")):
        old.open(new.seal("x", "p"), "p")
    with pytest.raises(errors.Broken):
        old.open(b"", "p")


def test_keys_for_different_purposes_differ() -> None:
    assert derive(b"a" * 32, "tracking") != derive(b"a" * 32, "credentials")


def test_a_lock_has_its_name_only_when_it_is_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a process that is just starting would be taken for dead by one that asks between the two."""
    seen: list[bool] = []

    def flock(file: object, how: int) -> None:
        seen.append((tmp_path / "host-1.lock").exists())
        real(file, how)  # type: ignore[arg-type]

    real = fcntl.flock
    monkeypatch.setattr(fcntl, "flock", flock)
    journal, other = Journal(tmp_path, "host-1"), Journal(tmp_path, "host-2")
    journal.live()
    assert seen == [False]
    assert not other.died("host-1")
    journal.close()


def test_locks_of_processes_that_wrote_nothing_are_swept(tmp_path: Path) -> None:
    dead, living, sweeper = (Journal(tmp_path, f"host-{number}") for number in (1, 2, 3))
    dead.live()
    dead.stay()
    dead.close()
    living.live()
    assert sweeper.died("host-1")
    sweeper.sweep([], [], before=1e12)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["host-2.lock"]
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_what_the_disk_refuses_is_told_and_a_mail_that_never_left_is_no_riddle_afterwards(
    tmp_path: Path,
) -> None:
    """The disk is full when a body is about to leave, and still is when its turn ends; then there is room again."""
    journal = Journal(tmp_path, "host-1")
    journal.turn(5, 3)
    journal.begin(7, 3)
    journal.ended(7, 3, TAKEN)
    with disks.writing_nothing():
        with pytest.raises(errors.Unwritable, match=worded("cannot be written")):
            journal.begin(8, 3)
        journal.over(5, 3, clean=False)
    journal.turn(5, 4)
    found = journal.look_up([7, 8])
    assert found.end(8, 5, 3) == NEVER
    assert found.end(7, 5, 3) == TAKEN
    journal.over(5, 4, clean=True)
    journal.close()


def test_half_a_line_that_fitted_on_the_disk_says_nothing(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.turn(5, 3)
    (file,) = tmp_path.glob("*.journal")
    with disks.writing_nothing(beyond=file.stat().st_size + 7), pytest.raises(errors.Unwritable):
        journal.begin(8, 3)
    assert file.read_bytes().endswith(b'\n{"begin')
    journal.over(5, 3, clean=False)
    assert journal.look_up([8]).end(8, 5, 3) == NEVER
    journal.close()


def test_a_disk_that_refuses_from_the_start_is_told(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal", "host-1")
    with disks.writing_nothing(), pytest.raises(errors.Unwritable):
        journal.turn(5, 3)
    journal.turn(5, 3)
    assert journal.look_up([8]).entries == {}
    journal.close()
