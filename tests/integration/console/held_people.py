"""People who are held, one for each reason that the page Held knows, on a console's database."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from relance.engine import reasons
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, inbound
from relance.engine.reasons import Cause, Code, Reason, because
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import Event, MessageState
from relance.engine.store.sequences import enrollments
from tests import engine_house
from tests.reading import hear, letter, row, wrote

OFFER = """
sequence: Spring offer
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
"""
BOSS, ANN = "boss@sales.example", "ann@sales.example"


def prepared(house: Context, *people: str, mailbox: str = "ada@sales.example") -> None:
    """These people, in the sequence "Spring offer", written to from a mailbox."""
    with house.database.read() as conn:
        known = conn.execute(
            sa.text("select count(*) from mailbox where address = :a"), {"a": mailbox}
        ).scalar()
    if not known:
        engine_house.add_mailbox(house, mailbox)
    for person in people:
        contact_service.add(
            house, person, {"first_name": person.partition("@")[0].title(), "company": "Lake"}
        )
    publish.publish(house, OFFER)
    enroll.enroll(house, EnrollRequest("Spring offer", people, (mailbox,)))


def hold(house: Context, person: str, why: Reason) -> int:
    """Somebody is held; returns their enrollment."""
    number = row(house, person).id
    with house.database.write() as conn:
        enrollments.apply(conn, [number], Event.HELD, house.clock.now(), reason=why)
    return number


def lacking(house: Context, *people: str, names: str = "first_name") -> None:
    """Held because their mail needs what nobody knows."""
    for person in people:
        hold(house, person, because(Code.VALUE_MISSING, names=names, place="the subject of intro"))


def unknown(house: Context, person: str) -> str:
    """Held because of a mail that may have been delivered; returns its Message-ID without brackets."""
    mail = wrote(house, person, MessageState.UNKNOWN)
    with house.database.write() as conn:
        conn.execute(sa.update(enrollment).where(enrollment.c.id == mail.enrollment_id).values(step="intro"))
    hold(house, person, because(Code.BROKE_AFTER_BODY, reasons.of_message(mail.id)))
    return mail.message_id.strip("<>")


def restored(house: Context, *people: str) -> None:
    """Held after a restore: what was due yesterday may have left before."""
    now = house.clock.now()
    for person in people:
        number = hold(house, person, because(Code.MAYBE_SENT))
        with house.database.write() as conn:
            values = {"lost_before": now - dt.timedelta(hours=1), "due_at": now - dt.timedelta(days=1)}
            conn.execute(sa.update(enrollment).where(enrollment.c.id == number).values(values))


def colleague(house: Context, person: str, answering: str) -> int:
    """Held because somebody else at the company answered; returns the answer's number."""
    wrote(house, answering)
    hear(house, letter(answering, text="Please stop, we have a supplier."))
    with house.database.read() as conn:
        number: int = conn.execute(sa.select(sa.func.max(inbound.c.id))).scalar_one()
    hold(
        house,
        person,
        because(Code.COLLEAGUE_ANSWERED, reasons.of_inbound(number), email=answering, told="answered"),
    )
    return number


def maybe_answered(house: Context, person: str) -> int:
    """Held because something came in that may be theirs; returns its number."""
    hear(house, letter("office@lake.example", subject="Re: your mail", text="Who are you?"))
    with house.database.read() as conn:
        number: int = conn.execute(sa.select(sa.func.max(inbound.c.id))).scalar_one()
    why = because(
        Code.NAMES_NOTHING_OF_OURS,
        reasons.of_inbound(number),
        cause=Cause.ANSWER,
        subject="Re: your mail",
        sender="office@lake.example",
        match="similar",
    )
    hold(house, person, why)
    return number


def of(person: str) -> EnrollmentFilter:
    """The enrollments of one person."""
    return EnrollmentFilter(search=person)
