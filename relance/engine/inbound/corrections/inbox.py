"""Answers over all mailboxes, for the people who read them: looked through, corrected, their substitutes taken on."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons
from relance.engine.contacts import fields as contact_fields
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.event_log.actors import Actor
from relance.engine.event_log.of_mails import ReplyCorrected, SubstituteAccepted, SubstituteDismissed
from relance.engine.inbound import classification
from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.inbound.corrections import decisions, kinds, revise, slips
from relance.engine.inbound.corrections.revise import Revised
from relance.engine.inbound.corrections.traces import Revision
from relance.engine.reasons import Code, Reason, Why, matches
from relance.engine.store import done_by, events
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import Reply, ReplyFilter, ReplyPlace
from relance.wording import Text

FORGET = 200
# Mails whose bytes are dropped in one transaction.


@dataclass(frozen=True)
class AnswerView:
    """One mail that came in: what it is taken for, why, and by what it was found to concern us."""

    id: int
    mailbox: str
    email: str | None  # the contact; empty: a person must say whose it is
    from_address: str
    subject: str
    received_at: dt.datetime
    kind: str
    intent: str | None
    until: dt.date | None
    substitute: str | None
    language: str | None
    recipient: str | None
    status: str | None
    rule: str
    evidence: str
    intent_evidence: str
    notes: tuple[str, ...]
    match: str
    matched_by: str
    corrected: bool
    judged_kind: str  # what the rules said, where a person says otherwise
    note: str  # the person's own words about their correction
    read: bool
    read_by: Actor | None  # who looked at it first, where that is known
    substitute_state: str
    body: str
    notes_why: tuple[Why, ...] = ()  # what `notes` say, for programs
    quoted: bool = True  # whether `evidence` is what somebody wrote; else it is a mark of a program's, or a sentence of ours
    name: str = ""  # of the contact
    company: str = ""
    failure: str | None = None  # of a mail that came back: why, and how far ours had come
    stage: str | None = None
    judged_intent: str | None = None  # beside `judged_kind`
    decision: int | None = (
        None  # the number of the decision that stands; None: there is none, or it is older than such numbers
    )
    decided_by: Actor | None = None
    decided_at: dt.datetime | None = None
    kept: bool = (
        False  # what it did as it was read before still stands: another answer from them means the same
    )


@dataclass(frozen=True)
class Correction:
    """What a person says of a mail; what is empty stays as it was judged. `kind` and `intent` by their words. `over`: the decision of
    somebody else that they know of, by its number (`AnswerView.decision`)."""

    kind: str | None = None
    intent: str | None = None
    until: dt.date | None = None
    contact: str | None = None  # whose answer it is
    note: str = ""
    over: int | None = None


@dataclass(frozen=True)
class Corrected:
    """The mail as it stands now (`answer.decision` names what was decided), and what changed for whom, in words. `suppressed` is the address that stays on the
    do-not-contact list, though the mail is not taken for a wish for no more mail any more; `contacts.unsuppress` takes it off."""

    answer: AnswerView
    effects: tuple[str, ...]
    suppressed: str = ""
    effects_why: tuple[Why, ...] = ()  # the same for programs


MAX_PAGE = 10_000


def page(
    context: Context, wanted: ReplyFilter | None = None, *, limit: int = 100, before: int | None = None
) -> list[AnswerView]:
    """Kept mails, the newest first; `before` is the last number of the page before. Raises `errors.NotFound` where there is none
    of that number."""
    size = max(1, min(limit, MAX_PAGE))
    with context.database.read() as conn:
        meant = understood(conn, context, wanted or ReplyFilter())
        behind = place(conn, before) if before is not None else None
        return [view(each) for each in replies.page(conn, meant, before=behind, limit=size)]


def place(conn: Connection, number: int) -> ReplyPlace:
    """Where the mail of a number stands in the list. Raises `errors.NotFound`."""
    found = replies.place(conn, number)
    if found is None:
        raise _unknown(number)
    return found


def understood(conn: Connection, context: Context, wanted: ReplyFilter) -> ReplyFilter:
    """What is asked for, in our own words. Raises `errors.Invalid`, and `errors.NotFound` for a contact there is not."""
    values: dict[str, Any] = {}
    if wanted.kind is not None:
        values["kind"] = kinds.kind(wanted.kind).value
    if wanted.intent is not None:
        values["intent"] = kinds.intent(wanted.intent)
    if wanted.email is not None:
        values["email"] = contact_service.get(conn, context, wanted.email).email
    return dataclasses.replace(wanted, **values)


def show(context: Context, number: int, *, mark_read: bool = False) -> AnswerView:
    """One kept mail. Raises `errors.NotFound`."""
    if mark_read:
        with context.database.write() as conn:
            replies.mark(conn, [get(conn, number).id], context.clock.now(), reader(conn))
    with context.database.read() as conn:
        return view(get(conn, number))


def reader(conn: Connection) -> dict[str, str]:
    """Who looks at a mail now, as it is stored."""
    actor = events.acting(conn)
    return {"kind": actor.kind.value, "name": actor.name}


def get(conn: Connection, number: int) -> Reply:
    """The mail of a number; raises `errors.NotFound`."""
    found = replies.by_id(conn, number)
    if found is None:
        raise _unknown(number)
    return found


def _unknown(number: int) -> errors.NotFound:
    return errors.NotFound(
        Text("there is no answer number {number}.", number=number),
        command=Text("`relance inbox list` shows all answers."),
        page=Text("The Inbox shows all answers."),
    )


def view(each: Reply) -> AnswerView:
    """A kept mail as people are shown it."""
    judged = classification.in_force(each).judgement
    same = set(AnswerView.__dataclass_fields__) & set(Reply.__dataclass_fields__)
    read = set(AnswerView.__dataclass_fields__) & {field.name for field in dataclasses.fields(judged)}
    values: dict[str, Any] = {name: getattr(each, name) for name in same - read}
    values |= {name: getattr(judged, name) for name in read}
    said, decided = each.correction, decisions.standing(each)
    own = {
        "kind": judged.kind.value,
        "evidence": str(judged.evidence),
        "quoted": isinstance(judged.evidence, str),
        "notes": tuple(map(str, judged.notes)),
        "notes_why": reasons.whys_of(judged.notes),
        "matched_by": matches.key(each.matched_by),
        "corrected": said is not None,
        "judged_kind": each.kind,
        "judged_intent": each.judgement.get("intent"),
        "decision": decided.number if decided else None,
        "decided_by": decided.by if decided else None,
        "decided_at": decided.at if decided else None,
        "kept": said is not None and classification.is_behind(each),
        "note": str(said.get("note", "")) if said else "",
        "read": each.read_at is not None,
        "read_by": _actor(each.read_by),
    }
    return AnswerView(**{**values, **own})


def _actor(said: Mapping[str, str] | None) -> Actor | None:
    return events.actor(said["kind"], said["name"]) if said else None


def _seen(conn: Connection, answer: Reply, now: dt.datetime) -> dict[str, Any]:
    """Anyone who decides about a mail has looked at it."""
    return {"read_at": now, "read_by": reader(conn)} if answer.read_at is None else {}


def _unseen(answer: Reply) -> dict[str, Any]:
    """Who takes back the decision by which a mail counted as read wants to decide anew: it is to be read again."""
    decided = dt.datetime.fromisoformat((answer.correction or {})["at"])
    return {"read_at": None, "read_by": None} if answer.read_at == decided else {}


def correct(context: Context, number: int, correction: Correction) -> Corrected:
    """A person says what a mail is. Kept beside the judgement, and acted upon: a missed answer stops, what was stopped,
    held or deferred by mistake goes on (an opt-out never does).

    Saying again what was judged confirms it: a mail that only may be somebody's answer is theirs from then on. Raises
    `DecidedMeanwhile` where somebody else has decided, and `over` does not name that decision.
    """
    with context.database.write() as conn:
        return correct_in(conn, context, number, correction)


def correct_in(conn: Connection, context: Context, number: int, correction: Correction) -> Corrected:
    """`correct`, in the caller's transaction."""
    now = context.clock.now()
    replies.lock(conn, number)
    answer = get(conn, number)
    decisions.require_over(conn, answer, correction.over)
    before = classification.in_force(answer)
    _refuse_past(context, correction.until, now)
    said = said_of(answer, before, correction, now)
    values: dict[str, Any] = {"correction": said, **_seen(conn, answer, now)}
    if correction.contact is not None:
        values["contact_id"] = contact_service.get(conn, context, correction.contact).id
    reading = classification.in_force(dataclasses.replace(answer, correction=said))
    told = done_by.done(conn, Code.CORRECTED, **decisions.change(reading, classification.judged(answer)))
    revised, event = _changed(conn, context, answer, values, told)
    replies.change(conn, answer.id, correction=decisions.signed(said, event, reader(conn)))
    return _told(conn, answer, revised)


