from __future__ import annotations

import re

import pytest

from relance import wording
from relance.engine.reasons import Code
from relance.engine.store import headings
from tests import english


@pytest.mark.wording
@pytest.mark.parametrize("language", wording.languages())
@pytest.mark.parametrize("code", Code)
def test_a_heading_has_no_holes(code: Code, language: str) -> None:
    with wording.speaking(language):
        said = headings.heading(code)
    assert said
    assert re.findall(r"[{}…]|: ?$", said) == []
    assert language == "en" or english.words(said) == []
