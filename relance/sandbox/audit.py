"""The audit: what the world's own record says of the promises. Pure; our database is heard, and not believed.

From the record alone:

* *sent twice*: the same Message-ID arrived twice at one person, or the same words did (see `fingerprint`).
* *after an answer*: an answer stood in the rep's folder before the last IMAP login of that rep that came before the
  mail's DATA, that is before the sync of its turn; without any login, before the DATA itself. An answer placed after
  that login and before the mail's acceptance is the window no protocol can close: counted apart, with its length.
* *to suppressed*: the person's unsubscribe had been answered with success before the mail's DATA (the check that
  commits to transmitting comes after the 354, so it could know); or an opt-out in words or a complaint stood in the
  rep's folder before the sync of the mail's turn.

With what the engine says of its due steps: *unexplained* is every step it calls sent that the world never saw, every
other step without a reason, and every mail the world saw that no step accounts for.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from relance.sandbox import record
from relance.sandbox.letters import fingerprint
from relance.wording import N_, Text

_SAID = {
    record.Kind.ANSWER: N_("a reply"),
    record.Kind.CALENDAR: N_("an answer to an invitation"),
    record.Kind.OPT_OUT: N_("an opt-out"),
    record.Kind.COMPLAINT: N_("a complaint"),
}
SENT = frozenset({"accepted", "sent"})
# The states in which the engine holds a step to have reached the server.
MAYBE_SENT = frozenset({"unknown", "transmitting", "abandoned"})
# The states in which a mail may or may not have arrived; its reason must say so.


@dataclass(frozen=True)
class DueStep:
    """What the engine says became of one step that fell due for one person.

    `message_id` is that of the step's mail, where it has one: it ties the step to what arrived. `reason` is the
    sentence a person would read; a step in one of the `SENT` states needs none.
    """

    email: str
    step: str
    state: str
    reason: str = ""
    message_id: str = ""


@dataclass(frozen=True)
class Finding:
    """One broken promise: which, to whom, by which mail, and what shows it."""

    promise: str  # "sent_twice", "after_answer", "to_suppressed", "unexplained"
    person: str
    message_id: str
    what: Text


@dataclass(frozen=True)
class Window:
    """A mail that was accepted although an answer had come in since the sync of its turn."""

    person: str
    message_id: str
    business_seconds: float  # from the answer to the acceptance
    machine_seconds: float


@dataclass(frozen=True)
class Audit:
    """The figures, and the findings behind those that should be zero."""

    findings: tuple[Finding, ...]
    windows: tuple[Window, ...]
    steps_due: int
    mails_arrived: int

    @property
    def sent_twice(self) -> int:
        """Mails that repeated a step."""
        return self._count("sent_twice")

    @property
    def after_answer(self) -> int:
        """Mails that left although their turn's sync could have found an answer."""
        return self._count("after_answer")

    @property
    def to_suppressed(self) -> int:
        """Mails to people who had said no in time."""
        return self._count("to_suppressed")

    @property
    def unexplained(self) -> int:
        """Steps and mails that nothing accounts for."""
        return self._count("unexplained")

    @property
    def window_longest_seconds(self) -> float:
        """The longest window in business time; zero where there was none."""
        return max((window.business_seconds for window in self.windows), default=0.0)

    @property
    def window_longest_machine_seconds(self) -> float:
        """The longest window in machine time: what it would be with a clock that is not scaled."""
        return max((window.machine_seconds for window in self.windows), default=0.0)

    @property
    def clean(self) -> bool:
        """Whether every promise was kept."""
        return not self.findings

    def as_dict(self) -> dict[str, int | float]:
        """The figures as data."""
        return {
            "sent_twice": self.sent_twice,
            "after_answer": self.after_answer,
            "to_suppressed": self.to_suppressed,
            "unexplained": self.unexplained,
            "steps_due": self.steps_due,
            "mails_arrived": self.mails_arrived,
            "window_answers": len(self.windows),
            "window_longest_seconds": self.window_longest_seconds,
            "window_longest_machine_seconds": self.window_longest_machine_seconds,
        }

    def _count(self, promise: str) -> int:
        return sum(finding.promise == promise for finding in self.findings)


def audit(story: record.Story, steps: Iterable[DueStep], reps: Iterable[str] = ()) -> Audit:
    """Hold the record against the promises. Mails to the reps themselves (probes) are left aside."""
    known = tuple(steps)
    own = {rep.lower() for rep in reps} | {mail.rep for mail in story.arrived}
    arrived = tuple(mail for mail in story.arrived if mail.recipient not in own)
    late, windows = _after_answers(story, arrived)
    findings = (
        *_repeats(arrived),
        *late,
        *_after_a_no(story, arrived),
        *_unexplained(known, arrived),
    )
    return Audit(findings, windows, len(known), len(arrived))


def _repeats(arrived: tuple[record.Arrived, ...]) -> Iterable[Finding]:
    """Every arrival that brings a person an id or words they already had."""
    ids: set[tuple[str, str]] = set()
    words: dict[tuple[str, str], str] = {}
    for mail in arrived:
        by_id, by_words = (mail.recipient, mail.message_id), (mail.recipient, fingerprint.of(mail.raw))
        if by_id in ids:
            yield _finding("sent_twice", mail, Text("the same Message-ID had already arrived"))
        elif by_words in words:
            yield _finding(
                "sent_twice", mail, Text("the same text had already arrived as {mail}", mail=words[by_words])
            )
        ids.add(by_id)
        words.setdefault(by_words, mail.message_id)


