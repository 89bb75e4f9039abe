"""What is known of a mailbox's folders: how far each was read, whose it is, which are missed, which are numbered anew."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import folder, withheld
from relance.wording import Text

OTHERS = "others"
# The role of a folder that is somebody else's, and not looked at.


@dataclass(frozen=True)
class Watermark:
    """How far a folder has been read."""

    name: str
    uidvalidity: int
    last_uid: int
    messages: int | None = None  # how many mails lay in it then; None: not known
    gaps: str = ""  # UIDs up to `last_uid` that were not there, as "11,15:20"
    object_id: str = ""  # the server's own id of the folder
    missing_at: dt.datetime | None = None  # the look in which the server's list did not name it
    doubted: bool = False  # it and another may have changed names: what follows from it is under way, until it is read whole


@dataclass(frozen=True)
class Unstable:
    """A folder that was numbered anew, and how often of late."""

    folder: str
    moves: int
    words: Text | str  # which number moved
    at: dt.datetime


def watermarks(conn: Connection, mailbox_id: int) -> dict[str, Watermark]:
    """How far each folder has been read, by name."""
    rows = conn.execute(_MARKS, {"of": mailbox_id})
    return {row.name: Watermark(*row) for row in rows}


_MARKS = sa.select(*(folder.c[name] for name in Watermark.__dataclass_fields__)).where(
    folder.c.mailbox_id == sa.bindparam("of")
)


def forget_watermarks(conn: Connection, mailbox_id: int) -> None:
    """Read every folder from its start again; what was kept before is known by its id."""
    conn.execute(sa.delete(folder).where(folder.c.mailbox_id == mailbox_id))
    conn.execute(sa.delete(withheld).where(withheld.c.mailbox_id == mailbox_id))


def mark(conn: Connection, mailbox_id: int, role: str, watermark: Watermark) -> None:
    """Note how far a folder has been read, in the transaction that keeps what was read."""
    here = sa.and_(folder.c.mailbox_id == mailbox_id, folder.c.name == watermark.name)
    values = {"role": role, **dataclasses.asdict(watermark)}
    del values["name"]
    if conn.execute(sa.update(folder).where(here).values(**values)).rowcount == 0:
        conn.execute(sa.insert(folder).values(mailbox_id=mailbox_id, name=watermark.name, **values))


def missing(conn: Connection, mailbox_id: int, names: Iterable[str], at: dt.datetime) -> None:
    """Note that the server's list did not name these folders."""
    here = sa.and_(folder.c.mailbox_id == mailbox_id, folder.c.name.in_(sorted(set(names))))
    conn.execute(sa.update(folder).where(here, folder.c.missing_at.is_(None)).values(missing_at=at))


def of_others(conn: Connection, mailbox_id: int) -> set[str]:
    """Folders that this mailbox's user sees and that are somebody else's, by name."""
    query = sa.select(folder.c.name).where(folder.c.mailbox_id == mailbox_id, folder.c.role == OTHERS)
    return set(conn.execute(query).scalars())


def forget(conn: Connection, mailbox_id: int, names: Iterable[str]) -> None:
    """Know nothing of these folders any more: what bears such a name is read from its first mail."""
    gone = sorted(set(names))
    if gone:
        conn.execute(sa.delete(folder).where(folder.c.mailbox_id == mailbox_id, folder.c.name.in_(gone)))


def moved(conn: Connection, mailbox_id: int, name: str, words: Text | str, now: dt.datetime) -> int:
    """Count that a folder was numbered anew; returns how often of late. What lies a week back does not count any more."""
    here = sa.and_(folder.c.mailbox_id == mailbox_id, folder.c.name == name)
    lately = folder.c.moved_at > now - MOVES_COUNT
    moves = sa.case((lately, folder.c.moves + 1), else_=1)
    counted = sa.update(folder).where(here).values(moves=moves, moved=words, moved_at=now)
    return conn.execute(counted.returning(folder.c.moves)).scalar_one_or_none() or 1


MOVES_COUNT = dt.timedelta(days=7)
MOVES_MANY = 3
# A folder numbered anew so often within that time is not a server mended once, but one that cannot count.


def unstable(conn: Connection, now: dt.datetime) -> dict[int, list[Unstable]]:
    """Folders that are numbered anew again and again, by mailbox."""
    query = (
        sa.select(folder.c.mailbox_id, folder.c.name, folder.c.moves, folder.c.moved, folder.c.moved_at)
        .where(folder.c.moves >= MOVES_MANY, folder.c.moved_at > now - MOVES_COUNT)
        .order_by(folder.c.name)
    )
    found: dict[int, list[Unstable]] = {}
    for row in conn.execute(query):
        found.setdefault(row.mailbox_id, []).append(Unstable(row.name, row.moves, row.moved, row.moved_at))
    return found
