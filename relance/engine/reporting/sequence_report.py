"""How a sequence did, step by step, and how everything stands. Counts are people; machines' opens and clicks stand apart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance.complete import complete
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.graph import StepGraph, id_of
from relance.engine.definition.steps import KINDS, MailStep
from relance.engine.event_log.kinds import EventKind
from relance.engine.inbound import policy
from relance.engine.reporting import codes
from relance.engine.schedule import throttle
from relance.engine.sequences import publish
from relance.engine.states import MessageState, State, advance
from relance.engine.store import statistics
from relance.engine.store.sending import lateness
from relance.engine.store.sending.lateness import LatenessOfSent
from relance.engine.store.statistics import StepCount

DECISIVE = frozenset(
    kind
    for kind, said in policy.CERTAIN.items()
    if said.event and advance(State.ACTIVE, said.event) in statistics.ENDS
)
"""The kinds of mail that end a sequence in a way that is counted, as the policy says."""
PASSED: Mapping[str, tuple[EventKind, ...]] = complete(
    KINDS,
    {
        "mail": (),  # counted by what happened to the mail
        "branch": (EventKind.STEP_BRANCHED,),
        "task": (EventKind.TASK_CREATED,),
        "wait": (EventKind.STEP_WAITED,),
        "end": (EventKind.STEP_ENDED,),
    },
)
"""By kind of step: the events that say that somebody is past it."""
complete(KINDS, codes.STEP)
_MAILS: Mapping[MessageState, str] = complete(
    MessageState,
    {
        MessageState.ACCEPTED: "sent",
        MessageState.REFUSED: "refused",
        MessageState.ABANDONED: "refused",
        MessageState.UNKNOWN: "unknown",
        MessageState.TRANSMITTING: "unknown",
        MessageState.PREPARED: "under_way",
        MessageState.DEFERRED: "under_way",
        MessageState.NOT_SENT: "under_way",
    },
)
"""By the state of a mail: which number of a step counts it. Every mail that is `due` is in one of them."""
_DONE = (*(event for events in PASSED.values() for event in events), EventKind.STEP_SKIPPED)


@dataclass(frozen=True)
class Funnel:
    """What happened to mails: each number counts people. Opens and clicks are those judged human; the rest is counted separately."""

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
    done: int = 0  # of a branch, a wait, an end: who has passed it; of a task: whose task a person has done
    held: int = 0
    skipped: int = 0
    refused: int = 0  # mails a server refused, or that were given up
    unknown: int = 0  # mails that may have been delivered
    under_way: int = 0  # written or deferred, not settled yet
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
    paused_by: str = ""
    late_follow_ups: int = 0  # mails that should have left by now, by their plan: whatever postponed them
    late_first_mails: int = 0
    follow_ups_late_since: dt.datetime | None = (
        None  # when the oldest of them should have left (business time)
    )
    first_mails_late_since: dt.datetime | None = None
    sent_lateness: LatenessOfSent = field(default_factory=LatenessOfSent)  # of those of the last 24 hours


def report(context: Context, sequence: str) -> Report:
    """The funnel of a sequence over all its versions, in the order of the latest; raises `errors.NotFound`."""
    now = context.clock.now()
    with context.database.read() as conn:
        versions = publish.versions_of(conn, sequence)
        scripts = [context.library.script(conn, each.id) for each in versions]
        counts = _read(conn, versions[0].sequence_id, now)
        totals = statistics.states_of(conn, versions[0].sequence_id)
        positive = statistics.positive(conn, versions[0].sequence_id)
        late = lateness.late(conn, now, versions[0].sequence_id)
        sent_lateness = lateness.of_sent(conn, now - throttle.DAY, versions[0].sequence_id)
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
        paused_by=str(latest.paused_by),
        late_follow_ups=late.follow_ups,
        late_first_mails=late.first_mails,
        follow_ups_late_since=late.follow_ups_since,
        first_mails_late_since=late.first_mails_since,
        sent_lateness=sent_lateness,
    )


def _steps(scripts: Iterable[CompiledSequence]) -> list[tuple[str, CompiledSequence]]:
    """Every step of every version, once: those of the latest first, then those only older ones have."""
    found: dict[str, CompiledSequence] = {}
    for script in scripts:
        for step in script.plan.steps:
            found.setdefault(id_of(step), script)
    return list(found.items())


@dataclass(frozen=True)
class _Counts:
    """Everything counted of one sequence; each question sums what it is about."""

    mails: list[StepCount]
    hits: list[StepCount]
    ends: list[StepCount]
    standing: list[StepCount]
    written: list[StepCount]  # of those who stand: whose mail of the step was made
    happened: list[StepCount]
    taken: list[StepCount]
    tasks: list[StepCount]

    def funnel(self, step: str | None = None, variant: str | None = None) -> dict[str, int]:
        """The numbers of a funnel for one step and variant; None: for all."""

        def many(counts: list[StepCount], *kinds: str) -> int:
            return _sum(counts, kinds, step, variant)

        return {
            "sent": many(self.mails, *_counted_as("sent")),
            "opened": many(self.hits, "open human"),
            "clicked": many(self.hits, "click human"),
            "replied": many(self.ends, State.REPLIED),
            "bounced": many(self.ends, State.BOUNCED),
            "unsubscribed": many(self.ends, State.UNSUBSCRIBED),
            "opened_by_machines": many(self.hits, "open machine"),
            "clicked_by_machines": many(self.hits, "click machine"),
        }

    def step(self, step_id: str, script: CompiledSequence) -> StepReport:
        """One step's report."""

        def many(counts: list[StepCount], *kinds: str) -> int:
            return _sum(counts, kinds, step_id)

        mails = sum(each.count for each in self.mails if each.step == step_id)
        passed, kind = many(self.happened, *_DONE), script.plan.step(step_id).kind
        ticked = many(self.tasks, "done")

        def unwritten(*kinds: str) -> int:
            return many(self.standing, *kinds) - many(self.written, *kinds)

        return StepReport(
            **self.funnel(step_id),
            id=step_id,
            kind=kind,
            due=mails + passed + unwritten("held", "due"),
            waiting=unwritten("ahead"),
            done=ticked if kind == "task" else passed - many(self.happened, EventKind.STEP_SKIPPED),
            held=many(self.standing, "held"),
            skipped=many(self.happened, EventKind.STEP_SKIPPED),
            refused=many(self.mails, *_counted_as("refused")),
            unknown=many(self.mails, *_counted_as("unknown")),
            under_way=many(self.mails, *_counted_as("under_way")),
            taken=many(self.taken, "taken"),
            tasks_open=many(self.tasks, "open"),
            tasks_done=ticked,
            variants=self._variants(step_id, script.plan),
        )

    def _variants(self, step_id: str, plan: StepGraph) -> tuple[VariantReport, ...]:
        step = plan.step(step_id)
        if not isinstance(step, MailStep) or not step.variants:
            return ()
        names = [choice.variant for choice in step.choices]
        older = sorted({each.variant for each in self.mails if each.step == step_id} - set(names))
        return tuple(VariantReport(**self.funnel(step_id, name), id=name) for name in [*names, *older])


def _counted_as(number: str) -> list[MessageState]:
    return [state for state, counted in _MAILS.items() if counted == number]


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
        statistics.ends(conn, sequence_id, [kind.value for kind in DECISIVE]),
        statistics.standing(conn, sequence_id, now),
        statistics.standing(conn, sequence_id, now, written=True),
        statistics.happened(conn, sequence_id, _DONE),
        statistics.taken(conn, sequence_id),
        statistics.tasks(conn, sequence_id),
    )
