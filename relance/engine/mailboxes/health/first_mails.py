"""What holds the first mails of a mailbox back, and who waits for that."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from relance.engine.reasons import Code
from relance.engine.store.mailboxes import health, mailboxes
from relance.engine.store.sequences import enrollments
from relance.wording import Text


def bar(conn: Connection, mailbox_id: int, bars: Text, now: dt.datetime) -> None:
    """First mails wait for that; if it is nothing, those that waited for it are tried at once. `now`: business time."""
    waited = bool(mailboxes.by_id(conn, mailbox_id).barred)
    mailboxes.change(conn, mailbox_id, barred=bars)
    if waited and not bars:
        enrollments.try_again(conn, mailbox_id, Code.MAILBOX_UNHEALTHY, now, now + health.TRIED_AGAIN)
        mailboxes.schedule_turn(conn, [mailbox_id], now)
