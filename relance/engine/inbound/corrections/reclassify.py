"""The past judged again by the rules as they are now: shown first, then applied."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.event_log.of_mails import ReplyReclassified
from relance.engine.inbound import apply, classification, policy
from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.inbound.corrections import revise
from relance.engine.inbound.corrections.revise import Revised
from relance.engine.inbound.corrections.traces import Revision
from relance.engine.reasons import Code, Why, because, composed
from relance.engine.store import events
from relance.engine.store.events import NewEvent
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import Reply, ReplySource
from relance.engine.store.mailboxes import aliases, mailboxes
from relance.engine.store.sending import messages
from relance.mailbox import classification as mailbox_classification
from relance.mailbox.classification import safe
from relance.mailbox.classification.message_view import OurMail
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import Classification, Kind
from relance.wording import Text

BATCH = 100
# Mails read at once. Each is applied in a transaction of its own, so that nobody waits long.


@dataclass(frozen=True)
class RejudgeOptions:
    """What is to be done with the past."""

    since: dt.datetime | None = None  # mails received from then on; none: all
    apply: bool = False
    reopen: bool = False  # what an earlier judgement stopped by mistake goes on


@dataclass(frozen=True)
class Change:
    """One mail that is judged otherwise now. `effects` say what that changes, or would change, for whom."""

    id: int
    mailbox: str
    email: str | None
    from_address: str
    subject: str
    received_at: dt.datetime
    before: str
    after: str
    before_kind: str  # the same, for programs
    after_kind: str
    rule: str
    evidence: str
    corrected: bool  # a person has said what it is: that stays
    effects: tuple[str, ...]
    kept: str = ""  # why what the earlier judgement did still stands, for programs: "another answer", "until reopened"
    effects_why: tuple[Why, ...] = ()  # what `effects` say, for programs


@dataclass(frozen=True)
class RejudgeReport:
    """What judging again found."""

    looked: int
    without_raw: int  # their bytes are gone by retention: they stay as they are
    changes: tuple[Change, ...]
    applied: bool
    rules_version: int


def rejudge(
    context: Context, wish: RejudgeOptions, *, progress: Callable[[int], None] | None = None
) -> RejudgeReport:
    """Judge every kept mail again. Without `apply` everything is rehearsed and nothing is kept of it."""
    changes: list[Change] = []
    looked = 0
    for kept in _every(context, wish.since):
        change = _one(context, kept, wish)
        if change is not None:
            changes.append(change)
        looked += 1
        if progress is not None and looked % BATCH == 0:
            progress(looked)
    with context.database.read() as conn:
        gone = replies.without_raw(conn, wish.since)
    return RejudgeReport(looked, gone, tuple(changes), wish.apply, mailbox_classification.VERSION)


def _every(context: Context, since: dt.datetime | None) -> Iterator[ReplySource]:
    last = 0
    while True:
        with context.database.read() as conn:
            batch = replies.with_raw(conn, after=last, since=since, limit=BATCH)
        if not batch:
            return
        yield from batch
        last = batch[-1].answer.id


def _one(context: Context, kept: ReplySource, wish: RejudgeOptions) -> Change | None:
    answer = kept.answer
    if not kept.raw:
        return None  # the server could not give it; there is nothing to read
    if _of_a_later_release(answer):
        return None  # rules that know more than ours have judged it
    with context.database.read() as conn:
        judgement = _judge(conn, kept)
    same = _core(judgement) == _core(classification.judged(answer))
    if same and not (wish.reopen and classification.is_behind(answer)):
        return None
    with context.database.attempt(keep=wish.apply) as conn:
        revised = _apply(conn, context, answer.id, judgement, wish)
    if same and not revised.effects:
        return None
    before = classification.acted_on(answer).judgement if same else classification.judged(answer)
    return Change(
        id=answer.id,
        mailbox=answer.mailbox,
        email=answer.email,
        from_address=answer.from_address,
        subject=answer.subject,
        received_at=answer.received_at,
        before=str(_words(before)),
        after=str(_words(judgement)),
        before_kind=before.kind.value,
        after_kind=judgement.kind.value,
        rule=judgement.rule,
        evidence=str(judgement.evidence),
        corrected=answer.correction is not None,
        effects=tuple(map(str, revised.words)),
        kept=revised.kept or "",
        effects_why=tuple(each.why for each in revised.words),
    )


def _of_a_later_release(answer: Reply) -> bool:
    return classification.judged(answer).kind not in policy.CERTAIN


def _judge(conn: Connection, kept: ReplySource) -> Classification:
    answer = kept.answer
    mail = message.read(kept.raw, size=answer.size or len(kept.raw), truncated=answer.size > len(kept.raw))
    sent = messages.of_contact(conn, answer.contact_id) if answer.contact_id is not None else []
    # What was kept is nobody's copy: somebody else answered through the address of ours that stands in From.
    own = aliases.own_addresses(conn) - {mail.from_address}
    known = safe.Known(
        answer.received_at,
        own,
        [OurMail(each.body, each.subject) for each in sent],
        [each.recipient for each in sent],
        mailboxes.by_id(conn, answer.mailbox_id).hosts,
    )
    return safe.judge(mail, known)


def _core(judged: Classification) -> tuple[object, ...]:
    """What makes a difference to anybody; another quotation of the same finding does not."""
    told = (judged.kind, judged.until, judged.intent, judged.substitute, judged.status, judged.recipient)
    blocked = judged.speaker if judged.kind is Kind.BLOCKED else None
    return (*told, judged.definite, blocked, judged.failure, judged.stage)


def _words(judged: Classification) -> Text:
    found = (judged.intent, judged.until, judged.status, judged.substitute, judged.failure)
    return composed.reading(judged.kind.value, *found)


def _found(turn: str, judged: Classification) -> dict[str, Any]:
    """What the rules took a mail for, as parameters of a reason."""
    more = {each: getattr(judged, each) for each in ("intent", "until", "status", "substitute", "failure")}
    known = {f"{turn}_{name}": value for name, value in more.items() if value is not None}
    return {turn: judged.kind.value, **known}


def _apply(
    conn: Connection, context: Context, number: int, judgement: Classification, wish: RejudgeOptions
) -> Revised:
    now = context.clock.now()
    answer = replies.by_id(conn, number)
    if answer is None:
        return Revised(())
    before = classification.acted_on(answer)
    columns = apply.judged(judgement, also=tuple(answer.judgement.get("also") or ()))
    replies.change(conn, number, **columns)
    after = replies.by_id(conn, number) or answer
    if answer.correction is not None or judgement.kind is Kind.OWN_COPY:
        return Revised(())
    revision = Revision(answer, before, classification.in_force(after), _others)
    revised = revise.revise(conn, context, revision, now, reopen=wish.reopen)
    classification.note_acted(conn, after, before if revised.kept else None)
    if revised.effects or _core(judgement) != _core(classification.judged(answer)):
        _tell(conn, answer, judgement, revised, now)
    return revised


def _others(conn: Connection, answer: Reply) -> EffectiveClassification:
    """Another mail of the same person as it is about to be judged: whether it has its turn before or after this one."""
    kept = replies.kept(conn, answer.id)
    if answer.correction is not None or kept is None or not kept.raw or _of_a_later_release(answer):
        return classification.in_force(answer)
    return classification.in_force(dataclasses.replace(answer, **apply.judged(_judge(conn, kept))))


def _tell(
    conn: Connection, answer: Reply, judgement: Classification, revised: Revised, now: dt.datetime
) -> None:
    before = classification.judged(answer)
    why = because(Code.RECLASSIFIED, **_found("kind", judgement), **_found("before", before))
    kinds = (before.kind.value, judgement.kind.value)
    said = ReplyReclassified(why, list(revised.words), judgement.version, *kinds)
    about = (answer.enrollment_id, answer.contact_id, answer.mailbox_id, answer.message_id)
    events.record_cause(conn, NewEvent(said, now, *about), revised.touched, inbound_id=answer.id)
