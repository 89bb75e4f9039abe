"""Somebody plays the demo and looks at it in the console: a link lets them in, what was played is there, Ctrl-C ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2 as httpx
import pytest

from relance.sandbox import pacing
from tests.engine_house import MONDAY

PASSWORD = "correct horse battery"


@pytest.mark.slow
def test_the_console_is_open_on_what_was_played(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "relance",
        "--lang",
        "en",
        "demo",
        "--console",
        "--contacts",
        "12",
        "--seconds",
        "10",
    ]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=tmp_path, env={**os.environ}
    ) as playing:
        assert playing.stdout is not None
        try:
            said = []
            for line in playing.stdout:
                said.append(line)
                if "relance demo: ready" in line:
                    break
            link = re.search(r"http://127\.0\.0\.1:\d+/welcome/\S+", "".join(said))
            assert link is not None, "".join(said)[-2000:]
            _looked_at(link.group())
            playing.send_signal(signal.SIGINT)
            assert playing.wait(30) == 0
        finally:
            playing.kill()


def _looked_at(link: str) -> None:
    base = link.partition("/welcome")[0]
    headers = {"sec-fetch-site": "same-origin"}
    with httpx.Client(base_url=base, headers=headers, follow_redirects=True, timeout=30) as me:
        given = {"name": "Me", "password": PASSWORD, "again": PASSWORD}
        assert me.post(link, data=given).status_code == 200
        assert me.get(link).status_code == 404  # it works once
        shown = me.get("/reports?days=30").text
        assert '<svg class="chart"' in shown
        for path in ("/", "/inbox", "/tasks", "/sequences", "/held"):
            assert me.get(path).status_code == 200


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
