"""The way back: people who were lost for the sender's trouble go on where they were, and get no step twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons, states
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.inbound.corrections import decisions, inbox
from relance.engine.inbound.corrections.inbox import Correction
from relance.engine.reasons import Cause, Code
from relance.engine.sequences import control
from relance.engine.sequences.control import EnrollmentView
from relance.engine.sequences.resuming import backlog
from relance.engine.states import Event, MessageEvent, MessageState, State
from relance.engine.store import done_by, events
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.events import Told
from relance.engine.store.inbound import replies
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message, Settlement
from relance.engine.store.sequences import enrollment_details, enrollments, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.parsing.inbound import Kind
from relance.wording import Text

WORDS = "the sender's trouble, not theirs, says a person"


@dataclass(frozen=True)
class WayBack:
    """What was taken back (or would be, in a dry run): who may be contacted again, who goes on, and who stays as they
    are, each as they stand then."""

    lifted: tuple[str, ...]
    going_on: tuple[EnrollmentView, ...]
    staying: tuple[EnrollmentView, ...]
    dry_run: bool = False


def lift(context: Context, value: str, *, go_on: bool = True, dry_run: bool = False) -> WayBack:
    """Lift a suppression, with all its reasons. With `go_on` whoever had bounced goes on where they were; without it
    `going_on` is empty, and `staying` are those who could. Who asked for no more mail never goes on by this.
    """
    _, fit = contact_service.meant(context, value)

    def act(conn: Connection) -> WayBack:
        lifted = suppressions.remove(conn, fit)
        found = contacts.by_emails(conn, [fit]) if "@" in fit else contacts.in_domain(conn, fit)
        rows = enrollments.of_contact(conn, [each.id for each in found.values()]) if found else []
        lost = [row for row in rows if row.state is State.BOUNCED]
        if not lifted and not lost:
            raise errors.NotFound(
                Text("{value} is not on the do-not-contact list.", value=value),
                command=Text("`relance contacts suppressed` shows the list."),
            )
        going = _go_on(conn, context, lost) if go_on else set()
        return _report(conn, [fit] if lifted else [], lost, going)

    return _done(context, act, dry_run=dry_run)


@dataclass(frozen=True)
class Wrong:
    """Which bounces of a mailbox are to be taken back: since a time, of some people; what is None is not asked."""

    mailbox: str
    since: dt.datetime | None = None
    emails: tuple[str, ...] | None = None


def undo_bounces(context: Context, wrong: Wrong, *, dry_run: bool = False) -> WayBack:
    """Take back bounces that were the sender's trouble: refusals at once, and returned mails. Addresses may be written to
    again unless something else says no; a mail that was refused is offered again, and one that came back is not."""
    if wrong.since is None and wrong.emails is None:
        raise errors.Invalid(
            Text("say since when (since) or for whom (emails): all bounces of a mailbox are too many.")
        )

    def act(conn: Connection) -> WayBack:
        mailbox = mailboxes.named(conn, wrong.mailbox)
        wanted = _wanted(conn, context, wrong)
        refused = [
            each for each in messages.refused_since(conn, mailbox.id, wrong.since) if wanted(each.contact_id)
        ]
        back = [
            each for each in replies.bounces_since(conn, mailbox.id, wrong.since) if wanted(each.contact_id)
        ]
        people_hit = {each.contact_id for each in refused} | {each.contact_id for each in back}
        rows = enrollments.of_contact(conn, [number for number in people_hit if number is not None])
        lost = [
            row for row in rows if row.mailbox_id == mailbox.id and row.state in (State.BOUNCED, State.HELD)
        ]
        mailboxes.lock(conn, [mailbox.id])
        enrollments.lock(conn, [row.id for row in lost])
        lifted = _take_back(conn, context, refused, back)
        return _report(conn, lifted, lost, _go_on(conn, context, _by_refusal(lost, refused)))

    return _done(context, act, dry_run=dry_run)


def _wanted(conn: Connection, context: Context, wrong: Wrong) -> Callable[[int | None], bool]:
    if wrong.emails is None:
        return lambda contact_id: contact_id is not None
    ids = {contact_service.get(conn, context, email).id for email in wrong.emails}
    return lambda contact_id: contact_id in ids


def _take_back(
    conn: Connection, context: Context, refused: Iterable[Message], back: Iterable[replies.Reply]
) -> list[str]:
    """Every word that these mails said against an address; returns those that may be written to again."""
    refused, back = list(refused), list(back)
    ids = {each.contact_id for each in back if each.contact_id is not None}
    asked = {each.recipient for each in refused} | {
        each.email for each in contacts.by_ids(conn, ids).values()
    }
    before = set(suppressions.suppressed(conn, asked))
    for mail in refused:
        suppressions.take_back(conn, mail.recipient, [reasons.of_message(mail.id), suppressions.UNSAID])
    for answer in back:
        known = decisions.standing(answer)
        said = Correction(kind=Kind.SOFT_BOUNCE.value, note=WORDS, over=known.number if known else None)
        inbox.correct_in(conn, context, answer.id, said)
    return sorted(before - set(suppressions.suppressed(conn, asked)))


def _by_refusal(lost: Iterable[Enrollment], refused: Iterable[Message]) -> list[Enrollment]:
    """Those that stand where they stand because the mail of the step to do was refused."""
    steps = {(each.enrollment_id, each.step) for each in refused}
    return [row for row in lost if (row.id, row.step or "") in steps]


def _go_on(conn: Connection, context: Context, rows: Iterable[Enrollment]) -> set[int]:
    """Let these go on; returns who does. What else says no to somebody, or holds them, stays."""
    now, going = context.clock.now(), set()
    fresh = enrollments.by_ids(conn, [row.id for row in rows])
    persons = contacts.by_ids(conn, [row.contact_id for row in fresh])
    no = suppressions.suppressed(conn, [each.email for each in persons.values()])
    mails = messages.of_steps(conn, [(row.id, row.step or "") for row in fresh])
    for row in fresh:
        if persons[row.contact_id].email in no or not _may(row):
            continue
        mail = mails.get((row.id, row.step or ""))
        if mail is not None and mail.state is MessageState.REFUSED:
            anew = dataclasses.replace(mail, attempts=0)
            messages.settle(conn, [Settlement(anew, MessageEvent.RETRIED, now, mail.code, mail.reply)])
        if _reopen(conn, context, row, persons[row.contact_id], now) is not State.PAUSED:
            going.add(row.id)
    return going


def _may(row: Enrollment) -> bool:
    if row.state is State.BOUNCED:
        return not row.stays_stopped
    return row.state is State.HELD and len(row.why) == 1 and row.why[0].cause in (Cause.REFUSED, Cause.OTHER)


def _reopen(
    conn: Connection, context: Context, row: Enrollment, person: contacts.Contact, now: dt.datetime
) -> State:
    """Returns where it stands then: who had been paused by a person is again."""
    due = backlog.overdue(conn, context, row, person, spread=True)
    event: Told = Event.RELEASED if row.state is State.HELD else Event.REOPENED
    values: dict[str, Any] = {"finished_at": None, "attempts": 0, **due}
    why = done_by.done(conn, Code.TAKEN_BACK)
    [(_, after)] = enrollments.apply(conn, [row.id], event, now, reason=why, values=values)
    if row.state in states.FINAL and row.step is not None:
        tasks.reopen(conn, row.id, row.step)
    at = due.get("due_at", row.due_at)
    if after is State.ACTIVE and row.step_kind == "mail" and at is not None:
        mailboxes.schedule_turn(conn, [row.mailbox_id], at)
    events.record_event(conn, events.news(event, why), now, row)
    return after


def _report(conn: Connection, lifted: Iterable[str], lost: Iterable[Enrollment], going: set[int]) -> WayBack:
    were = {row.id: row.state for row in lost}
    found = [control.view(each) for each in enrollment_details.of_ids(conn, were)]
    again = states.OPEN - {State.HELD, State.PAUSED}
    on = tuple(each for each in found if each.id in going or each.state in again)
    return WayBack(tuple(lifted), on, tuple(each for each in found if each not in on))


def _done(context: Context, act: Callable[[Connection], WayBack], *, dry_run: bool) -> WayBack:
    with context.database.attempt(keep=not dry_run) as conn:
        done = act(conn)
    return dataclasses.replace(done, dry_run=dry_run)
