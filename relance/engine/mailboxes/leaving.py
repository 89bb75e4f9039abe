"""A process that stops: no body begins in it any more, and the mailboxes it only waits for are another's to take."""

from __future__ import annotations

from relance.engine.context import Context
from relance.engine.store.mailboxes import leases


def leave(context: Context) -> int:
    """No body begins in this process any more; returns for how many mailboxes one is under way."""
    return context.at_work.leave()


def let_go(context: Context) -> int:
    """Give back the leases of turns that wait for a server with no body under way: they write nothing any more, whatever
    their servers say. Returns how many that were."""
    held = context.at_work.leases()
    if held:
        with context.database.write() as conn:
            for lease in held:
                leases.release(conn, lease, context.clock.now())
    return len(held)
