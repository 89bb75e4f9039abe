"""Pages that come from code say what the code says. To renew one, write what the function returns into the file."""

from pathlib import Path

import pytest

from relance.engine import reading, states

ROOT = Path(__file__).parents[2]
PAGES = [
    ("docs/states.md", states.as_markdown, "relance.engine.states.as_markdown()"),
    ("examples/sequence.schema.json", reading.schema, "relance.engine.reading.schema()"),
]


@pytest.mark.parametrize(("page", "made", "name"), PAGES, ids=[page for page, _, _ in PAGES])
def test_a_generated_page_says_what_the_code_says(page, made, name):
    stands = (ROOT / page).read_text("utf-8")
    assert stands == made(), f"{page} is out of date: write what {name} returns into it"
