"""Nothing is decided by a sentence: holds, corrections, stops and doubts go as ever where every sentence is a key.

`make test-keys` plays the whole suite so; these files are played in every run, in a process of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.reworded import WANTED
from tests.servers import command

ROOT = Path(__file__).parents[3]
PLAYED = ("test_persons_word.py", "test_recovery.py", "test_reasons.py")


def test_what_is_decided_is_decided_alike() -> None:
    files = [f"tests/integration/engine/{name}" for name in PLAYED]
    played = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-k", "not postgres", *files]
    keyed = {**os.environ, WANTED: "1"}
    done = subprocess.run(played, cwd=ROOT, env=keyed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_process_that_is_started_speaks_keys(tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT / "tests" / "keyed"), str(ROOT)])
    keyed = {**os.environ, "PYTHONPATH": path}
    asked = command.relance("--home", str(tmp_path / "none"), "config")
    done = subprocess.run(asked, env=keyed, capture_output=True, text=True, check=False)
    assert "key-" in (done.stdout + done.stderr).lower()
