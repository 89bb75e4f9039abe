"""Answering somebody from the inbox: the mail is a row before anything is offered, leaves by the thread's mailbox, and can be taken back
until then."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.engine import Connection

from relance import errors
from relance.complete import complete
from relance.engine import reasons, states
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.event_log.of_mails import ReplyTakenBack, ReplyWritten
from relance.engine.inbound import classification
from relance.engine.inbound.answering import addressees, writing
from relance.engine.inbound.answering.addressees import Addressee, ReplyAddresses
from relance.engine.inbound.answering.writing import Answered
from relance.engine.inbound.corrections import inbox
from relance.engine.reasons import Code
from relance.engine.sending import compose as step_mails
from relance.engine.sending import gate
from relance.engine.states import MessageState, State
from relance.engine.store import done_by, events
from relance.engine.store.contacts import contacts
from relance.engine.store.events import NewEvent
from relance.engine.store.inbound import replies
from relance.engine.store.inbound.replies import Reply
from relance.engine.store.mailboxes import aliases, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages, own_replies
from relance.engine.store.sending.messages import Message
from relance.engine.store.sending.own_replies import OwnReplyView
from relance.engine.store.sequences import enrollments
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.composing import compose, signature
from relance.mailbox.composing import final_check as final_bytes
from relance.mailbox.parsing import header_fields
from relance.mailbox.parsing import message as parsed
from relance.mailbox.parsing.inbound import Kind
from relance.wording import Text, ended

UNDO_SECONDS = 30.0
UNDO_MOST = 86_400.0
KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")
WORTH_ANSWERING: Mapping[Kind, bool] = complete(
    Kind,
    {
        **dict.fromkeys((Kind.HUMAN, Kind.OPT_OUT, Kind.CALENDAR, Kind.UNREADABLE, Kind.CHALLENGE), True),
        **dict.fromkeys((Kind.OUT_OF_OFFICE, Kind.LEFT_COMPANY, Kind.AUTO_REPLY, Kind.LIST_MAIL), True),
        **dict.fromkeys((Kind.HARD_BOUNCE, Kind.SOFT_BOUNCE, Kind.BLOCKED, Kind.COMPLAINT), False),
        **dict.fromkeys((Kind.RECEIPT, Kind.OWN_COPY), False),
    },
)
"""Whether there is somebody behind such a mail who would read an answer. Those that are not are a server's, or ours."""


@dataclass(frozen=True)
class ReplyRequest:
    """What a person wants to answer.

    `key` (8 to 64 letters, digits, `-` or `_`) makes it one answer however often it is asked for; without one the same words to the
    same mail are. `when_paused`: where the mailbox is paused it waits until that is resumed. `to`: one of the addresses that
    `addresses` tells; empty: the usual one, where none of them is another organisation's. `quote`: whether their mail is quoted; None:
    it is, unless `to` is another organisation's address, which their words are for only if somebody says so.
    """

    text: str
    quote: bool | None = None
    undo_seconds: float = UNDO_SECONDS
    key: str = ""
    when_paused: bool = False
    to: str = ""
    again: bool = (
        True  # with another key, though the same words went, or will go, to the same mail; else `SentBefore`
    )


class SentBefore(errors.Invalid):
    """Exactly these words were sent to the same mail before, or are about to be; nothing was done."""

    def __init__(self, at: dt.datetime) -> None:
        super().__init__(Text("you have sent exactly this at {time}. Send it again?", time=at))


def reply(context: Context, number: int, wish: ReplyRequest) -> OwnReplyView:
    """Answer a mail that came in, in its thread and from its mailbox. It leaves after `undo_seconds`, whatever the mailbox's pace
    and hours say, and can be taken back until it does.

    Asked for again, it is what was written first. Raises `errors.Invalid` for what cannot be sent, and where nothing may be sent to
    them; `errors.NotFound`.
    """
    _checked(wish)
    now = context.clock.now()
    with context.database.write() as conn:
        answer = inbox.get(conn, number)
        sender = _sender(conn, answer, when_paused=wish.when_paused)
        row = _enrollment(conn, answer)
        goes_to = addressees.choose(_addresses(conn, context, answer), wish.to)
        wish = replace(wish, quote=not goes_to.elsewhere if wish.quote is None else wish.quote)
        step = own_replies.step(wish.key or _own_key(conn, answer, wish, goes_to))
        mail = messages.of_steps(conn, [(row.id, step)]).get((row.id, step))
        if mail is None:
            if not wish.again:
                _refuse_the_same(conn, number, wish.text)
            mail = _written(conn, context, _Sheet(wish, answer, sender, row, step, goes_to))
            _refuse_who_said_no(conn, context, {mail.recipient, answer.from_address}, row)
            _add(conn, answer, row, mail, now + dt.timedelta(seconds=wish.undo_seconds), now)
        return _view(conn, number, mail.id)


