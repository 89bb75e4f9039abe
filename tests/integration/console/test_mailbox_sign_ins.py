"""Mailboxes that sign in through their provider, in the console: until when that is good, and signing in."""

from __future__ import annotations

import datetime as dt

from relance.clock import machine_now
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS
from tests.reworded import in_english
from tests.servers import token_service
from tests.sign_ins import ADA, granted, set_grant


def test_a_sign_in_that_is_about_to_end_shows_on_the_list_and_on_its_page(console: Console) -> None:
    house = console.app._context
    with token_service.running() as at:
        granted(house, at, due=False)
    with console.client(console.join(BOSS)) as boss:
        assert 'class="flash warn"' not in boss.get(f"/mailboxes/{ADA}").text
        set_grant(house, grant_until=machine_now() + dt.timedelta(days=2))
        page, listed = boss.get(f"/mailboxes/{ADA}").text, boss.get("/mailboxes").text
        assert 'class="flash warn"' in page
        assert in_english("ends on") in page
        assert in_english("OAuth 2.0") in page
        assert in_english("Sign-in at risk") in listed
        assert "`" not in page
