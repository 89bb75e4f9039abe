"""Floods of opens and clicks: a mail has room for people beside machines, and judging holds nobody up."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import time
from typing import Any

import pytest
import sqlalchemy as sa

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import hit
from relance.engine.engagement import hits as engagement_hits
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.states import MessageState
from relance.engine.store.contacts import hits
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollment_details
from relance.tracking import judge
from relance.tracking.hits import Hit
from relance.tracking.tokens import Purpose
from tests import engine_house

EVE = "eve@acme.example"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def mail(house: Context) -> Message:
    publish.publish(house, engine_house.TRIAL)
    engine_house.add_mailbox(house)
    contact_service.add(house, EVE, {})
    enroll.enroll(house, EnrollRequest("Trial"))
    with house.database.read() as conn:
        row = enrollment_details.matching(conn, email=EVE)[0].enrollment
    links = [{"target": f"https://acme.example/{n}", "label": None} for n in range(3)]
    made = engine_house.add_message(house, row, MessageState.ACCEPTED, links=links)
    engine_house.clock(house).advance(hours=1)
    return made


def click(house: Context, mail: Message, number: int = 0, **values: Any) -> Hit:
    at = house.clock.now() + dt.timedelta(seconds=number)
    made = Hit(Purpose.CLICK, mail.id, 0, at, user_agent=BROWSER, network="203.0.113.0/24", has_language=True)
    return dataclasses.replace(made, **values)


def kept(house: Context) -> int:
    with house.database.read() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(hit)).scalar_one())


def test_machines_do_not_use_up_the_room_of_people(house: Context, mail: Message) -> None:
    desk = engagement_hits.TrackingDesk(house)
    scanner = "Mozilla/5.0 (compatible; Barracuda Link Protection; link scanner)"
    for start in range(0, 1000, 100):
        networks = [f"198.51.{start // 100}.{n}/32" for n in range(100)]
        desk.record([click(house, mail, user_agent=scanner, network=each) for each in networks])
    assert kept(house) == engagement_hits.MOST_OF_MACHINES
    desk.record([click(house, mail)])
    assert kept(house) == engagement_hits.MOST_OF_MACHINES + 1


def test_one_network_has_a_share_and_a_mail_is_never_past_its_room(house: Context, mail: Message) -> None:
    desk = engagement_hits.TrackingDesk(house)
    desk.record([click(house, mail, n) for n in range(100)])
    assert kept(house) == engagement_hits.MOST_OF_A_NETWORK
    for start in range(0, 1000, 100):
        desk.record([click(house, mail, network=f"198.{start // 100}.{n}.0/24") for n in range(100)])
    assert kept(house) == engagement_hits.MAX_HITS
    desk.record([dataclasses.replace(click(house, mail), message=mail.id + 1)])  # nobody's mail
    assert kept(house) == engagement_hits.MAX_HITS


def test_a_flood_is_judged_without_holding_up_a_writer(
    house: Context, mail: Message, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.database.write() as conn:
        for number in range(500):
            at = house.clock.now() + dt.timedelta(seconds=30 * number)
            engine_house.add_hit(conn, message_id=mail.id, at=at, kind="click", link=0, user_agent=BROWSER, language=True, network="203.0.113.0/24")  # fmt: skip
    engine_house.clock(house).advance(days=1)
    plain, wrote = judge.judge, []

    def while_somebody_writes(*asked: Any) -> judge.HitVerdict:
        if not wrote:
            with house.database.write() as conn:
                engine_house.add_hit(conn, message_id=mail.id, at=house.clock.now(), kind="open")
            wrote.append(True)
        return plain(*asked)

    monkeypatch.setattr(judge, "judge", while_somebody_writes)
    began = time.monotonic()
    assert [engagement_hits.judge_settled(house, house.clock.now()) for _ in range(4)] == [200, 200, 100, 0]
    assert wrote
    assert time.monotonic() - began < 5
    with house.database.read() as conn:
        assert hits.human(conn, mail.enrollment_id) == {("click", mail.step, 0)}


def test_judging_a_flood_asks_the_database_no_more_than_once_a_hit(house: Context, mail: Message) -> None:
    with house.database.write() as conn:
        for number in range(100):
            at = house.clock.now() + dt.timedelta(seconds=number)
            engine_house.add_hit(
                conn, message_id=mail.id, at=at, kind="click", link=number % 3, network="203.0.113.0/24"
            )
    engine_house.clock(house).advance(days=1)
    asked: list[str] = []
    sa.event.listen(
        house.database.engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, *rest: asked.append(statement),
    )
    assert engagement_hits.judge_settled(house, house.clock.now()) == 100
    assert len(asked) < 125


def test_however_many_hits_are_kept_by_two_statements_that_read_no_mail(
    house: Context, mail: Message
) -> None:
    asked: list[str] = []
    sa.event.listen(
        house.database.engine,
        "before_cursor_execute",
        lambda conn, cursor, statement, *rest: asked.append(statement.lower()),
    )
    engagement_hits.TrackingDesk(house).record(
        [click(house, mail, network=f"198.51.{n}.0/24") for n in range(40)]
    )
    assert kept(house) == 40
    work = [each for each in asked if not each.startswith("begin")][:-1]  # the last is our own count
    assert [each.split()[0] for each in work] == ["select", "insert"]
    assert not any("raw" in each or "message.body" in each for each in work)


def test_what_is_noted_is_kept_though_a_later_statement_fails_on_postgresql(
    house: Context, mail: Message
) -> None:
    """And the connection writes nothing alone when it is given back."""
    with contextlib.suppress(ZeroDivisionError), house.database.note() as conn:
        engine_house.add_hit(conn, message_id=mail.id, at=house.clock.now(), kind="open")
        raise ZeroDivisionError
    assert kept(house) == (0 if house.database.embedded else 1)
    if not house.database.embedded:
        with pytest.raises(TypeError, match="written in a read"), house.database.read() as conn:
            engine_house.add_hit(conn, message_id=mail.id, at=house.clock.now(), kind="open")