def _refuse_the_same(conn: Connection, number: int, text: str) -> None:
    for each in own_replies.to_mail(conn, number):
        if each.state not in states.MESSAGE_GIVEN_UP and writing.are_same(each.text, text):
            raise SentBefore(each.sent_at or each.leaves_at)


def take_back(context: Context, number: int, own: int | None = None) -> OwnReplyView:
    """Take back the last answer of ours to a mail, or the one whose own number this is. Raises `errors.Invalid` where it has left, may have left, or was taken back,
    `errors.NotFound` where there is none."""
    now = context.clock.now()
    with context.database.write() as conn:
        wanted = _one(conn, number, own)
        mail = messages.by_id(conn, wanted.id)
        mailboxes.lock(conn, [mail.mailbox_id] if mail else [])
        if mail is None or not own_replies.give_up(conn, wanted.id, unoffered=True):
            raise errors.Invalid(_too_late(wanted))
        own_replies.close(conn, [wanted.id], done_by.done(conn, Code.REPLY_TAKEN_BACK))
        own_replies.plan(conn, mail.mailbox_id)
        row = enrollments.by_ids(conn, [mail.enrollment_id])[0]
        said = NewEvent.of(row, ReplyTakenBack(mail.subject), now, message_id=mail.id, step=mail.step)
        events.record_cause(conn, said, [], inbound_id=wanted.answer)
        return _view(conn, wanted.answer, wanted.id)


def addresses(context: Context, number: int) -> ReplyAddresses:
    """Where an answer to a mail may go. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        return _addresses(conn, context, inbox.get(conn, number))


def _addresses(conn: Connection, context: Context, answer: Reply) -> ReplyAddresses:
    """By the mail's bytes; where these are no longer kept, its writer's address is all that is known."""
    kept = replies.kept(conn, answer.id)
    return addressees.find(
        parsed.correspondents(kept.raw if kept is not None and kept.raw else b""),
        header_fields.NamedAddress("", answer.from_address),
        ours=aliases.own_addresses(conn),
        known=answer.email or "",
        allow_test_domains=context.options.allow_test_domains,
    )


def of_answer(context: Context, number: int) -> tuple[OwnReplyView, ...]:
    """What was answered to a mail that came in, the oldest first. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        return tuple(own_replies.to_mail(conn, inbox.get(conn, number).id))


def _checked(wish: ReplyRequest) -> None:
    if not writing.tidy(wish.text):
        raise errors.Invalid(Text("write something: an empty reply is not sent."))
    if len(wish.text) > writing.WORDS_MOST:
        raise errors.Invalid(
            Text(
                "the reply is {length} characters long. Keep it below {most}.",
                length=len(wish.text),
                most=writing.WORDS_MOST,
            )
        )
    if wish.key and not KEY.fullmatch(wish.key):
        raise errors.Invalid(Text("a key has 8 to 64 letters, digits, - or _."))
    if not 0 <= wish.undo_seconds <= UNDO_MOST:
        raise errors.Invalid(Text("a reply can wait between 0 and {most} seconds.", most=int(UNDO_MOST)))


def _own_key(conn: Connection, answer: Reply, wish: ReplyRequest, goes_to: Addressee) -> str:
    """The same words to the same address are one answer, unless that was taken back or refused before."""
    asked = f"\n{goes_to.address}" if goes_to.asked else ""
    said = f"{answer.id}\n{own_replies.over(conn, answer.id)}\n{wish.quote}{asked}\n{writing.tidy(wish.text)}"
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()[:32]


