"""Nobody is shown a link or a form that leads to a page they may not open."""

from __future__ import annotations

import html
import re

import pytest

from relance.console.views.contents import PAGES
from relance.engine.roles import ROLES, Permission, Role
from tests.integration.console import held_people
from tests.integration.console.conftest import Console
from tests.integration.console.every_page import WAY_IN
from tests.reading import KIM, MIA, hear, letter, wrote

SHOWN = [
    page.path
    for page in PAGES
    if page.method == "GET" and "{" not in page.path and not page.part and page.path not in WAY_IN
]
_LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
_FORM = re.compile(r'<form\b[^>]*\bmethod="post"[^>]*\baction="(/[^"?]*)')


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SALESPERSON])
def test_no_link_and_no_form_leads_to_a_page_that_is_not_theirs(console: Console, role: Role) -> None:
    house = console.app._context
    held_people.prepared(house, KIM, MIA)
    wrote(house, MIA)
    hear(house, letter(MIA))
    changing = {page.path: page for page in PAGES if page.method == "POST"}
    shut: set[tuple[str, str]] = set()
    tried: set[str] = set()
    with console.client(console.join("vic@sales.example", role.value)) as client:
        for path in (*SHOWN, f"/contacts/{MIA}", "/inbox?answer=1", "/mailboxes/ada@sales.example"):
            shown = client.get(path)
            if shown.status_code in (403, 404):
                continue
            posts = {each for each in _FORM.findall(shown.text) if each in changing}
            shut |= {
                (path, each)
                for each in posts
                if role not in ROLES[changing[each].permission or Permission.LOOK]
            }
            for link in {html.unescape(each) for each in _LINK.findall(shown.text)} - tried:
                tried.add(link)
                if client.get(link).status_code == 403:
                    shut.add((path, link))
    assert not shut
    assert len(tried) > 10
