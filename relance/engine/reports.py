"""How a sequence did, step by step, and how everything stands. Counts are people; machines' opens and clicks stand apart."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance.engine import concerns
from relance.engine.concerns import Concern
from relance.engine.context import House
from relance.engine.definition import sequence
from relance.engine.definition.compiled import Script
from relance.engine.definition.graph import Plan, known
from relance.engine.inbound import unread_mail
from relance.engine.processes import heartbeats
from relance.engine.processes.attendance import Attendance
from relance.engine.sending import restore_guard
from relance.engine.sequences import clock_jumps, publish
from relance.engine.states import MessageState, State
from relance.engine.store import mailboxes, sequences, statistics
from relance.engine.store.processes import Process
from relance.engine.store.statistics import StepCount
from relance.mailbox.inbound import Kind

DAY = dt.timedelta(hours=24)
_DECISIVE = (Kind.HUMAN, Kind.CALENDAR, Kind.OPT_OUT, Kind.COMPLAINT, Kind.HARD_BOUNCE)
_DONE = ("branch", "task", "wait", "end", "skipped")


@dataclass(frozen=True)
class Funnel:
    """What became of mails: each number counts people. Opens and clicks are those judged human; the rest stands apart."""

    sent: int = 0
    opened: int = 0
    clicked: int = 0
    replied: int = 0
    bounced: int = 0
    unsubscribed: int = 0
    opened_by_machines: int = 0
    clicked_by_machines: int = 0


@dataclass(frozen=True)
class VariantReport(Funnel):
    """One side of a trial."""

    id: str = ""


@dataclass(frozen=True)
class StepReport(Funnel):
    """One step. `due` counts everybody for whom it fell due so far; `waiting` those for whom it is still ahead."""

    id: str = ""
    kind: str = ""
    due: int = 0
    waiting: int = 0
    done: int = 0  # of a branch, a task, a wait, an end: who has passed it
    held: int = 0
    skipped: int = 0
    refused: int = 0  # mails a server refused, or that were given up
    unknown: int = 0  # mails that may have been delivered
    under_way: int = 0  # written or put off, not settled yet
    taken: int = 0  # of a branch: who went down `then`
    tasks_open: int = 0
    tasks_done: int = 0
    variants: tuple[VariantReport, ...] = ()


@dataclass(frozen=True)
class Report:
    """A sequence's funnel. `totals` are its enrollments by state; `positive` are the answers judged as interested."""

    sequence: str
    version: int
    state: str
    reason: str
    goal: str | None
    enrolled: int
    totals: Mapping[str, int]
    positive: int
    steps: tuple[StepReport, ...]
    all_mails: Funnel


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
    daily_cap: int | None
    under_way: int  # people it is writing to
    notes: tuple[str, ...] = ()  # what is odd in its folders, a sentence each

    def __str__(self) -> str:
        cap = f" of {self.daily_cap}" if self.daily_cap is not None else ""
        why = f" ({self.reason})" if self.reason else ""
        trouble = f", trouble: {self.sync_error}" if self.sync_error else ""
        return f"{self.address} is {self.state}{why}, {self.sent_today}{cap} mails in 24 hours, {self.under_way} people{trouble}"


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
    held_by_reason: Mapping[str, int] = field(default_factory=dict)
    in_doubt: int = 0  # people whose next step may have been sent before a restore
    unheard_noes: int = (
        0  # wishes for no more mail that this host keeps for the database, for a quarter of an hour or more
    )
    clock_over: bool = False  # what `clock` tells was, and is mended
    concerns: tuple[Concern, ...] = ()  # what is wrong; what stops most first

    @property
    def grave(self) -> bool:
        """Whether something stands still that should not."""
        return any(each.grave for each in self.concerns)


