"""Which text is previewed, and for whom: a published version or a text under way, a mailbox to send from, the person's place in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.definition import sequence
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.steps import MailStep
from relance.engine.sequences import listing, publish
from relance.engine.sequences.publish import Source
from relance.engine.sequences.senders import choice
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import FINAL, MessageState, State
from relance.engine.store import scopes
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments, sequences
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text


@dataclass(frozen=True)
class PreviewRequest:
    """What is previewed: a published sequence by its `name`, or a text (`source`) in its place; from `mailbox`, or from the one that the
    person's mails leave from; only `step`, where one is named."""

    name: str = ""
    source: Source | None = None
    step: str = ""
    mailbox: str = ""


@dataclass(frozen=True)
class PreviewedText:
    """A text made ready: `sequence_id` is None and `latest` 0 where no sequence of its name is published."""

    script: CompiledSequence
    sequence_id: int | None
    latest: int


def read(context: Context, wish: PreviewRequest) -> PreviewedText:
    """Raises `errors.Invalid` with every mistake of a text, `errors.NotFound` for a name that is none."""
    if wish.source is None:
        with context.database.read() as conn:
            found = publish.versions_of(conn, wish.name)[0]
            return PreviewedText(context.library.script(conn, found.id), found.sequence_id, found.number)
    checked = publish.check(context, wish.source)
    if checked.definition is None:
        raise errors.Invalid(checked.problems)
    script = CompiledSequence(0, 0, sequence.written(checked.definition))
    with context.database.read() as conn:
        versions = sequences.versions(conn, script.name)
    latest = versions[0] if versions else None
    if latest is None:
        return PreviewedText(script, None, 0)
    return PreviewedText(script, latest.sequence_id, latest.number)


def steps(text: PreviewedText, wish: PreviewRequest, script: CompiledSequence) -> frozenset[str]:
    """Those that were asked for; raises `errors.NotFound` for one that is none."""
    known = [each.id for each in script.plan.steps if each.id]
    if not wish.step:
        return frozenset(known)
    if wish.step not in known:
        raise errors.NotFound(
            Text(
                "{sequence} has no step {step}. Known: {known}.",
                sequence=text.script.name,
                step=wish.step,
                known=", ".join(known),
            )
        )
    return frozenset({wish.step})


def mail_step(script: CompiledSequence, name: str) -> MailStep:
    """A mail by its id; raises `errors.NotFound` for one that is none."""
    found = next((each for each in script.plan.mails if each.id == name), None)
    if found is None:
        known = ", ".join(each.id for each in script.plan.mails)
        raise errors.NotFound(
            Text(
                "{sequence} has no mail {step}. Known: {known}.", sequence=script.name, step=name, known=known
            )
        )
    return found


def place_of(conn: Connection, text: PreviewedText, person: Contact) -> Enrollment | None:
    """Where the person stands in the sequence; None where they are not in it, it is over for them, or a colleague of the viewer writes
    to them there: their mails are not the viewer's to see."""
    rows = enrollments.of_contact(conn, [person.id]) if text.sequence_id is not None else []
    seen = scopes.mailboxes(conn)
    open_ones = [each for each in rows if each.sequence_id == text.sequence_id and each.state not in FINAL]
    mine = [each for each in open_ones if seen is None or each.mailbox_id in seen]
    return mine[-1] if mine else None


def mailbox_for(
    conn: Connection, context: Context, text: PreviewedText, wish: PreviewRequest, row: Enrollment | None
) -> Mailbox:
    """Whose mails they are: the mailbox that was named, else the person's own, else the first that would take them."""
    if wish.mailbox:
        return mailboxes.by_id(conn, listing.mailbox_id(conn, wish.mailbox))
    if row is not None:
        return mailboxes.by_id(conn, row.mailbox_id)
    return _first(conn, context, text)


def _first(conn: Connection, context: Context, text: PreviewedText) -> Mailbox:
    own = text.script.definition.mailboxes
    try:
        chosen = choice.chosen(conn, None, own, context.clock.now())
        return next((each for each, share in chosen if share), chosen[0][0])
    except errors.Invalid:  # none can send now: a preview does not mind
        left = own_mailboxes(conn)
        if not left:
            raise
        return left[0]


def own_mailboxes(conn: Connection) -> list[Mailbox]:
    """Those that the viewer may see, by address."""
    seen = scopes.mailboxes(conn)
    return [each for each in mailboxes.list_all(conn) if seen is None or each.id in seen]


def script_of(
    conn: Connection, context: Context, text: PreviewedText, wish: PreviewRequest, row: Enrollment | None
) -> CompiledSequence:
    """Whose words they are: of the version that the person keeps; of a text in its place for everybody."""
    if row is None or wish.source is not None:
        return text.script
    return context.library.script(conn, row.sequence_version_id)


def case_of(
    conn: Connection, context: Context, text: PreviewedText, wish: PreviewRequest, person: Contact
) -> tuple[StepContext, Mailbox]:
    """What the person's mails are written from, and who sends them. Of somebody who is not in the sequence, the row is 0."""
    row = place_of(conn, text, person)
    mailbox = mailbox_for(conn, context, text, wish, row)
    script = script_of(conn, context, text, wish, row)
    sent = messages.accepted_before(conn, [row.id])[row.id] if row is not None else []
    place = row or newcomer(person, mailbox, context.clock.now())
    return StepContext(place, person, script, None, sent, None, {}, mailbox.on_leave), mailbox


def newcomer(person: Contact, mailbox: Mailbox, now: dt.datetime) -> Enrollment:
    """The place of somebody who is in no such sequence: of no row."""
    return Enrollment(
        id=0,
        sequence_id=0,
        sequence_version_id=0,
        contact_id=person.id,
        mailbox_id=mailbox.id,
        state=State.ACTIVE,
        step=None,
        step_kind="mail",
        due_at=now,
        bound=(),
        stepped_at=now,
        priority=0,
        attempts=0,
        version=0,
        resume_at=None,
        wrote_before=False,
        aways=0,
        lost_before=None,
    )


def unwritten(case: StepContext, variant: str, now: dt.datetime) -> Message:
    """Stands for a mail that cannot be written, so that the answers to it are shown all the same."""
    own_id = f"<{case.step}@preview.invalid>"
    return Message(
        id=0,
        enrollment_id=0,
        step=case.step,
        variant=variant,
        contact_id=case.contact.id,
        mailbox_id=case.row.mailbox_id,
        state=MessageState.PREPARED,
        message_id=own_id,
        thread=own_id,
        recipient=case.contact.email,
        subject="…",
        body="",
        raw=b"",
        links=[],
        attempts=0,
        fence=0,
        prepared_at=now,
    )
