"""The grounds themselves: nothing leaves the machine, and what could not run is counted or fails."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import loopback

ROOT = Path(__file__).parents[3]
SKIPS = """
import zoneinfo
import pytest
from relance import wording
from tests.servers import finder
def test_that_speaks_polish_by_the_clock_of_tokyo():
    wording.speak("pl")
    wording.show_times_in(zoneinfo.ZoneInfo("Asia/Tokyo"))
def test_that_comes_after_it():
    assert (wording.language(), wording.shown_zone()) == ("en", None)
def test_wanting():
    finder.not_run("Dovecot: not installed")
def test_other():
    pytest.skip("no reason to count")
"""


def run_pytest(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_inner.py").write_text(SKIPS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        f"--rootdir={ROOT}",
        "-c",
        "pyproject.toml",
    ]
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "RELANCE_"))}
    command.append(str(folder))
    return subprocess.run(
        command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, check=False
    )


def test_what_could_not_run_is_counted_in_the_closing_line(tmp_path: Path) -> None:
    done = run_pytest(tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "not run: 1 (1 x Dovecot: not installed)" in done.stdout
    assert "2 skipped" in done.stdout


def test_what_could_not_run_fails_where_everything_is_required(tmp_path: Path) -> None:
    done = run_pytest(tmp_path, RELANCE_TEST_REQUIRE_ALL="1")
    assert done.returncode == 1
    assert "1 failed, 2 passed, 1 skipped" in done.stdout
    assert "not run, though RELANCE_TEST_REQUIRE_ALL is set: Dovecot: not installed" in done.stdout


@pytest.mark.parametrize("address", [("192.0.2.1", 25), ("2001:db8::1", 25)])
def test_connections_beyond_loopback_are_refused(address: tuple[str, int]) -> None:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    with socket.socket(family) as probe, pytest.raises(loopback.BeyondLoopback):
        probe.connect(address)


def test_names_are_not_looked_up() -> None:
    with pytest.raises(loopback.BeyondLoopback):
        socket.getaddrinfo("mail.example.org", 25)
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("mail.invalid", 25)
    assert socket.getaddrinfo("localhost", 25)
