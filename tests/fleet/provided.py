"""`relance` where this machine's mail servers are a provider's: `python -m tests.fleet.provided worker --processes 4`.

The command itself, told beforehand that the provider in `FLEET_PROVIDER` serves at loopback. Worker processes import this file
again before they begin, and so are told as well.
"""

from __future__ import annotations

import dataclasses
import os
import sys
from typing import Any

from relance.cli import main
from relance.mailbox.account import Security, Server
from relance.mailbox.providers import KNOWN

PROVIDER = "FLEET_PROVIDER"


def _here(name: str) -> None:
    """The provider as it is known, but for where it is and how one signs in."""
    known: Any = KNOWN
    here = Server("127.0.0.1", 0, Security.PLAIN)
    servers = dataclasses.replace(KNOWN[name].servers, smtp=here, imap=here)
    known[name] = dataclasses.replace(KNOWN[name], servers=servers, sign_in=KNOWN["ovh"].sign_in)


if PROVIDER in os.environ:
    _here(os.environ[PROVIDER])
if __name__ == "__main__":
    sys.exit(main())
