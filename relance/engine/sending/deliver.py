"""The send protocol: 354, commit the mark, body, reply, journal, record. Steps 7 and 8 of an email's way.

Where a mailbox's pace allows several mails at once, one commit marks a small chunk of them and records the chunk before;
the journal says which bodies had begun, should this process die in between.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine.context import Context
from relance.engine.db.database import Glances
from relance.engine.event_log import actors
from relance.engine.event_log.of_mails import MessageStoppedAtGate
from relance.engine.ports import Outbox, Span
from relance.engine.reasons import Code, Reason, because, joined
from relance.engine.schedule.pace.receivers import ReceiverRoom
from relance.engine.sending import endings, gate, receiver_room, settle
from relance.engine.sending.endings import Attempt
from relance.engine.sending.gate import PreparedMail
from relance.engine.sending.refusals import repeated_answers, way_out
from relance.engine.sending.refusals.repeated_answers import Refusal, Whose
from relance.engine.store import events
from relance.engine.store.events import NewEvent
from relance.engine.store.mailboxes import leases, mailboxes
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import claims, in_flight, messages, own_replies
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.wording import Text

NOT_BEGUN = SendResult(Outcome.NOT_SENT, "data", text="the connection was gone before this mail's turn")
LEAVING = SendResult(Outcome.NOT_SENT, "data", text="the process was asked to stop before this mail's body")
TOO_LATE = SendResult(Outcome.NOT_SENT, "data", text="the mail's turn came too late after its mark")
REFUSED_THERE = SendResult(
    Outcome.NOT_SENT, "data", text="another mail's refusal, which may hold this one, is to be written first"
)
WITHDRAWN = SendResult(Outcome.NOT_SENT, "data", text="withdrawn before its body")
BEGIN_WITHIN = 0.25
# The share of a lease within which a body may begin after its mark: with the longest wait of a body (600 s) it ends within
# the lease, and a worker that was frozen finds out before the body.


UNSEEN = "unseen"
# The two moments SMTP leaves open, measured: no protocol closes them, so that their length is worth knowing. From the last
# time it was asked whether a mail may go to its body's first byte, a new no is not heard.
UNRECORDED = "unrecorded"
# From a body's first byte to the commit that says how it ended, only the server and the journal know.


@dataclass
class Delivery:
    """One mailbox's mails of one turn, over one connection: `deliver`, then `record` in the turn's last transaction."""

    context: Context
    lease: Lease
    mailbox: Mailbox
    outbox: Outbox
    together: int
    sent: int = 0
    waiting: bool = False  # somebody's mail waits for another mailbox to be read
    put_off: int = 0  # mails that are tried again later, as their receivers get no more for now
    heard: Callable[[], None] = lambda: None  # called when the server has answered about a mail
    stopped: bool = False  # the server or the mailbox is in trouble: no more in this turn
    again: bool = (
        False  # what one organisation said is to be written before anybody is touched: the rest in a new turn
    )
    trouble: Text | None = (
        None  # what the server's last answer shows of it (see `way_out`); None: it was not asked
    )
    _open: list[Attempt] = field(default_factory=list)  # ended, not yet recorded
    _wanted: Sequence[PreparedMail] = ()
    _left: Sequence[PreparedMail] = ()  # not begun
    _objections: tuple[Reason, ...] = ()  # to the mail withdrawn last
    _refused: Refusal | None = None  # the last mail the server refused, none accepted since
    marked_at: dt.datetime = clock.NEVER  # when the last of its mails were marked
    _marked: float = 0.0  # when the mark of the chunk under way was begun, machine time

    def __post_init__(self) -> None:
        self._begun: list[Span] = []  # bodies whose end is not recorded
        self._asked = self.context.telemetry.span(UNSEEN)
        self._refused = self._noted = repeated_answers.of(self.mailbox.refusal)

    def deliver(self, wanted: Sequence[PreparedMail], stop: Callable[[], bool]) -> None:
        """Send what may go, in order, until all is done, trouble stops the turn or `stop` says so. The last of it is yet to
        be recorded then."""
        self._wanted = left = list(wanted)
        while left and not self._over and not stop():
            chunk, left = left[: self.together], left[self.together :]
            self._chunk(chunk)
        self._left = left

    def record(self, conn: Connection) -> None:
        """Write how the last mails ended, and let go of those that were not begun; the caller holds the lease."""
        self._record(conn)
        let_go(conn, self._left)

    def recorded(self) -> None:
        """What `record` wrote is committed."""
        self._recorded()
        self.context.journal.settled(each.message.id for each in self._wanted)

    @property
    def _over(self) -> bool:
        return self.stopped or self.again

    def _chunk(self, chunk: Sequence[PreparedMail]) -> None:
        ready = self._offered(chunk)
        if not ready:
            return
        self._marked = clock.elapsed()
        try:
            admitted = self._mark(ready)
        except BaseException:
            self.outbox.withdraw()  # a 354 stands open and its body must not follow
            raise
        # By id: the mark has changed the values.
        open_now = ready[0].message.id in {each.message.id for each in admitted}
        if not open_now:
            self.outbox.withdraw()
        try:
            with self.context.database.glances() as glances:
                for each in self._transmit(admitted, glances, open_now=open_now):
                    self._open.append(each)
                    if each.result.outcome is not Outcome.UNKNOWN:
                        # Told at once, for a kill in mid-chunk; made sure on the disk once a chunk, before the database
                        # hears of it.
                        self.context.journal.ended(each.wanted.message.id, self.lease.fence, each.result)
        finally:
            if any(each.result.outcome is not Outcome.UNKNOWN for each in self._open):
                self.context.journal.sure()

    def _offered(self, chunk: Sequence[PreparedMail]) -> Sequence[PreparedMail]:
        """Offer mails until the server says 354 to one; returns it and those behind it. The others have ended."""
        for number, each in enumerate(chunk):
            result = self._offer(each)
            if result is None:
                return chunk[number:]
            self._end(each, result)
            if self._over:
                self._unclaim(chunk[number + 1 :])
                return ()
        return ()

    def _offer(self, wanted: PreparedMail) -> SendResult | None:
        message = wanted.message
        size, name = len(message.raw), message.message_id
        result = self.outbox.offer(self.mailbox.address, message.recipient, size, name)
        if result is None or result.code is not None:
            self.heard()
        if result is not None:
            self.trouble = way_out.trouble(self.mailbox.smtp, result)
        return result

    def _mark(self, ready: Sequence[PreparedMail]) -> list[PreparedMail]:
        """The commit to transmitting: with the record of what ended before, and only for those that may go."""
        now = self.marked_at = self.context.clock.now()
        with self.context.database.write() as conn:
            room = receiver_room.held(conn, self.context, [each.message.recipient for each in ready], now)
            verdicts = gate.admit(conn, self.lease, ready, now, self.context.noes.opted_out, room)
            self._record(conn)
            later = self._put_off(conn, room, [(each, verdicts[each.message.id]) for each in ready], now)
            turned_away = [each for each in ready if verdicts[each.message.id] and each not in later]
            let_go(conn, turned_away)
            with actors.by_rule("gate"):
                events.record_events(
                    conn, [self._turned_away(each, verdicts[each.message.id]) for each in turned_away]
                )
        self._recorded()
        self._asked = self.context.telemetry.span(UNSEEN)
        self.waiting = self.waiting or any(map(_waits_for_another, verdicts.values()))
        return [self._marked_as(each) for each in ready if not verdicts[each.message.id]]

    def _put_off(
        self,
        conn: Connection,
        room: ReceiverRoom | None,
        asked: Sequence[tuple[PreparedMail, Sequence[Reason]]],
        now: dt.datetime,
    ) -> list[PreparedMail]:
        """Those whose receivers get no more for now are tried again later. Everyday: no line in the log, `bound` says why."""
        if room is None:
            return []
        later = [(each, why[0]) for each, why in asked if receiver_room.only_full(why)]
        receiver_room.put_off(conn, self.context, room, later, now)
        self.put_off += len(later)
        return [each for each, _ in later]

    def _marked_as(self, wanted: PreparedMail) -> PreparedMail:
        """The mail as the commit left it."""
        message = messages.marked(wanted.message, self.lease.fence, self.marked_at)
        return dataclasses.replace(wanted, message=message, new=False)

    def _transmit(
        self, admitted: Sequence[PreparedMail], glances: Glances, *, open_now: bool
    ) -> Iterator[Attempt]:
        """The bodies, one after the other; the first has its 354 already when `open_now`."""
        for number, each in enumerate(admitted):
            result = REFUSED_THERE if self.again else NOT_BEGUN if self.stopped else None
            if result is None and (number or not open_now):
                result = self._offer(each) or self._changed(each, glances)
            yield self._attempt(each, result or self._too_late() or self._body(each))

    def _changed(self, each: PreparedMail, glances: Glances) -> SendResult | None:
        """Its own 354 came after the mark: whatever was said no to meanwhile (and answered) is still heard."""
        recipient = each.message.recipient
        try:
            self._asked = self.context.telemetry.span(UNSEEN)
            said_no = self.context.noes.opted_out([recipient])  # before the database, which it moves to
            with glances.read() as conn:
                now = in_flight.of(conn, each.enrollment.id, recipient, self.context.clock.now())
            said_no |= self.context.noes.opted_out([recipient])
        except BaseException:
            self.outbox.withdraw()
            raise
        now = dataclasses.replace(
            now,
            suppressed=now.suppressed or said_no.get(recipient),
            on_leave=now.on_leave and each.reply is None,  # a person's own answer leaves all the same
        )
        why = gate.changes(each.enrollment.version, self.lease.fence, now)
        if not why:
            return None
        self.outbox.withdraw()
        self._objections = tuple(why)
        return WITHDRAWN

    def _body(self, each: PreparedMail) -> SendResult:
        if not self.context.at_work.begin(self.lease):
            self.outbox.withdraw()
            return LEAVING
        self.context.journal.begin(each.message.id, self.lease.fence)
        late = self._too_late()
        if late is not None:
            return late
        self._asked.end()
        self._begun.append(self.context.telemetry.span(UNRECORDED))
        result = self.outbox.transmit(each.message.raw)
        self.trouble = way_out.trouble(self.mailbox.smtp, result)
        return result

    def _too_late(self) -> SendResult | None:
        """A 354 stands open, but so long after the mark somebody else may hold the mailbox: send no body after all.

        A host that slept, or was paused, since the mark is known by its wall clock alone: it jumped.
        """
        within = BEGIN_WITHIN * self.context.options.lease.total_seconds()
        if clock.elapsed() - self._marked <= within and not self.context.watch.doubt():
            return None
        self.outbox.withdraw()
        return TOO_LATE

    def _attempt(self, wanted: PreparedMail, result: SendResult) -> Attempt:
        result = self._read(wanted, result)
        end = endings.ending(result, wanted.message.attempts, self.context.options)
        self.stopped = self.stopped or end.stop_turn
        self.again = self.again or end.refused_there
        self.sent += result.outcome is Outcome.ACCEPTED
        # A clock that went back since the mark does not date the mail before it.
        at = max(self.context.clock.now(), self.marked_at)
        return Attempt(wanted, result, at, _withdrawn(self._objections) if result is WITHDRAWN else None)

    def _read(self, wanted: PreparedMail, result: SendResult) -> SendResult:
        """The result beside the one before it: the same answer to two people is about neither."""
        whose = Whose(wanted.enrollment.contact_id, self.mailbox.address, wanted.message.recipient)
        last, before = wanted.message.attempts >= self.context.options.deferrals, self._refused
        self._refused = repeated_answers.heard(before, result, whose, last=last)
        alone = smtp_replies.may_be_of_one(result) and self._refused_alone(wanted.message)
        return repeated_answers.read(result, before, whose, last=last, alone=alone)

    def _refused_alone(self, message: Message) -> bool:
        """Whether it was refused before, and somebody else's mail was taken since."""
        if message.settled_at is None or (message.code or 0) < 500:
            return False
        if self.sent:
            return True
        with self.context.database.read() as conn:
            return messages.any_accepted_since(conn, self.mailbox.id, message.settled_at)

    def _end(self, wanted: PreparedMail, result: SendResult) -> None:
        """An attempt that ended before any body: it counts as one all the same."""
        message = dataclasses.replace(wanted.message, attempts=wanted.message.attempts + 1)
        self._open.append(self._attempt(dataclasses.replace(wanted, message=message), result))

    def _recorded(self) -> None:
        for body in self._begun:
            body.end()
        self._begun.clear()
        self.context.at_work.recorded(self.mailbox.id)

    def _record(self, conn: Connection) -> None:
        gone = self._handed_over(conn)
        ended = [each for each in self._open if each.wanted.message.id not in gone]
        messages.add(conn, [each.wanted.message for each in ended if each.wanted.new])
        settle.record(conn, self.context, ended)
        settle.beyond(conn, self.context, [each for each in self._open if each.wanted.message.id in gone])
        if self._refused != self._noted:
            mailboxes.change(conn, self.mailbox.id, refusal=self._refused and self._refused.row())
            self._noted = self._refused
        self._open.clear()

    def _handed_over(self, conn: Connection) -> set[int]:
        """Mails that ended before they were stored, whose people go on from another mailbox since: theirs is the step now, and no mail
        of this one's is to stand there."""
        new = [each.wanted for each in self._open if each.wanted.new]
        if not new:
            return set()
        now = {
            row.id: row.mailbox_id for row in enrollments.locked(conn, [each.enrollment.id for each in new])
        }
        return {each.message.id for each in new if now.get(each.enrollment.id) != each.enrollment.mailbox_id}

    def _unclaim(self, left: Sequence[PreparedMail]) -> None:
        with self.context.database.write() as conn:
            leases.renew(conn, self.lease)
            let_go(conn, left)

    def _turned_away(self, wanted: PreparedMail, reasons: Sequence[Reason]) -> NewEvent:
        mail, data = wanted.message, MessageStoppedAtGate(tuple(reasons))
        known = None if wanted.new else mail.id
        return NewEvent.of(
            wanted.enrollment, data, self.context.clock.now(), message_id=known, step=mail.step
        )


def let_go(conn: Connection, mails: Sequence[PreparedMail]) -> None:
    """Their tries ended without a verdict on them."""
    claims.unclaim(conn, [each.enrollment.id for each in mails if each.reply is None])
    own_replies.let_go(conn, [each.message.id for each in mails if each.reply is not None])


def _waits_for_another(objections: Sequence[Reason]) -> bool:
    return any(each.code is Code.NOT_READ_ELSEWHERE for each in objections)


def _withdrawn(why: Sequence[Reason]) -> Reason:
    """The journal, which is read when something has gone wrong, does without the reasons."""
    return because(Code.WITHDRAWN, why=joined(why))
