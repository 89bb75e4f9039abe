"""Hearing of new mail by IDLE (RFC 2177). News only brings a mailbox's next turn forward; what counts is that turn's look.

So nothing is lost with a connection: whoever cannot listen reads at the regular times.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from relance import clock
from relance.engine.context import Context
from relance.engine.ports import IdleConnection
from relance.engine.store.mailboxes import folders, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox


@dataclass(frozen=True)
class IdleListener:
    """A connection that listens to one mailbox's inbox."""

    ear: IdleConnection
    known: int  # the inbox's UIDNEXT when it was last read

    @property
    def supports_idle(self) -> bool:
        """Whether the server announces new mail by itself."""
        return self.ear.can_idle

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Whether new mail was announced within these seconds. Raises `errors.Unreachable` where the line is dead."""
        return self.ear.idle(seconds, known=self.known, stop=stop)


def candidates(context: Context, most: int, but: Collection[int] = ()) -> list[int]:
    """At most so many mailboxes that can be listened to, the oldest first: those that were read without trouble, so that
    no refused password is tried here again."""
    with context.database.read() as conn:
        found = sorted(each.id for each in mailboxes.list_all(conn) if _can_be_read(each))
    return [number for number in found if number not in but][:most]


def _can_be_read(mailbox: Mailbox) -> bool:
    return mailbox.synced_at is not None and not mailbox.sync_error


@contextmanager
def listening(context: Context, mailbox_id: int) -> Iterator[IdleListener]:
    """Connect to one mailbox and listen. Raises `errors.Unreachable` or `errors.Broken`."""
    with context.database.read() as conn:
        mailbox = mailboxes.by_id(conn, mailbox_id)
        marks = folders.watermarks(conn, mailbox_id)
    last = next((mark.last_uid for name, mark in marks.items() if name.upper() == "INBOX"), 0)
    with context.open_ear(context.account(mailbox)) as ear:
        yield IdleListener(ear, last + 1)


def call(context: Context, mailbox_id: int, heard: dt.datetime) -> bool:
    """Bring the mailbox's next turn forward to now; True once nothing is left to ask for.

    A turn that was under way when the news came may have looked before: so it is asked again until one has looked since.
    """
    with context.database.write() as conn:
        mailbox = mailboxes.by_id(conn, mailbox_id)
        if mailbox.state == "removed" or not _can_be_read(mailbox):
            return True
        now = context.clock.now()
        read_at = clock.believed(mailbox.read_at, now)
        if read_at is not None and read_at >= heard:
            return True
        mailboxes.schedule_turn(conn, [mailbox_id], now)
    return False
