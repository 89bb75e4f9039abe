"""One look into one mailbox, as everything that reads it is handed it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from relance.engine.context import Context
from relance.engine.store.inbound.correspondence import Recipients
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox

REMEMBERED = dt.timedelta(days=180)
# How long after a mail of ours somebody may answer it from an address we do not know.


@dataclass(frozen=True)
class Look:
    """One look into one mailbox."""

    context: Context
    lease: Lease
    mailbox: Mailbox
    now: dt.datetime
    own: frozenset[str]
    restored: bool = False  # the first look since the database came from a backup

    @cached_property
    def recipients(self) -> Recipients:
        """Whom the mailbox writes to. Nothing leaves while it is read, so one answer does for the whole look."""
        return Recipients(self.mailbox.id, self.now - REMEMBERED)
