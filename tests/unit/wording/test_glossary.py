"""One thing, one word: what the translations call the things that people decide about, in every sentence."""

from __future__ import annotations

import re

import pytest

from relance import wording
from relance.engine.reporting import codes
from tests import catalogue

WORDS = {  # of the English sentence: what Polish must say, and what it must not
    r"\bsuppress": (r"nie pisać", r"wyklucz"),
    r"\bfollow-ups?\b": (r"kolejn", r"przypominaj"),
    r"\b(is|are|be) held\b|\bheld for\b": (r"decyzj", r"wstrzym(an|uj)"),
    r"\bbounces?\b(?!\w)": (r"zwrot|błędn|odbi", r"zwrotk"),
}


@pytest.mark.parametrize("english", WORDS)
def test_polish_uses_one_word_for_one_thing(english: str) -> None:
    must, never = WORDS[english]
    odd = []
    for part in catalogue.translated("pl").values():
        for message in part:
            said = message.id if isinstance(message.id, str) else " ".join(message.id)
            told = message.string if isinstance(message.string, str) else " ".join(message.string)
            if re.search(english, said, re.IGNORECASE) and (
                not re.search(must, told, re.IGNORECASE) or re.search(never, told, re.IGNORECASE)
            ):
                odd.append((said, told))
    assert odd == []


def test_held_and_paused_are_told_apart() -> None:
    with wording.speaking("pl"):
        assert (str(codes.text("person", "held")), str(codes.text("person", "paused"))) == (
            "do decyzji",
            "wstrzymane",
        )
