"""What the journals of this home remember, told to a database that may have been put back: mails that a server took count
as accepted whatever their rows say, and no fence comes twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.journal.findings import Memory
from relance.engine.sending.doubt import proofs, restore_guard
from relance.engine.sending.doubt.proofs import BY_JOURNAL, Left
from relance.engine.states import MessageState
from relance.engine.store.mailboxes import leases
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.mailbox.smtp.outcome import SendResult

MAX_BYTES = 2**30
# No fence ever counted so far; a line that says so is not ours.
AT_ONCE = 5000
# Mails asked about in one statement.


def hear_once(context: Context) -> None:
    """Before the first turn of a process, for the database may have been put back since the last one. Where that was
    noticed it waits for a person's word first."""
    if context.journal.heard.is_set():
        return
    memory = context.journal.memory()
    if not memory or restore_guard.halted(context.database) is None:
        _tell(context, memory)
        context.journal.heard.set()


def hear(context: Context) -> int:
    """Tell the database all that is remembered; returns how many mails it had forgotten.

    A mail under way is left to its own turn, or to the next one of its mailbox, which settles it first of all.
    """
    return _tell(context, context.journal.memory())


def _tell(context: Context, memory: Memory) -> int:
    if not memory:
        return 0
    fences = {number: fence for number, fence in memory.fences.items() if fence < MAX_BYTES}
    with context.database.read() as conn:
        forgotten = list(_forgotten(conn, memory.accepted))
        behind = leases.behind(conn, fences)
    if behind:
        with context.database.write() as conn:
            leases.raise_fences(conn, behind)
    return sum(_take(context, mail) for mail in forgotten)


def _forgotten(conn: Connection, accepted: Mapping[int, SendResult]) -> Iterator[Message]:
    numbers: Sequence[int] = sorted(accepted)
    for start in range(0, len(numbers), AT_ONCE):
        for mail in messages.not_accepted(conn, numbers[start : start + AT_ONCE]):
            if mail.state is not MessageState.TRANSMITTING:
                yield mail


def _take(context: Context, mail: Message) -> bool:
    now: dt.datetime = context.clock.now()
    with context.database.write() as conn:
        return proofs.left(conn, context, mail, Left(mail.step, now, BY_JOURNAL, exact=False), now)
