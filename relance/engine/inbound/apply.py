"""Acting on judged mail: the stop, the suppression, the pause and the kept copy, all in the caller's transaction."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from relance.complete import complete
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.of_mails import (
    AutoReplyReceived,
    BounceReceived,
    ComplaintReceived,
    MailReceived,
    NoticeReceived,
    ReplyReceived,
)
from relance.engine.inbound import company, match, out_of_office, policy, returned_mail
from relance.engine.inbound.match import Match
from relance.engine.inbound.policy import Certainty, Consequence
from relance.engine.reasons import Cause, Code, Reason, because
from relance.engine.sending.doubt import proofs
from relance.engine.sending.doubt.proofs import Left
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sending.refusals.repeated_answers import Whose
from relance.engine.states import Event
from relance.engine.store import events
from relance.engine.store.contacts import suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.classification.languages import normalize
from relance.mailbox.parsing.inbound import Classification, InboundMail, Kind, Speaker
from relance.wording import Text

WORDS_LIMIT = 20_000
# Characters of a person's answer that are kept as text.
QUOTE_LIMIT = 120
# Characters of them that a reason quotes.


@dataclass(frozen=True)
class MatchedMail:
    """What is acted upon: what a mail was judged to be, and whose it is."""

    judgement: Classification
    contact: Contact | None
    mailbox_id: int  # the one that wrote, where that is known
    source: str = ""  # the kept mail, as reasons name it
    # A mail in which nothing of ours stands: a person must know which to look for.
    naming: Mapping[str, Text | str] = field(default_factory=dict)

    def why(self, result: Consequence, *, source: str = "") -> Reason:
        """The reason as it stands beside the state, with the words that decided."""
        said = self.judgement.evidence
        quote = said[:QUOTE_LIMIT] if isinstance(said, str) else said
        if self.naming:
            code, params = Code.NAMES_NOTHING_OF_OURS, self.naming
        elif result.code is None:
            code, params = Code.CAME_IN, {"kind": self.judgement.kind.value}
        else:
            code, params = result.code, result.params
        return because(code, source, cause=Cause.ANSWER, **params, quote=quote)


@dataclass(frozen=True)
class NewReply:
    """One new mail that concerns us."""

    mailbox_id: int
    folder: str
    uidvalidity: int
    uid: int
    dedupe: str
    mail: InboundMail
    raw: bytes
    received_at: dt.datetime
    found: Match
    judgement: Classification
    words: str

    @property
    def matched(self) -> MatchedMail:
        """What is to be acted upon."""
        wrote = self.found.message.mailbox_id if self.found.message else self.mailbox_id
        naming = {}
        if self.found.bare:
            subject = normalize.quote(self.mail.subject, 80)
            sender = self.mail.from_address or Text("nobody named")
            naming = {"subject": subject, "sender": sender, "match": self.found.by or ""}
        return MatchedMail(self.judgement, self.found.contact, wrote, naming=naming)


def concerns_us(found: Match, judgement: Classification) -> bool:
    """Whether a mail is kept: it is from or about a contact, or it is ours to worry about and cannot be read."""
    if judgement.kind is Kind.OWN_COPY:
        return False
    if found.match is Certainty.SOFT:
        # What no person wrote is left alone where we cannot even say whom it is about.
        return (found.contact is not None and not found.bare) or policy.SOFT[judgement.kind] != policy.NOTHING
    return found.match is not Certainty.NONE or judgement.kind is Kind.UNREADABLE


def act(conn: Connection, context: Context, items: Sequence[NewReply], now: dt.datetime) -> None:
    """Apply what each mail means, oldest first."""
    touched = [(item, match.concerned(conn, item.found)) for item in items]
    telling = [(item.found.contact, item.judgement) for item in items if _consequence(item).tells_company]
    # Every row in one go and in order of id, so that two mailboxes reading at once never wait for each other in a ring.
    ids = {row.id for _, rows in touched for row in rows} | company.ids(conn, context, telling)
    ids |= _held_there(conn, items)
    enrollments.lock(conn, ids)
    for item, rows in touched:
        with actors.by_rule(item.judgement.rule):
            _one(conn, context, item, rows, now)


def _held_there(conn: Connection, items: Sequence[NewReply]) -> set[int]:
    """The enrollments at organisations that are about to be held as a whole."""
    refused = {
        (item.matched.mailbox_id, refusing_domains.of(item.found.contact))
        for item in items
        if item.found.contact is not None and _consequence(item).refused_there
    }
    return {row.id for there in refused for row in enrollments.of_receiver(conn, *there)}


def _consequence(item: NewReply) -> Consequence:
    return policy.consequence(item.found.match, item.judgement)


def _one(
    conn: Connection, context: Context, item: NewReply, rows: Sequence[Enrollment], now: dt.datetime
) -> None:
    if not replies.add(conn, _row(item, rows, now)):
        return  # another reader of the same mailbox was first
    if item.found.message is not None and item.found.proven:
        ours, came = item.found.message, min(item.received_at, now)
        proofs.left(conn, context, ours, Left(ours.step, came, exact=False), now)
    result = _counted(conn, _consequence(item), item, rows, now)
    number = replies.number(conn, item.mailbox_id, item.dedupe)
    # Where nothing comes of it, nothing is to be found again by it.
    matched = dataclasses.replace(item.matched, source=reasons.of_inbound(number) if result.event else "")
    apply_reply(conn, context, matched, rows, result, now)
    touched = _tell_company(conn, context, item, matched, result, now)
    if result.refused_there and item.found.contact is not None:
        there, evidence = refusing_domains.of(item.found.contact), item.judgement.evidence
        code = Code.NOBODY_SAYS_WHO if item.judgement.speaker is Speaker.UNKNOWN else Code.SERVER_SAID
        refusing_domains.note(conn, item.matched.mailbox_id, there, because(code, said=evidence), now)
    contact = item.found.contact
    if (
        contact is not None
        and item.found.match is Certainty.CERTAIN
        and returned_mail.is_doubtful(item.judgement)
    ):
        address = mailboxes.by_id(conn, item.mailbox_id).address
        whose = Whose(contact.id, address, contact.email)
        returned_mail.note(conn, item.mailbox_id, item.judgement, whose, now)
    if result.pauses_mailbox:
        why = item.matched.why(result, source=matched.source)
        back = {} if contact is None else {"back": contact.email}
        paused = dataclasses.replace(why, params={**why.params, **back})
        mailboxes.pause(conn, item.matched.mailbox_id, paused, now)
    why = item.matched.why(result)
    said = because(Code.AT_THE_COMPANY, why=why, **touched) if touched else why
    told = _event(item, rows, said, now)
    events.record_cause(conn, told, [row.id for row in rows], inbound_id=number)


def _counted(
    conn: Connection, result: Consequence, item: NewReply, rows: Sequence[Enrollment], now: dt.datetime
) -> Consequence:
    """Mails that come back again and again: for now, and a person decides; for good, and the second witness is proof."""
    kind, about = item.judgement.kind, _spoken_of(item, rows)
    if item.found.match is not Certainty.CERTAIN or about is None:
        return result
    if kind is Kind.SOFT_BOUNCE:
        return policy.soft_bounces(result, replies.count_of_kind(conn, about, kind.value))
    if kind is Kind.HARD_BOUNCE and not item.judgement.definite:
        first = replies.first_bounce(conn, item.found.contact_id)
        span = None if first is None else now - first
        return policy.hard_bounces(result, item.judgement, span)
    return result


def apply_reply(
    conn: Connection,
    context: Context,
    matched: MatchedMail,
    rows: Sequence[Enrollment],
    result: Consequence,
    now: dt.datetime,
) -> None:
    """What a judgement means for the person's enrollments and their address."""
    for row in rows if result.event is not None else ():
        _apply(conn, context, matched, row, result, now)
    if result.suppress and matched.contact is not None:
        why = matched.why(result)
        bounced = result.event is Event.BOUNCED
        said = suppressions.bounced(matched.source, why) if bounced else suppressions.wished(why)
        suppressions.add(conn, "address", matched.contact.email, said, now)