def _refuse_past(context: Context, until: dt.date | None, now: dt.datetime) -> None:
    if until is not None and until < now.astimezone(zoneinfo.ZoneInfo(context.workspace.zone)).date():
        raise errors.Invalid(
            Text(
                "the first day back, {day}, is in the past. Give a later date, or today's if they are back already.",
                day=until,
            )
        )


def undo(context: Context, number: int, decision: int | None = None) -> Corrected:
    """Take back the last thing a person said of a mail: it is what it was before, and people stand where that puts them. A wish
    for no more mail is taken back only by who noted it, within the hour, and where nobody else noted one.

    `decision` is the number of what is taken back; without one it is the last word of who acts now. Raises `errors.Invalid` where
    there is nothing to take back, and `DecidedMeanwhile` where another decision stands.
    """
    with context.database.write() as conn:
        replies.lock(conn, number)
        answer = get(conn, number)
        decisions.require_last(conn, answer, decision)
        earlier = (answer.correction or {}).get(_BEFORE)
        if earlier is None:
            raise errors.Invalid(
                Text("answer {number} has no correction that can be taken back.", number=number)
            )
        values = {
            "correction": earlier["correction"],
            "contact_id": earlier["contact_id"],
            **_unseen(answer),
        }
        reading = classification.in_force(dataclasses.replace(answer, **values))
        were = classification.in_force(answer)
        told = done_by.done(conn, Code.CORRECTION_UNDONE, **decisions.change(reading, were.judgement))
        slip = slips.noted_at(answer, were, reading, context.clock.now())
        at = (answer.correction or {}).get("at")
        undone = _Undone(dt.datetime.fromisoformat(at) if at else None, slip)
        revised, _event = _changed(conn, context, answer, values, told, undone)
        return _told(conn, answer, revised)


