"""What is wrong, by the facts: one list that `status`, exit codes, the log, metrics and health all ask. Pure."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from relance.complete import complete
from relance.engine import reasons
from relance.engine.processes.attendance import NEEDED, Attendance
from relance.engine.reasons import Code
from relance.engine.store import headings
from relance.wording import Text, _, clock_time, ended, moment, n_

LATE_SECONDS = 900.0
# Work that could be done and was not begun for so long is late: no turn before it takes longer.

SILENT_SECONDS = 180.0
# A turn that has written nothing for so long is told of: only the answer to a mail's final dot takes longer, and rarely.


class ConcernKind(enum.StrEnum):
    """What can be wrong."""

    DATABASE = "database"  # it does not answer
    UNWRITABLE = "unwritable"  # a disk is full or only read, or the database takes readers only
    FOREIGN = "foreign"  # what is kept is another user's: who asks can only look
    BROKER = "broker"  # Redis does not answer
    ABSENT = "absent"  # nobody does what has to be done
    STALLED = "stalled"  # a part of a process stands still
    HALTED = "halted"  # until a person has looked at a restored database
    LATE = "late"
    SILENT = "silent"  # the turn of a mailbox
    UNREADABLE = "unreadable"  # a mailbox
    UNSENDABLE = "unsendable"  # a mailbox whose server does not take its mails, or lets it in
    FAULT = "fault"  # of ours, in which a mailbox's last turn ended
    TAKEOVER = "takeover"  # mailboxes of a process that has ended wait for another one
    UNHEARD = "unheard"  # processes that may have stopped
    NO = "no"  # somebody asked for no more mail, and the database has not heard of it
    BARRED = "barred"  # a mailbox from which no first mail leaves
    PAUSED = "paused"  # a mailbox
    SIGN_IN = "sign-in"  # of a mailbox: it is about to end, or is not renewed
    CLOCK = "clock"
    CLOCK_WAS = "clock was wrong"  # and what it has written is mended
    HELD = "held"
    UNKNOWN = "unknown"  # mails that may have been delivered
    DOUBT = "doubt"  # people whose step may have been sent before a restore
    STILL_WORK = "still work"  # in the background, which people started
    SET_ASIDE = "set aside"  # mails that could not be read


@dataclass(frozen=True)
class _Weight:
    grave: bool  # something stands still because of it
    stops: frozenset[str] = frozenset()  # the duties that cannot be done: not ready


_WORK = frozenset(NEEDED)
_WEIGHTS: Mapping[ConcernKind, _Weight] = complete(
    ConcernKind,
    {
        ConcernKind.DATABASE: _Weight(True, _WORK | {"web"}),
        ConcernKind.UNWRITABLE: _Weight(True, _WORK | {"web"}),
        ConcernKind.FOREIGN: _Weight(False),  # of the daemons it says nothing
        ConcernKind.BROKER: _Weight(True, _WORK),
        ConcernKind.ABSENT: _Weight(True),  # a process that is asked is there
        ConcernKind.STALLED: _Weight(True, _WORK | {"web"}),
        ConcernKind.HALTED: _Weight(True, _WORK),
        ConcernKind.LATE: _Weight(True),
        ConcernKind.SILENT: _Weight(True),  # the others go on
        ConcernKind.UNREADABLE: _Weight(True),
        ConcernKind.UNSENDABLE: _Weight(True),
        ConcernKind.FAULT: _Weight(True),  # the others go on
        ConcernKind.TAKEOVER: _Weight(False),  # it passes by itself
        ConcernKind.UNHEARD: _Weight(False),  # or is known a little later
        ConcernKind.NO: _Weight(True),  # this host writes to them no more; another one would
        ConcernKind.BARRED: _Weight(False),  # follow-ups go on
        ConcernKind.PAUSED: _Weight(False),  # perhaps a person wants it so
        ConcernKind.SIGN_IN: _Weight(False),  # mail goes on until then
        ConcernKind.CLOCK: _Weight(True),
        ConcernKind.CLOCK_WAS: _Weight(False),
        ConcernKind.HELD: _Weight(False),
        ConcernKind.UNKNOWN: _Weight(False),
        ConcernKind.DOUBT: _Weight(False),
        ConcernKind.STILL_WORK: _Weight(False),  # mail goes on
        ConcernKind.SET_ASIDE: _Weight(False),  # where all follow-ups wait for it, the mailbox is unreadable
    },
)


@dataclass(frozen=True)
class MailboxFacts:
    """What of a mailbox can be a concern."""

    address: str
    state: str
    reason: str = ""
    sync_error: str = ""
    fault: str = ""  # the sentence about a fault of ours that its last turn ended in
    set_aside: int = 0  # mails that could not be read
    locked_out: bool = False  # paused because it cannot be read: told once
    send_error: str = ""  # what its last turn met in sending; empty where a later one had nothing to send
    again_at: dt.datetime | None = None  # when it has its next turn
    by_itself: bool = False  # paused by the engine, not by a person
    paused_by: str = ""  # who paused it; `reason` is then what they said
    barred: str = ""  # why no first mail leaves
    silent: str = ""  # the sentence about a turn that has written nothing for a while, though mail is due
    sign_in: str = ""  # the sentence about a sign-in that is about to end, or is not renewed
    disconnected: bool = False  # paused, as the access that an administrator allowed is refused


@dataclass(frozen=True)
class InstallationFacts:
    """What is known; what is not asked is left as it is."""

    database: str = ""  # why it does not answer
    unwritable: str = ""  # what cannot be written, and why
    foreign: str = ""  # why who asks cannot write, though others may
    broker: bool = True  # whether Redis answers whoever needs it, and does what it is asked
    refused: Text | str = ""  # why Redis refuses, where this process knows it
    stalled: tuple[str, ...] = ()
    halted: str | None = None
    clock: str = ""
    clock_over: bool = False  # it was wrong, and is right again
    attendance: Attendance | None = None
    takeover: str = ""  # the sentence about mailboxes that another process is about to take over
    waiting_seconds: float = 0.0  # machine time: how long the oldest work waits that could be done
    mailboxes: tuple[MailboxFacts, ...] = ()
    held: Mapping[str, int] = field(default_factory=dict)  # code of the reason: people
    unknown_mails: int = 0
    in_doubt: int = 0  # people whose step may have been sent before a restore
    still_jobs: int = 0  # open, and not moved for a while
    unheard_noes: int = 0  # kept on this host's disk for longer than a database is away for a moment


@dataclass(frozen=True)
class Concern:
    """One thing that is wrong. `grave`: something stands still because of it; otherwise a person should look when they can."""

    kind: ConcernKind
    words: str
    subject: str = ""  # which mailbox, which reason: one kind may have several
    unasked: bool = False  # no person did it: told by itself although nothing else stands still
    plain: str = ""  # the same without the command that says more, and without a server's words, for pages; empty: no other

    @property
    def grave(self) -> bool:
        """Whether something stands still because of it."""
        return _WEIGHTS[self.kind].grave

    @property
    def told(self) -> bool:
        """Whether the log says it when it begins, and health while it lasts."""
        return self.grave or self.unasked

    def stops(self, duties: set[str]) -> bool:
        """Whether who has these duties cannot do one of them."""
        return bool(_WEIGHTS[self.kind].stops & duties)


def concerns(facts: InstallationFacts) -> tuple[Concern, ...]:
    """Everything that is wrong, what stops most first."""
    return tuple(_found(facts))


def _found(facts: InstallationFacts) -> Iterator[Concern]:
    if facts.database:
        yield Concern(ConcernKind.DATABASE, facts.database)
    yield from _unwritable(facts)
    if facts.attendance is not None and facts.attendance.absent:
        absent = facts.attendance
        yield Concern(ConcernKind.ABSENT, str(absent), plain=str(absent.plain))
    yield from _unsure(facts)
    for what in facts.stalled:
        yield Concern(ConcernKind.STALLED, _("{part} is not making progress.", part=what), what)
    if facts.halted is not None:
        words = _("nothing is sent: {reason} `relance db confirm-restore` continues.", reason=facts.halted)
        plain = _(
            "nothing is sent: {reason} An administrator of the server decides how to continue.",
            reason=facts.halted,
        )
        yield Concern(ConcernKind.HALTED, words, plain=plain)
    yield from _broker(facts)
    if facts.clock:
        yield Concern(ConcernKind.CLOCK_WAS if facts.clock_over else ConcernKind.CLOCK, facts.clock)
    if facts.waiting_seconds > LATE_SECONDS:
        minutes = n_(
            "work that is due has been waiting for {count} minute and nothing is doing it.",
            "work that is due has been waiting for {count} minutes and nothing is doing it.",
            int(facts.waiting_seconds // 60),
        )
        yield Concern(ConcernKind.LATE, minutes)
    yield from _unheard(facts)
    yield from _of_mailboxes(facts)
    yield from _for_people(facts)


def _unsure(facts: InstallationFacts) -> Iterator[Concern]:
    """What is true of processes whose work others take over, and of those that may have stopped."""
    if facts.takeover:
        yield Concern(ConcernKind.TAKEOVER, facts.takeover)
    seen = facts.attendance
    if seen is None:
        return
    for each in seen.processes:
        if each.name in seen.quiet:
            words = _(
                "{role} on {host} was last seen at {time} and may have stopped.",
                role=each.role,
                host=each.host,
                time=clock_time(each.seen_at),
            )
            yield Concern(ConcernKind.UNHEARD, words, each.name)


def _unwritable(facts: InstallationFacts) -> Iterator[Concern]:
    if facts.unwritable:
        unsure = facts.attendance is not None and facts.attendance.unsure
        who = f" {facts.attendance}" if unsure else ""
        until = _("Until then nothing is sent; nothing is lost.")
        yield Concern(ConcernKind.UNWRITABLE, f"{facts.unwritable} {until}{who}")
    if facts.foreign:
        yield Concern(ConcernKind.FOREIGN, f"{facts.foreign} {_('What is running is still shown.')}")


def _broker(facts: InstallationFacts) -> Iterator[Concern]:
    here = facts.attendance.processes if facts.attendance is not None else ()
    if facts.refused or any(each.broker_refuses for each in here):
        why = facts.refused or _("the running process's log says why, and what to do")
        words = _(
            "Redis refuses requests ({reason}): nothing is sent until that is fixed; nothing is lost.",
            reason=why,
        )
        yield Concern(ConcernKind.BROKER, words)
    elif not facts.broker or any(each.broker_away for each in here):
        words = _("Redis does not answer: nothing is sent until it is back; nothing is lost.")
        yield Concern(ConcernKind.BROKER, words)


def _unheard(facts: InstallationFacts) -> Iterator[Concern]:
    if facts.unheard_noes:
        yield Concern(
            ConcernKind.NO,
            n_(
                "{count} person who asked for no more mail is not in the database yet, although this host no longer writes to "
                "them. The log says why; the request is kept in the home's folder `noes`.",
                "{count} people who asked for no more mail are not in the database yet, although this host no longer writes to "
                "them. The log says why; the requests are kept in the home's folder `noes`.",
                facts.unheard_noes,
            ),
        )


def _of_mailboxes(facts: InstallationFacts) -> Iterator[Concern]:
    for each in facts.mailboxes:
        if each.sync_error:
            words = _(
                "{address} cannot be read: {reason}", address=each.address, reason=ended(each.sync_error)
            )
            plain = _("{address} cannot be read. The mailbox's page says why.", address=each.address)
            yield Concern(ConcernKind.UNREADABLE, words, each.address, plain=plain)
        if each.send_error and each.state == "active":
            words = _("{address} cannot send: {reason}", address=each.address, reason=ended(each.send_error))
            plain = _("{address} cannot send. The mailbox's page says why.", address=each.address)
            again = _again(each.again_at)
            yield Concern(ConcernKind.UNSENDABLE, f"{words}{again}", each.address, plain=f"{plain}{again}")
        yield from _barred(each)
        if each.silent:
            yield Concern(ConcernKind.SILENT, f"{each.address}: {each.silent}", each.address)
        if each.fault:
            yield Concern(ConcernKind.FAULT, each.fault, each.address)
        if each.state == "paused" and not (each.sync_error and each.locked_out):
            words, again = _paused(each), _connects(each)
            told, plain = (f"{ended(words)} {again}", words) if again else (words, "")
            yield Concern(ConcernKind.PAUSED, told, each.address, each.by_itself, plain=plain)
        if each.sign_in:
            again = _("`relance mailbox sign-in {address}` signs in again.", address=each.address)
            yield Concern(
                ConcernKind.SIGN_IN, f"{each.sign_in} {again}", each.address, unasked=True, plain=each.sign_in
            )


def _barred(each: MailboxFacts) -> Iterator[Concern]:
    if each.barred and each.state != "removed":
        words = _(
            "No first mail leaves from {address}: {reason}", address=each.address, reason=ended(each.barred)
        )
        plain = _("No first mail leaves from {address}. The mailbox's page says why.", address=each.address)
        yield Concern(ConcernKind.BARRED, words, each.address, unasked=True, plain=plain)


def _again(at: dt.datetime | None) -> str:
    return "" if at is None else f" {_('The next attempt is on {at}.', at=moment(at))}"


def _paused(each: MailboxFacts) -> str:
    named = {"address": each.address, "by": each.paused_by}
    stands = Text("Mailbox {address} was paused by {by}", **named)
    if not each.paused_by:
        stands = Text("Mailbox {address} is paused", address=each.address)
    return str(reasons.with_reason(stands, each.reason))


def _connects(each: MailboxFacts) -> str:
    if not each.disconnected:
        return ""
    return _("`relance mailbox connect {address}` connects it again.", address=each.address)


def _for_people(facts: InstallationFacts) -> Iterator[Concern]:
    for code, count in facts.held.items():
        reason = headings.heading(Code(code))
        yield Concern(
            ConcernKind.HELD, _("{number} held for a decision: {reason}", number=count, reason=reason), code
        )
    if facts.unknown_mails:
        yield _shown_by(
            ConcernKind.UNKNOWN,
            n_(
                "{count} mail may have been delivered.",
                "{count} mails may have been delivered.",
                facts.unknown_mails,
            ),
            "relance unknown list",
        )
    if facts.in_doubt:
        yield _shown_by(
            ConcernKind.DOUBT,
            n_(
                "{count} person: the next step may have been sent before the database was restored.",
                "{count} people: the next step may have been sent before the database was restored.",
                facts.in_doubt,
            ),
            "relance restored list",
        )
    if facts.still_jobs:
        yield _shown_by(
            ConcernKind.STILL_WORK,
            n_(
                "{count} job in the background is making no progress.",
                "{count} jobs in the background are making no progress.",
                facts.still_jobs,
            ),
            "relance jobs list",
        )
    for each in facts.mailboxes:
        if each.set_aside:
            words = n_(
                "{address}: {count} mail could not be read and was set aside.",
                "{address}: {count} mails could not be read and were set aside.",
                each.set_aside,
                address=each.address,
            )
            yield _shown_by(ConcernKind.SET_ASIDE, words, "relance mailbox unread", each.address)


def _shown_by(kind: ConcernKind, plain: str, command: str, subject: str = "") -> Concern:
    return Concern(kind, f"{plain.removesuffix('.')}: `{command}`.", subject, plain=plain)
