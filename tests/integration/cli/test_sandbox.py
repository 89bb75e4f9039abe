"""The mail world of `relance sandbox` as a process: it says when it is ready, and leaves nothing secret behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from relance import config, errors
from relance.cli.operations import sandbox
from relance.mailbox.imap.client import Inbox
from relance.mailbox.smtp.client import Outbox
from tests.reworded import worded
from tests.servers import command, ports, processes


@pytest.mark.parametrize("goodbye", [signal.SIGINT, signal.SIGTERM])
def test_it_stands_until_it_is_told_to_end(tmp_path: Path, goodbye: signal.Signals) -> None:
    home = config.make_home(tmp_path / "home").home
    environment = {"PATH": os.environ["PATH"], "RELANCE_HOME": str(home)}
    program = processes.Program(command.relance("sandbox"), tmp_path / "log", environment=environment)
    world = processes.Process(program)
    try:
        world.wait_ready((home / sandbox.FILE_NAME).exists, seconds=60)
        rep, left = sandbox.account(home), (home / sandbox.FILE_NAME).read_text("utf-8")
        with Outbox(rep, helo="localhost") as outbox, Inbox(rep) as inbox:
            assert outbox.connect() is None
            assert "INBOX" in [folder.name for folder in inbox.folders()]
        assert rep.credentials.secret not in world.log()
        with pytest.raises(errors.Misconfigured, match=worded("A sandbox is already running")):
            sandbox._only_one(home)
        assert sandbox.account(home) == rep
        os.kill(world.pid, goodbye)
        ports.wait_until(lambda: not world.alive, seconds=30, what="its end")
        assert world.code == 0, world.log()
        assert "Traceback" not in world.log()
        assert not (home / sandbox.FILE_NAME).exists()
        sandbox._put(home / sandbox.FILE_NAME, left)
        sandbox._only_one(home)  # what a killed one left there keeps nobody from starting another
    finally:
        world.kill()
