"""How everything stands now: what is due, who waits for a person, each mailbox, and what is wrong."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance.clock import machine_now
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.inbound.reading import unread_mail
from relance.engine.mailboxes.sign_ins import standing
from relance.engine.processes import heartbeats, takeovers
from relance.engine.processes.attendance import Attendance
from relance.engine.reasons import Code, Why
from relance.engine.reporting import codes, concerns, silent_turns
from relance.engine.reporting.concerns import Concern
from relance.engine.schedule import throttle
from relance.engine.sending.doubt import restore_guard
from relance.engine.sequences import clock_jumps
from relance.engine.states import State
from relance.engine.store import headings, jobs, statistics
from relance.engine.store import held as held_people
from relance.engine.store.held import HeldGroup as HeldGroup
from relance.engine.store.held import HeldMark as HeldMark
from relance.engine.store.mailboxes import hand_mails, health, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.processes import Process
from relance.engine.store.sending import lateness, ramp_ups
from relance.engine.store.sending.lateness import LatenessOfSent
from relance.engine.store.sequences import sequences
from relance.wording import Text, ended


@dataclass(frozen=True)
class HeldView:
    """Somebody who waits for a person to decide, and why."""

    enrollment: int
    email: str
    sequence: str
    step: str | None
    mailbox: str
    reason: str
    since: dt.datetime
    codes: tuple[str, ...] = ()  # of `reason`, for programs
    missing: tuple[str, ...] = ()  # the fields of the contact without which a mail cannot be written
    answer: int | None = None  # the mail that came in and holds them (`inbox.detail`)
    name: str = ""
    company: str = ""


@dataclass(frozen=True)
class MailboxLine:
    """How one mailbox stands."""

    address: str
    state: str
    reason: str
    next_turn_at: dt.datetime | None
    synced_at: dt.datetime | None
    sync_error: str
    sent_today: int  # in the last 24 hours
    daily_cap: int | None  # of today, while it ramps up
    under_way: int  # people it is writing to
    send_error: str = ""  # what the last attempt to send met
    notes: tuple[str, ...] = ()  # what is odd in its folders, a sentence each
    codes: tuple[str, ...] = ()  # of `reason`, for programs
    sync_why: Why | None = None  # what `sync_error` says, and so on: for programs
    send_why: Why | None = None
    notes_why: tuple[Why, ...] = ()
    room_at: dt.datetime | None = (
        None  # where the limit of 24 hours is reached: when it lets the next mail go
    )
    beside: str = ""  # `reason` beside the state's name, with nothing said twice ("by smith" beside "paused")
    by_hand: int = 0  # of `sent_today`, those that its owner sent from their own mail program

    @property
    def trouble(self) -> str:
        """Why it cannot be read, or cannot send."""
        return " ".join(ended(each) for each in (self.sync_error, self.send_error) if each)

    def __str__(self) -> str:
        state = codes.text("mailbox", self.state)
        stands = Text("{address} is {state}", address=self.address, state=state)
        why = f" ({self.beside})" if self.beside else ""
        people = Text.plural("{count} person", "{count} people", self.under_way)
        trouble = Text("trouble: {trouble}", trouble=self.trouble) if self.trouble else ""
        return str(Text.together(f"{stands}{why}", self._sent(), people, trouble, by=", "))

    def _sent(self) -> Text:
        if self.daily_cap is None:
            sent = Text.plural("{count} mail in 24 hours", "{count} mails in 24 hours", self.sent_today)
        else:
            sent = Text("{sent} of {cap} mails in 24 hours", sent=self.sent_today, cap=self.daily_cap)
        return Text("{sent} ({count} by hand)", sent=sent, count=self.by_hand) if self.by_hand else sent


@dataclass(frozen=True)
class Status:
    """How the whole installation stands. `states` are all enrollments by state."""

    now: dt.datetime
    states: Mapping[str, int]
    due_now: int
    next_due: dt.datetime | None
    held: int
    unknown_mails: int
    open_tasks: int
    paused_sequences: Mapping[str, str]  # name: reason
    mailboxes: tuple[MailboxLine, ...]
    halted: str | None  # why nothing is sent at all
    clock: str = ""  # what is wrong with the clock, or was a short while ago
    attendance: Attendance = field(default_factory=Attendance)  # who is at work
    waiting_since: dt.datetime | None = None  # since when the oldest work waits that could be done now
    held_by_code: Mapping[str, int] = field(default_factory=dict)
    held_by_reason: Mapping[str, int] = field(default_factory=dict)  # the same, for people
    in_doubt: int = 0  # people whose next step may have been sent before a restore
    unheard_noes: int = (
        0  # wishes for no more mail that this host keeps for the database, for a quarter of an hour or more
    )
    clock_over: bool = False  # what `clock` tells was, and is mended
    halted_why: Why | None = None  # what `halted` and `clock` say, for programs
    clock_why: Why | None = None
    sequences_paused_by: Mapping[str, str] = field(default_factory=dict)  # name: who; empty where not known
    concerns: tuple[Concern, ...] = ()  # what is wrong; what stops most first
    late_follow_ups: int = 0  # mails that should have left by now, by their plan: whatever postponed them
    late_first_mails: int = 0
    follow_ups_late_since: dt.datetime | None = (
        None  # when the oldest of them should have left (business time)
    )
    first_mails_late_since: dt.datetime | None = None
    sent_lateness: LatenessOfSent = field(default_factory=LatenessOfSent)  # of those of the last 24 hours

    @property
    def grave(self) -> bool:
        """Whether something stands still that should not."""
        return any(each.grave for each in self.concerns)


def status(context: Context, *, unwritable: str = "", foreign: str = "", me: Process | None = None) -> Status:
    """How everything stands now. `unwritable`: what else than the database cannot be written; `foreign`: why the user who
    asks cannot write, though others may; `me`: the daemon that asks."""
    now = context.clock.now()
    stands = restore_guard.halted(context.database)
    halted = None if stands is None else str(stands)
    with context.database.read() as conn:
        clock = clock_jumps.trouble(conn, context)
        states, busy = statistics.everybody(conn)
        held_for = statistics.held_by_code(conn)
        paused = [each for each in sequences.latest(conn) if each.state == "paused"]
        listed, late = mailboxes.list_all(conn), lateness.late(conn, now)
        found = Status(
            now=now,
            states=states,
            due_now=statistics.due(conn, now),
            next_due=statistics.next_step(conn, now),
            held=states.get(State.HELD.value, 0),
            unknown_mails=statistics.unknown_mails(conn),
            open_tasks=statistics.open_tasks(conn),
            paused_sequences={each.name: each.reason for each in paused},
            sequences_paused_by={each.name: str(each.paused_by) for each in paused},
            mailboxes=_mailboxes(conn, listed, now, busy),
            halted=halted,
            clock=clock.words,
            clock_over=clock.over,
            halted_why=None if stands is None else reasons.why_of(stands),
            clock_why=reasons.why_of(clock.text),
            attendance=heartbeats.read(conn, context, me=me),
            waiting_since=statistics.waiting_since(conn, now),
            held_by_code=held_for,
            held_by_reason={headings.heading(Code(code)): number for code, number in held_for.items()},
            in_doubt=statistics.in_doubt(conn),
            late_follow_ups=late.follow_ups,
            late_first_mails=late.first_mails,
            follow_ups_late_since=late.follow_ups_since,
            first_mails_late_since=late.first_mails_since,
            sent_lateness=lateness.of_sent(conn, now - throttle.DAY),
            unheard_noes=context.noes.not_stored(concerns.LATE_SECONDS),
        )
        facts = dataclasses.replace(
            _facts(context, found, _mailbox_facts(conn, context, listed, now)),
            takeover=takeovers.told(conn, context, found.attendance),
            unwritable=str(context.database.refused) or unwritable,
            foreign=foreign,
            still_jobs=jobs.waiting(conn, machine_now() - jobs.STILL),
        )
    return dataclasses.replace(found, concerns=concerns.concerns(facts))


def _mailbox_facts(
    conn: Connection, context: Context, listed: Sequence[Mailbox], now: dt.datetime
) -> tuple[concerns.MailboxFacts, ...]:
    aside = unread_mail.aside(conn)
    silent = silent_turns.told(conn, context, now)
    signed_in = standing.standings(conn, listed)
    return tuple(
        concerns.MailboxFacts(
            each.address,
            each.state,
            reasons.apart(each.why)[1],
            str(each.sync_error),
            str(unread_mail.fault(each)),
            aside[each.id],
            each.locked_out,
            send_error=str(each.send_error) if each.troubles else "",
            again_at=each.next_turn_at,
            by_itself=each.paused_by_itself,
            paused_by=str(reasons.apart(each.why)[0] or ""),
            silent=silent.get(each.id, ""),
            sign_in=str(signed_in[each.id].warning or "") if each.id in signed_in else "",
            barred="" if health.awaited_until(each.barred) else str(each.barred),
            disconnected=each.why.code == Code.CONNECTION_REFUSED,
        )
        for each in listed
    )


def _facts(
    context: Context, found: Status, of: tuple[concerns.MailboxFacts, ...]
) -> concerns.InstallationFacts:
    waits = (
        found.waiting_since is not None and context.clock.scale > 0
    )  # where time stands still nothing is late
    waited = found.now - (found.waiting_since or found.now)
    return concerns.InstallationFacts(
        halted=found.halted,
        clock=found.clock,
        clock_over=found.clock_over,
        attendance=found.attendance,
        waiting_seconds=context.clock.machine_seconds(waited) if waits else 0.0,
        mailboxes=of,
        held=found.held_by_code,
        unknown_mails=found.unknown_mails,
        in_doubt=found.in_doubt,
        unheard_noes=found.unheard_noes,
    )


def _mailboxes(
    conn: Connection, listed: Sequence[Mailbox], now: dt.datetime, busy: Mapping[int, int]
) -> tuple[MailboxLine, ...]:
    sent, by_hand = (
        Counter(statistics.sent_since(conn, now - throttle.DAY)),
        hand_mails.since(conn, now - throttle.DAY),
    )
    sent.update(by_hand)
    odd = unread_mail.oddities(conn, now)
    listed = [ramp_ups.up_to_date(conn, each, now) for each in listed]
    return tuple(
        MailboxLine(
            each.address,
            each.state,
            each.reason,
            each.next_turn_at,
            each.read_at,
            str(each.sync_error),
            sent[each.id],
            each.pace.daily(now),
            busy.get(each.id, 0),
            str(each.send_error),
            tuple(str(note) for note in odd.get(each.id, ())),
            reasons.codes([each.why]) if each.reason else (),
            reasons.why_of(each.sync_error),
            reasons.why_of(each.send_error),
            reasons.whys_of(odd.get(each.id, ())),
            _room_at(conn, each.id, each.pace.daily(now), sent[each.id], now),
            reasons.beside(each.state, [each.why]) if each.reason else "",
            by_hand.get(each.id, 0),
        )
        for each in listed
    )


def _room_at(
    conn: Connection, number: int, cap: int | None, sent: int, now: dt.datetime
) -> dt.datetime | None:
    if not cap or sent < cap:
        return None
    frees = statistics.sent_after(conn, number, now - throttle.DAY, sent - cap)
    return frees + throttle.DAY if frees else None


MAX_PAGE = 10_000


def held(context: Context, limit: int = 100, *, numbers: Collection[int] | None = None) -> list[HeldView]:
    """Everyone who waits for a person to decide, whoever waits longest first; or of these enrollments."""
    with context.database.read() as conn:
        size = max(1, min(limit, MAX_PAGE))
        return [_held(row) for row in held_people.held(conn, size, numbers)]


def held_marks(context: Context, limit: int = 100) -> list[HeldMark]:
    """The same people in short, however many they are."""
    with context.database.read() as conn:
        return held_people.marks(conn, limit)


def held_groups(
    context: Context, limit: int = 100, *, most: int = 8, besides: Collection[tuple[int, str]] = ()
) -> list[HeldGroup]:
    """So many of them, counted by the code that holds them, with `most` of each; without these (enrollment, step)."""
    with context.database.read() as conn:
        return held_people.groups(conn, limit, most, besides)


def _held(row: held_people.HeldRow) -> HeldView:
    why = reasons.read(row.reasons)
    return HeldView(
        row.enrollment_id,
        row.email,
        row.sequence,
        row.step,
        row.mailbox,
        reasons.said(why),
        row.since,
        reasons.codes(why),
        reasons.missing(why),
        next((each.inbound_id for each in why if each.inbound_id is not None), None),
        f"{row.first_name} {row.last_name}".strip(),
        row.company,
    )
