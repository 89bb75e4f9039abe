"""The two tables of a sequence's page: who is in it by name, and every step with all its numbers in sight."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from relance import EnrollmentFilter
from tests.integration.console import campaign
from tests.integration.console.campaign import NAME
from tests.integration.console.conftest import Console

PAGE = f"/sequences/{quote(NAME, safe='')}"
BOSS = "boss@sales.example"


@pytest.fixture
def sales(console: Console) -> Console:
    """A sequence under way."""
    campaign.play(console.app)
    console.join(BOSS)
    return console


def test_people_stand_there_by_name_and_company_with_their_address_below(sales: Console) -> None:
    with sales.client(sales.tokens[BOSS]) as client:
        page = client.get(f"{PAGE}?q=firm0").text
    first = sales.app.enrollments.list(EnrollmentFilter(sequence=NAME)).enrollments[0]
    assert (first.name, first.company) == (first.email.partition("@")[0].title(), "Firm 0")
    row = re.findall(r'<th scope="row">(.*?)</th>', page, re.DOTALL)[-1]
    assert f'>{first.name}</a> <span class="firm">Firm 0</span><small>{first.email}</small>' in row


@pytest.mark.wording  # how wide they are is a matter of the words
def test_all_columns_of_the_steps_are_in_sight_on_a_usual_screen(sales: Console, tab) -> None:
    here = tab(sales.tokens[BOSS], viewport={"width": 1280, "height": 800})
    for language in ("en", "pl"):
        page = here.open(f"{PAGE}?lang={language}")
        page.wait_for_selector("table.steps")
        beyond = page.evaluate(
            "[...document.querySelectorAll('.scroll')].map(each => each.scrollWidth - each.clientWidth)"
        )
        assert max(beyond) == 0, language
