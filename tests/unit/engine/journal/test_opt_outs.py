"""Wishes kept on the disk: durable, one a person, bounded, private, and read whatever stands in the folder."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relance.engine.journal import opt_outs
from relance.engine.journal.opt_outs import OptOut, OptOuts
from tests.servers import ports

AT = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
EVE, BOB = OptOut("eve@acme.example", 5, AT), OptOut("bob@acme.example", 6, AT)


@pytest.fixture
def kept(tmp_path: Path) -> OptOuts:
    return OptOuts(tmp_path / "noes")


def test_who_said_no_is_found_until_the_database_has_it(kept: OptOuts) -> None:
    assert kept.opted_out([EVE.recipient]) == {}
    for _ in range(3):
        kept.keep(EVE)
    kept.keep(BOB)
    assert kept.opted_out([EVE.recipient, "ada@acme.example"]) == {EVE.recipient: opt_outs.UNHEARD}
    assert sorted(kept.waiting(), key=lambda no: no.message) == [EVE, BOB]
    kept.drop(EVE.recipient)
    kept.drop(EVE.recipient)
    assert list(kept.waiting()) == [BOB]


def test_nobody_else_can_read_it_and_no_address_is_in_a_name(kept: OptOuts, tmp_path: Path) -> None:
    kept.keep(EVE)
    folder = tmp_path / "noes"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "eve" not in path.name


def test_what_cannot_be_kept_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(OSError, match="no folder"):
        OptOuts(None).keep(EVE)
    assert OptOuts(None).opted_out([EVE.recipient]) == {}
    OptOuts(None).drop(EVE.recipient)
    monkeypatch.setattr(opt_outs, "MAX_WAITING", 1)
    kept = OptOuts(tmp_path / "noes")
    kept.keep(EVE)
    kept.keep(EVE)
    with pytest.raises(OSError, match="waiting"):
        kept.keep(BOB)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda deep: st.lists(deep, max_size=3) | st.dictionaries(st.sampled_from(["recipient", "message", "at"]), deep),
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_stands_in_a_file_stops_nobody(tmp_path: Path, raw: bytes) -> None:
    kept = OptOuts(tmp_path / "noes")
    kept.keep(EVE)
    (tmp_path / "noes" / f"x{opt_outs.ENDING}").write_bytes(raw)
    (tmp_path / "noes" / f"deep{opt_outs.ENDING}").write_bytes(b"[" * 4000)
    assert list(kept.waiting()) == [EVE]


def test_an_unfinished_file_is_nobodys_word_and_goes_in_time(kept: OptOuts, tmp_path: Path) -> None:
    kept.keep(EVE)
    fresh, old = (tmp_path / "noes" / f"{name}{opt_outs.UNFINISHED}" for name in ("fresh", "old"))
    fresh.write_text("{")
    old.write_text("{")
    os.utime(old, (1, 1))
    assert list(kept.waiting()) == [EVE]
    assert (fresh.exists(), old.exists()) == (True, False)


def test_what_was_kept_outlives_its_process(kept: OptOuts, tmp_path: Path) -> None:
    program = (
        "import sys, datetime as dt; from pathlib import Path; from relance.engine.journal.opt_outs import OptOut, OptOuts\n"
        f"OptOuts(Path({str(tmp_path / 'noes')!r})).keep(OptOut('eve@acme.example', 5, dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)))\n"
        "print('kept', flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"kept\n"
        child.send_signal(signal.SIGKILL)
    ports.wait_until(lambda: child.poll() is not None)
    assert list(kept.waiting()) == [EVE]
