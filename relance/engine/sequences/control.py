"""What a person does with somebody under way: pause, resume or release, stop, another mailbox."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons, states
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.event_log.base import EventData
from relance.engine.reasons import Code, Reason
from relance.engine.sequences.resuming import going_on
from relance.engine.sequences.resuming.going_on import Going
from relance.engine.sequences.senders import another, conversation
from relance.engine.states import Event, MessageState, State
from relance.engine.store import done_by, events
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.events import NewEvent, Told
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollment_details, enrollments, tasks
from relance.engine.store.sequences.enrollment_details import Standing
from relance.engine.store.sequences.enrollments import Enrollment
from relance.wording import Text


@dataclass(frozen=True)
class EnrollmentView:
    """Where somebody stands in a sequence. `due_at` is the next step's time; empty where nothing is to come, or
    where a person must act first: who is held or paused, a task to tick off, a paused sequence or mailbox (`waits_for`). It is when
    the step is tried next; `planned_at` is when it should go."""

    id: int
    email: str
    sequence: str
    version: int
    mailbox: str
    state: str
    reason: str
    step: str | None
    due_at: dt.datetime | None
    resume_at: dt.datetime | None = None
    changed: bool = False  # by what a person has just asked for
    noted: bool = False  # it is over: what they asked for holds if that turns out to be a mistake
    codes: tuple[str, ...] = ()  # of `reason`, for programs
    waits_for: str = ""  # what keeps the next mail, by a code of `WAITS`; then it has no time
    planned_at: dt.datetime | None = None  # with `due_at`
    beside: str = ""  # `reason` beside the state's name, with nothing said twice ("by smith" beside "paused")
    name: str = ""  # first and last, of the contact; empty where neither is known
    company: str = ""

    @property
    def next(self) -> dt.datetime | Text | None:
        """When the next step is due, or what it waits for, as people read it."""
        return WAITS[self.waits_for] if self.waits_for else self.due_at


WAITS: Mapping[str, Text] = {  # what keeps everybody's next mail
    "sequence_paused": Text("waits while the sequence is paused"),
    "mailbox_paused": Text("waits while the mailbox is paused"),
}


def waits_for(standing: Standing) -> str:
    """What keeps the next mail of somebody who would go on; empty where nothing does."""
    row = standing.enrollment
    if row.state not in states.GOES_ON or row.step_kind != "mail" or row.step is None:
        return ""
    if standing.sequence_state == "paused":
        return "sequence_paused"
    return "" if standing.mailbox_state == "active" else "mailbox_paused"


def view(standing: Standing) -> EnrollmentView:
    """An enrollment as people are shown it."""
    row = standing.enrollment
    over, waits = row.state in states.FINAL, waits_for(standing)
    return EnrollmentView(
        row.id,
        standing.email,
        standing.sequence,
        standing.version,
        standing.mailbox,
        row.state.value,
        row.reason,
        None if over else row.step,
        row.due_at if row.state in states.GOES_ON and not waits else None,
        row.resume_at if row.state is State.AWAY else None,
        codes=reasons.codes(row.why),
        waits_for=waits,
        planned_at=row.plan if row.state in states.GOES_ON and not waits else None,
        beside=reasons.beside(row.state.value, row.why),
        name=standing.name,
        company=standing.company,
    )


def pause(
    context: Context, email: str, sequence: str | None = None, reason: str = ""
) -> list[EnrollmentView]:
    """Nothing more goes to somebody until resumed (in one sequence, or in all). What is over stays over; where what ended it
    can turn out to be a mistake (an answer that was none), it is noted for that case."""

    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> None:
        theirs.apply(rows, Event.PAUSED, done_by.done(theirs.conn, Code.PAUSED, text=reason))

    return _steer(context, email, sequence, act)


def stop(context: Context, email: str, sequence: str | None = None, reason: str = "") -> list[EnrollmentView]:
    """End somebody's sequences (or one of them) for good; open tasks go with them."""

    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> None:
        ended = theirs.apply(rows, Event.STOPPED, done_by.done(theirs.conn, Code.STOPPED, text=reason))
        tasks.drop_open(theirs.conn, [row.id for row in ended], theirs.now)

    return _steer(context, email, sequence, act)


