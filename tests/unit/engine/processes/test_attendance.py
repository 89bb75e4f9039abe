"""Who is at work: by when each was last seen, and by what it does."""

from __future__ import annotations

import datetime as dt
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.processes.attendance import ALIVE, Attendance, attendance, myself
from relance.engine.store.processes import Process
from tests.reworded import in_english

NOW = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)


def process(
    role: str, ago: float = 0, *, stopped: bool = False, host: str = "post-1", name: str = ""
) -> Process:
    seen = NOW - dt.timedelta(seconds=ago)
    begun = seen - dt.timedelta(hours=1)
    return Process(
        name or f"{host}-{role}-{ago}", role, host, 7, "0.1.0", begun, seen, seen if stopped else None
    )


def test_a_process_knows_its_release_wherever_it_runs_from(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", absent)
    project = tomllib.loads((Path(__file__).parents[4] / "pyproject.toml").read_text("utf-8"))["project"]
    assert myself("one", "run", NOW).version == project["version"] != ""


def test_one_process_that_does_everything_is_enough() -> None:
    found = attendance([process("run")], NOW)
    assert not found.missing
    assert str(found) == in_english("Running: run on post-1 (pid 7).")


def test_a_web_server_alone_sends_nothing() -> None:
    found = attendance([process("web"), process("scheduler")], NOW)
    assert found.missing == ("worker",)
    assert str(found).startswith(in_english("No worker is running"))
    assert attendance([process("web")], NOW).missing == ("scheduler", "worker")


def test_the_last_stop_is_told_however_long_ago() -> None:
    days = 17 * 86_400
    found = attendance([process("worker", days + 5), process("run", days, stopped=True)], NOW)
    assert found.processes == ()
    assert found.last is not None
    assert found.last.role == "run"
    assert str(found).startswith(in_english("Relance is not running"))
    assert in_english("`relance run` on post-1 stopped on") in str(found)
    seen = process("worker", 600)
    assert attendance([seen], NOW).last == seen
    assert in_english("was last seen on") in str(attendance([seen], NOW))
    assert in_english("`relance run` starts everything") in str(Attendance())


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["run", "scheduler", "worker", "web", "of a later release"]),
            st.floats(-1e6, 1e6),
            st.booleans(),
        ),
        max_size=6,
    )
)
def test_who_was_not_seen_lately_is_not_at_work(rows: list[tuple[str, float, bool]]) -> None:
    known = [process(role, ago, stopped=ended, name=str(n)) for n, (role, ago, ended) in enumerate(rows)]
    found = attendance(known, NOW)
    here = {each.name for each in found.processes}
    for each in known:
        age = (NOW - each.seen_at).total_seconds()
        if each.stopped_at or age > ALIVE.total_seconds() or age < -5:  # a time ahead of now is not believed
            assert each.name not in here
        elif age >= 0:
            assert each.name in here
    done = {duty for each in found.processes for duty in each.duties}
    assert set(found.missing) == {"scheduler", "worker"} - done
    assert str(found)


def test_where_the_work_is_done_by_several_daemons_they_are_named() -> None:
    words = str(attendance([], NOW, several=True))
    assert in_english("`relance scheduler`, `relance worker` and `relance web`") in words
    assert "relance run" not in words