def _apply(
    conn: Connection,
    context: Context,
    matched: MatchedMail,
    row: Enrollment,
    result: Consequence,
    now: dt.datetime,
) -> None:
    values: Mapping[str, Any] = {}
    if result.event is Event.OUT_OF_OFFICE:
        result, values = out_of_office.answered(conn, context, row, result, matched.judgement, now)
    if result.event is None:
        return
    why = _why(matched, row, result)
    applied = enrollments.apply(conn, [row.id], result.event, now, reason=why, values=values)
    ended = [
        before.id for before, after in applied if after in states.FINAL and before.state not in states.FINAL
    ]
    if ended and result.event is not Event.REPLIED:
        tasks.drop_open(conn, ended, now)
    elif ended:  # what else was to be done for them may still be; whether to go on is no question any more
        tasks.close_step(conn, ended, tasks.HAND_OVER, "dropped", now)


def _why(matched: MatchedMail, row: Enrollment, result: Consequence) -> Reason:
    why, here = matched.why(result, source=matched.source), row.mailbox_id == matched.mailbox_id
    if result.refused_there and here and matched.contact is not None:
        there = refusing_domains.of(matched.contact)
        return dataclasses.replace(why, source=there, given=Cause.ORGANISATION)
    return why


def _tell_company(
    conn: Connection,
    context: Context,
    item: NewReply,
    matched: MatchedMail,
    result: Consequence,
    now: dt.datetime,
) -> dict[str, Any]:
    """Everyone else who is written to at the company, each by the rule of their own sequence; how many were, by what was done to them."""
    contact = item.found.contact
    if contact is None or not result.tells_company:
        return {}
    address = mailboxes.by_id(conn, item.mailbox_id).address
    why = item.matched.why(result, source=matched.source)
    heard = company.ColleagueReply(contact, item.judgement, why, address)
    return company.apply(conn, context, heard, company.wanted(conn, context, heard), now)


