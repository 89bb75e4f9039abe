"""Salespeople who reply to what came in while everything around them breaks, and press twice; and what became of each reply."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Collection

import sqlalchemy as sa

from relance import errors
from relance.app import Relance
from relance.engine import reasons
from relance.engine.db.tables import contact, message, own_reply
from relance.engine.reporting.step_outcomes import StepAccount
from relance.engine.store.inbound.replies import ReplyFilter
from relance.engine.store.sending import own_replies
from relance.mailbox.parsing.inbound import Kind
from tests.chaos.plan import Plan

WAITS = (0.0, 600.0, 3600.0)  # business seconds until one leaves
TAKEN_BACK = 0.15  # of those that wait longest
LOOK_SECONDS = 0.5


class Replies:
    """One reply to each answer, by a key of its own: however often it is asked for, it is one mail."""

    def __init__(self, plan: Plan, relance: Relance) -> None:
        self.plan, self.relance = plan, relance
        self.written: dict[int, str] = {}  # to whom, by the number of the answer
        self.taken_back = 0
        self.again_at = 0.0

    def write(self) -> None:
        """Reply to what is new; what the database refuses now is written the next time, by the same key."""
        if time.monotonic() < self.again_at:
            return
        self.again_at = time.monotonic() + LOOK_SECONDS
        with contextlib.suppress(
            errors.Trouble, errors.Broken
        ):  # a reply that is refused is a fault of the run
            for each in self.relance.inbox.list(ReplyFilter(kind=Kind.HUMAN.value), limit=10_000):
                if each.id not in self.written and each.email is not None:
                    self._reply(each.id)
                    self.written[each.id] = each.email

    def _reply(self, number: int) -> None:
        rng, key = random.Random(f"{self.plan.seed}/{number}"), f"chaos-reply-{number}"
        wait = rng.choice(WAITS)
        for _ in range(2):
            self.relance.inbox.reply(
                number,
                f"{own_replies.step(key)}\n\nThank you, I will call.",
                quote=False,
                undo_seconds=wait,
                key=key,
                when_paused=True,
            )
        if wait == max(WAITS) and rng.random() < TAKEN_BACK:
            with contextlib.suppress(errors.Invalid):  # a frozen moment was longer than the wait
                self.relance.inbox.take_back(number)
                self.taken_back += 1

    def unwritten(self, answered: Collection[str]) -> set[str]:
        """Who answered and has no reply yet."""
        return set(answered) - set(self.written.values())


def accounts(relance: Relance) -> list[StepAccount]:
    """What the database says of every reply, as it says it of steps."""
    query = (
        sa.select(contact.c.email, message.c.step, message.c.state, message.c.message_id, own_reply.c.why)
        .join(own_reply, own_reply.c.message_id == message.c.id)
        .join(contact, contact.c.id == message.c.contact_id)
    )
    with relance._context.database.read() as conn:
        return [
            StepAccount(
                row.email,
                "",
                row.step,
                row.state,
                "" if row.state == "accepted" else reasons.of_row(row.why).words if row.why else "waits",
                row.message_id,
            )
            for row in conn.execute(query)
        ]
