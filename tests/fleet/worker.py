"""One of the processes: it takes turns until a file is there. `python -m tests.fleet.worker ORDERS`."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import sys
import threading
from pathlib import Path
from typing import Any

from relance.app import Relance
from relance.clock import Clock
from relance.config import Settings
from relance.mailbox.account import Security, Server
from relance.mailbox.providers import KNOWN

REST = 0.02  # seconds between two looks for something to do


def main(orders: Path) -> None:
    told = json.loads(orders.read_text())
    if told["provider"]:
        _at_provider(told["provider"])
    clock = Clock(*(dt.datetime.fromisoformat(told[name]) for name in ("origin", "start")), told["scale"])
    settings = Settings(**told["settings"])
    rest = threading.Event()
    with Relance(settings, clock=clock) as relance:
        while not (orders.parent / "stop").exists():
            relance.tick()
            for mailbox_id in relance.due_mailboxes(20):
                relance.turn(mailbox_id)
            rest.wait(REST)


def _at_provider(name: str) -> None:
    """The mail servers on this machine are this provider's: as it is known, but for where it is and how one signs in."""
    known: Any = KNOWN
    here = Server("127.0.0.1", 0, Security.PLAIN)
    servers = dataclasses.replace(KNOWN[name].servers, smtp=here, imap=here)
    known[name] = dataclasses.replace(KNOWN[name], servers=servers, sign_in=KNOWN["ovh"].sign_in)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
