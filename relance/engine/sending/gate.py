"""May this mail go now? Asked in the very transaction that marks it as transmitting, after the server's 354.

`objections` is the rule, pure. `admit` gathers its facts under locks: whatever stops the person afterwards waits for
this transaction, whatever stopped them before is seen by it. There is no third possibility, and no other way to a body.

A mail that was marked together with others before its own 354 is asked about once more behind that: `changes`.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine import states
from relance.engine.schedule import timezones
from relance.engine.states import MessageState, State
from relance.engine.store import claims, enrollments, mailboxes, messages, suppressions
from relance.engine.store.enrollments import Enrollment
from relance.engine.store.in_flight import InFlight
from relance.engine.store.messages import Message


@dataclass(frozen=True)
class Facts:
    """Everything the decision rests on, as it stands under the locks."""

    state: State
    version_claimed: int
    version_now: int
    step_wanted: str
    step_now: str | None
    sequence_state: str
    mailbox_state: str
    message_state: MessageState
    suppressed: str | None  # the reason, or None
    wrote_before: bool
    due_at: dt.datetime | None
    synced_at: dt.datetime | None  # when the last complete sync of the mailbox began
    now: dt.datetime
    unread_elsewhere: bool  # another mailbox wrote to them, and was not read since the step fell due


@dataclass(frozen=True)
class PreparedMail:
    """A prepared mail, the enrollment as it was claimed, and where the person is, if that was asked already."""

    enrollment: Enrollment
    message: Message
    place: timezones.Place | None = None


ELSEWHERE = "another mailbox that wrote to them was not read for answers since the step fell due"


def objections(facts: Facts) -> tuple[str, ...]:
    """Why this mail may not go now, in words; empty when it may."""
    found = [words for holds, words in _rules(facts) if not holds]
    return tuple(found)


def _rules(facts: Facts) -> tuple[tuple[bool, str], ...]:
    """Every rule as (it holds, what to say if it does not)."""
    return (
        (facts.state in states.SENDABLE, f"the enrollment is {facts.state}"),
        (facts.version_now == facts.version_claimed, "the enrollment changed since the mail was prepared"),
        (facts.step_now == facts.step_wanted, "the enrollment is at another step"),
        (facts.sequence_state == "active", "the sequence is paused"),
        (facts.mailbox_state == "active", f"the mailbox is {facts.mailbox_state}"),
        (facts.message_state in states.MESSAGE_SENDABLE, f"the mail is {facts.message_state}"),
        (facts.suppressed is None, f"the address is suppressed: {facts.suppressed}"),
        (
            not facts.wrote_before or _read_since(facts),
            "the mailbox was not read for answers since the step fell due",
        ),
        (not facts.unread_elsewhere, ELSEWHERE),
    )


def _read_since(facts: Facts) -> bool:
    synced = clock.believed(facts.synced_at, facts.now)
    return synced is not None and facts.due_at is not None and synced >= facts.due_at


def changes(version: int, fence: int, now: InFlight) -> tuple[str, ...]:
    """What has changed since a mail was marked that forbids its body, in words; empty when nothing has."""
    rules = (
        (now.version == version, "the enrollment changed"),
        (now.sequence_state == "active", "the sequence was paused"),
        (now.mailbox_state == "active", f"the mailbox is {now.mailbox_state}"),
        (now.fence == fence, "another worker took the mailbox"),
        (now.suppressed is None, f"the address is suppressed: {now.suppressed}"),
    )
    return tuple(words for holds, words in rules if not holds)


SETTLED = "the mail was settled or given up since it was prepared"


SaidNo = Callable[[Collection[str]], Mapping[str, str]]
"""Those of some addresses who said no where the database has not heard it yet, with the reason."""


def admit(
    conn: Connection,
    lease: mailboxes.Lease,
    wanted: Sequence[PreparedMail],
    now: dt.datetime,
    said_no: SaidNo,
) -> Mapping[int, tuple[str, ...]]:
    """Mark those that may go as transmitting; returns every message's objections (empty: its body may follow).

    Raises `errors.Superseded` when the lease was lost: then nothing may go, and the caller has nothing to write.
    """
    held = mailboxes.renew_lease(conn, lease)
    rows = enrollments.lock(conn, [each.enrollment.id for each in wanted])
    refused = refusals(conn, [each.message.recipient for each in wanted], said_no)
    unread = claims.unheard(conn, [row.id for row, _ in rows.values() if row.wrote_before], now)
    verdicts = {}
    for each in wanted:
        row, sequence_state = rows[each.enrollment.id]
        facts = _facts(each, row, sequence_state, held, refused.get(each.message.recipient), now)
        verdicts[each.message.id] = objections(dataclasses.replace(facts, unread_elsewhere=row.id in unread))
    going = [number for number, reasons in verdicts.items() if not reasons]
    marked = messages.begin(conn, going, lease.fence, now)
    return verdicts | {number: (SETTLED,) for number in going if number not in marked}


def refusals(conn: Connection, recipients: Collection[str], said_no: SaidNo) -> dict[str, str]:
    """Who may not be written to, with the reason. What people said is asked before the database, which it moves to, and
    after, for who speaks in between."""
    return {**said_no(recipients), **suppressions.among(conn, recipients), **said_no(recipients)}


def _facts(
    wanted: PreparedMail,
    row: Enrollment,
    sequence_state: str,
    held: mailboxes.Held,
    suppressed: str | None,
    now: dt.datetime,
) -> Facts:
    return Facts(
        state=row.state,
        version_claimed=wanted.enrollment.version,
        version_now=row.version,
        step_wanted=wanted.message.step,
        step_now=row.step,
        sequence_state=sequence_state,
        mailbox_state=held.state,
        message_state=wanted.message.state,
        suppressed=suppressed,
        wrote_before=row.wrote_before,
        due_at=row.due_at,
        synced_at=held.synced_at,
        now=now,
        unread_elsewhere=True,  # until it is asked
    )