def _after_answers(
    story: record.Story, arrived: tuple[record.Arrived, ...]
) -> tuple[tuple[Finding, ...], tuple[Window, ...]]:
    """Mails after an answer their turn could have found, and the windows. A mail counts once, by its first answer."""
    answers = _standing(story, record.ANSWERS)
    syncs = _syncs(story)
    late: list[Finding] = []
    windows: list[Window] = []
    for mail in arrived:
        first = next(iter(answers.get((mail.rep, mail.recipient), ())), None)
        if first is None or first.when.order > mail.when.order:
            continue
        if first.when.order < _turn(syncs, mail):
            late.append(_finding("after_answer", mail, _stood(first)))
        else:
            windows.append(_window(mail, first))
    return tuple(late), tuple(windows)


def _after_a_no(story: record.Story, arrived: tuple[record.Arrived, ...]) -> Iterable[Finding]:
    """Mails to people who had said no, by the web or by mail. A mail counts once."""
    told = _told(story)
    refusals = _standing(story, record.REFUSALS)
    syncs = _syncs(story)
    for mail in arrived:
        answered = told.get(mail.recipient)
        standing = refusals.get((mail.rep, mail.recipient))
        if answered is not None and answered.order < mail.asked.order:
            yield _finding(
                "to_suppressed",
                mail,
                Text("their unsubscribe had been confirmed at {time}", time=answered.at),
            )
        elif standing and standing[0].when.order < _turn(syncs, mail):
            yield _finding("to_suppressed", mail, _stood(standing[0]))


def _told(story: record.Story) -> Mapping[str, record.Moment]:
    """When each person was first told that they are unsubscribed."""
    told: dict[str, record.Moment] = {}
    for visit in story.visits:
        if visit.act in record.UNSUBSCRIBES and visit.method == "POST" and visit.done:
            told.setdefault(visit.person.lower(), visit.answered)
    return told


def _unexplained(steps: tuple[DueStep, ...], arrived: tuple[record.Arrived, ...]) -> Iterable[Finding]:
    """Steps without an account, and mails without a step. A repeated id is one mail here: it is counted elsewhere."""
    left = {(mail.recipient, mail.message_id) for mail in arrived}
    # Steps that name their mail take theirs first; the others make do with what remains of their person's.
    for step in sorted(steps, key=lambda step: not step.message_id):
        mail = _claim(left, step) if step.state in SENT | MAYBE_SENT else None
        left.discard(mail or ("", ""))
        if step.state in SENT and mail is None:
            yield _unaccounted(
                step, Text("{step} is {state}, but never arrived", step=step.step, state=step.state)
            )
        elif step.state not in SENT and not step.reason.strip():
            yield _unaccounted(
                step, Text("{step} is {state}, but has no reason", step=step.step, state=step.state)
            )
    for person, message_id in sorted(left):
        yield Finding("unexplained", person, message_id, Text("arrived, but no step accounts for it"))


def _claim(left: Collection[tuple[str, str]], step: DueStep) -> tuple[str, str] | None:
    """The arrival a step accounts for: that of its id or, where the engine names none, any of that person's."""
    email = step.email.lower()
    if step.message_id:
        return (email, step.message_id) if (email, step.message_id) in left else None
    return min((mail for mail in left if mail[0] == email), default=None)


def _unaccounted(step: DueStep, what: Text) -> Finding:
    return Finding("unexplained", step.email.lower(), step.message_id, what)


def _standing(
    story: record.Story, kinds: frozenset[record.Kind]
) -> Mapping[tuple[str, str], list[record.Placed]]:
    """The mails of those kinds by rep and person, in order."""
    found: defaultdict[tuple[str, str], list[record.Placed]] = defaultdict(list)
    for placed in story.placed:
        if placed.kind in kinds:
            found[placed.rep, placed.person.lower()].append(placed)
    return found


def _syncs(story: record.Story) -> Mapping[str, list[int]]:
    found: defaultdict[str, list[int]] = defaultdict(list)
    for sync in story.syncs:
        found[sync.rep].append(sync.when.order)
    return found


def _turn(syncs: Mapping[str, list[int]], mail: record.Arrived) -> int:
    """Where in the order of events the sync of the mail's turn began."""
    logins = syncs.get(mail.rep, [])
    index = bisect.bisect_left(logins, mail.asked.order)
    return logins[index - 1] if index else mail.asked.order


def _window(mail: record.Arrived, answer: record.Placed) -> Window:
    return Window(
        mail.recipient,
        mail.message_id,
        _seconds(mail.when.at - answer.when.at),
        _seconds(mail.when.machine - answer.when.machine),
    )


def _seconds(span: dt.timedelta) -> float:
    return max(0.0, span.total_seconds())


def _finding(promise: str, mail: record.Arrived, what: Text) -> Finding:
    told = Text('"{subject}" at {time}: {what}', subject=mail.subject, time=mail.when.at, what=what)
    return Finding(promise, mail.recipient, mail.message_id, told)


def _stood(placed: record.Placed) -> Text:
    """That a person's word was there before the mail went."""
    return Text("{kind} was already in {folder}", kind=Text(_SAID[placed.kind]), folder=placed.folder)