def _sender(conn: Connection, answer: Reply, *, when_paused: bool) -> Mailbox:
    """The thread's mailbox, locked."""
    mailboxes.lock(conn, [answer.mailbox_id])
    sender = mailboxes.by_id(conn, answer.mailbox_id)
    if sender.state == "removed":
        raise errors.Invalid(
            Text(
                "{address}, which this answer came to, was removed: nothing can be sent from it. Add it again, or reply from "
                "your own mail program.",
                address=sender.address,
            )
        )
    if sender.state != "active" and not when_paused:
        raise errors.Invalid(
            Text(
                "{paused} Resume it, or let the reply wait until it is resumed.",
                paused=reasons.mailbox_paused(sender.address, sender.why),
            ),
            command=Text("`--when-paused` lets it wait."),
        )
    return sender


def _enrollment(conn: Connection, answer: Reply) -> Enrollment:
    """In whose sequence the conversation began: the one that was answered, else the last of the person's."""
    if (
        not WORTH_ANSWERING.get(classification.in_force(answer).judgement.kind, True)
        or not answer.from_address
    ):
        raise errors.Invalid(
            Text("nobody would read a reply to answer {number}: a server wrote it.", number=answer.id)
        )
    if answer.contact_id is None:
        raise errors.Invalid(
            Text("first say whose answer {number} is.", number=answer.id),
            command=Text("`relance inbox correct {number} --contact EMAIL` does.", number=answer.id),
        )
    found = enrollments.by_ids(conn, [answer.enrollment_id]) if answer.enrollment_id is not None else []
    found = [each for each in found if each.contact_id == answer.contact_id]
    found = found or enrollments.of_contact(conn, [answer.contact_id])
    if not found:
        raise errors.Invalid(
            Text("{email} was never in a sequence: there is no conversation to reply in.", email=answer.email)
        )
    return enrollments.lock(conn, [found[-1].id])[found[-1].id][0]


def _refuse_who_said_no(conn: Connection, context: Context, concerned: set[str], row: Enrollment) -> None:
    person = contacts.by_ids(conn, [row.contact_id])[row.contact_id]
    no = gate.refusals(conn, {*concerned, person.email}, context.noes.opted_out)
    for address, why in no.items():
        raise errors.Invalid(
            Text("nothing may be sent to {address}: {why}", address=address, why=ended(why.text)),
            command=Text(
                "If they want to hear from you after all, take them off the list with `relance contacts unsuppress {address}`.",
                address=address,
            ),
            page=Text("If they want to hear from you after all, a manager takes them off the list."),
        )
    if row.state is State.UNSUBSCRIBED:
        raise errors.Invalid(Text("{email} asked for no more mail.", email=person.email))


@dataclass(frozen=True)
class _Sheet:
    """What an answer is written from."""

    wish: ReplyRequest
    answer: Reply
    sender: Mailbox
    row: Enrollment
    step: str
    goes_to: Addressee


def _written(conn: Connection, context: Context, sheet: _Sheet) -> Message:
    """The mail, its bytes frozen."""
    answer, sender, row, now = sheet.answer, sheet.sender, sheet.row, context.clock.now()
    script = context.library.script(conn, row.sequence_version_id)
    before = messages.by_id(conn, answer.message_id) if answer.message_id is not None else None
    token = context.own_ids.token(row.id, script.name, sheet.goes_to.address, sheet.step)
    own_id = compose.new_message_id(token, sender.address.rpartition("@")[2])
    date = step_mails.local_time(context, sender, now)
    answered = _answered(conn, sheet, script.definition.language)
    draft = _draft(sheet, answered, before.subject if before else "", own_id, date)
    signed = dataclasses.replace(draft, text=_signed(sheet, answered))
    try:
        raw = compose.compose(signed, context.signing_key(sender))
    except final_bytes.UnfitMail as unfit:
        raise errors.Invalid(Text("this reply cannot be sent: {fault}", fault=ended(unfit.text))) from None
    return Message(
        id=ids.message(now, after=own_replies.newest(conn, answer.id)),
        enrollment_id=row.id,
        step=sheet.step,
        variant="",
        contact_id=row.contact_id,
        mailbox_id=sender.id,
        state=MessageState.PREPARED,
        message_id=own_id,
        thread=before.thread if before else own_id,
        recipient=sheet.goes_to.address,
        subject=draft.subject,
        body=draft.text,
        raw=raw,
        links=[],
        attempts=0,
        fence=0,
        prepared_at=now,
    )


