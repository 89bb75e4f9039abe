"""What stands under examples/ works as it stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from relance.engine.definition.reading import load
from relance.engine.definition.sequence import walk
from relance.engine.definition.steps import BranchStep
from relance.engine.event_log.kinds import TITLES, EventKind

ROOT = Path(__file__).parents[2]
SEQUENCES = sorted((ROOT / "examples").glob("*.yaml"))


def test_the_script_that_drives_the_python_api(tmp_path: Path) -> None:
    """From a copy, so that nothing of this machine's own is in reach and nothing is left in the examples."""
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    done = subprocess.run(
        [sys.executable, "-W", "error", "examples/drive.py"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert "6 people are in Practice, version 1" in lines
    assert sum(f"  {TITLES[EventKind.MESSAGE_ACCEPTED]}  " in line for line in lines[:-2]) == 12
    assert lines[-2:] == ["hello: due 6, sent 6, replied 0", "bump: due 6, sent 6, replied 0"]
    assert sorted(path.name for path in (tmp_path / "examples").iterdir()) == sorted(
        path.name for path in (ROOT / "examples").iterdir() if path.name != "__pycache__"
    )


@pytest.mark.parametrize("path", SEQUENCES, ids=[path.name for path in SEQUENCES])
def test_a_paragraph_of_an_example_is_one_line(path: Path) -> None:
    """Line breaks are kept in the mail: a paragraph broken in the file would be broken in the reader's window."""
    for _, step in walk(load.read(path.read_text("utf-8"), path.name).sequence.steps):
        body = "" if isinstance(step, BranchStep) else getattr(step, "body", None) or ""
        for paragraph in body.strip().split("\n\n"):
            assert "\n" not in paragraph.strip(), f"{path.name}, {step.id}: {paragraph[:60]}"
