"""What the checks of each mailbox's health found, and when it is looked at next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance import clock
from relance.engine.db import database
from relance.engine.db.tables import mailbox, mailbox_health
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox import tls
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


@dataclass(frozen=True)
class StoredHealth:
    """One mailbox's. Times are machine time."""

    checked_at: dt.datetime | None = None  # None: it never was
    findings: Sequence[Mapping[str, Any]] = ()
    anyway: bool = False  # a person lets first mails go, whatever was found
    seen: Mapping[str, Any] | None = None  # what receivers noted of a mail that it sent itself


_COLUMNS = [mailbox_health.c[name] for name in StoredHealth.__dataclass_fields__]


def of(conn: Connection, mailbox_id: int) -> StoredHealth:
    """One mailbox's."""
    row = conn.execute(sa.select(*_COLUMNS).where(mailbox_health.c.mailbox_id == mailbox_id)).one_or_none()
    return StoredHealth() if row is None else StoredHealth(**row._asdict())


def of_some(conn: Connection, mailbox_ids: Collection[int]) -> dict[int, StoredHealth]:
    """Of those of them of which anything is known. Where there are none, nothing is asked."""
    if not mailbox_ids:
        return {}
    query = sa.select(mailbox_health.c.mailbox_id, *_COLUMNS)
    here = query.where(mailbox_health.c.mailbox_id.in_(sorted(mailbox_ids)))
    return {row.mailbox_id: StoredHealth(*row[1:]) for row in conn.execute(here)}


def put(conn: Connection, mailbox_id: int, due_at: dt.datetime, **values: object) -> None:
    """Note it, and when it is looked at next."""
    row = {"mailbox_id": mailbox_id, "due_at": due_at, **values}
    if database.insert_new(conn, mailbox_health, [row]) == 0:
        here = sa.update(mailbox_health).where(mailbox_health.c.mailbox_id == mailbox_id)
        conn.execute(here.values(due_at=due_at, **values))


TRIED_AGAIN = dt.timedelta(hours=1)
"""Business time until a first mail from a mailbox that may send none is tried again, if no check lets it go before."""

AWAITED_FOR = dt.timedelta(minutes=5)
"""Business time for which first mails wait for a check that was asked for: it takes seconds where a daemon runs."""


def await_check(conn: Connection, mailbox: Mailbox, now: dt.datetime) -> None:
    """Check it at once, and let no first mail leave before, for a while; a mailbox for practice is not checked."""
    if tls.is_loopback(mailbox.smtp.host):
        return
    put(conn, mailbox.id, clock.machine_now())
    if not mailbox.barred and not of(conn, mailbox.id).anyway:
        said = Text(
            "its domain and its links are checked first, which does not hold them longer than until {until}.",
            until=now + AWAITED_FOR,
        )
        mailboxes.change(conn, mailbox.id, barred=said.coded(SentenceCode.CHECK_AWAITED))


def awaited_until(barred: Text) -> dt.datetime | None:
    """How long first mails wait for a check; None: they do not, or for what a check has found."""
    until = barred.params.get("until") if barred.code == SentenceCode.CHECK_AWAITED else None
    return until if isinstance(until, dt.datetime) else None


def due(conn: Connection, now: dt.datetime) -> list[int]:
    """Mailboxes that are to be looked at, those that never were first."""
    query = (
        sa.select(mailbox.c.id)
        .outerjoin(mailbox_health, mailbox_health.c.mailbox_id == mailbox.c.id)
        .where(mailbox.c.state != "removed")
        .where(sa.or_(mailbox_health.c.due_at.is_(None), mailbox_health.c.due_at <= now))
        .order_by(mailbox_health.c.checked_at.is_not(None), mailbox_health.c.due_at, mailbox.c.id)
    )
    return [row.id for row in conn.execute(query)]
