"""A sequence under way, for pages about it: people in every state, two variants, hits of people and of machines."""

from __future__ import annotations

import datetime as dt
from typing import Any

from relance import Relance
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.position import Position
from relance.engine.reasons import Code, because, prose
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import Event, MessageState
from relance.engine.store.inbound import replies
from relance.engine.store.sequences import enrollment_details, enrollments, moves
from relance.engine.store.sequences.enrollments import Enrollment
from tests import engine_house

NAME = "Spring/offer"  # a name with a slash is a name
ANN, BEN = "ann@sales.example", "ben@sales.example"
TEXT = """
sequence: Spring/offer
goal: meeting
steps:
  - id: intro
    subject: "A question about {{ company }}"
    body: "Hello [here](https://a.example)"
    variants:
      - {id: short, subject: "A question"}
  - {id: bump, after: 3 business days, thread: reply, body: "Did you have a moment?"}
  - {id: call, after: 2 days, task: "Call {{ first_name }}"}
  - {id: last, after: 4 days, subject: "Shall I close this?", body: "A short yes or no helps."}
"""
_FIRST = ("Ada", "Bob", "Eve", "Zoë", "Łucja", "Tom", "Kim", "Mia", "Jan", "Ola")
_ENDS = (
    Event.REPLIED,
    Event.BOUNCED,
    Event.UNSUBSCRIBED,
    Event.HELD,
    Event.PAUSED,
    Event.STOPPED,
    Event.COMPLETED,
)


def play(app: Relance, people: int = 30) -> None:
    """Everybody is enrolled, half by each mailbox; the first two thirds were written to, and each end happens to somebody."""
    house = app._context
    publish.publish(house, TEXT)
    for mailbox in (ANN, BEN):
        engine_house.add_mailbox(house, mailbox, daily_cap=50)
    emails = [
        f"{name.lower()}@firm{number}.example"
        for number, name in enumerate((_FIRST * (people // 10 + 1))[:people])
        if name.isascii()
    ]
    for number, email in enumerate(emails):
        known = {"company": f"Firm {number}", "first_name": email.partition("@")[0].title()}
        contact_service.add(house, email, known)
    for mailbox, half in ((ANN, emails[::2]), (BEN, emails[1::2])):
        assert enroll.enroll(house, EnrollRequest(NAME, half, [mailbox])).enrolled == len(half)
    with house.database.read() as conn:
        rows = [each.enrollment for each in enrollment_details.matching(conn)]
    written = rows[: len(rows) * 2 // 3]
    for number, row in enumerate(written):
        _wrote(house, row, number)
    for event, row in zip(_ENDS, written, strict=False):
        _ended(house, row, event)


def _wrote(house: Context, row: Enrollment, number: int) -> None:
    now = house.clock.now()
    mail = engine_house.add_message(
        house,
        row,
        MessageState.ACCEPTED,
        variant="short" if number % 2 else "main",
        recipient="",
        subject="Hi",
    )
    with house.database.write() as conn:
        moves.move(conn, row, Position("bump", "mail", now + dt.timedelta(days=3), wrote=True), now)
        for verdict in ("human",) if number % 3 == 0 else ("machine",) if number % 3 == 1 else ():
            engine_house.add_hit(conn, message_id=mail.id, at=now, kind="open", link=0, verdict=verdict)
            engine_house.add_hit(conn, message_id=mail.id, at=now, kind="click", link=0, verdict=verdict)
    if number == 0:
        _answered(house, row, mail.id)


def _answered(house: Context, row: Enrollment, message: int) -> None:
    now = house.clock.now()
    line: dict[str, Any] = {
        "mailbox_id": row.mailbox_id, "dedupe": f"{row.id}", "folder": "INBOX", "uidvalidity": 1, "uid": row.id,
        "received_at": now, "judged_at": now, "kind": "human answer", "rule": "test", "judgement": {"intent": "positive"},
        "contact_id": row.contact_id, "enrollment_id": row.id, "message_id": message,
    }  # fmt: skip
    with house.database.write() as conn:
        replies.add(conn, line)


def _ended(house: Context, row: Enrollment, event: Event) -> None:
    why = because(Code.MAILBOX_REMOVED, mailbox=ANN) if event is Event.HELD else prose("")
    with house.database.write() as conn:
        enrollments.apply(conn, [row.id], event, house.clock.now(), reason=why)
