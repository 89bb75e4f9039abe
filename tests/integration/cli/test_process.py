"""The command as a process of its own: what it costs to start, and how it behaves in a pipe and on a terminal."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

from tests.servers import command

ROOT = Path(__file__).parents[3]
HEAVY = (
    "sqlalchemy",
    "pydantic",
    "dramatiq",
    "redis",
    "uvicorn",
    "structlog",
    "jinja2",
    "rich",
    "cryptography",
)


def environment(home: Path, **more: str) -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "RELANCE_HOME": str(home), **more}


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = f"import sys\nfrom relance.cli import tree\ntree.build()(['--help'], standalone_mode=False)\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(tmp_path), check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_command_ends_without_looking_through_all_it_held(tmp_path: Path) -> None:
    """The interpreter's last collection took a busy machine seconds, in which a stopped daemon seemed to hang."""
    code = (
        "import atexit, gc, sys\natexit.register(lambda: print(gc.get_freeze_count() > 1000))\n"
        "sys.argv = ['relance', '--version']\nfrom relance.cli import main\nmain()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment(tmp_path), check=True
    )
    assert done.stdout.splitlines()[-1] == "True"


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    writer = subprocess.Popen(
        command.relance("config", "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(tmp_path),
    )
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.close()
    assert writer.stderr.read() == b""
    assert writer.wait(30) in (0, 1)
    writer.stderr.close()


def test_nothing_is_cut_off_in_a_pipe(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 40)
    done = subprocess.run(
        command.relance("config"), capture_output=True, text=True, env=environment(home), check=True
    )
    assert f"{home}/relance.key" in done.stdout
    assert all(line == line.rstrip() for line in done.stdout.splitlines())


def test_a_question_on_a_terminal_can_be_answered_with_no(tmp_path: Path) -> None:
    """Through a real terminal: asked, answered, nothing done, exit code 1."""
    code = (
        "import contextlib, sys, types\n"
        "from relance.cli import tree\nfrom relance.cli.terminal import session\n"
        "session.open_app = lambda settings: contextlib.nullcontext(types.SimpleNamespace())\n"
        "tree.build()(['stop', 'ada@acme.example'])\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-c", code], environment(tmp_path))
    told = b""
    while b"[y/N]" not in told:
        told += os.read(terminal, 1000)
    os.write(terminal, b"n\n")
    _, status = os.waitpid(pid, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(status) == 1
    assert b"Stop ada@acme.example for good?" in told
