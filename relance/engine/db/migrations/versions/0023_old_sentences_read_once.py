"""Sentences that releases before this one kept alone are read once: what they certainly say becomes data, the rest stays prose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
_AT_ONCE = 1000
_NO_ONE = {"cause": "", "source": ""}

_ANSWERS = {
    "answered": "answered",
    "answered an invitation": "answered_invitation",
    "asked for no more mail": "opted_out",
    "complained about the mail": "complained",
    "the address does not exist": "address_dead",
    "their organisation refuses mail from this mailbox": "they_refuse_mailbox",
    "is out of office": "out_of_office",
    "has left the company": "left_company",
    "sent a mail that could not be read": "unreadable",
    "asks the sender to prove that a person writes": "challenged",
    "somebody at the company may have answered for them": "company_may_have_answered",
    "somebody at the company may have asked for no more mail": "company_may_have_opted_out",
    "a mail from the company could not be read": "company_unreadable",
    "the provider of this mailbox refuses to send": "provider_refuses",
}
# The sentences of a mail that came in, as they were; the codes, as they are. Neither follows the program any further.
_QUOTED = re.compile(r'(?P<said>[^:"]+)(?:: "(?P<quote>.*)")?', re.DOTALL)
_COLLEAGUE = re.compile(r"(?P<email>\S+@\S+) at the same company (?P<told>.*)", re.DOTALL)
_MAYBE = "the mail may have been delivered: "


def upgrade() -> None:
    """Rows only; no release before this one minds codes beside its words."""
    table = sa.table(
        "enrollment",
        *(sa.column(name) for name in ("id", "contact_id", "state")),
        sa.column("reasons", _JSON),
    )
    conn, last = op.get_bind(), 0
    while True:
        query = sa.select(table).where(table.c.id > last, table.c.state.not_in(("active", "finished")))
        rows = conn.execute(query.order_by(table.c.id).limit(_AT_ONCE)).all()
        for row in rows:
            why = [_read(conn, row, each) for each in row.reasons]
            if why != row.reasons:
                conn.execute(sa.update(table).where(table.c.id == row.id).values(reasons=why))
        if len(rows) < _AT_ONCE:
            return
        last = rows[-1].id


def _read(conn: sa.Connection, row: Any, stored: Mapping[str, Any]) -> Mapping[str, Any]:
    if "code" in stored:
        return stored
    words = str(stored.get("words", ""))
    cause = str(stored.get("cause", ""))
    if cause in ("", "answer"):
        return _by_sentence(conn, row, stored, words)
    return {**stored, "code": "prose", "params": {"text": words}}


def _by_sentence(conn: sa.Connection, row: Any, stored: Mapping[str, Any], words: str) -> Mapping[str, Any]:
    prose = {**_NO_ONE, **stored, "code": "prose", "params": {"text": words}}
    if words.startswith(_MAYBE):
        found = {"code": "may_be_delivered", "params": {"said": words.removeprefix(_MAYBE)}}
        # What stands behind it was told in the same breath: then nothing but a person clears it.
        return prose if "; also: " in words else {**prose, **found, "cause": "unknown mail"}
    if row.state == "paused":
        return {**prose, "cause": "person"}  # nobody else ever paused anybody
    if words == "stopped by a person":
        return {**prose, "code": "stopped", "params": {}, "cause": "stopped by a person"}
    if colleague := _COLLEAGUE.fullmatch(words):
        source = _answer(conn, _contact(conn, colleague["email"]), colleague["told"])
        return {**prose, "cause": "colleague", "source": source} if source else prose
    return {**prose, **_of_answer(conn, row, words)}


def _of_answer(conn: sa.Connection, row: Any, words: str) -> Mapping[str, Any]:
    """What rests on a mail of theirs that is kept; nothing where no such mail is."""
    said, source = _QUOTED.fullmatch(words), _answer(conn, row.contact_id, words)
    code = _ANSWERS.get(said["said"]) if said else None
    if code is None or said is None or not source:
        return {}
    return {
        "code": code,
        "params": {"quote": said["quote"]} if said["quote"] else {},
        "cause": "answer",
        "source": source,
    }


def _contact(conn: sa.Connection, email: str) -> int | None:
    table = sa.table("contact", sa.column("id"), sa.column("email"))
    found: int | None = conn.execute(sa.select(table.c.id).where(table.c.email == email)).scalar_one_or_none()
    return found


def _answer(conn: sa.Connection, contact_id: int | None, words: str) -> str:
    """The newest kept mail of somebody whose quote stands in the words; "" where there is none."""
    table = sa.table("inbound", *(sa.column(name) for name in ("id", "contact_id", "evidence")))
    query = sa.select(table.c.id, table.c.evidence).where(table.c.contact_id == contact_id)
    mails: Iterable[Any] = conn.execute(query.order_by(table.c.id.desc())).all()
    return next((f"answer {mail.id}" for mail in mails if _quotes(words, mail.evidence)), "")


def _quotes(words: str, evidence: str) -> bool:
    return f'"{evidence[:120]}"' in words if evidence else '"' not in words
