"""Somebody plays the demo and looks at it in the console: a link lets them in, what was played is there, Ctrl-C ends it."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from relance.sandbox import pacing
from relance.wording import Text
from tests.engine_house import MONDAY
from tests.reworded import in_english

DEMO = [sys.executable, "-m", "relance", "--lang", "en", "demo", "--contacts", "12", "--seconds", "10"]
READY = "relance demo: ready"
QUESTION = "Look at all of it in the web console?"


@pytest.mark.slow
def test_the_console_is_open_on_what_was_played(tmp_path: Path) -> None:
    with subprocess.Popen(
        [*DEMO, "--console"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path
    ) as playing:
        assert playing.stdout is not None
        try:
            said = []
            for line in playing.stdout:
                said.append(line)
                if READY in line:
                    break
            _looked_at(_link("".join(said)))
            playing.send_signal(signal.SIGINT)
            assert playing.wait(30) == 0
        finally:
            playing.kill()


@pytest.mark.slow
def test_who_sits_at_a_terminal_is_asked_at_the_end_and_enter_opens_it(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(DEMO, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path) as playing:
        try:
            assert in_english(QUESTION) in _read_until(ours, str(Text("[Y/n]")))
            os.write(ours, b"\n")
            _looked_at(_link(_read_until(ours, READY)))
            playing.send_signal(signal.SIGINT)
            assert playing.wait(30) == 0
        finally:
            playing.kill()
            os.close(ours)
            os.close(theirs)


def _read_until(terminal: int, words: str) -> str:
    said = ""
    while words not in said:
        said += os.read(terminal, 4096).decode("utf-8", "replace")
    return said


def _link(said: str) -> str:
    found = re.search(r"http://127\.0\.0\.1:\d+/enter/[\w-]+", said)
    assert found is not None, said[-2000:]
    return found.group()


def _looked_at(link: str) -> None:
    base = link.partition("/enter")[0]
    with httpx.Client(base_url=base, follow_redirects=True, timeout=30) as me:
        assert me.head(link).status_code == 404  # who only asks for its head has not opened it
        opened = me.get(link)
        assert (opened.status_code, opened.url.path) == (200, "/")  # no name and no password was asked for
        assert in_english("its clock stands still") in opened.text  # no reply leaves
        assert '<svg class="chart"' in me.get("/reports?days=30").text
        for path in ("/inbox", "/tasks", "/sequences", "/held"):
            assert me.get(path).status_code == 200
        assert me.get(link).url.path == "/"
        wish = {"email": "kim@northwind.example", "role": "viewer"}
        invited = me.post("/users/invite", data=wish, headers={"origin": base}).text
        assert (
            f"{base}/welcome/" in invited
        )  # the address that this console has, and not the one of its settings
    with httpx.Client(base_url=base, follow_redirects=True, timeout=30) as other:
        assert other.get(link).status_code == 404  # it works once


def test_the_time_of_what_was_played_stands_still() -> None:
    clock = pacing.PatientClock(1_000_000.0, MONDAY)
    with clock.at_work():
        before = clock.now()
    clock.stop()
    stopped = clock.now()
    began = time.monotonic()
    while time.monotonic() == began:
        pass
    assert before <= stopped == clock.now()
