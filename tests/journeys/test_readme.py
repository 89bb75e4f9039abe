"""The README's walk-through, typed as it stands, in an empty folder: a first sequence in the sandbox, stopped by an answer."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from relance.wording import _
from tests.reworded import in_english
from tests.servers import command, ports, processes

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
LONG = {"relance sandbox": "  relance mailbox add ", "relance run": "relance run: ready"}
# What runs until Ctrl-C in the reader's other terminals, and what it prints once it is ready, in every language.
SETTING_UP = ("python3 -m venv .venv", ". .venv/bin/activate", "pip install '.[sandbox]'")
# Done already where this runs; `integration/grounds/test_wheel.py` does it in an environment of its own.
DEMO = "relance demo --console"
# What `test_demo_console.py` plays.
SCALE = 3
# The walk-through waits two minutes for a follow-up; here they are forty seconds.


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def lines() -> list[str]:
    return [line.partition("  #")[0].strip() for block in blocks("sh") for line in block.splitlines()]


class Terminal:
    """Somebody who types, and has other terminals for what does not end."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self.stack = stack
        self.others: dict[str, processes.Process] = {}
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "RELANCE_WEB_PORT": "0",
            "RELANCE_CONSOLE": "false",
            "RELANCE_CLOCK_ORIGIN": dt.datetime.now(dt.UTC).isoformat(),
            "RELANCE_CLOCK_START": dt.datetime.now(dt.UTC).isoformat(),
            "RELANCE_CLOCK_SCALE": str(SCALE),
        }

    def type(self, line: str) -> str:
        if line in SETTING_UP or line.startswith(DEMO):
            return ""
        if line.startswith("make "):
            return self._target(line.split()[1])
        if line.startswith("export "):
            return self._export(line)
        if line in LONG:
            return self._another(line)
        done = self._shell(line)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
        return done.stdout

    def _shell(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["bash", "-c", line], cwd=self.folder, env=self.environment, capture_output=True, text=True
        )

    def _target(self, name: str) -> str:
        """Making the whole thing from within one of its tests would not end; the target has to be there."""
        assert re.search(rf"^{name}:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
        return ""

    def _export(self, line: str) -> str:
        done = self._shell(
            f"{line}\n{sys.executable} -c 'import json, os; print(json.dumps(dict(os.environ)))'"
        )
        self.environment = json.loads(done.stdout)
        return ""

    def _another(self, line: str) -> str:
        command = ["bash", "-c", f"cd '{self.folder}' && exec {line}"]
        log = self.folder / f"{line.replace(' ', '-')}.log"
        found = processes.Process(processes.Program(command, log, environment=self.environment))
        self.stack.callback(found.stop, 30)
        found.wait_ready(lambda: LONG[line] in found.log(), seconds=60)
        self.others[line] = found
        return ""

    def arrived(self, subject: str) -> set[str]:
        """Who got a mail whose subject begins so, as the sandbox shows it."""
        line = re.escape(_("to {person}: {subject}", person="PERSON", subject=subject)).replace(
            "PERSON", r"(\S+)"
        )
        return set(re.findall(line, self.others["relance sandbox"].log()))

    def told(self, line: str) -> Any:
        """What a line prints, as a program reads it."""
        return json.loads(self.type(f"{line} --json"))


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    command.relance()  # what `relance` is from now on: the file that the Makefile writes
    with ExitStack() as stack:
        yield Terminal(tmp_path, stack)


@pytest.mark.slow
@pytest.mark.timeout(900)  # some twenty commands, each a process of its own
def test_the_first_sequence_of_the_readme(terminal: Terminal) -> None:
    said: dict[str, str] = {}
    for line in lines():
        said[line] = terminal.type(line)
        if line == "relance run":
            ports.wait_until(lambda: len(terminal.arrived("Fewer")) == 6, seconds=60, what="six first mails")
        if line.startswith("relance sandbox answer"):
            ports.wait_until(lambda: len(terminal.arrived("Re: ")) == 5, seconds=120, what="five follow-ups")
    assert re.search(r"\b6\b", said["relance contacts import examples/people.csv"])
    assert in_english("6 added") in said["relance contacts import examples/people.csv"]
    assert re.search(r"\b6\b", said["relance enroll Practice --all --dry-run"])
    assert in_english("6 contacts") in said["relance enroll Practice --all --dry-run"]
    for person, state, shown in (
        ("tom.reed@harbour-tools.example", "replied", in_english("answered")),
        ("lena.vogt@kranich-bau.example", "finished", in_english("every step is done")),
    ):
        assert terminal.told(f"relance explain {person}")[0]["enrollment"]["state"] == state
        assert shown in said[f"relance explain {person}"]
    assert "tom.reed@harbour-tools.example" not in terminal.arrived("Re: ")
    assert "reply.received" in {
        each["kind"] for each in terminal.told("relance timeline tom.reed@harbour-tools.example")
    }
    assert in_english("reply received") in said["relance timeline tom.reed@harbour-tools.example"]
    assert re.search(r"^bump .*\b5\b", said["relance report Practice"], re.MULTILINE)
    _python(terminal)


def _python(terminal: Terminal) -> None:
    """The lines of Python, in the home that the walk-through made."""
    (code,) = blocks("python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 12
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=terminal.folder,
        env={**terminal.environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 enrolled, the first mail is due ")
    assert "enrollment.created zoe@linden.example" in done.stdout
