"""Opens and clicks: kept raw, judged later, judged again when the rules improve."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.tables import enrollment, hit, message


@dataclass(frozen=True)
class StoredHit:
    """One request for a pixel or a link, as it came, with when its mail was accepted."""

    id: int
    message_id: int
    at: dt.datetime
    kind: str
    link: int
    method: str
    user_agent: str
    network: str
    language: bool
    prefetch: bool
    accepted_at: dt.datetime | None
    enrollment_id: int
    step: str


_COLUMNS = (
    hit.c.id,
    hit.c.message_id,
    hit.c.at,
    hit.c.kind,
    hit.c.link,
    hit.c.method,
    hit.c.user_agent,
    hit.c.network,
    hit.c.language,
    hit.c.prefetch,
    message.c.settled_at.label("accepted_at"),
    message.c.enrollment_id,
    message.c.step,
)
_SELECT = sa.select(*_COLUMNS).join(message, message.c.id == hit.c.message_id)


def add(conn: Connection, **values: Any) -> None:
    """Keep one hit."""
    conn.execute(sa.insert(hit).values(reasons=[], **values))


def count(conn: Connection, message_id: int) -> int:
    """How many hits of one mail are kept."""
    query = sa.select(sa.func.count()).select_from(hit).where(hit.c.message_id == message_id)
    return int(conn.execute(query).scalar_one())


def unjudged(conn: Connection, before: dt.datetime, limit: int) -> list[StoredHit]:
    """Hits whose settling time is over and which nobody judged yet, oldest first."""
    query = (
        _SELECT.where(hit.c.verdict.is_(None), hit.c.at <= before).order_by(hit.c.at, hit.c.id).limit(limit)
    ).with_for_update(of=hit, skip_locked=True)  # two ticks at once must not tell of one click twice
    return [StoredHit(**dict(row._mapping)) for row in conn.execute(query)]


def next_unjudged(conn: Connection) -> dt.datetime | None:
    """When the oldest hit nobody judged came in."""
    at: dt.datetime | None = conn.execute(
        sa.select(sa.func.min(hit.c.at)).where(hit.c.verdict.is_(None))
    ).scalar_one()
    return at


def last_unjudged(conn: Connection, enrollment_id: int) -> dt.datetime | None:
    """When the newest click on an enrollment's mails that nobody judged yet came in."""
    query = (
        sa.select(sa.func.max(hit.c.at))
        .join(message, message.c.id == hit.c.message_id)
        .where(message.c.enrollment_id == enrollment_id, hit.c.verdict.is_(None), hit.c.kind == "click")
    )
    at: dt.datetime | None = conn.execute(query).scalar_one()
    return at


def around(conn: Connection, message_id: int) -> list[StoredHit]:
    """Every hit on one mail, oldest first: what a single one is judged against."""
    query = _SELECT.where(hit.c.message_id == message_id).order_by(hit.c.at, hit.c.id)
    return [StoredHit(**dict(row._mapping)) for row in conn.execute(query)]


def mails_from_network(conn: Connection, network: str, since: dt.datetime, until: dt.datetime) -> int:
    """How many different mails one network touched in a span."""
    query = sa.select(sa.func.count(sa.distinct(hit.c.message_id))).where(
        hit.c.network == network, hit.c.at >= since, hit.c.at <= until
    )
    return int(conn.execute(query).scalar_one())


def judge(conn: Connection, verdicts: Iterable[tuple[int, str, Sequence[str], int]]) -> None:
    """Write verdicts: (hit id, verdict, reasons, version of the rules)."""
    rows = [{"h_id": i, "h_v": v, "h_r": list(r), "h_n": n} for i, v, r, n in verdicts]
    change = (
        sa.update(hit)
        .where(hit.c.id == sa.bindparam("h_id"))
        .values(verdict=sa.bindparam("h_v"), reasons=sa.bindparam("h_r"), rules_version=sa.bindparam("h_n"))
    )
    if rows:
        conn.execute(change, rows)


def human(conn: Connection, enrollment_id: int) -> set[tuple[str, str, int]]:
    """What a person did with an enrollment's mails: {(kind, step, link)}. Unknown and machine do not count."""
    query = (
        sa.select(hit.c.kind, message.c.step, hit.c.link)
        .join(message, message.c.id == hit.c.message_id)
        .join(enrollment, enrollment.c.id == message.c.enrollment_id)
        .where(enrollment.c.id == enrollment_id, hit.c.verdict == "human")
        .distinct()
    )
    return {(row.kind, row.step, row.link) for row in conn.execute(query)}
