"""Which of the due mails of its mailbox a turn takes up: as many as the mailbox's pace lets, in the transaction that counts them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine.context import Context
from relance.engine.db import prepared
from relance.engine.schedule import next_turn, throttle
from relance.engine.schedule.next_turn import EndKind, EndTurn
from relance.engine.schedule.throttle import MINUTE, Allowance, Pace, Window
from relance.engine.sending import admitting
from relance.engine.sending.admitting import Admission
from relance.engine.sending.replies import queue
from relance.engine.sequences import overdue
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import arrivals, claims, messages, ramp_ups
from relance.engine.store.sequences import due, enrollments
from relance.engine.store.sequences.due import FirstMails
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox import providers

NOTHING_KNOWN = FirstMails()
OWNERS_PART = 6
# One in so many of what a provider takes in a minute is left to the mailbox's owner, who answers and writes as well.


def _provider(mailbox: Mailbox) -> Window | None:
    """How many mails a minute are ours of those its provider takes, where its own pace would let more go."""
    known = providers.limits(mailbox.address, mailbox.smtp, mailbox.imap)
    if known is None or known.mails_a_minute is None:
        return None
    limit = Window(known.mails_a_minute - known.mails_a_minute // OWNERS_PART, MINUTE)
    return limit if throttle.matters(limit, mailbox.pace) else None


@dataclass
class Workload:
    """The claims of one turn."""

    context: Context
    lease: Lease
    pace: Pace
    allowance: Allowance = field(default_factory=lambda: Allowance(0))
    at: dt.datetime = clock.NEVER  # when it claimed
    claimed: list[Enrollment] = field(default_factory=list)  # and not yet taken up
    more: bool = False  # something was left behind that could be done at once
    waiting: bool = False  # somebody's mail waits for another mailbox to be read
    one_by_one: bool = False  # each is asked about behind its own 354
    noted: bool = False  # what it claimed is in its mailbox's row
    stuck: bool = False  # a person's answer was to leave, and none did
    admission: Admission | None = None  # whose first mails leave next, where that is known
    sent: int = 0  # mails in the last 24 hours
    provider: Window | None = None  # what its provider takes, where its own pace would let more go

    @classmethod
    def of(cls, context: Context, lease: Lease, mailbox: Mailbox) -> Workload:
        """Nothing yet."""
        return cls(
            context,
            lease,
            mailbox.pace,
            provider=_provider(mailbox),
            admission=admitting.of_row(mailbox.first_mails),
        )

    @property
    def together(self) -> int:
        """How many mails may share a mark."""
        return 1 if self.one_by_one or self.pace.spaced else self.context.options.together

    def begin(self, conn: Connection, mailbox: Mailbox) -> bool:
        """In the transaction of the lease: whether a turn before left mails open. Where none did and nothing is to be looked at
        first (it is not yet time to read the mailbox, and only first mails are due), claim at once. Everyday with a pace."""
        number, now = mailbox.id, self.context.clock.now()
        left = messages.left_by_others(number, self.lease.fence)
        if self._looks_first(mailbox, now):
            return bool(left.run(conn))
        follows = enrollments.due_to_others(number, now)
        most = throttle.most(self.pace, self.context.options.batch)
        before = arrivals.times_since(number, now - throttle.DAY)
        sent: list[dt.datetime] = []
        if not throttle.needs_history(self.pace):
            page = due.first_claimable(number, now, most)
            left_open, follow_up, found = prepared.together(conn, left, follows, page)
            first = FirstMails(found, alone=True)
        elif order := self._known(now):
            page = due.first_claimable(number, now, most, order)
            left_open, follow_up, found, sent = prepared.together(conn, left, follows, page, before)
            first = FirstMails(found, alone=True)
        else:
            left_open, follow_up, sent = prepared.together(conn, left, follows, before)
            first = FirstMails(alone=True)
        if not left_open and not follow_up:
            self._claim(conn, now, mailbox.synced_at, sent, first)
        return bool(left_open)

    def _known(self, now: dt.datetime) -> Sequence[int]:
        """Of which sequences first mails leave next, where that need not be reckoned."""
        return self.admission.order if self.admission is not None and self.admission.holds(now) else ()

    def _looks_first(self, mailbox: Mailbox, now: dt.datetime) -> bool:
        """Whether the mailbox is read before any mail, or nothing is to leave. A person's answer goes first, and needs a look."""
        options = self.context.options
        return (
            next_turn.time_to_read(mailbox.synced_at, now, options.sync_every)
            or mailbox.state != "active"
            or overdue.slept(mailbox, now, options.late)
            or queue.due(mailbox, now)
        )

    def claim(self) -> None:
        """Claim, unless that was done; whoever else wrote to these people is asked to be read."""
        if self.claimed:
            return
        with self.context.database.write() as conn:
            held = leases.renew(conn, self.lease)
            now = self.context.clock.now()
            self._claim(conn, now, held.synced_at, self._sent(conn, now))
            self.call_others(conn)

    def _sent(self, conn: Connection, now: dt.datetime) -> Sequence[dt.datetime]:
        if not throttle.needs_history(self.pace):
            return ()
        return arrivals.sent_since(conn, self.lease.mailbox_id, now - throttle.DAY)

    def _claim(
        self,
        conn: Connection,
        now: dt.datetime,
        synced_at: dt.datetime | None,
        sent: Sequence[dt.datetime],
        first: FirstMails = NOTHING_KNOWN,
    ) -> None:
        self.at, number, self.sent = now, self.lease.mailbox_id, len(sent)
        self.pace = ramp_ups.counted(conn, number, self.pace, now)
        self.allowance = throttle.allowance(self.pace, sent, now, self.context.options.batch)
        if self.provider is not None:
            ended = arrivals.ended_since(conn, number, now - self.provider.span, now)
            self.allowance = throttle.within(self.allowance, self.provider, ended, now)
        before, limited = self.admission, throttle.needs_history(self.pace)
        if limited:
            first = dataclasses.replace(first, admitted=lambda: self._admitted(conn))
        self.claimed = claims.claim(conn, number, now, self.allowance.count, seen=synced_at, first=first)
        if limited:
            self._use_up(self.allowance.count)
        if self.admission != before:
            claims.admit(conn, number, None if self.admission is None else self.admission.row())
        self.noted = bool(self.claimed)
        self.more = len(self.claimed) == self.allowance.count > 0 and self.allowance.next_at is None

    def _admitted(self, conn: Connection) -> Sequence[int] | None:
        """The sequences whose first mails leave next, reckoned anew where nothing is known; None: nobody waits for one."""
        if self.admission is None or not self.admission.holds(self.at):
            number = self.lease.mailbox_id
            self.admission = admitting.reckon(conn, self.context, number, self.pace, self.sent, self.at)
        return None if self.admission is None else self.admission.order

    def _use_up(self, limit: int) -> None:
        """What was claimed of the first mails that were admitted is not admitted twice; what was not found is admitted no more."""
        if self.admission is None or not self.admission.order:
            return
        taken = Counter(row.sequence_id for row in self.claimed if not row.wrote_before)
        asked = Counter(self.admission.order[: max(0, limit - sum(row.wrote_before for row in self.claimed))])
        gone = frozenset(number for number, count in asked.items() if taken[number] < count)
        rest = self.admission.without(taken, gone)
        self.admission = rest if rest.order else None

    @property
    def closed(self) -> dt.datetime | None:
        """Until when no first mail leaves, as follow-ups need what the mailbox may send; None: some may."""
        return admitting.closed_until(self.admission, self.context.clock.now())

    def take(self) -> list[Enrollment]:
        """What was claimed: from now on it is the caller's."""
        taken, self.claimed = self.claimed, []
        return taken

    def call_others(self, conn: Connection) -> None:
        """Ask the other mailboxes that wrote to people with a mail due here to be read; theirs go in a later turn."""
        others = claims.other_mailboxes_to_sync(conn, self.lease.mailbox_id, self.at)
        mailboxes.schedule_turn(conn, others, self.at)
        self.waiting = self.waiting or bool(others)

    def left_at(self, at: dt.datetime) -> None:
        """The last of its mails left then."""
        self.allowance = throttle.since(self.pace, self.allowance, at)

    def nothing_left(self) -> None:
        """None of what was claimed leaves now, and each was put off, held or moved on: no gap begins, others may go at once."""
        self.allowance = dataclasses.replace(self.allowance, next_at=None)

    def begin_behind(self, at: dt.datetime) -> None:
        """Answers of a person left before any other mail, the last of them then: the pace begins with it anew."""
        if self.pace.spaced:
            self.allowance = Allowance(0, at + self.pace.gap_after(at))
        else:
            self.more = True  # nothing was claimed: what is due goes in the next turn

    def ended(self, end: EndTurn) -> bool:
        """Whether nothing that it noted was left without an end. (What a turn before left, and it did not count, stays.)"""
        return self.noted and end.kind is not EndKind.FAULT

    def give_back(self, conn: Connection) -> None:
        """What was claimed and not taken up is not counted; the caller holds the lease."""
        claims.unclaim(conn, [each.id for each in self.take()])
