"""How far the copies of each mailbox's sent mail are filed, kept among the installation's marks: no turn ever asks for it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.prepared import is_one_of
from relance.engine.db.tables import message, meta
from relance.engine.states import MessageState
from relance.engine.store import installation
from relance.wording import Text

_PREFIX = "sent copies of mailbox "


NOTHING = Text.prose("")


class CopyMode(StrEnum):
    """Whether we file copies of what a mailbox sends."""

    AUTO = "auto"  # where its provider is known to file none
    ON = "on"
    OFF = "off"


@dataclass(frozen=True)
class Filing:
    """How it stands with one mailbox's copies."""

    mode: CopyMode = CopyMode.AUTO
    until: dt.datetime | None = (
        None  # mails up to here (when they left, business time) are seen to; None: not begun
    )
    until_id: int = 0  # and among those of that instant up to this one
    busy_until: dt.datetime | None = None  # somebody files, or nobody does before then (machine time)
    worker: str = ""  # who files
    tries: int = 0  # how often the server refused the next one
    trouble: Text = NOTHING  # what the last try met


@dataclass(frozen=True)
class SentMail:
    """A mail that left, or may have."""

    id: int
    message_id: str
    raw: bytes
    state: str
    code: int | None
    left_at: dt.datetime

    @property
    def accepted_by_server(self) -> bool:
        """Whether a server's own word says so, and neither a policy nor a person."""
        return self.state == MessageState.ACCEPTED.value and self.code is not None and 200 <= self.code < 300


def of(conn: Connection, mailbox_id: int) -> Filing:
    """One mailbox's."""
    said = installation.get(conn, f"{_PREFIX}{mailbox_id}")
    return Filing() if said is None else _filing(said)


def every(conn: Connection) -> dict[int, Filing]:
    """Those that are noted, by mailbox."""
    rows = conn.execute(sa.select(meta.c.key, meta.c.value).where(meta.c.key.startswith(_PREFIX)))
    return {int(row.key.removeprefix(_PREFIX)): _filing(row.value) for row in rows}


def put(conn: Connection, mailbox_id: int, filing: Filing) -> None:
    """Note it; the caller holds `installation.lock`."""
    said: dict[str, Any] = {name: getattr(filing, name) for name in Filing.__dataclass_fields__}
    said |= {name: said[name] and said[name].isoformat() for name in ("until", "busy_until")}
    said["trouble"] = filing.trouble.row()
    installation.put(conn, f"{_PREFIX}{mailbox_id}", json.dumps(said))


def _filing(text: str) -> Filing:
    said = json.loads(text)
    times = {name: said[name] and dt.datetime.fromisoformat(said[name]) for name in ("until", "busy_until")}
    known = {name: said[name] for name in Filing.__dataclass_fields__ if name in said}
    mode = CopyMode(said["mode"]) if said["mode"] in set(CopyMode) else CopyMode.OFF
    return Filing(**{**known, **times, "mode": mode, "trouble": Text.read(said["trouble"])})


_LEFT = (MessageState.TRANSMITTING.value, MessageState.ACCEPTED.value)


def left_since(conn: Connection, mailbox_id: int, at: dt.datetime, number: int, limit: int) -> list[SentMail]:
    """Mails that left after a place in the order they left in, up to the first whose fate is not written yet."""
    later = sa.or_(message.c.transmitting_at > at, message.c.id > number)
    names = ("id", "message_id", "raw", "state", "code")
    query = (
        sa.select(*(message.c[name] for name in names), message.c.transmitting_at.label("left_at"))
        .where(message.c.mailbox_id == mailbox_id, message.c.transmitting_at >= at, later)
        .where(is_one_of(message.c.state, _LEFT))
        .order_by(message.c.transmitting_at, message.c.id)
        .limit(limit)
    )
    found = [SentMail(**row._asdict()) for row in conn.execute(query)]
    open_at = next(
        (place for place, mail in enumerate(found) if mail.state == MessageState.TRANSMITTING.value),
        len(found),
    )
    return found[:open_at]