def resume(
    context: Context,
    email: str,
    sequence: str | None = None,
    *,
    mailbox: str | None = None,
    same_thread: bool = False,
) -> list[EnrollmentView]:
    """Go on with somebody who is paused, away or held, from another `mailbox` if one is named. What fell due meanwhile
    goes at the next opening.

    From another mailbox: `errors.Invalid` where the next mail continues a conversation, unless `same_thread` asks for that (which is
    `errors.WrongUse` without a mailbox).
    Held because its mail was refused or given up, or has nothing to reply to: that mail is passed over. Held because its mail may have been
    delivered: `errors.Invalid`, for that must be decided first.
    """
    if same_thread and mailbox is None:
        raise errors.WrongUse(
            Text("only another mailbox can continue in the same thread: no mailbox was named."),
            command=Text("Name it with `--mailbox ADDRESS`, or leave `--same-thread` out."),
        )
    return _steer(context, email, sequence, _resuming(context, mailbox, same_thread=same_thread))


def move(
    context: Context,
    email: str,
    sequence: str,
    mailbox: str,
    note: Callable[[Connection], None],
    *,
    same_thread: bool = False,
) -> None:
    """Go on with somebody in a sequence from another mailbox, as `resume` does. `note` is called in the transaction that does it."""
    go = _resuming(context, mailbox, same_thread=same_thread)

    def act(theirs: LockedEnrollments, rows: Sequence[Enrollment]) -> None:
        go(theirs, rows)
        note(theirs.conn)

    _steer(context, email, sequence, act)


_Steering = Callable[["LockedEnrollments", Sequence[Enrollment]], None]


def _resuming(context: Context, mailbox: str | None, *, same_thread: bool) -> _Steering:
    target = None if mailbox is None else _sender(context, mailbox)

    def act(theirs: LockedEnrollments, found: Sequence[Enrollment]) -> None:
        rows = [row for row in found if row.state in states.OPEN]
        over = [row for row in found if row.state in states.FINAL]
        theirs.apply(over, Event.RESUMED, done_by.done(theirs.conn, Code.RESUMED))
        stuck = {row.id: theirs.mail(row) for row in rows if row.state is State.HELD}
        for mail in stuck.values():
            _refuse_unknown(mail)
        for row in rows:
            _refuse_unproved(theirs, row)
        for row in rows:
            if row.state is not State.ACTIVE:
                if target is not None and row.mailbox_id != target.id:
                    if not same_thread:
                        conversation.refuse_another(theirs.conn, context, row, theirs.person.email)
                    row = change_sender(theirs, row, target)
                go_on(theirs, row, stuck.get(row.id))

    return act


def in_doubt(mail: Message | None) -> bool:
    """Whether a mail may have been delivered: nobody goes on past it before that is decided."""
    return mail is not None and mail.state in (MessageState.UNKNOWN, MessageState.TRANSMITTING)


def unproved(theirs: LockedEnrollments, row: Enrollment) -> bool:
    """Whether the mail of the step to do may have been sent before a restore: that must be decided, too."""
    return row.step_kind == "mail" and going_on.unproved(theirs.conn, row) is not None


def _refuse_unknown(mail: Message | None) -> None:
    if mail is not None and in_doubt(mail):
        raise errors.Invalid(
            Text(
                'the mail of step "{step}" to {recipient} may have been delivered. First say what happened to it.',
                step=mail.step,
                recipient=mail.recipient,
            ),
            command=Text(
                "`relance unknown resolve {message_id} --decision sent`, or not-sent, or give-up.",
                message_id=mail.message_id.strip("<>"),  # which a shell would take for files
            ),
            page=Text("The Held page asks for it."),
        )


def _refuse_unproved(theirs: LockedEnrollments, row: Enrollment) -> None:
    if unproved(theirs, row):
        raise errors.Invalid(
            Text(
                'the mail of step "{step}" to {email} may have been sent before the database was restored, and nothing in its mailbox proves it. Say what happened to it.',
                step=row.step,
                email=theirs.person.email,
            ),
            command=Text(
                "`relance restored sent` or `relance restored not-sent`, with {email}.",
                email=theirs.person.email,
            ),
            page=Text("The Held page asks for it."),
        )