def status(house: House, *, unwritable: str = "", foreign: str = "", me: Process | None = None) -> Status:
    """How everything stands now. `unwritable`: what else than the database can not be written; `foreign`: why the user who
    asks can not write, though others may; `me`: the daemon that asks."""
    now = house.clock.now()
    halted = restore_guard.halted(house.database)
    with house.database.read() as conn:
        clock = clock_jumps.trouble(conn, house)
        states = statistics.states_of(conn)
        found = Status(
            now=now,
            states=states,
            due_now=statistics.due(conn, now),
            next_due=statistics.next_step(conn, now),
            held=states.get(State.HELD.value, 0),
            unknown_mails=statistics.mails_in(conn, MessageState.UNKNOWN),
            open_tasks=statistics.open_tasks(conn),
            paused_sequences={
                each.name: each.reason for each in sequences.latest(conn) if each.state == "paused"
            },
            mailboxes=_mailboxes(conn, now),
            halted=halted,
            clock=clock.words,
            clock_over=clock.over,
            attendance=heartbeats.read(conn, house, me=me),
            waiting_since=statistics.waiting_since(conn, now),
            held_by_reason=statistics.held_by_reason(conn),
            in_doubt=statistics.in_doubt(conn),
            unheard_noes=house.noes.unheard(concerns.LATE_SECONDS),
        )
        facts = dataclasses.replace(
            _facts(house, found, _mailbox_facts(conn)),
            unwritable=house.database.refused or unwritable,
            foreign=foreign,
        )
    return dataclasses.replace(found, concerns=concerns.concerns(facts))


def _mailbox_facts(conn: Connection) -> tuple[concerns.MailboxFacts, ...]:
    aside = unread_mail.aside(conn)
    return tuple(
        concerns.MailboxFacts(
            each.address,
            each.state,
            each.reason,
            each.sync_error,
            unread_mail.fault(each),
            aside[each.id],
            each.locked_out,
        )
        for each in mailboxes.every(conn)
    )


def _facts(house: House, found: Status, of: tuple[concerns.MailboxFacts, ...]) -> concerns.Facts:
    waits = (
        found.waiting_since is not None and house.clock.scale > 0
    )  # where time stands still nothing is late
    waited = found.now - (found.waiting_since or found.now)
    return concerns.Facts(
        halted=found.halted,
        clock=found.clock,
        clock_over=found.clock_over,
        attendance=found.attendance,
        waiting_seconds=house.clock.machine_seconds(waited) if waits else 0.0,
        mailboxes=of,
        held=found.held_by_reason,
        unknown_mails=found.unknown_mails,
        in_doubt=found.in_doubt,
        unheard_noes=found.unheard_noes,
    )


def _mailboxes(conn: Connection, now: dt.datetime) -> tuple[MailboxLine, ...]:
    sent = statistics.sent_since(conn, now - DAY)
    busy = statistics.waiting_by_mailbox(conn)
    odd = unread_mail.oddities(conn, now)
    return tuple(
        MailboxLine(
            each.address,
            each.state,
            each.reason,
            each.next_turn_at,
            each.read_at,
            each.sync_error,
            sent.get(each.id, 0),
            each.daily_cap,
            busy.get(each.id, 0),
            tuple(odd.get(each.id, ())),
        )
        for each in mailboxes.every(conn)
    )


def held(house: House, limit: int = 100) -> list[HeldView]:
    """Whoever waits for a person, longest first."""
    with house.database.read() as conn:
        return [
            HeldView(row.enrollment_id, row.email, row.sequence, row.step, row.mailbox, row.reason, row.since)
            for row in statistics.held(conn, limit)
        ]


def report(house: House, name: str) -> Report:
    """The funnel of a sequence over all its versions, in the order of the latest; raises `errors.NotFound`."""
    now = house.clock.now()
    with house.database.read() as conn:
        versions = publish.known(conn, name)
        scripts = [house.library.script(conn, each.id) for each in versions]
        counts = _read(conn, versions[0].sequence_id, now)
        totals = statistics.states_of(conn, versions[0].sequence_id)
        positive = statistics.positive(conn, versions[0].sequence_id)
    latest = versions[0]
    return Report(
        sequence=latest.name,
        version=latest.number,
        state=latest.state,
        reason=latest.reason,
        goal=scripts[0].definition.goal,
        enrolled=sum(totals.values()),
        totals=totals,
        positive=positive,
        steps=tuple(counts.step(step_id, script) for step_id, script in _steps(scripts)),
        all_mails=Funnel(**counts.funnel()),
    )


