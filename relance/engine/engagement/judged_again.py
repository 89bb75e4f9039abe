"""Opens and clicks of the past judged by the rules as they are now: shown first, then applied, some mails at a time.

A hit bears the version of the rules that judged it, so that work that was cut off goes on where it stopped. What a sequence did by
an earlier verdict stays: which branches were decided by it is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.engagement import facts
from relance.engine.engagement import hits as engagement
from relance.engine.engagement.facts import Done, Labels
from relance.engine.event_log.base import EventData
from relance.engine.event_log.of_mails import (
    MessageClickDisproved,
    MessageClicked,
    MessageOpenDisproved,
    MessageOpened,
)
from relance.engine.store import events
from relance.engine.store.contacts import hits, past_hits
from relance.engine.store.contacts.past_hits import Branch, PastHit
from relance.engine.store.events import NewEvent
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.templates import conditions
from relance.tracking import judge
from relance.tracking.tokens import Purpose
from relance.wording import Text

MAILS = 20
# Judged in one transaction, with all their hits: at most 500 each, and a statement names no more of them than SQLite takes.
MOST_TOLD = 1000
# Branches that are listed; all are counted.
_HUMAN = judge.HitKind.HUMAN.value
_FACTS = {"click": "clicked", "open": "opened"}
# What a condition asks, by the kind of hit that answers it.


@dataclass(frozen=True)
class HitsChanged:
    """Opens or clicks (`kind`) in a sequence that are judged otherwise now: so many were `before` and are `after`, each "human",
    "machine", "own" or "unknown"."""

    sequence: str
    kind: str
    before: str
    after: str
    hits: int


@dataclass(frozen=True)
class BranchKept:
    """A branch that somebody passed by what is judged otherwise now. `taken`: its condition was found true. It stays as it is."""

    email: str
    sequence: str
    branch: str
    condition: str
    taken: bool
    step: str  # the mail whose open or click it was
    after: str


@dataclass(frozen=True)
class HitsRejudged:
    """What judging hits again found: `looked` at so many that earlier rules had judged."""

    looked: int
    changes: tuple[HitsChanged, ...]
    branches: tuple[BranchKept, ...]  # at most 1,000 of them
    branch_count: int
    applied: bool
    rules_version: int


@dataclass
class _Found:
    looked: int
    changes: Counter[tuple[str, str, str, str]]
    branches: list[BranchKept]
    branch_count: int

    def add(self, more: Sequence[BranchKept]) -> None:
        self.branch_count += len(more)
        self.branches += more[: MOST_TOLD - len(self.branches)]


_Judged = tuple[PastHit, judge.HitVerdict]


def rejudge(
    context: Context, *, apply: bool = False, progress: Callable[[int], None] | None = None
) -> HitsRejudged:
    """Judge every hit again that rules before these have judged. Without `apply` everything is rehearsed and nothing is kept."""
    found = _Found(0, Counter(), [], 0)
    last = 0
    while True:
        with context.database.read() as conn:
            past = past_hits.behind(conn, judge.RULES_VERSION, after=last, mails=MAILS)
            verdicts = _verdicts(conn, context, past)
        if not past:
            return _report(found, apply)
        with context.database.attempt(keep=apply) as conn:
            told = _write(conn, verdicts, found)
        found.add(told)
        last = past[-1].message_id
        found.looked += len(past)
        if progress is not None:
            progress(found.looked)


def _report(found: _Found, applied: bool) -> HitsRejudged:
    changes = tuple(HitsChanged(*what, many) for what, many in sorted(found.changes.items()))
    branches = tuple(found.branches)
    return HitsRejudged(found.looked, changes, branches, found.branch_count, applied, judge.RULES_VERSION)


def _verdicts(conn: Connection, context: Context, past: Sequence[PastHit]) -> list[_Judged]:
    limits = context.options.hits
    now = context.clock.now() + limits.settling  # each has settled: it was judged once
    judged = engagement.verdicts(conn, past, now, limits) if past else []
    return [(each, _kept_own(each, verdict)) for each, (_, verdict) in zip(past, judged, strict=True)]


def _kept_own(hit: PastHit, verdict: judge.HitVerdict) -> judge.HitVerdict:
    """What was the owner's stays theirs: the session that told so may be gone by now."""
    own = hit.verdict == judge.HitKind.OWN.value
    return judge.HitVerdict(judge.HitKind.OWN, ("own",)) if own else verdict