def _draft(
    sheet: _Sheet, answered: Answered, subject: str, own_id: str, now: dt.datetime
) -> compose.MailDraft:
    answer, sender = sheet.answer, sheet.sender
    parent, references = writing.thread(answered)
    return compose.MailDraft(
        from_name=sender.name,
        from_address=sender.address,
        to_name=sheet.goes_to.name[: compose.NAME_LIMIT] if sheet.goes_to.asked else answered.writer,
        to_address=sheet.goes_to.address,
        subject=writing.subject(answer.subject, subject),
        text=writing.text(sheet.wish.text, answered, quote=sheet.wish.quote is True),
        html=None,
        message_id=own_id,
        date=now,
        in_reply_to=parent,
        references=references,
        reply_to=step_mails.plus_address(sender, own_id) if sender.plus_addressing else None,
    )


def _signed(sheet: _Sheet, answered: Answered) -> str:
    """The text as it leaves. What is kept beside the bytes is what a person wrote: they may take it back, and write on."""
    sign, _form = signature.forms(sheet.sender.signature, sheet.sender.signature_html)
    return writing.text(sheet.wish.text, answered, quote=sheet.wish.quote is True, sign=sign)


def _answered(conn: Connection, sheet: _Sheet, language: str | None) -> Answered:
    """By its bytes where they are still kept, else by what was noted of them."""
    answer = sheet.answer
    person = contacts.by_ids(conn, [sheet.row.contact_id])[sheet.row.contact_id]
    name = person.full_name if answer.from_address == person.email else ""
    kept = replies.kept(conn, answer.id)
    whole = parsed.read(kept.raw, size=answer.size) if kept is not None and kept.raw else None
    named = replies.message_id(conn, answer.id)
    return Answered(
        writer=((whole.from_name if whole else "") or name)[: compose.NAME_LIMIT],
        address=answer.from_address,
        subject=answer.subject,
        received_at=answer.received_at,
        message_id=(whole.message_id if whole else None) or named,
        references=tuple(dict.fromkeys((*whole.references, *whole.in_reply_to))) if whole else (),
        words=answer.body or (whole.text if whole else ""),
        language=language or answer.judgement.get("language") or "",  # else that which they wrote in
    )


def _add(
    conn: Connection, answer: Reply, row: Enrollment, mail: Message, leaves_at: dt.datetime, now: dt.datetime
) -> None:
    messages.add(conn, [mail])
    own_replies.add(conn, mail, answer.id, leaves_at, inbox.reader(conn))
    replies.mark(conn, [answer.id], now, inbox.reader(conn))
    said = ReplyWritten(mail.message_id, mail.subject, leaves_at.isoformat())
    told = NewEvent.of(row, said, now, message_id=mail.id, step=mail.step)
    events.record_cause(conn, told, [], inbound_id=answer.id)


def _view(conn: Connection, answer: int, number: int) -> OwnReplyView:
    return next(each for each in own_replies.to_mail(conn, answer) if each.id == number)


def _one(conn: Connection, number: int, own: int | None) -> OwnReplyView:
    found = own_replies.to_mail(conn, inbox.get(conn, number).id)
    found = [each for each in found if own is None or each.id == own]
    if not found:
        raise errors.NotFound(
            Text("nobody replied to answer {number} from here.", number=number),
            command=Text("Reply with `relance inbox reply {number}`.", number=number),
        )
    return found[-1]


def _too_late(found: OwnReplyView) -> Text:
    if found.state == MessageState.ABANDONED.value:
        return Text("the reply to {email} will not be sent; there is nothing to take back.", email=found.to)
    if found.state == MessageState.ACCEPTED.value:
        return Text("the reply to {email} has already been sent.", email=found.to)
    return Text("the reply to {email} may already have been sent: it cannot be taken back.", email=found.to)