@dataclass(frozen=True)
class _Undone:
    """When the decision was made that is taken back, and the wish noted that was a slip."""

    at: dt.datetime | None = None
    slip: dt.datetime | None = None


def _changed(
    conn: Connection,
    context: Context,
    answer: Reply,
    values: Mapping[str, Any],
    told: Reason,
    undone: _Undone = _Undone(),
) -> tuple[Revised, int]:
    """The mail is taken for something else, and everybody concerned is brought there; with the number of the event."""
    now = context.clock.now()
    replies.change(conn, answer.id, **values)
    after = classification.in_force(get(conn, answer.id))
    before = classification.acted_on(answer)
    revision = Revision(answer, before, after, slip=undone.slip, taken_back=undone.at)
    revised = revise.revise(conn, context, revision, now, reopen=True)
    classification.note_acted(conn, answer, revision.before if revised.kept else None)
    said = ReplyCorrected(told, answer.kind, after.judgement.kind.value, list(revised.words))
    about = (answer.enrollment_id, after.contact_id, answer.mailbox_id, answer.message_id)
    return revised, events.record_cause(
        conn, NewEvent(said, now, *about), revised.touched, inbound_id=answer.id
    )


def _told(conn: Connection, answer: Reply, revised: Revised) -> Corrected:
    told, why = tuple(map(str, revised.words)), tuple(each.why for each in revised.words)
    return Corrected(view(get(conn, answer.id)), told, revised.suppressed, why)


_BEFORE = "before"
# The key under which a correction keeps what stood before it, so that it can be taken back once.


def said_of(
    answer: Reply, before: EffectiveClassification, correction: Correction, now: dt.datetime
) -> dict[str, Any]:
    """A correction as it is kept beside its mail. Raises `errors.Invalid` for a kind or intent there is not or that do not fit."""
    kind = kinds.kind(correction.kind) if correction.kind is not None else before.judgement.kind
    earlier = {key: value for key, value in (answer.correction or {}).items() if key != _BEFORE}
    said: dict[str, Any] = {**earlier, "kind": kind.value, "at": now.isoformat()}
    said[_BEFORE] = {"correction": earlier or None, "contact_id": answer.contact_id}
    if correction.intent is not None:
        said["intent"] = kinds.intent_of(kind, correction.intent)
    if correction.until is not None:
        said["until"] = correction.until.isoformat()
    if correction.note:
        said["note"] = contact_fields.tidy("note", correction.note)
    return said


# Whom a mail names in its writer's place.


def accept_substitute(context: Context, number: int) -> Contact:
    """Make the person a mail names a contact, of the same company, country and language. Raises `errors.Invalid` when
    it names nobody."""
    answer = _naming(context, number)
    company: dict[str, str] = {}
    with context.database.read() as conn:
        if answer.contact_id is not None:
            old = contacts.by_ids(conn, [answer.contact_id])[answer.contact_id]
            company = {name: getattr(old, name) for name in ("company", "country", "language", "zone")}
    found = contact_service.add(
        context,
        str(answer.judgement["substitute"]),
        {name: value for name, value in company.items() if value},
    )
    _settle_substitute(context, answer, "accepted")
    return found


def dismiss_substitute(context: Context, number: int) -> None:
    """Offer the person a mail names no more."""
    _settle_substitute(context, _naming(context, number), "dismissed")


def _naming(context: Context, number: int) -> Reply:
    with context.database.read() as conn:
        answer = get(conn, number)
    if not answer.judgement.get("substitute"):
        raise errors.Invalid(Text("answer {number} names nobody to write to instead.", number=number))
    return answer


def _settle_substitute(context: Context, answer: Reply, state: str) -> None:
    now = context.clock.now()
    told = SubstituteAccepted if state == "accepted" else SubstituteDismissed
    address = str(answer.judgement["substitute"])
    said = told(address, answer.from_address, address)
    with context.database.write() as conn:
        replies.change(conn, answer.id, substitute_state=state, **_seen(conn, answer, now))
        about = (answer.enrollment_id, answer.contact_id, answer.mailbox_id)
        events.record_cause(conn, NewEvent(said, now, *about), [], inbound_id=answer.id)


def forget_raw(context: Context, now: dt.datetime) -> int:
    """Drop the bytes of mails kept longer than their retention, a batch at a time; the judgement stays."""
    before = now - context.options.keep_raw
    with context.database.read() as conn:
        if not replies.old_raw(conn, before, 1):
            return 0  # as almost always: nothing is to be written
    with context.database.write() as conn:
        return replies.forget_raw(conn, replies.old_raw(conn, before, FORGET))
