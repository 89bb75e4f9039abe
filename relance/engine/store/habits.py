"""What probes showed of each mailbox's provider, kept among the installation's marks until the next probe."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.probes import ProviderHabits
from relance.engine.store import marks
from relance.engine.tables import meta


def put(conn: Connection, mailbox_id: int, learned: ProviderHabits) -> None:
    """Keep what was learned, instead of what was before."""
    said = {**dataclasses.asdict(learned), "tested_at": learned.tested_at.isoformat()}
    marks.put(conn, _key(mailbox_id), json.dumps(said))


def of(conn: Connection, mailbox_ids: Iterable[int]) -> dict[int, ProviderHabits]:
    """What is known of each, by mailbox; those that were never probed are left out."""
    wanted = {_key(number): number for number in mailbox_ids}
    rows = conn.execute(sa.select(meta.c.key, meta.c.value).where(meta.c.key.in_(sorted(wanted))))
    return {wanted[row.key]: _learned(row.value) for row in rows}


def drop(conn: Connection, mailbox_id: int) -> None:
    """Forget it: the mailbox moved to another provider."""
    marks.drop(conn, _key(mailbox_id))


def _key(mailbox_id: int) -> str:
    return f"provider of mailbox {mailbox_id}"


def _learned(text: str) -> ProviderHabits:
    said = json.loads(text)
    lists = {name: tuple(said[name]) for name in ("told_by", "noted_in")}
    return ProviderHabits(**{**said, **lists, "tested_at": dt.datetime.fromisoformat(said["tested_at"])})