def go_on(
    theirs: LockedEnrollments,
    row: Enrollment,
    mail: Message | None,
    reason: str = "",
    *,
    together: bool = False,
) -> None:
    """Let somebody go on with whom nothing is in doubt (`in_doubt`, `unproved`); a `mail` that was given up is passed over.
    `together` with many others: what fell due is spread, and whom a person had paused as well stays paused,
    for it was not they who were looked at. Raises `errors.Invalid` where their mailbox was removed."""
    people = [Going(row, theirs.person, mail)]
    going_on.go_on(theirs.conn, theirs.context, people, theirs.now, reason, together=together)


def _sender(context: Context, mailbox: str) -> Mailbox:
    with context.database.read() as conn:
        return mailboxes.named(conn, mailbox)


def change_sender(theirs: LockedEnrollments, row: Enrollment, target: Mailbox) -> Enrollment:
    """Let another mailbox go on with somebody; returns the row as it stands then. Raises `errors.Invalid` while a mail of
    the next step is half out. The recipient sees the next mail come from somebody else, in the same conversation."""
    mail = theirs.mail(row)
    if mail is not None and conversation.half_out(mail):
        raise conversation.keeps_its_sender(mail)
    [moved] = another.give(theirs.conn, theirs.context, [row], target, theirs.now)
    return moved


@dataclass(frozen=True)
class LockedEnrollments:
    """One person's enrollments, locked, in one transaction."""

    conn: Connection
    context: Context
    person: Contact
    now: dt.datetime

    def apply(
        self, rows: Iterable[Enrollment], event: Told, why: Reason, values: dict[str, object] | None = None
    ) -> list[Enrollment]:
        """Apply news and write it down, where it is only noted beside another reason as well; returns those whose state it
        changed, as they were."""
        return going_on.apply(self.conn, rows, event, why, self.now, values)

    def tell(self, rows: Iterable[Enrollment], said: EventData) -> None:
        """An event for each."""
        events.record_events(self.conn, [NewEvent.of(row, said, self.now) for row in rows])

    def mail(self, row: Enrollment) -> Message | None:
        """The mail already made for the step to do."""
        key = (row.id, row.step or "")
        return messages.of_steps(self.conn, [key]).get(key)

    def script(self, row: Enrollment) -> CompiledSequence:
        """The version a row is on."""
        return self.context.library.script(self.conn, row.sequence_version_id)


def _steer(
    context: Context,
    email: str,
    sequence: str | None,
    act: Callable[[LockedEnrollments, Sequence[Enrollment]], None],
) -> list[EnrollmentView]:
    with context.database.write() as conn:
        person = contact_service.get(conn, context, email)
        found = enrollment_details.matching(conn, email=person.email, sequence_name=sequence)
        if not found:
            if sequence:
                where = Text(
                    '{email} is not in the sequence "{sequence}".', email=person.email, sequence=sequence
                )
            else:
                where = Text("{email} is not in any sequence.", email=person.email)
            raise errors.NotFound(where)
        mailboxes.lock(conn, [each.enrollment.mailbox_id for each in found])
        locked = enrollments.lock(conn, [each.enrollment.id for each in found])
        act(
            LockedEnrollments(conn, context, person, context.clock.now()), [row for row, _ in locked.values()]
        )
        after = enrollment_details.matching(conn, email=person.email, sequence_name=sequence)
        before = {number: row for number, (row, _) in locked.items()}
        return [
            dataclasses.replace(
                view(each),
                changed=_differ(before.get(each.enrollment.id), each.enrollment),
                noted=_is_noted(before.get(each.enrollment.id), each.enrollment),
            )
            for each in after
        ]


def _differ(before: Enrollment | None, after: Enrollment) -> bool:
    """Whether somebody stands elsewhere. What is noted beside an end changes nothing."""
    if before is None or before.state is not after.state:
        return True
    return after.state in states.OPEN and before != after


def _is_noted(before: Enrollment | None, after: Enrollment) -> bool:
    """Whether what a person said was noted beside an end, or taken from there."""
    return before is not None and before.state is after.state in states.FINAL and before.why != after.why
