"""A worker process whose parent was killed while it was still starting ends by itself, like any other orphan."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import relance
from relance import clock

SCRIPT = """
import multiprocessing, os, signal, sys, time
sys.path.insert(0, {root!r})

def late(path):
    parent = os.getppid()
    open(path + ".started", "w").close()
    while os.getppid() == parent:
        time.sleep(0.01)
    from relance.scheduler.daemon import lifecycle
    with open(path + ".part", "w") as file:
        file.write(lifecycle.ChildBell().trouble() or "nothing")
    os.rename(path + ".part", path)

if __name__ == "__main__":
    path = sys.argv[1]
    multiprocessing.get_context("spawn").Process(target=late, args=(path,)).start()
    while not os.path.exists(path + ".started"):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_parent_that_died_before_its_child_was_ready_is_missed(tmp_path: Path) -> None:
    script, said = tmp_path / "parent.py", tmp_path / "said"
    script.write_text(SCRIPT.format(root=str(Path(relance.__file__).parents[1])))
    subprocess.run([sys.executable, str(script), str(said)], timeout=60, check=False)
    pause, deadline = threading.Event(), clock.elapsed() + 60
    while not said.exists() and clock.elapsed() < deadline:
        pause.wait(0.05)
    assert said.read_text() == "the process that started this one has died"
