"""The pictures of the docs, made by the pages themselves: `RELANCE_TEST_PICTURES=1` writes them anew into docs/images.

A normal run writes nothing; it fails where a picture that the docs show is missing, is not made here, or is of a page that is gone.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
import sqlalchemy as sa
from starlette.routing import Match, Route

from relance.console.views.contents import PAGES
from relance.engine.db.tables import inbound
from relance.engine.jobs.service import Upload
from tests.integration.console import campaign, test_reports
from tests.integration.console.conftest import Console

ROOT = Path(__file__).parents[3]
IMAGES = ROOT / "docs" / "images"
SHOWN = ("docs/console.md", "README.md")
LARGEST = 150_000
PICTURES = {
    "console-today.png": "/",
    "console-inbox.png": "/inbox?answer=1",
    "console-contact.png": "/contacts/bob@firm1.example",
    "console-sequence.png": f"/sequences/{campaign.NAME.replace('/', '%2F')}",
    "console-held.png": "/held",
    "console-import.png": "/import/1",
    "console-reports.png": f"/reports?sequence={campaign.NAME.replace('/', '%2F')}",
}
FILE = (
    "E-mail;First name;Last name;Company;Favourite tea\n"
    + "".join(f"kim{number}@lake.example;Kim;Lake {number};Lake Trading;Earl Grey\n" for number in range(38))
    + "nobody;Ann;;;\n"
)


def shown() -> set[str]:
    """The pictures of the console that the docs show."""
    return {
        name
        for page in SHOWN
        for name in re.findall(r"images/(console-[\w-]+\.png)", (ROOT / page).read_text("utf-8"))
    }


def test_every_picture_of_the_docs_is_there_small_and_of_a_page_there_is() -> None:
    assert shown() == set(PICTURES)
    for name, path in PICTURES.items():
        size = (IMAGES / name).stat().st_size
        assert 1000 < size < LARGEST, f"{name} has {size} bytes"
        scope = {
            "type": "http",
            "path": path.partition("?")[0].replace("%2F", "/"),
            "root_path": "",
            "method": "GET",
        }
        routes = [Route(page.path, lambda _: None, methods=["GET"]) for page in PAGES if page.method == "GET"]
        assert any(route.matches(scope)[0] is Match.FULL for route in routes), path


def answered(console: Console) -> None:
    """The answer of the campaign gets words."""
    words = {
        "from_address": "ada@firm0.example",
        "subject": "Re: Hi",
        "body": "Thank you for writing. We look at new offers next week.\nCould you call me on Tuesday at ten?\n\nAda",
    }
    with console.app._context.database.write() as conn:
        conn.execute(sa.update(inbound).values(**words))


@pytest.mark.parametrize("name", PICTURES)
def test_its_page_can_be_taken(console: Console, tab, name: str, tmp_path: Path) -> None:
    campaign.play(console.app)
    answered(console)
    if "contact" not in name:
        test_reports.sent(console)
    console.app.jobs.check_contacts(Upload("trade fair.csv", FILE.encode()))
    console.app.beat("run")
    token = console.join("ann@sales.example")
    page = tab(token, viewport={"width": 1280, "height": 1000 if "reports" in name else 720}).open(
        PICTURES[name]
    )
    assert page.locator("h1").count() == 1
    assert page.title() != "There is nothing here · Relance"
    written = IMAGES if os.environ.get("RELANCE_TEST_PICTURES") else tmp_path
    written.mkdir(exist_ok=True)
    page.screenshot(path=str(written / name), animations="disabled")
    assert (written / name).stat().st_size > 1000
