"""A turn under way: recover, read, send and give the lease back, one stage after the other."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance import clock, errors
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.db import prepared
from relance.engine.inbound.reading import sync
from relance.engine.mailboxes.settings.changing import look_anew
from relance.engine.mailboxes.sign_ins import renewing
from relance.engine.reasons import Code, Why, because
from relance.engine.runtime.mail_servers import ServerVisit
from relance.engine.schedule import next_turn
from relance.engine.schedule.next_turn import (
    TROUBLE,
    Continue,
    Ending,
    EndKind,
    EndTurn,
    Outlook,
    Pauses,
    Run,
)
from relance.engine.sending import dead_links, deliver, prepare
from relance.engine.sending.deliver import Delivery
from relance.engine.sending.doubt import in_doubt, recovery
from relance.engine.sending.gate import PreparedMail
from relance.engine.sending.replies import queue
from relance.engine.sending.workload import Workload
from relance.engine.sequences import overdue
from relance.engine.store.mailboxes import grants, leases, mailboxes, next_turns
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import SIGN_IN, Mailbox
from relance.engine.store.sequences import due as due_mails
from relance.engine.store.sequences import enrollments
from relance.mailbox.account import Account, Server
from relance.mailbox.imap.folders import FolderRefused
from relance.mailbox.smtp import login as smtp_login
from relance.mailbox.smtp.outcome import Blame, SendResult
from relance.mailbox.smtp.usage import Usage
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode


@dataclass(frozen=True)
class TurnReport:
    """What a turn did. `words` says what stopped it, where something did."""

    mailbox_id: int
    held: bool = False  # somebody else works for this mailbox
    sent: int = 0
    answers: int = 0
    words: str = ""
    more: bool = False  # something is due still that could be done at once
    smtp: Usage = field(default_factory=Usage)  # connections, logins and the like that its mails took
    why: Why | None = None  # what `words` say, for programs


@contextmanager
def proof_kept(context: Context) -> Iterator[None]:
    """Where this fails, a lease may stay in this process's name: proof of its end must stay, too."""
    try:
        yield
    except BaseException:
        context.journal.stay()
        raise


