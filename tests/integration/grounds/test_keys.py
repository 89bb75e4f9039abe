"""Nothing is decided by a sentence: holds, corrections, stops and doubts go as ever where every sentence is a key.

`make test-keys` plays the whole suite so; these files are played in every run, in a process of their own.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.reworded import WANTED
from tests.servers import command

ROOT = Path(__file__).parents[3]
PLAYED = ("test_persons_word.py", "test_recovery.py", "test_reasons.py")


@pytest.mark.slow
def test_what_is_decided_is_decided_alike() -> None:
    files = [f"tests/integration/engine/{name}" for name in PLAYED]
    played = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-k", "not postgres", *files]
    keyed = {**os.environ, WANTED: "1"}
    done = subprocess.run(played, cwd=ROOT, env=keyed, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


STARTS = """
import os, subprocess, sys
from tests import reworded
reworded.everywhere()
own = {"PATH": os.environ["PATH"]} if sys.argv[1] == "own" else None
subprocess.run(sys.argv[2:], env=own)
"""


@pytest.mark.parametrize("environment", ["own", "inherited"])
def test_a_process_that_a_test_starts_speaks_keys(environment: str, tmp_path: Path) -> None:
    asked = command.relance("--home", str(tmp_path / "none"), "config")
    started = [sys.executable, "-c", STARTS, environment, *asked]
    done = subprocess.run(started, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "key-" in (done.stdout + done.stderr).lower()
