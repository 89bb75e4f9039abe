"""What a program hands over by mistake is told in a sentence, and one address is one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from relance import errors
from relance.app import Relance
from relance.config import Settings, make_home
from tests.reading import KIM


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=make_home(tmp_path / "home").home)


def test_one_text_is_one_address(settings: Settings) -> None:
    with Relance(settings) as relance:
        relance.contacts.add(KIM)
        relance.sequences.publish("sequence: Trial\nsteps: [{id: a, subject: Hi, body: Hi}]")
        with pytest.raises(errors.NotFound) as refused:
            relance.enroll("Trial", KIM, mailboxes="ada@sales.example")
        assert "ada@sales.example" in str(refused.value)
        assert relance.enrollments.of_people(KIM) == {}


@pytest.mark.parametrize(
    "ask",
    [
        lambda relance: relance.explain(None),
        lambda relance: relance.pause(3),
        lambda relance: relance.contacts.suppress(None),
        lambda relance: Relance("/path"),  # type: ignore[arg-type]
    ],
)
def test_what_is_no_address_and_no_settings_is_told(settings: Settings, ask: Callable[[Any], Any]) -> None:
    with Relance(settings) as relance, pytest.raises(errors.Invalid):
        ask(relance)
