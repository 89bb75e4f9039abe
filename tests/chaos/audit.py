"""The count: the sink's own record and the prospects' answers against what the database says. Pure."""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from relance.engine.accounts import StepAccount

FINAL_WITHOUT_ALL = frozenset({"replied", "bounced", "unsubscribed", "stopped", "held"})
# States in which an enrollment may end before its last step.


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
    due: bool


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

    @property
    def clean(self) -> bool:
        """Whether the promises were kept."""
        return not (self.duplicates or self.lost or self.after_answer)


def count(evidence: Evidence) -> Findings:
    """What became of every step that fell due."""
    unknown = [each for each in evidence.accounts if each.state in ("unknown", "transmitting")]
    doubtful = {each.email for each in unknown}
    return Findings(
        due=len(evidence.accounts),
        accepted=len({(each.recipient, each.step) for each in evidence.taken}),
        duplicates=tuple(_duplicates(evidence.taken)),
        lost=tuple(_lost(evidence)),
        after_answer=tuple(_after_answers(evidence)),
        unknown=tuple(f"{each.email} {each.step}: {each.state}: {each.reason}" for each in unknown),
        held=tuple(
            f"{each.email} {each.step}: {each.reason}"
            for each in evidence.standings
            if each.state == "held" and each.email not in doubtful
        ),
    )


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
    got = {(mail.recipient, mail.message_id) for mail in evidence.taken}
    said = {(each.email, each.message_id): each for each in evidence.accounts}
    active = {each.email for each in evidence.standings if each.state == "active"}
    for each in evidence.accounts:
        if each.state == "accepted" and (each.email, each.message_id) not in got:
            yield f"{each.email} {each.step}: recorded as accepted, and no server took it"
        elif each.state not in ("accepted", "unknown", "transmitting") and each.email in active:
            yield f"{each.email} {each.step}: fell due and is {each.state} still ({each.reason})"
        elif each.state != "accepted" and not each.reason.strip():
            yield f"{each.email} {each.step}: {each.state} without a reason"
    for mail in evidence.taken:
        account = said.get((mail.recipient, mail.message_id))
        if account is None or account.state not in ("accepted", "unknown", "transmitting"):
            words = account.state if account else "unheard of"
            yield f"{mail.recipient} {mail.step}: accepted by the server, and the database says {words}"
    yield from _skipped(evidence)


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
        if answered is not None and last and logins[last - 1] > answered:
            late = mail.at - answered
            yield f"{mail.recipient} {mail.step}: left {late:.1f} seconds after their answer stood in the inbox"