def _row(item: NewReply, rows: Sequence[Enrollment], now: dt.datetime) -> dict[str, Any]:
    return {
        "mailbox_id": item.mailbox_id,
        "dedupe": item.dedupe,
        "folder": item.folder,
        "uidvalidity": item.uidvalidity,
        "uid": item.uid,
        "from_address": item.mail.from_address or "",
        "subject": item.mail.subject,
        "received_at": min(
            item.received_at, now
        ),  # a server whose clock is ahead puts nothing above what is newer
        "judged_at": now,
        **judged(item.judgement, also=item.found.also),
        "match": item.found.match.value,
        "matched_by": item.found.by or "",
        "contact_id": item.found.contact_id,
        "enrollment_id": _spoken_of(item, rows),
        "message_id": item.found.message.id if item.found.message else None,
        "body": item.words[:WORDS_LIMIT],
        "size": item.mail.size,
        "raw": item.raw,
    }


def judged(judgement: Classification, *, also: Sequence[int] = ()) -> dict[str, Any]:
    """A judgement as the columns of its mail. `also`: further contacts it may be about."""
    rest = {
        "until": judgement.until.isoformat() if judgement.until else None,
        "recipient": judgement.recipient,
        "status": judgement.status,
        "intent": judgement.intent,
        "intent_evidence": judgement.intent_evidence or None,
        "language": judgement.language,
        "substitute": judgement.substitute,
        "notes": [each.row() for each in judgement.notes] or None,
        "also": list(also) or None,
        "weak": not judgement.definite or None,
        "speaker": judgement.speaker.value if judgement.kind in _RETURNED else None,
        "others": [
            {**dataclasses.asdict(each), "failure": each.failure.value, "stage": each.stage.value}
            for each in judgement.others
        ]
        or None,
    }
    return {
        "kind": judgement.kind.value,
        "rule": judgement.rule,
        "rules_version": judgement.version,
        "evidence": judgement.evidence,
        **_failed(judgement),
        "judgement": {key: value for key, value in rest.items() if value is not None},
    }


def _failed(judgement: Classification) -> dict[str, str | None]:
    """Why a mail came back, and how far it had come."""
    returned = judgement.kind in _RETURNED
    return {
        "failure": judgement.failure.value if returned and judgement.failure else None,
        "failure_stage": judgement.stage.value if returned and judgement.stage else None,
    }


_RETURNED = frozenset({Kind.BLOCKED, Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE})


def _spoken_of(item: NewReply, rows: Sequence[Enrollment]) -> int | None:
    if item.found.message is not None:
        return item.found.message.enrollment_id
    return rows[0].id if rows else None


_RECEIVED: Mapping[Kind, type[MailReceived]] = complete(
    Kind,
    {
        Kind.HUMAN: ReplyReceived,
        Kind.OPT_OUT: ReplyReceived,
        Kind.CALENDAR: ReplyReceived,
        Kind.UNREADABLE: ReplyReceived,
        Kind.CHALLENGE: ReplyReceived,
        Kind.OUT_OF_OFFICE: AutoReplyReceived,
        Kind.LEFT_COMPANY: AutoReplyReceived,
        Kind.AUTO_REPLY: AutoReplyReceived,
        Kind.HARD_BOUNCE: BounceReceived,
        Kind.SOFT_BOUNCE: BounceReceived,
        Kind.BLOCKED: BounceReceived,
        Kind.COMPLAINT: ComplaintReceived,
        Kind.RECEIPT: NoticeReceived,
        Kind.LIST_MAIL: NoticeReceived,
        Kind.OWN_COPY: NoticeReceived,
    },
)


def _event(item: NewReply, rows: Sequence[Enrollment], said: Reason, now: dt.datetime) -> NewEvent:
    kind = item.judgement.kind
    data = _RECEIVED[kind](
        kind.value, item.mail.from_address, item.folder, item.judgement.rule, item.found.by or "", said
    )
    if isinstance(data, BounceReceived):
        why = _failed(item.judgement)
        data = dataclasses.replace(data, failure=why["failure"], failure_stage=why["failure_stage"])
    message = item.found.message
    return NewEvent(
        data,
        now,
        _spoken_of(item, rows),
        item.found.contact_id,
        item.mailbox_id,
        message.id if message else None,
        message.step if message else "",
    )
