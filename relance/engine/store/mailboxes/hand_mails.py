"""What a mailbox's owner sent from their own mail program: providers count it with ours, so our limits do."""

from __future__ import annotations

import datetime as dt
import hashlib

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.tables import hand_mail

KEPT_SPAN = dt.timedelta(days=2)  # the longest of the limits is a day; a clock may have been set back since


def add(conn: Connection, mailbox_id: int, name: str, sent_at: dt.datetime, now: dt.datetime) -> None:
    """Note one, by a name that it keeps wherever it is met again. What is older than any limit is not noted, and forgotten."""
    if sent_at <= now - KEPT_SPAN:
        return
    mark = _mark(name)
    if database.insert_new(
        conn, hand_mail, [{"mailbox_id": mailbox_id, "mark": mark, "sent_at": min(sent_at, now)}]
    ):
        old = (hand_mail.c.mailbox_id == mailbox_id, hand_mail.c.sent_at <= now - KEPT_SPAN)
        conn.execute(sa.delete(hand_mail).where(*old))


def first(conn: Connection, mailbox_id: int, name: str, now: dt.datetime) -> bool:
    """Note one that is about to be sent, by its name; False where it was noted before, so that nobody sends it twice."""
    row = {"mailbox_id": mailbox_id, "mark": _mark(name), "sent_at": now}
    return database.insert_new(conn, hand_mail, [row]) == 1


def forget(conn: Connection, mailbox_id: int, name: str) -> None:
    """One that certainly was not sent after all."""
    here = (hand_mail.c.mailbox_id == mailbox_id, hand_mail.c.mark == _mark(name))
    conn.execute(sa.delete(hand_mail).where(*here))


def _mark(name: str) -> str:
    return hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()


def since(conn: Connection, at: dt.datetime) -> dict[int, int]:
    """How many were sent since an instant: {mailbox id: count}, of those that sent any."""
    query = sa.select(hand_mail.c.mailbox_id, sa.func.count()).where(hand_mail.c.sent_at > at)
    return {number: many for number, many in conn.execute(query.group_by(hand_mail.c.mailbox_id))}
