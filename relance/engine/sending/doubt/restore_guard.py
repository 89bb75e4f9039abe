"""Noticing a database that was restored from a backup: it has forgotten mails that were sent.

An *epoch* is counted up in the database and copied to a file outside it. A database whose epoch is lower than the
file's has gone back in time. Then nothing is sent until a person has looked, and what was due meanwhile is held, for
it may have been sent after the backup was made.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from sqlalchemy.engine import Connection

from relance import errors, late
from relance.engine.context import Context
from relance.engine.db.database import Database, file_of
from relance.engine.event_log import actors
from relance.engine.event_log.of_mailboxes import RestoreConfirmed
from relance.engine.event_log.of_people import EnrollmentReleased
from relance.engine.reasons import Code, HoldKind, Reason, because
from relance.engine.states import Event
from relance.engine.store import events
from relance.engine.store import installation as store_installation
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.sequences.holds import HoldEvidence
from relance.wording import Text, of_system
from relance.wording.sentence_codes import SentenceCode

if TYPE_CHECKING:
    from relance.engine.store.sending import own_replies, restore_doubts
    from relance.engine.store.sequences import enrollments
    from relance.engine.store.sequences.enrollments import Enrollment
else:  # every command asks whether the database was restored; hardly ever it was
    own_replies, restore_doubts, enrollments = late.modules(
        "relance.engine.store.sending.own_replies",
        "relance.engine.store.sending.restore_doubts",
        "relance.engine.store.sequences.enrollments",
    )

INSTALLATION, EPOCH, HALTED, RESTORES = "installation", "epoch", "halted", "restores"
MAX_EPOCH = 2**63  # no installation counts so far, one a minute
FENCES_APART = 1_000_000
# No mailbox has so many turns between two restores: each history that was lost, and the one that goes on, has fences of
# its own, so that no line of a lost one, wherever it is kept, names a fence to come.
MAX_RESTORES = 1000
# Nobody restores so often; a file that says so is not believed in that, and fences stay numbers that a database keeps.
RESTORED = "restored"
# When a person last said that a restored database may go on (ISO 8601, business time).
MAYBE_SENT = because(Code.MAYBE_SENT)


@dataclass(frozen=True)
class EpochFile:
    """What the file outside the database says."""

    installation: str
    epoch: int
    restores: int = 0  # how many were confirmed so far, those that the database has forgotten among them


def went_back(seen: EpochFile | None, installation: str, epoch: int) -> bool:
    """Whether this database is an older state of the one the file speaks of. Pure."""
    return seen is not None and seen.installation == installation and seen.epoch > epoch


def require_kept(url: str, file: Path) -> None:
    """Raises `errors.Misconfigured` where the database's file is gone although this home has worked with it: SQLite would make an
    empty one, which knows nobody who was ever written to, and nobody who answered."""
    kept = file_of(url)
    if kept is None or _read(file) is None or _holds_anything(kept):
        return
    raise errors.Misconfigured(
        Text(
            "the database {path} is gone, and this home has worked with it. Put it back from a backup. An empty one knows nobody "
            "who was written to before.",
            path=kept,
        ),
        command=Text("`relance init` begins with an empty one."),
    )


def _holds_anything(path: Path) -> bool:
    """An empty file is an empty database. What cannot be looked at is not taken for gone."""
    try:
        return path.stat().st_size > 0
    except FileNotFoundError:
        return not path.parent.is_dir()  # without its folder nothing is made, and that is told
    except OSError:
        return True


def beat(database: Database, file: Path) -> Text | None:
    """Count the epoch up and copy it out; returns why the installation stands still, if it does."""
    seen = _read(file)
    with database.write() as conn:
        store_installation.lock(
            conn
        )  # or two that count at once count once, and the file outruns the database
        installation = store_installation.get(conn, INSTALLATION)
        if installation is None:
            installation = secrets.token_hex(8)
            store_installation.put(conn, INSTALLATION, installation)
        epoch = int(store_installation.get(conn, EPOCH) or 0)
        if went_back(seen, installation, epoch):
            store_installation.put(conn, HALTED, _older(epoch, seen).json())
        halted = _halted(conn)
        if halted is None:
            epoch += 1
            store_installation.put(conn, EPOCH, str(epoch))
        restores = max(_restores(conn), _known(seen, installation))
    if halted is None:
        _write(file, EpochFile(installation, epoch, restores))
    return halted


def _older(epoch: int, seen: EpochFile | None) -> Text:
    return Text(
        "the database is older than it was (epoch {epoch}; it had reached {reached}): was it restored from a backup?",
        epoch=epoch,
        reached=seen.epoch if seen else "?",
    ).coded(SentenceCode.DATABASE_OLDER)


def _halted(conn: Connection) -> Text | None:
    """An earlier release wrote plain words."""
    stored = store_installation.get(conn, HALTED)
    return None if stored is None else Text.read(stored)


def _restores(conn: Connection) -> int:
    return int(store_installation.get(conn, RESTORES) or 0)


def _known(seen: EpochFile | None, installation: str | None) -> int:
    return seen.restores if seen is not None and seen.installation == installation else 0


def restored(conn: Connection) -> bool:
    """Whether this database was ever put back from a backup."""
    return store_installation.get(conn, RESTORED) is not None


def halted(database: Database) -> Text | None:
    """Why nothing is sent, if so."""
    with database.read() as conn:
        return _halted(conn)


def confirm(context: Context, file: Path, *, hold_due: bool = True) -> int:
    """A person has looked: go on. What fell due is held first, unless `hold_due` is off; returns how many that were.

    Raises `errors.Unwritable`.
    """
    now = context.clock.now()
    with context.database.write() as conn:
        words = _halted(conn) or Text("confirmed by a person")
        due = enrollments.gone_on(conn, now) if hold_due else []
        if hold_due:
            restore_doubts.put(conn, now)
        enrollments.apply(conn, [row.id for row in due], Event.HELD, now, reason=MAYBE_SENT)
        # Whatever a person decides of the rest: theirs may have left since the backup, and one at a time is asked about.
        own_replies.doubt(conn, [each.message_id for each in own_replies.waiting(conn)])
        seen = _read(file)
        store_installation.put(
            conn, EPOCH, str(max(int(store_installation.get(conn, EPOCH) or 0), seen.epoch if seen else 0))
        )
        store_installation.put(conn, RESTORED, now.isoformat())
        store_installation.drop(conn, HALTED)
        _part_fences(conn, file, seen)
        mailboxes.schedule_turn(
            conn, [each.id for each in mailboxes.list_all(conn)], now
        )  # the proof lies in them
        said = NewEvent(RestoreConfirmed(words, len(due)), now)
        events.record_cause(conn, said, [row.id for row in due])
    return len(due)


def _part_fences(conn: Connection, file: Path, seen: EpochFile | None) -> None:
    """Fences that no history had before. The same backup, put back again, has the same fences and the same count of
    restores: that count goes on in the file, which no restore takes back, and is written there before it is used."""
    installation, before = store_installation.get(conn, INSTALLATION), _restores(conn)
    count = min(max(before, _known(seen, installation)) + 1, MAX_RESTORES)
    if seen is not None and seen.installation == installation:
        _write(file, dataclasses.replace(seen, restores=count))
    store_installation.put(conn, RESTORES, str(count))
    leases.raise_fences(conn, {}, by=FENCES_APART * (count - before))


def let_go_on(conn: Connection, enrollment_id: int, now: dt.datetime) -> bool:
    """Anyone who is proved goes on by itself: the last mail that can have left was found, for the next was not due by then.

    What else holds or pauses somebody stays.
    """
    row = enrollments.by_ids(conn, [enrollment_id])[0]
    if row.lost_before is None:
        return False
    if row.step is not None and row.due_at is not None and row.due_at <= row.lost_before:
        return False
    release(conn, row, now, because(Code.FOUND_SENT))
    return True


CERTAIN = HoldEvidence(HoldKind.RESTORED)
"""Whether the step was sent before a restore is in doubt no more."""


@actors.by_rule("evidence")
def release(
    conn: Connection, row: Enrollment, now: dt.datetime, why: Reason, values: Mapping[str, Any] | None = None
) -> None:
    """Nothing is in doubt of this one any more; it goes on if nothing else holds it."""
    restore_doubts.lift(conn, row.id)
    if not enrollments.clear(conn, row.id, CERTAIN, now, why, dict(values or {})):
        events.led_by(conn, [row.id], now)  # something else holds them: what was told last lifted this
        return
    events.record_event(conn, EnrollmentReleased(why), now, row)
    due = (values or {}).get("due_at", row.due_at)
    if due is not None and row.step_kind == "mail":
        mailboxes.schedule_turn(conn, [row.mailbox_id], due)


def _read(file: Path) -> EpochFile | None:
    """What the file says; None where there is none, or nothing that we ever wrote."""
    try:
        found = json.loads(file.read_bytes()) if file.is_file() else None
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    installation, epoch = found.get("installation"), found.get("epoch")
    if not isinstance(installation, str) or type(epoch) is not int or not 0 <= epoch < MAX_EPOCH:
        return None
    restores = found.get("restores")  # an earlier release wrote none
    return EpochFile(installation, epoch, restores if _is_count(restores) else 0)


def _is_count(found: object) -> TypeGuard[int]:
    return type(found) is int and 0 <= found <= MAX_RESTORES


def _write(file: Path, seen: EpochFile) -> None:
    """Replace the file in one step, so that nobody ever reads half of it. Raises `errors.Unwritable`."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=file.name)
        with contextlib.ExitStack() as undo:
            undo.callback(Path(name).unlink, missing_ok=True)
            with os.fdopen(handle, "w") as out:
                json.dump(dataclasses.asdict(seen), out)
                out.flush()
                os.fsync(handle)
            Path(name).replace(file)
    except OSError as refused:
        raise errors.Unwritable(
            Text(
                "{file} cannot be written: {strerror}. Make room on its disk, or make it writable.",
                file=file,
                strerror=of_system(refused),
            )
        ) from refused
