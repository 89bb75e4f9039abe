"""One look into one mailbox, as everything that reads it is handed it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from relance.engine.context import Context
from relance.engine.store.mailboxes import Lease, Mailbox


@dataclass(frozen=True)
class Look:
    """One look into one mailbox."""

    context: Context
    lease: Lease
    mailbox: Mailbox
    now: dt.datetime
    own: frozenset[str]
    restored: bool = False  # the first look since the database came from a backup
