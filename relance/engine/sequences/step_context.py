"""A claimed step with everything that is known about it, read in one go."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.db import prepared
from relance.engine.db.prepared import Query
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.position import Position
from relance.engine.definition.steps import MailStep
from relance.engine.engagement import facts as engagement_facts
from relance.engine.reasons import Reason
from relance.engine.schedule import leaves
from relance.engine.schedule.leaves import Leave
from relance.engine.schedule.timezones import ContactZone, Workspace
from relance.engine.states import MessageState
from relance.engine.store.contacts import contacts, suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages, restore_doubts
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences.enrollments import Enrollment


@dataclass(frozen=True)
class StepContext:
    """One claimed enrollment with all that is known about it, read in one go."""

    row: Enrollment
    contact: Contact
    script: CompiledSequence
    existing: Message | None  # the message an earlier attempt left
    sent: Sequence[Message]  # what the person got from this enrollment so far, oldest first
    suppressed: Reason | None
    facts: Mapping[str, engagement_facts.Asked] = field(repr=False)
    on_leave: tuple[Leave, ...] = ()  # when the owner of their mailbox is not there
    leaves_then: tuple[Leave, ...] | None = (
        None  # the same from a new thread on, where another mailbox then goes on
    )

    @property
    def step(self) -> str:
        """The id of the step to do."""
        return self.row.step or ""

    def place(self, workspace: Workspace) -> ContactZone:
        """Whose clock and holidays count for the person."""
        return self.script.place(self.contact, workspace, self.on_leave, self.leaves_then)

    def after(self, workspace: Workspace, done_at: dt.datetime, taken: bool | None = None) -> Position:
        """Where the enrollment stands once this step was done; `taken` says which way a branch went."""
        counted = restore_doubts.counted_from(self.row, done_at)
        return self.script.after(self.step, counted, self.place(workspace), str(self.row.id), taken)

    def values(self, mailbox: Mailbox | None = None) -> dict[str, object]:
        """What the sequence's templates and conditions may speak of; with the sender's part where one is known."""
        sender: dict[str, object] = {}
        if mailbox is not None:
            sender = {
                "sender_name": mailbox.name,
                "sender_first_name": mailbox.name.split(" ")[0],
                "sender_address": mailbox.address,
            }
        return {**self.script.definition.values, **sender, **self.contact.values()}


def read(conn: Connection, context: Context, claimed: Sequence[Enrollment]) -> list[StepContext]:
    """The cases of these enrollments, in their order."""
    found = cases(conn, context, claimed, mailboxes.on_leave(conn, leaves.writers(claimed)))
    return with_noes(found, noes(found).run(conn)) if found else []


def cases(
    conn: Connection,
    context: Context,
    claimed: Sequence[Enrollment],
    on_leave: Mapping[int, tuple[Leave, ...]],
) -> list[StepContext]:
    """`read`, before it was asked who may not be written to: see `noes`. `on_leave`: by mailbox, when its owner is not there."""
    people, existing = prepared.together(
        conn,
        contacts.with_ids(row.contact_id for row in claimed),
        messages.made_for((row.id, row.step or "") for row in claimed),
    )
    continued = [row.id for row in claimed if row.wrote_before]
    sent = messages.accepted_before(conn, continued) if continued else {}
    return [
        StepContext(
            row,
            people[row.contact_id],
            context.library.script(conn, row.sequence_version_id),
            existing.get((row.id, row.step or "")),
            sent.get(row.id, ()),
            None,
            engagement_facts.facts(conn, row.id, sent.get(row.id, ())),
            *leaves.of(on_leave, row),
        )
        for row in claimed
    ]


def noes(found: Sequence[StepContext]) -> Query[dict[str, Reason]]:
    """Who of them may not be written to, to be run together with others."""
    return suppressions.suppressed_among(case.contact.email for case in found)


def with_noes(found: Sequence[StepContext], refused: Mapping[str, Reason]) -> list[StepContext]:
    """The cases with the answer to `noes`."""
    if not refused:
        return list(found)
    return [dataclasses.replace(case, suppressed=refused.get(case.contact.email)) for case in found]


def without_thread(conn: Connection, context: Context, row: Enrollment) -> str | None:
    """The next mail of somebody, where it replies in a thread of which they have no mail: it cannot be written."""
    plan = context.library.script(conn, row.sequence_version_id).plan
    ahead = plan.steps[plan.number(row.step) - 1 :] if row.step is not None else ()
    step = next((each for each in ahead if isinstance(each, MailStep)), None)
    if step is None or step.thread == "new":
        return None
    mails = messages.of_contact(conn, row.contact_id)
    sent = {
        each.step for each in mails if (each.enrollment_id, each.state) == (row.id, MessageState.ACCEPTED)
    }
    return None if plan.thread(step.id, sent) else step.id