class Turn:
    """One turn under way. Each stage says whether the next one follows."""

    def __init__(self, context: Context, lease: Lease, conn: Connection) -> None:
        """In the transaction in which the lease was taken: what can be known and done at once is."""
        self.context = context
        self.lease = lease
        self.sent = 0
        self.answers = 0
        # The last of the servers that was asked let us in, whatever came of the turn after that.
        self.granted = False
        self.recovered: list[Server] = []  # servers that were in trouble and answered again
        self.mailbox = self.began = mailboxes.of_lease(conn, lease)
        self.account: Account | None = None
        self.send_error: Text = self.mailbox.send_error  # what the last attempt to send met
        self.work = Workload.of(context, lease, self.mailbox)
        self.synced = clock.elapsed()
        self.looked = False  # the mailbox was read in this turn
        # The version of the grant whose access token was of no use, where a later one would be.
        self.behind: int | None = None
        self.smtp = Usage()
        self.doors = ExitStack()  # to servers, shut when the lease is given back: a goodbye may be waited for
        self.delivery: Delivery | None = None  # whose last mails are to be recorded
        self.left_open = self.work.begin(conn, self.mailbox)

    def report(self, said: Text) -> TurnReport:
        """What it did, and what stopped it, where something did."""
        return TurnReport(
            self.lease.mailbox_id,
            sent=self.sent,
            answers=self.answers,
            words=str(said),
            more=self.work.more,
            smtp=self.smtp,
            why=reasons.why_of(said),
        )

    def run(self, stop: Callable[[], bool]) -> EndTurn:
        """The whole turn, between its first and its last line in the journal."""
        self.context.journal.turn(self.lease.mailbox_id, self.lease.fence)
        clean = False
        try:
            end = self._stages(stop)
            clean = end.kind not in TROUBLE
        finally:
            self.context.journal.over(self.lease.mailbox_id, self.lease.fence, clean=clean)
        return end

    def _stages(self, stop: Callable[[], bool]) -> EndTurn:
        if self.left_open and recovery.settle_left_open(self.context, self.lease):
            self.mailbox = self._mailbox()  # a refusal found in the journal may have paused it
        now = self.context.clock.now()
        if overdue.slept(self.mailbox, now, self.context.options.late):
            overdue.replan(self.context, self.lease, self.mailbox, now)
        if self._locked_out():  # asking again with a refused password would only lock the account
            return EndTurn(EndKind.DONE)
        try:
            self.account = self.context.account(self.mailbox)
            return self._serve(self.account, stop)
        except errors.Broken as broken:
            return self._refused(broken.text, unreadable=True)
        except errors.Unreachable as away:
            if away.text.code == SentenceCode.ACCESS_RAN_OUT:
                self.behind = 0
            return EndTurn(EndKind.NOT_REACHED, away.text)

    def _serve(self, account: Account, stop: Callable[[], bool]) -> EndTurn:
        """Read, then send."""
        read = Continue() if stop() else self._read_what_can_be(account)
        if isinstance(read, EndTurn):
            return read
        may_send = not stop() and self.mailbox.state == "active"
        return next_turn.ended(self._send(account, stop) if may_send else Continue(), read.reason)

    def _locked_out(self) -> bool:
        """Whether the mailbox is paused for what reading it said. One that was only out of reach, and is paused for
        something else, is read on: answers count."""
        return self.mailbox.state == "paused" and self.mailbox.locked_out

    def _mailbox(self) -> Mailbox:
        with self.context.database.read() as conn:
            return mailboxes.by_id(conn, self.lease.mailbox_id)

    def _read_what_can_be(self, account: Account) -> Ending:
        try:
            return self._read(account)
        except FolderRefused as refusal:
            self.mailbox = self._mailbox()
            return Continue(refusal.text)

    def _read(self, account: Account) -> Ending:
        """Read the mailbox when it is time, and always before a follow-up."""
        if self.work.claimed:
            return Continue()
        now = self.context.clock.now()
        with self.context.database.read() as conn:
            follow_up = enrollments.follow_up_due(conn, self.mailbox.id, now)
            may_send = self.mailbox.state == "active"  # what waits in a paused one is nothing to send
            closed = self.work.closed
            first = due_mails.first_mail_due(conn, self.mailbox.id, now, closed=closed) if may_send else None
        called = first is None or first > now  # nothing to send: reading is all this turn can be for
        time = next_turn.time_to_read(self.mailbox.synced_at, now, self.context.options.sync_every)
        wanted = follow_up or called or time or queue.due(self.mailbox, now)
        return self._look(account) if wanted else Continue()

    def _look(self, account: Account) -> Ending:
        with self._visit(account.imap) as visit:
            if visit.wait:
                return EndTurn(EndKind.DEFERRED, wait=visit.wait)
            self.synced, self.looked = clock.elapsed(), True
            context = dataclasses.replace(self.context, open_inbox=visit.door(self.context.open_inbox))
            try:
                self.answers = sync.sync(context, self.lease, self.mailbox, account)
            finally:
                self.granted = visit.heard
        self.mailbox = self._mailbox()
        in_doubt.resolve(self.context, self.lease, self.mailbox)
        return Continue()

    @contextmanager
    def _visit(self, place: Server) -> Iterator[ServerVisit]:
        """One of the mailbox's servers, which may have to wait its turn: see `mail_servers`."""
        with self.context.servers.visit(place, doubtful=self.mailbox.troubles > 0) as visit:
            try:
                yield visit
            finally:
                self.recovered += [place] if visit.recovered else []

    def _send(self, account: Account, stop: Callable[[], bool]) -> Ending:
        with self._visit(account.smtp) as visit:
            if visit.wait:
                return EndTurn(EndKind.DEFERRED, wait=visit.wait)
            replies = queue.take(self.context, self.lease, self.mailbox)
            if replies:
                return self._send_replies(visit, account, replies, stop)
            self.work.claim()
            if self.work.claimed and (dead := dead_links.refusal(self.context, self.mailbox)):
                self.send_error = dead
                return EndTurn(EndKind.NOT_REACHED, dead)
            claimed, at = self.work.take(), self.work.at
            nothing = self.work.allowance.count == 0 or self.work.closed is not None
            if not claimed and nothing and not self.looked:
                # Called although its pace lets nothing leave: there is news of mail.
                return self._look(account)
            wanted = prepare.prepare(self.context, self.lease, self.mailbox, claimed, at) if claimed else []
            if claimed and not wanted:
                self.work.nothing_left()
            return self._send_by(visit, account, wanted, stop) if wanted else Continue()

    def _send_replies(
        self, visit: ServerVisit, account: Account, replies: Sequence[PreparedMail], stop: Callable[[], bool]
    ) -> Ending:
        """What people wrote leaves first, whatever the pace says, which begins anew with it; each behind its own 354."""
        self.work.one_by_one = True
        end = self._send_by(visit, account, replies, stop)
        if self.sent:
            self.work.begin_behind(self.delivery.marked_at if self.delivery else clock.NEVER)
        self.work.stuck = not self.sent
        return end

    def _send_by(
        self,
        visit: ServerVisit,
        account: Account,
        wanted: Sequence[PreparedMail],
        stop: Callable[[], bool],
    ) -> Ending:
        outbox = self.doors.enter_context(self.context.open_outbox(account))
        self.granted = False
        refused = outbox.connect()
        self.granted, self.smtp = refused is None, outbox.usage
        if refused is not None:
            (visit.answered if smtp_login.answered(refused) else visit.failed)()
            return self._no_way_out(account, refused, wanted)
        delivery = Delivery(
            self.context, self.lease, self.mailbox, outbox, self.work.together, heard=visit.answered,
        )  # fmt: skip
        try:
            delivery.deliver(wanted, lambda: stop() or self._stale())
        finally:
            self.sent, self.smtp = delivery.sent, outbox.usage
            self.work.left_at(delivery.marked_at)
            self.send_error = delivery.trouble if delivery.trouble is not None else self.send_error
            if self.smtp.silences:
                visit.failed()
        self.delivery = delivery
        if self.sent == 0 and delivery.put_off == len(wanted):
            self.work.nothing_left()
        self.work.more = self.work.more or delivery.again
        stuck = delivery.stopped and self.sent == 0 and not delivery.again
        return EndTurn(EndKind.NOT_REACHED) if stuck else Continue()

    def _stale(self) -> bool:
        """Whether the last look into the mailbox is too long ago for more mails of this turn, or nobody knows how long."""
        return (
            bool(self.context.watch.doubt())
            or clock.elapsed() - self.synced > self.context.options.fresh_seconds
        )

    def _no_way_out(self, account: Account, refusal: SendResult, claimed: Sequence[PreparedMail]) -> EndTurn:
        self.send_error = smtp_login.told(account, refusal)
        with self.context.database.write() as conn:
            leases.renew(conn, self.lease)
            deliver.let_go(conn, claimed)
        if refusal.blame is Blame.SENDER:
            return self._refused(self.send_error)
        return EndTurn(EndKind.NOT_REACHED, self.send_error)

    def _refused(self, words: Text, *, unreadable: bool = False) -> EndTurn:
        """Only a person can mend this (a refused login, a bad certificate), if it is what it says it is: where the login
        worked before, it is asked again a few times, further and further apart."""
        self.behind = renewing.doubted(self.context, self.account, self.mailbox, words)
        if self.behind is not None:
            return EndTurn(EndKind.NOT_REACHED, words)
        worked = self.mailbox.synced_at is not None
        if self.mailbox.logins_refused + 1 >= next_turn.give_up_at(worked_before=worked):
            self._pause(words, unreadable=unreadable)
        return EndTurn(EndKind.REFUSED, words)

    def _pause(self, words: Text, *, unreadable: bool) -> None:
        """Stop asking the server, and say so."""
        with self.context.database.write() as conn:
            leases.renew(conn, self.lease)
            if self._signs_in_anew(mailboxes.by_id(conn, self.mailbox.id)):
                return  # the refusal was of what it signed in with before
            why = because(Code.SERVER_SAID, said=words)
            mailboxes.pause(conn, self.mailbox.id, why, self.context.clock.now(), locked_out=unreadable)
            if unreadable:
                mailboxes.change(conn, self.mailbox.id, sync_error=words)

    def _signs_in_anew(self, now: Mailbox) -> bool:
        """Whether a person has changed since the turn began what the mailbox signs in with."""
        return any(getattr(now, name) != getattr(self.began, name) for name in SIGN_IN)

    def _taken_back(self, conn: Connection, now: Mailbox, end: EndTurn) -> Run:
        """The run with this turn in it. What its servers said to a sign-in that was changed meanwhile counts no more, nor
        how far another server's folders were read."""
        if not self._signs_in_anew(now):
            before = next_turn.Run(self.mailbox.troubles, self.mailbox.logins_refused)
            return next_turn.after(end, before, granted=self.granted)
        self.send_error = Text.prose("")
        if now.reads_from != self.began.reads_from:
            look_anew(conn, now)
        return Run(0, 0)

    def record(self, end: EndTurn) -> EndTurn:
        """Record how the last mails ended and give the lease back, in one commit. Returns how the turn ended then."""
        try:
            self.release(end)
        except errors.Unreachable as away:
            self.delivery = None  # the journal knows how its mails ended
            end = EndTurn(EndKind.NOT_REACHED, away.text)
            self.release(end)
        return end

    def release(self, end: EndTurn, surprise: str = "") -> None:
        """Give the lease back, with the time of the next turn."""
        now, options = self.context.clock.now(), self.context.options
        with proof_kept(self.context), self.context.database.write() as conn:
            self._last_words(conn)
            number, closed = self.mailbox.id, self.work.closed
            mailbox, first = prepared.together(
                conn, mailboxes.with_id(number), due_mails.first_page(number, closed)
            )
            run = self._taken_back(conn, mailbox, end)
            active = mailbox.state == "active"
            due = due_mails.first_mail_due(conn, number, now, first, closed=closed) if active else None
            self.work.more = self.work.more and due is not None and due <= now
            stands = {**dataclasses.asdict(run), "turn_error": surprise, "send_error": self.send_error}
            if any(getattr(mailbox, name) != value for name, value in stands.items()):
                mailboxes.change(conn, mailbox.id, **stands)
            next_turns.those_in_trouble(conn, self.recovered, now)
            outlook = self._outlook(mailbox, run, due, now)
            pauses = Pauses(options.sync_every, options.trouble, self.context.clock.scale or 1.0)
            at = min(next_turn.next_turn(end, outlook, pauses, now), now + leases.MAX_AHEAD)
            at = now if self._signs_in_anew(mailbox) or self._overtaken(conn) else at
            # Whoever asks for another turn at once would pass over a server's "later", without end.
            self.work.more = self.work.more and at <= now
            leases.release(conn, self.lease, at, mailbox.reply_at, ended=self.work.ended(end))
        if self.delivery is not None:
            self.delivery.recorded()

    def _overtaken(self, conn: Connection) -> bool:
        """Whether there is another access token by now than the one that was of no use. One that is stored from here on asks for
        the next turn itself, behind this commit."""
        if self.behind is None:
            return False
        mailboxes.lock(conn, [self.lease.mailbox_id])
        return grants.renewed_since(conn, self.lease.mailbox_id, self.behind)

    def _last_words(self, conn: Connection) -> None:
        if self.delivery is not None:
            leases.renew(conn, self.lease)
            self.delivery.record(conn)
            if self.delivery.waiting:
                self.work.call_others(conn)
        if self.work.claimed:
            leases.renew(conn, self.lease)
            self.work.give_back(conn)

    def _outlook(self, mailbox: Mailbox, run: Run, due: dt.datetime | None, now: dt.datetime) -> Outlook:
        return Outlook(
            run.troubles,
            self.sent,
            self.work.more,
            self.work.waiting,
            locked_out=self._locked_out(),
            allowed_at=self.work.allowance.next_at,
            due=due,
            read_at=clock.believed(mailbox.synced_at, now),
            reply_at=None if self.work.stuck else queue.next_at(mailbox, now),
        )
