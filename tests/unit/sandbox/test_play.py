"""The play as it is set up."""

from __future__ import annotations

from pathlib import Path

import pytest

from relance import wording
from relance.sandbox import play


@pytest.mark.parametrize("language", ["en", "pl"])
def test_the_play_is_told_in_the_language_of_those_who_watch(tmp_path: Path, language: str) -> None:
    """Its installation has settings of its own, and opening one decides what the process speaks."""
    with wording.speaking(language):
        settings = play._settings(play.Plan(play.SEQUENCE), tmp_path, 8765)
    assert settings.language == language
