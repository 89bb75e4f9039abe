"""Opens and clicks: kept raw, judged later, judged again when the rules improve."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import bulk
from relance.engine.db.tables import enrollment, hit, message
from relance.engine.store import scopes


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
    mailbox_id: int


COLUMNS = (
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
    message.c.mailbox_id,
)
JUDGED = ("open", "click")
_OURS_TO_JUDGE = (hit.c.verdict.is_(None), hit.c.kind.in_(JUDGED))
# A later release may keep requests of other kinds: that one judges them.
_SELECT = sa.select(*COLUMNS).join(message, message.c.id == hit.c.message_id)


def add_all(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep hits."""
    _ADD.run(conn, rows)


_ADD = bulk.inserting(
    hit,
    (
        "message_id",
        "at",
        "kind",
        "link",
        "method",
        "user_agent",
        "network",
        "language",
        "prefetch",
        "reasons",
    ),
)


def kept(conn: Connection, message_ids: Iterable[int]) -> dict[int, Counter[str]]:
    """How many hits are kept of each of these mails, by network; of a mail that we do not know, nothing."""
    found: dict[int, Counter[str]] = {}
    kept_of = _KEPT_POSTGRESQL if conn.dialect.name == "postgresql" else _COUNTED_OF
    for number, network, count in conn.execute(kept_of, {"mails": sorted(message_ids)}):
        found.setdefault(number, Counter())[network or ""] += count
    return found


_COUNTED = (
    sa.select(message.c.id, hit.c.network, sa.func.count(hit.c.id))
    .outerjoin_from(message, hit, hit.c.message_id == message.c.id)
    .group_by(message.c.id, hit.c.network)
)
_COUNTED_OF = _COUNTED.where(message.c.id.in_(sa.bindparam("mails", expanding=True)))
# The same text for however many mails, so that it is planned once.
_KEPT_POSTGRESQL = _COUNTED.where(
    message.c.id == sa.any_(sa.bindparam("mails", type_=sa.ARRAY(sa.BigInteger)))
)


def unjudged(conn: Connection, before: dt.datetime, limit: int) -> list[StoredHit]:
    """Hits whose settling time is over and which nobody judged yet, oldest first."""
    query = _SELECT.where(*_OURS_TO_JUDGE, hit.c.at <= before).order_by(hit.c.at, hit.c.id).limit(limit)
    return [StoredHit(**dict(row._mapping)) for row in conn.execute(query)]


def next_unjudged(conn: Connection) -> dt.datetime | None:
    """When the oldest hit nobody judged came in."""
    at: dt.datetime | None = conn.execute(
        sa.select(sa.func.min(hit.c.at)).where(*_OURS_TO_JUDGE)
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


def clicks_of(conn: Connection, message_ids: Iterable[int]) -> dict[int, list[tuple[dt.datetime, int]]]:
    """When which link of each of these mails was followed, oldest first: what a single click is judged against."""
    found: dict[int, list[tuple[dt.datetime, int]]] = {number: [] for number in message_ids}
    query = (
        sa.select(hit.c.message_id, hit.c.at, hit.c.link)
        .where(hit.c.message_id.in_(sorted(found)), hit.c.kind == "click")
        .order_by(hit.c.at, hit.c.id)
    )
    for number, at, link in conn.execute(query):
        found[number].append((at, link))
    return found


def mails_from_network(
    conn: Connection, network: str, since: dt.datetime, until: dt.datetime, *, most: int
) -> int:
    """How many different mails one network touched in a span; counted no further than `most`."""
    found = (
        sa.select(hit.c.message_id)
        .where(hit.c.network == network, hit.c.at >= since, hit.c.at <= until)
        .distinct()
        .limit(most)
    )
    return int(conn.execute(sa.select(sa.func.count()).select_from(found.subquery())).scalar_one())


def judge(conn: Connection, verdicts: Iterable[tuple[int, str, Sequence[str], int]]) -> set[int]:
    """Write verdicts: (hit id, verdict, reasons, version of the rules). Returns the hits that had none before: of two
    ticks at once only one tells of a click."""
    return judge_where(conn, verdicts, hit.c.verdict.is_(None))


def judge_where(
    conn: Connection,
    verdicts: Iterable[tuple[int, str, Sequence[str], int]],
    *before: sa.ColumnElement[bool],
) -> set[int]:
    """Write these of hits that stood so before; returns which those were."""
    alike: dict[tuple[str, tuple[str, ...], int], list[int]] = {}
    for number, verdict, reasons, version in verdicts:
        alike.setdefault((verdict, tuple(reasons), version), []).append(number)
    ours: set[int] = set()
    for (verdict, reasons, version), numbers in sorted(alike.items()):
        change = (
            sa.update(hit)
            .where(hit.c.id.in_(sorted(numbers)), *before)
            .values(verdict=verdict, reasons=list(reasons), rules_version=version)
            .returning(hit.c.id)
        )
        ours.update(conn.execute(change).scalars())
    return ours


@dataclass(frozen=True)
class MachineHit:
    """An open or a click (`kind`) of a program, such as a filter that checks links, or of the mailbox's owner (the sign "own"): of
    which mail, and the signs it was known by, by name."""

    message_id: int
    step: str
    at: dt.datetime
    kind: str
    reasons: tuple[str, ...]


def of_machines(conn: Connection, contact_id: int, limit: int) -> list[MachineHit]:
    """The newest of those in somebody's mails, from mailboxes that whoever looks may see."""
    query = (
        sa.select(hit.c.message_id, message.c.step, hit.c.at, hit.c.kind, hit.c.reasons)
        .join(message, message.c.id == hit.c.message_id)
        .where(message.c.contact_id == contact_id, hit.c.verdict.in_(("machine", "own")))
        .where(*scopes.within(conn, message.c.mailbox_id))
        .order_by(hit.c.at.desc(), hit.c.id.desc())
        .limit(limit)
    )
    return [MachineHit(*row[:-1], tuple(row.reasons)) for row in conn.execute(query)]


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
