"""Pages that come from code say what the code says. To renew one, write what the function returns into the file."""

from pathlib import Path

import pytest

from relance.engine.definition.reading import load
from relance.sandbox import play
from tests.pages import events, sequences, states

ROOT = Path(__file__).parents[2]
PAGES = [
    ("docs/states.md", states.as_markdown, "tests.pages.states.as_markdown()"),
    ("docs/events.md", events.as_markdown, "tests.pages.events.as_markdown()"),
    ("docs/sequences.md", sequences.as_markdown, "tests.pages.sequences.as_markdown()"),
    ("examples/sequence.schema.json", load.schema, "relance.engine.definition.reading.load.schema()"),
]


@pytest.mark.wording
@pytest.mark.parametrize(("page", "made", "name"), PAGES, ids=[page for page, _, _ in PAGES])
def test_a_generated_page_says_what_the_code_says(page, made, name):
    stands = (ROOT / page).read_text("utf-8")
    assert stands == made(), f"{page} is out of date: write what {name} returns into it"


def test_the_demo_plays_the_example_as_it_stands():
    assert play.SEQUENCE.read_text("utf-8") == (ROOT / "examples" / "first-meeting.yaml").read_text("utf-8")
