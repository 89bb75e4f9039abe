"""A mail that is due and has not left: from when on it can, and what keeps it. Never a time that has passed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from relance.engine import reasons
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import enrollment, message
from relance.engine.reasons import Code, because
from relance.engine.reporting import explain, forecast, status
from relance.engine.schedule import throttle
from relance.engine.schedule.pace.receivers import ReceiverCaps
from relance.engine.sending.admitting import Admission
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollments
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


def limited(house: Context, most: int) -> Context:
    """As the settings do."""
    caps = ReceiverCaps(domain_daily=most)
    return dataclasses.replace(house, options=dataclasses.replace(house.options, receivers=caps))


def joined(house: Context, *people: str) -> None:
    """Others at the same company join, and are due."""
    for person in people:
        contact_service.add(house, person, {})
    enroll.enroll(house, EnrollRequest("Office", emails=people))
    with house.database.write() as conn:
        planned = {"due_at": NOON - HOUR, "step": "one", "step_kind": "mail", "state": "active"}
        conn.execute(sa.update(enrollment).values(**planned))


def test_where_a_company_gets_no_more_each_who_waits_has_a_place_in_order(house: Context) -> None:
    wrote(house, KIM)
    limit = limited(house, 1)
    joined(house, "ida@lake.example", "leo@lake.example")
    with house.database.write() as conn:
        conn.execute(sa.update(message).values(transmitting_at=NOON - dt.timedelta(hours=21)))
        conn.execute(sa.update(enrollment).values(wrote_before=enrollment.c.id == numbers(house)[1]))
    found = forecast.overdue(limit, numbers(house))
    first, follow_up, third, fourth = (found[number] for number in numbers(house))
    assert {each.code for each in found.values()} == {"receiver"}
    assert [each.at for each in (follow_up, first, third, fourth)] == [
        NOON + 3 * HOUR + each * throttle.DAY for each in range(4)
    ]
    assert not any(each.not_before for each in found.values())
    told = [explain.explain(limit, each)[0] for each in ("ida@lake.example", "leo@lake.example")]
    assert [each.forecast[0].at for each in told] == [third.at, fourth.at]


def test_who_is_tried_again_when_a_place_comes_free_is_promised_their_own(house: Context) -> None:
    """The same try is offered to several; whoever comes first takes the place."""
    wrote(house, KIM)
    limit, try_at = limited(house, 1), NOON + 3 * HOUR
    joined(house, "ida@lake.example")
    with house.database.write() as conn:
        conn.execute(sa.update(message).values(transmitting_at=NOON - dt.timedelta(hours=21)))
        for number in numbers(house):
            row = enrollments.by_ids(conn, [number])[0]
            why = because(Code.RECEIVER_DAILY_CAP, receiver="lake.example", count=1)
            enrollments.postpone(conn, row, try_at, [reasons.bound("receiver", why, try_at.isoformat())])
    found = forecast.overdue(limit, numbers(house))
    assert [found[each].at for each in numbers(house)] == [try_at + each * throttle.DAY for each in range(3)]
    assert {each.code for each in found.values()} == {"receiver"}
    [ida] = explain.explain(limit, "ida@lake.example")
    assert ida.forecast[0].at == try_at + 2 * throttle.DAY
    assert in_english("2 mails to the same receiver go before it.") in ida.sentences


def test_behind_the_days_that_are_known_it_is_not_before(house: Context) -> None:
    wrote(house, KIM)
    limit = limited(house, 1)
    joined(house, *(f"p{number}@lake.example" for number in range(7)))
    last = forecast.overdue(limit, numbers(house))[numbers(house)[-1]]
    assert last.at is not None
    assert (last.not_before, last.code, last.at > NOON + 7 * throttle.DAY) == (True, "receiver", True)


def test_however_many_wait_a_page_of_them_is_asked_for_at_once(house: Context) -> None:
    def statements(*joining: str) -> int:
        joined(house, *joining)
        limit, said = limited(house, 1), list[object]()
        forecast.overdue(limit, numbers(house))
        sa.event.listen(house.database.engine, "before_execute", lambda *told: said.append(told))
        assert len(forecast.overdue(limit, numbers(house))) == len(numbers(house))
        return len(said)

    assert statements("p0@lake.example") == statements(*(f"p{number}@lake.example" for number in range(1, 9)))


TWO = OFFICE.replace("Office", "Two") + "  - {id: two, after: 2 minutes, subject: Again, body: Again}\n"


def test_a_later_mail_is_promised_no_place_that_others_get(house: Context) -> None:
    publish.publish(house, TWO)
    contact_service.add(house, "zoe@lake.example", {})
    enroll.enroll(house, EnrollRequest("Two", emails=("zoe@lake.example",)))
    [zoe] = explain.explain(limited(house, 1), "zoe@lake.example")
    hello, again = zoe.forecast
    assert hello.at >= NOON + 2 * throttle.DAY  # behind Kim and Mia
    assert again.at == hello.at + throttle.DAY
    assert (hello.not_before, again.not_before) == (False, True)
    [unlimited] = explain.explain(house, "zoe@lake.example")
    assert unlimited.forecast[1].at - unlimited.forecast[0].at < HOUR


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
