"""A link whose mail the database does not have (put back from a backup): a no is a no all the same."""

from __future__ import annotations

import sqlalchemy as sa

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.db.tables import event, hit
from relance.engine.engagement import hits
from relance.engine.store.contacts import suppressions
from relance.tracking.desk import OptOutResult
from relance.tracking.hits import Hit
from relance.tracking.tokens import Purpose
from tests import engine_house

EVE = "eve@acme.example"


def a_hit(house: Context, purpose: Purpose, carried: str = "") -> Hit:
    return Hit(purpose, ids.message(house.clock.now()), 0, house.clock.now(), "POST", carried=carried)


def test_the_address_in_the_link_is_suppressed_though_nobody_knows_the_mail(house: Context) -> None:
    desk = hits.TrackingDesk(house)
    for _ in range(2):
        assert desk.unsubscribe(a_hit(house, Purpose.UNSUBSCRIBE, EVE)) is OptOutResult.IN_FORCE
    with house.database.read() as conn:
        assert suppressions.suppressed(conn, [EVE]) == {EVE: hits.BY_LINK}


def test_a_known_person_is_stopped_in_everything_they_are_in(house: Context) -> None:
    contact_service.add(house, EVE, {})
    engine_house.add_mailbox(house)
    desk = hits.TrackingDesk(house)
    for _ in range(2):
        desk.unsubscribe(a_hit(house, Purpose.UNSUBSCRIBE, EVE))
    with house.database.read() as conn:
        told = list(conn.execute(sa.select(event.c.kind).where(event.c.contact_id.is_not(None))).scalars())
    assert told.count("enrollment.unsubscribed") == 1


def test_an_old_link_that_tells_nobody_is_not_called_done(house: Context) -> None:
    assert hits.TrackingDesk(house).unsubscribe(a_hit(house, Purpose.UNSUBSCRIBE)) is OptOutResult.UNKNOWN
    with house.database.read() as conn:
        assert suppressions.list_all(conn) == []


def test_a_click_leads_on_and_is_counted_for_nobody(house: Context) -> None:
    desk = hits.TrackingDesk(house)
    assert desk.clicked(a_hit(house, Purpose.CLICK, "https://acme.example/x")) == "https://acme.example/x"
    assert desk.clicked(a_hit(house, Purpose.CLICK)) is None
    with house.database.read() as conn:
        assert conn.execute(sa.select(sa.func.count()).select_from(hit)).scalar_one() == 0


def test_the_page_names_the_person_by_the_link_alone(house: Context) -> None:
    assert hits.TrackingDesk(house).contact_of(a_hit(house, Purpose.UNSUBSCRIBE, EVE)) == "e•••@acme.example"
