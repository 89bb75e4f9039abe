"""The journal: what it keeps survives the process, and half a line harms nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from relance import errors
from relance.engine.journal import Journal
from relance.engine.vault import Vault, derive


def test_another_process_reads_what_a_dead_one_knew(tmp_path: Path) -> None:
    dead = Journal(tmp_path, "host-1")
    dead.turn(5, 3)
    dead.begin(7)
    dead.begin(8)
    dead.took(7, "250 queued as 1")
    dead.sure()
    dead.close()
    found = Journal(tmp_path, "host-2").look_up([7, 8, 9])
    assert (found.of(7).began, found.of(7).accepted) == (True, "250 queued as 1")
    assert (found.of(8).began, found.of(8).accepted) == (True, None)
    assert found.of(9).began is False
    assert found.whole == frozenset({(5, 3)})


def test_a_line_cut_in_half_by_a_kill_is_passed_over(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.begin(7)
    journal.took(7, "250 ok")
    journal.sure()
    journal.close()
    path = next(tmp_path.glob("*.journal"))
    path.write_bytes(path.read_bytes() + b'{"accepted": 8, "rep')
    found = Journal(tmp_path, "host-2").look_up([7, 8])
    assert found.of(7).accepted == "250 ok"
    assert found.of(8).accepted is None


def test_a_file_goes_only_when_everything_in_it_is_settled(tmp_path: Path) -> None:
    journal = Journal(tmp_path, "host-1")
    journal.begin(7)
    journal.begin(8)
    journal.settled([7])
    journal.close()
    assert list(tmp_path.glob("*.journal"))
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
    monkeypatch.setattr("relance.engine.journal.ROTATE_AFTER", 1)
    journal = Journal(tmp_path, "host-1")
    for fence in range(1, 20):
        journal.turn(5, fence)
        if fence == 2:
            journal.begin(7)
        journal.over(5, fence, clean=True)
    kept = sorted(int(path.name.split(".")[1]) for path in tmp_path.glob("*.journal"))
    assert kept == [1, 16, 17, 18]
    assert journal.look_up([7]).of(7).began
    journal.close()


def test_a_password_opens_only_in_its_own_row_and_with_its_own_key() -> None:
    old, new = Vault({1: b"a" * 32}, 1), Vault({1: b"a" * 32, 2: b"b" * 32}, 2)
    sealed = old.seal("zażółć", "mailbox/ada@acme.example")
    assert new.open(sealed, "mailbox/ada@acme.example") == "zażółć"
    assert b"za" not in sealed
    with pytest.raises(errors.Broken, match="does not open"):
        new.open(sealed, "mailbox/eve@acme.example")
    with pytest.raises(errors.Broken, match="not configured"):
        old.open(new.seal("x", "p"), "p")
    with pytest.raises(errors.Broken):
        old.open(b"", "p")


def test_keys_for_different_purposes_differ() -> None:
    assert derive(b"a" * 32, "tracking") != derive(b"a" * 32, "credentials")
