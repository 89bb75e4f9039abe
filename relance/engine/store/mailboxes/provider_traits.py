"""What probes showed of each mailbox's provider, kept among the installation's marks until the next probe."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import meta
from relance.engine.store import installation
from relance.wording import N_, Text
from relance.wording.sentence_codes import SentenceCode


class IdClue(StrEnum):
    """What tells which mail of ours a Message-ID of the provider's means."""

    SERVER_ANSWER = "server_answer"  # the server names it when it accepts the mail
    SENT_COPY = "sent_copy"  # the copy in Sent has both


@dataclass(frozen=True)
class ProviderHabits:
    """What a probe showed of a mailbox's provider."""

    tested_at: dt.datetime
    folder: str = ""  # where the probe came back to; empty: it did not in the time it was waited for
    seconds: float | None = None  # how long that took
    given_id: str = ""  # the Message-ID that was written over ours; empty: ours was kept, or nobody knows yet
    told_by: tuple[IdClue, ...] = ()  # what tells which mail of ours a given id means
    noted_in: tuple[str, ...] = ()  # headers in which our id lives on
    sender: str = ""  # the address that was written over ours
    files_sent: bool | None = None  # whether a copy was filed in Sent; None: not seen either way

    @property
    def words(self) -> str:
        """The habits of the provider in a sentence."""
        return str(self.text)

    @property
    def text(self) -> Text:
        """The same as a value."""
        if not self.folder:
            return Text("the probe did not come back").coded(SentenceCode.PROBE_LOST)
        if not self.given_id:
            return Text("keeps our Message-ID").coded(SentenceCode.KEEPS_MESSAGE_ID)
        if not self.told_by:
            unseen = Text("replaces our Message-ID with its own; nothing shows which mail is meant")
            return unseen.coded(SentenceCode.REPLACES_MESSAGE_ID_UNSEEN)
        seen = Text("replaces our Message-ID with its own; recognised by {signs}", signs=told_by(self))
        return seen.coded(SentenceCode.REPLACES_MESSAGE_ID)


_CLUES = {IdClue.SERVER_ANSWER: N_("the text of the 250 reply"), IdClue.SENT_COPY: N_("the copy in Sent")}
_STORED = {
    **{each.value: each for each in IdClue},
    # By the release before.
    "the words of the 250": IdClue.SERVER_ANSWER,
    "the copy in Sent": IdClue.SENT_COPY,
}


def told_by(learned: ProviderHabits) -> Text:
    """What tells which mail of ours a given id means."""
    return Text.together(*(Text(_CLUES[each]) for each in learned.told_by), by=", ")


def put(conn: Connection, mailbox_id: int, learned: ProviderHabits) -> None:
    """Keep what was learned, instead of what was before."""
    said = {**dataclasses.asdict(learned), "tested_at": learned.tested_at.isoformat()}
    installation.put(conn, _key(mailbox_id), json.dumps(said))


def of(conn: Connection, mailbox_ids: Iterable[int]) -> dict[int, ProviderHabits]:
    """What is known of each, by mailbox; those that were never probed are left out."""
    wanted = {_key(number): number for number in mailbox_ids}
    rows = conn.execute(sa.select(meta.c.key, meta.c.value).where(meta.c.key.in_(sorted(wanted))))
    return {wanted[row.key]: _learned(row.value) for row in rows}


def drop(conn: Connection, mailbox_id: int) -> None:
    """Forget it: the mailbox moved to another provider."""
    installation.drop(conn, _key(mailbox_id))


def _key(mailbox_id: int) -> str:
    return f"provider of mailbox {mailbox_id}"


def _learned(text: str) -> ProviderHabits:
    said = json.loads(text)
    clues = (_STORED.get(each) for each in said["told_by"])
    lists = {"told_by": tuple(each for each in clues if each), "noted_in": tuple(said["noted_in"])}
    return ProviderHabits(**{**said, **lists, "tested_at": dt.datetime.fromisoformat(said["tested_at"])})
