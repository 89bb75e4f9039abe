"""Every list bounds how many it gives, on both databases: PostgreSQL refuses a negative limit."""

from __future__ import annotations

from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.inbound.corrections import inbox
from relance.engine.reporting import status, timeline
from relance.engine.sequences import control, enroll, listing
from relance.engine.sequences.enroll import EnrollRequest
from tests.reading import KIM, enrolled


def test_every_list_bounds_its_limit(house: Context) -> None:
    enrolled(house, KIM)
    control.pause(house, KIM)
    for limit in (-1, 0, 10**30):
        assert len(contact_service.page(house, limit=limit)) == 1
        assert status.held(house, limit) == []
        assert inbox.page(house, limit=limit) == []
        assert contact_service.suppressed_page(house, limit=limit) == []
    assert list(listing.of_people(house, KIM)) == [KIM]
    assert len(timeline.page(house, "", -1).events) == 1


def test_one_text_is_one_address(house: Context) -> None:
    enrolled(house, KIM)
    found = enroll.enroll(house, EnrollRequest("Trial", KIM), dry_run=True)
    assert [each.email for each in found.skipped] == [KIM]