def _steps(scripts: Iterable[Script]) -> list[tuple[str, Script]]:
    """Every step of every version, once: those of the latest first, then those only older ones have."""
    found: dict[str, Script] = {}
    for script in scripts:
        for step in script.plan.steps:
            found.setdefault(known(step), script)
    return list(found.items())


@dataclass(frozen=True)
class _Counts:
    """Everything counted of one sequence; each question sums what it is about."""

    mails: list[StepCount]
    hits: list[StepCount]
    ends: list[StepCount]
    standing: list[StepCount]
    happened: list[StepCount]
    taken: list[StepCount]
    tasks: list[StepCount]

    def funnel(self, step: str | None = None, variant: str | None = None) -> dict[str, int]:
        """The numbers of a funnel for one step and variant; None: for all."""

        def many(counts: list[StepCount], *kinds: str) -> int:
            return _sum(counts, kinds, step, variant)

        return {
            "sent": many(self.mails, MessageState.ACCEPTED),
            "opened": many(self.hits, "open human"),
            "clicked": many(self.hits, "click human"),
            "replied": many(self.ends, State.REPLIED),
            "bounced": many(self.ends, State.BOUNCED),
            "unsubscribed": many(self.ends, State.UNSUBSCRIBED),
            "opened_by_machines": many(self.hits, "open machine"),
            "clicked_by_machines": many(self.hits, "click machine"),
        }

    def step(self, step_id: str, script: Script) -> StepReport:
        """One step's report."""

        def many(counts: list[StepCount], *kinds: str) -> int:
            return _sum(counts, kinds, step_id)

        mails = sum(each.count for each in self.mails if each.step == step_id)
        passed = many(self.happened, *_DONE)
        unwritten = sum(
            each.count
            for each in self.standing
            if each.step == step_id and not each.variant and each.kind in ("held", "due")
        )
        return StepReport(
            **self.funnel(step_id),
            id=step_id,
            kind=str(sequence.kind_of(script.plan.step(step_id))),
            due=mails + passed + unwritten,
            waiting=_sum([each for each in self.standing if not each.variant], ("ahead",), step_id),
            done=passed - many(self.happened, "skipped"),
            held=many(self.standing, "held"),
            skipped=many(self.happened, "skipped"),
            refused=many(self.mails, MessageState.REFUSED, MessageState.ABANDONED),
            unknown=many(self.mails, MessageState.UNKNOWN, MessageState.TRANSMITTING),
            under_way=many(self.mails, MessageState.PREPARED, MessageState.DEFERRED, MessageState.NOT_SENT),
            taken=many(self.taken, "taken"),
            tasks_open=many(self.tasks, "open"),
            tasks_done=many(self.tasks, "done"),
            variants=self._variants(step_id, script.plan),
        )

    def _variants(self, step_id: str, plan: Plan) -> tuple[VariantReport, ...]:
        step = plan.step(step_id)
        if not isinstance(step, sequence.MailStep) or not step.variants:
            return ()
        names = [choice.variant for choice in step.choices]
        older = sorted({each.variant for each in self.mails if each.step == step_id} - set(names))
        return tuple(VariantReport(**self.funnel(step_id, name), id=name) for name in [*names, *older])


def _sum(
    counts: Iterable[StepCount], kinds: Iterable[str], step: str | None = None, variant: str | None = None
) -> int:
    wanted = {str(kind) for kind in kinds}
    return sum(
        each.count
        for each in counts
        if each.kind in wanted and step in (None, each.step) and variant in (None, each.variant)
    )


def _read(conn: Connection, sequence_id: int, now: dt.datetime) -> _Counts:
    return _Counts(
        statistics.mails(conn, sequence_id),
        statistics.hits(conn, sequence_id),
        statistics.ends(conn, sequence_id, [kind.value for kind in _DECISIVE]),
        statistics.standing(conn, sequence_id, now),
        statistics.happened(conn, sequence_id, _DONE),
        statistics.taken(conn, sequence_id),
        statistics.tasks(conn, sequence_id),
    )
