"""Opens and clicks that earlier rules have judged, and what was decided by them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import contact, enrollment, hit, message, sequence
from relance.engine.event_log.kinds import EventKind
from relance.engine.store import events
from relance.engine.store.contacts import hits
from relance.engine.store.contacts.hits import StoredHit


@dataclass(frozen=True)
class PastHit(StoredHit):
    """A hit with the verdict of earlier rules."""

    verdict: str


@dataclass(frozen=True)
class Branch:
    """A branch that was decided: where and when, by which condition, and whether it was found true."""

    enrollment_id: int
    step: str
    at: dt.datetime
    condition: str
    taken: bool


def behind(conn: Connection, version: int, *, after: int, mails: int) -> list[PastHit]:
    """The hits of the next so many mails, by number, that rules before this version judged; whole mails, each with all of them."""
    old = (hit.c.verdict.is_not(None), hit.c.rules_version < version, hit.c.kind.in_(hits.JUDGED))
    few = sa.select(hit.c.message_id).where(hit.c.message_id > after, *old).distinct()
    wanted = conn.execute(few.order_by(hit.c.message_id).limit(mails)).scalars().all()
    query = (
        sa.select(*hits.COLUMNS, hit.c.verdict)
        .join(message, message.c.id == hit.c.message_id)
        .where(hit.c.message_id.in_(wanted), *old)
        .order_by(hit.c.message_id, hit.c.id)
    )
    return [PastHit(**row) for row in conn.execute(query).mappings()]


def labels(conn: Connection, enrollment_id: int) -> dict[tuple[str, int], str | None]:
    """What the author calls the links of somebody's mails: {(step, link): label}."""
    query = sa.select(message.c.step, message.c.links).where(message.c.enrollment_id == enrollment_id)
    return {
        (row.step, index): link.get("label")
        for row in conn.execute(query)
        for index, link in enumerate(row.links)
    }


def judge_again(
    conn: Connection, verdicts: Iterable[tuple[int, str, Sequence[str]]], version: int
) -> set[int]:
    """Write verdicts, (hit id, verdict, reasons), over those of earlier rules. Returns the hits that had one of these until now: of
    two who judge again at once, only one tells of it."""
    rows = ((*each, version) for each in verdicts)
    return hits.judge_where(conn, rows, hit.c.verdict.is_not(None), hit.c.rules_version < version)


def people(conn: Connection, enrollment_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Whose enrollments these are, and in which sequence: {id: (address, name of the sequence)}."""
    query = (
        sa.select(enrollment.c.id, contact.c.email, sequence.c.name)
        .join(contact, contact.c.id == enrollment.c.contact_id)
        .join(sequence, sequence.c.id == enrollment.c.sequence_id)
        .where(enrollment.c.id.in_(sorted(set(enrollment_ids))))
    )
    return {row.id: (row.email, row.name) for row in conn.execute(query)}


def branches(conn: Connection, enrollment_id: int) -> list[Branch]:
    """The branches that somebody has passed in a sequence, in order."""
    found = events.of_enrollment(conn, enrollment_id, [EventKind.STEP_BRANCHED])
    return [
        Branch(
            enrollment_id, each.step, each.at, str(each.data.get("words", "")), bool(each.data.get("taken"))
        )
        for each in found
    ]
