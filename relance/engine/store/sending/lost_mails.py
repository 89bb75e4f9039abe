"""Mails of ours that were met in a mailbox and that this database has no place for: it was restored, or made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.prepared import Prepared, Query, any_of
from relance.engine.db.tables import lost_mail


@dataclass(frozen=True)
class LostMail:
    """One of them. `fingerprint` says which step to whom, by the key of its Message-ID."""

    fingerprint: str
    message_id: str
    mailbox_id: int
    subject: str
    sent_at: dt.datetime  # as its copy says; else when the mail came that names it
    answered: bool = False  # a mail that came in named it


def add(conn: Connection, mail: LostMail) -> None:
    """Keep one. What was kept before stays; that it was answered is learned."""
    database.insert_new(conn, lost_mail, [mail.__dict__])
    if mail.answered:
        here = lost_mail.c.fingerprint == mail.fingerprint
        conn.execute(sa.update(lost_mail).where(here).values(answered=True))


def told(conn: Connection, fingerprint: str) -> None:
    """That it was answered was put to a person, who decides; it is not asked about again."""
    conn.execute(sa.update(lost_mail).where(lost_mail.c.fingerprint == fingerprint).values(answered=False))


def with_fingerprints(fingerprints: Iterable[str]) -> Query[dict[str, LostMail]]:
    """Those of some steps that were met: {fingerprint: mail}."""
    asked = {"wanted": sorted(set(fingerprints))}
    return Query(_KNOWN, asked, lambda rows: {row.fingerprint: LostMail(**row._asdict()) for row in rows})


_KNOWN = Prepared(sa.select(lost_mail).where(any_of(lost_mail.c.fingerprint, "wanted")))
# Built once: every chunk of mails asks.