def _write(conn: Connection, verdicts: Sequence[_Judged], found: _Found) -> list[BranchKept]:
    """Write all verdicts and what people should know of those that differ; returns the branches that had been decided by them."""
    differ = {each.enrollment_id for each, v in verdicts if _counts(each, v)}
    before = {number: hits.human(conn, number) for number in differ}
    rows = [(each.id, v.kind.value, v.reasons) for each, v in verdicts]
    ours = past_hits.judge_again(conn, rows, judge.RULES_VERSION)
    changed = [(each, v) for each, v in verdicts if each.id in ours and each.verdict != v.kind.value]
    people = past_hits.people(conn, (each.enrollment_id for each, _ in changed))
    for each, verdict in changed:
        found.changes[people[each.enrollment_id][1], each.kind, each.verdict, verdict.kind.value] += 1
    kept: list[BranchKept] = []
    for number in sorted(differ):
        told = [(each, v) for each, v in changed if each.enrollment_id == number and _counts(each, v)]
        kept += _tell(conn, number, told, before[number], people)
    return kept


def _counts(hit: PastHit, verdict: judge.HitVerdict) -> bool:
    """Whether it makes a difference to what a person is known to have done."""
    return (hit.verdict == _HUMAN) is not (verdict.kind is judge.HitKind.HUMAN)


def _tell(
    conn: Connection,
    enrollment_id: int,
    told: Sequence[_Judged],
    before: Done,
    people: Mapping[int, tuple[str, str]],
) -> list[BranchKept]:
    if not told:
        return []
    row = enrollments.by_ids(conn, [enrollment_id])[0]
    passed = past_hits.branches(conn, enrollment_id)
    now, labels = hits.human(conn, enrollment_id), past_hits.labels(conn, enrollment_id)
    kept: dict[str, BranchKept] = {}
    news = []
    for each, verdict in told:
        asked = [branch for branch in passed if decided_by(each, branch, (before, now), labels)]
        news.append(_event(row, each, verdict, [branch.step for branch in asked]))
        kept |= {branch.step: _kept(branch, each, verdict, people[enrollment_id]) for branch in asked}
    events.record_events(conn, news)
    return list(kept.values())


def decided_by(hit: PastHit, branch: Branch, done: tuple[Done, Done], labels: Labels) -> bool:
    """Whether a branch asked about such a hit, which it could know of, and is answered otherwise from what is known now. Pure."""
    if branch.at < hit.at:
        return False
    try:
        asked = conditions.compile_condition(branch.condition).facts
    except errors.Invalid:  # of a later release
        return False
    then, now = (facts.answers(lambda known=known: known, labels) for known in done)  # type: ignore[misc]
    return any(
        then[name](*arguments) != now[name](*arguments)
        for name, arguments in asked
        if name == _FACTS[hit.kind] and arguments[:1] == (hit.step,)
    )


def _kept(branch: Branch, hit: PastHit, verdict: judge.HitVerdict, person: tuple[str, str]) -> BranchKept:
    return BranchKept(*person, branch.step, branch.condition, branch.taken, hit.step, verdict.kind.value)


def _event(row: Enrollment, hit: PastHit, verdict: judge.HitVerdict, branches: Sequence[str]) -> NewEvent:
    words = _words(branches) if branches else None
    click = hit.kind == Purpose.CLICK.value
    if verdict.kind is judge.HitKind.HUMAN:
        noticed = MessageClicked if click else MessageOpened
        data: EventData = noticed(hit.link, list(verdict.reasons), words, branches or None)
    else:
        disproved = MessageClickDisproved if click else MessageOpenDisproved
        data = disproved(hit.link, list(verdict.reasons), verdict.rules_version, words, branches or None)
    return NewEvent.of(row, data, hit.at, message_id=hit.message_id, step=hit.step)


def _words(branches: Sequence[str]) -> Text:
    return Text.plural(
        "judged again by better rules; the branch {branches} was decided before that and stays as it is",
        "judged again by better rules; the branches {branches} were decided before that and stay as they are",
        len(branches),
        branches=", ".join(branches),
    )
