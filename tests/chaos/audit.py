"""The count: the sink's own record and the prospects' answers against what the database says. Pure."""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relance.engine.reporting.step_outcomes import StepAccount
from relance.engine.store.sending.messages import REPLY

FINAL_WITHOUT_ALL = frozenset({"replied", "bounced", "unsubscribed", "stopped", "held"})
# States in which an enrollment may end before its last step.
IN_DOUBT = frozenset({"unknown", "transmitting"})
SETTLED = frozenset({"accepted"}) | IN_DOUBT  # states of a mail that are told elsewhere, if at all
OVER = frozenset({"abandoned", "refused"})  # states of a person's reply that does not leave any more


Owed = tuple[str, str]  # a person's address and the step


@dataclass(frozen=True)
class Taken:
    """A mail the sink took responsibility for."""

    at: float
    recipient: str
    login: str
    message_id: str
    sha256: str
    step: str


@dataclass(frozen=True)
class Standing:
    """Where the database says one person stands."""

    email: str
    state: str
    reason: str
    step: str | None
    late: bool = False  # whether its step is planned for later than any step of the sequence can be, or for no time at all


@dataclass(frozen=True)
class Evidence:
    """Everything the count rests on."""

    taken: Sequence[Taken]
    accounts: Sequence[StepAccount]
    standings: Sequence[Standing]
    steps: Sequence[str]  # of the sequence, in order
    answered: Mapping[str, float]  # when an answer of theirs stood in the inbox, machine time
    logins: Mapping[
        str, Sequence[float]
    ]  # when each mailbox was logged into to read it, machine time, ascending
    owed: frozenset[Owed] | None = None
    # What had to be done by the end, where the time limit ended the run: the steps that were open when the last settling
    # began, in which nothing strikes. None: everything that fell due.


@dataclass(frozen=True)
class Findings:
    """What was found. Every entry is a sentence about one person's step."""

    due: int
    accepted: int
    duplicates: tuple[str, ...]
    lost: tuple[str, ...]
    after_answer: tuple[str, ...]
    unknown: tuple[str, ...]  # each with its reason
    held: tuple[str, ...]  # for other reasons
    not_yet: tuple[str, ...] = ()  # fell due after the last settling had begun: no verdict
    replies: int = 0  # that left

    @property
    def clean(self) -> bool:
        """Whether the promises were kept."""
        return not (self.duplicates or self.lost or self.after_answer)


def count(evidence: Evidence) -> Findings:
    """What became of every step that fell due."""
    unknown = [each for each in evidence.accounts if each.state in IN_DOUBT]
    doubtful = {each.email for each in unknown}
    taken = {(each.recipient, each.step) for each in evidence.taken}
    replies = {each for each in taken if is_reply(each[1])}
    return Findings(
        due=sum(not is_reply(each.step) for each in evidence.accounts),
        accepted=len(taken - replies),
        replies=len(replies),
        duplicates=tuple(_duplicates(evidence.taken)),
        lost=tuple(_lost(evidence)),
        after_answer=tuple(_after_answers(evidence)),
        unknown=tuple(f"{each.email} {each.step}: {each.state}: {each.reason}" for each in unknown),
        held=tuple(
            f"{each.email} {each.step}: {each.reason}"
            for each in evidence.standings
            if each.state == "held" and each.email not in doubtful
        ),
        not_yet=tuple(
            f"{each.email} {each.step}: {each.state} ({each.reason})"
            for each in waiting(evidence.accounts, evidence.standings)
            if not _must_be_done(evidence, each)
        ),
    )


def waiting(accounts: Iterable[StepAccount], standings: Iterable[Standing]) -> list[StepAccount]:
    """Steps that fell due, are not sent, and are still to be; and replies, which wait for nobody's sequence."""
    active = {each.email for each in standings if each.state == "active"}
    open_ = (each for each in accounts if each.state not in SETTLED)
    return [
        each for each in open_ if (each.state not in OVER if is_reply(each.step) else each.email in active)
    ]


