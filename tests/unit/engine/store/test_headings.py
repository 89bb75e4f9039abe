from __future__ import annotations

import re

import pytest

from relance import wording
from relance.engine.reasons import SENTENCES, Code
from relance.engine.store import headings
from tests import english


@pytest.mark.parametrize("code", Code)
def test_a_heading_is_a_sentence_of_its_own_without_places(code: Code) -> None:
    counted = headings.counted_as(code)
    said = headings.OF.get(counted) or SENTENCES[counted]
    row = said.row()
    assert "{" not in row["text"]
    assert "many" not in row
    assert headings.heading(code) == str(said)


@pytest.mark.parametrize("code", Code)
def test_what_stands_for_others_stands_for_itself(code: Code) -> None:
    assert headings.counted_as(headings.counted_as(code)) is headings.counted_as(code)


def test_no_two_that_are_counted_apart_are_headed_alike() -> None:
    apart = {headings.counted_as(code) for code in Code}
    assert len({headings.heading(code) for code in apart}) == len(apart)


@pytest.mark.wording
@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("code", Code)
def test_a_heading_has_no_holes(code: Code, language: str) -> None:
    with wording.speaking(language):
        said = headings.heading(code)
    assert said
    assert re.findall(r"[{}…]|: ?$", said) == []
    assert language == "en" or english.words(said) == []
