"""A mail that is due and has not left: from when on it can, and what keeps it. Never a time that has passed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, message
from relance.engine.reporting import explain, forecast, status
from relance.engine.schedule.pace.receivers import ReceiverCaps
from relance.engine.sending.admitting import Admission
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from tests import engine_house
from tests.reading import KIM, MIA, wrote
from tests.reworded import in_english

NOON = dt.datetime(2026, 3, 2, 11, 0, tzinfo=dt.UTC)  # a Monday, in Warsaw
EVENING = dt.datetime(2026, 3, 2, 20, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
OFFICE = """
sequence: Office
send: {days: mon-fri, hours: "08:30-16:30"}
steps:
  - {id: one, subject: Hello, body: Hello}
"""


@pytest.fixture
def house(migrated_url: str, tmp_path: Path) -> Iterator[Context]:
    with engine_house.build(migrated_url, tmp_path, NOON) as found:
        engine_house.add_mailbox(found, daily_cap=50)
        publish.publish(found, OFFICE)
        for person in (KIM, MIA):
            contact_service.add(found, person, {})
        enroll.enroll(found, EnrollRequest("Office"))
        with found.database.write() as conn:
            conn.execute(sa.update(enrollment).values(due_at=NOON - HOUR))
        yield found


def numbers(house: Context) -> list[int]:
    with house.database.read() as conn:
        return list(conn.execute(sa.select(enrollment.c.id).order_by(enrollment.c.id)).scalars())


def test_what_nothing_keeps_leaves_now(house: Context) -> None:
    found = forecast.overdue(house, numbers(house))
    assert [(each.at, each.words) for each in found.values()] == [(NOON, "")] * 2


def test_what_is_still_to_come_or_waits_for_a_person_is_not_told_of(house: Context) -> None:
    first, second = numbers(house)
    with house.database.write() as conn:
        later = sa.update(enrollment).where(enrollment.c.id == first)
        conn.execute(later.values(due_at=NOON + HOUR))
    assert list(forecast.overdue(house, [first, second])) == [second]
    publish.pause(house, "Office")
    assert forecast.overdue(house, [first, second]) == {}
    assert forecast.overdue(house, []) == {}


def test_outside_the_sending_hours_it_is_their_next_beginning(house: Context) -> None:
    engine_house.clock(house).move_to(EVENING)
    found = forecast.overdue(house, numbers(house))
    assert len(found) == 2
    for each in found.values():
        assert each.at is not None
        assert dt.timedelta(hours=11) < each.at - EVENING < dt.timedelta(hours=13)
        assert (each.code, each.words) == (
            "window",
            in_english("the sending hours of Mon 2 March 2026 are over"),
        )


def test_behind_the_limit_of_the_mailbox_it_is_the_time_at_which_that_lets_the_next_go(
    house: Context,
) -> None:
    mail = wrote(house, KIM)
    with house.database.write() as conn:
        left = NOON - dt.timedelta(hours=22)
        conn.execute(sa.update(message).where(message.c.id == mail.id).values(transmitting_at=left))
        mailboxes.change(conn, 1, daily_cap=1)
        conn.execute(
            sa.update(enrollment).values(due_at=NOON - HOUR, step="one", step_kind="mail", state="active")
        )
    (box,) = status.status(house).mailboxes
    found = forecast.overdue(house, numbers(house))
    assert len(found) == 2
    for each in found.values():
        assert each.at == box.room_at == NOON + 2 * HOUR
        assert each.code == "pace"
        assert in_english("this mailbox's limit is 1 mail in 24 hours") in each.words


def test_a_first_mail_behind_follow_ups_waits_until_it_is_asked_anew_who_is_admitted(house: Context) -> None:
    until, follow_up = NOON + HOUR, numbers(house)[1]
    with house.database.write() as conn:
        mailboxes.change(conn, 1, first_mails=Admission(until).row())
        conn.execute(sa.update(enrollment).where(enrollment.c.id == follow_up).values(wrote_before=True))
    first, later = forecast.overdue(house, numbers(house)).values()
    assert (first.at, first.code) == (until, "admission")
    assert (later.at, later.code) == (NOON, "")


def test_where_a_company_gets_no_more_it_is_when_a_place_comes_free(house: Context) -> None:
    wrote(house, KIM)
    left, caps = NOON - dt.timedelta(hours=21), ReceiverCaps(domain_daily=1)
    with house.database.write() as conn:
        conn.execute(sa.update(message).values(transmitting_at=left))
        conn.execute(
            sa.update(enrollment).values(due_at=NOON - HOUR, step="one", step_kind="mail", state="active")
        )
    limited = dataclasses.replace(house, options=dataclasses.replace(house.options, receivers=caps))
    found = forecast.overdue(limited, numbers(house))
    receiver = KIM.partition("@")[2]
    assert MIA.endswith(receiver)
    for each in found.values():
        assert (each.at, each.code) == (NOON + 3 * HOUR, "receiver")
    [told] = explain.explain(limited, MIA)
    assert told.forecast[0].at == NOON + 3 * HOUR


def test_a_follow_up_behind_a_mailbox_that_cannot_be_read_has_no_time(house: Context) -> None:
    with house.database.write() as conn:
        mailboxes.change(conn, 1, sync_error="the password was refused")
        conn.execute(sa.update(enrollment).values(wrote_before=True))
    found = forecast.overdue(house, numbers(house))
    assert len(found) == 2
    for each in found.values():
        assert each.at is None
        assert each.code == "unreadable"
        assert in_english("waits until the mailbox can be read") in each.words