def is_reply(step: str) -> bool:
    """Whether a mail is what a person wrote, and no step."""
    return step.startswith(REPLY)


def open_steps(accounts: Sequence[StepAccount], standings: Iterable[Standing]) -> frozenset[Owed]:
    """What a settling has to bring to an end: what waits, and what nobody knows yet."""
    doubtful = [each for each in accounts if each.state in IN_DOUBT]
    return frozenset((each.email, each.step) for each in (*waiting(accounts, standings), *doubtful))


def _must_be_done(evidence: Evidence, account: StepAccount) -> bool:
    return evidence.owed is None or (account.email, account.step) in evidence.owed


def _duplicates(taken: Iterable[Taken]) -> Iterable[str]:
    """Every acceptance beyond a step's first, whatever id or bytes it came with."""
    times: Counter[tuple[str, str]] = Counter()
    ids: dict[tuple[str, str], str] = {}
    for mail in taken:
        key = (mail.recipient, mail.step)
        times[key] += 1
        if times[key] > 1:
            same = "the same" if ids[key] == mail.message_id else "another"
            yield f"{mail.recipient} {mail.step}: accepted {times[key]} times, under {same} Message-ID {mail.message_id}"
        ids.setdefault(key, mail.message_id)


def _lost(evidence: Evidence) -> Iterable[str]:
    yield from _left_behind(evidence)
    got = {(mail.recipient, mail.message_id) for mail in evidence.taken}
    for each in evidence.accounts:
        if each.state == "accepted" and (each.email, each.message_id) not in got:
            yield f"{each.email} {each.step}: recorded as accepted, and no server took it"
        elif each.state != "accepted" and not each.reason.strip():
            yield f"{each.email} {each.step}: {each.state} without a reason"
    said = {(each.email, each.message_id): each.state for each in evidence.accounts}
    for mail in evidence.taken:
        words = said.get((mail.recipient, mail.message_id), "unheard of")
        if words not in SETTLED:
            yield f"{mail.recipient} {mail.step}: accepted by the server, and the database says {words}"
    yield from _skipped(evidence)


def _left_behind(evidence: Evidence) -> Iterable[str]:
    """Steps that had to leave and did not, or are planned as if they never should."""
    for each in waiting(evidence.accounts, evidence.standings):
        if _must_be_done(evidence, each):
            yield f"{each.email} {each.step}: fell due and is {each.state} still ({each.reason})"
    for person in evidence.standings:
        if person.state == "active" and person.late:
            yield f"{person.email} {person.step}: active, and planned for later than the sequence says, or never"


def _skipped(evidence: Evidence) -> Iterable[str]:
    """Steps that an enrollment went past without their mail."""
    got = defaultdict(set)
    for mail in evidence.taken:
        got[mail.recipient].add(mail.step)
    for each in evidence.standings:
        done = evidence.steps
        if each.step is not None:
            done = evidence.steps[: evidence.steps.index(each.step)]
        elif each.state in FINAL_WITHOUT_ALL:
            done = ()
        for step in done:
            if step not in got[each.email]:
                yield f"{each.email} {step}: gone past ({each.state}), and no server took it"


def _after_answers(evidence: Evidence) -> Iterable[str]:
    """Mails that left though the last reading of the mailbox before them could find the answer."""
    for mail in evidence.taken:
        answered = evidence.answered.get(mail.recipient)
        logins = evidence.logins.get(mail.login, ())
        # The log tells whole seconds: only a login that came surely after the one and before the other counts.
        last = bisect.bisect_left(logins, mail.at - 1)
        if answered is not None and last and logins[last - 1] > answered and not is_reply(mail.step):
            late = mail.at - answered
            yield f"{mail.recipient} {mail.step}: left {late:.1f} seconds after their answer stood in the inbox"
