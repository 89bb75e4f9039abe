"""Somebody's full name in a text: as whole words, near each other, in whatever case and with whatever accents."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.inbound.names import NameWords


@pytest.mark.parametrize(
    "text",
    [
        "please call Piotr Zieliński at Modrzew",
        "ZIELINSKI, PIOTR",
        "Piotr Jan M. Zielinski asked me",
        "I am\npiotr\nzielin\u0301ski.",
        "<b>Piotr&nbsp;Zieliński</b> Piotr\u00a0Zieliński",
    ],
)
def test_a_full_name_is_found(text: str) -> None:
    assert NameWords.of(text).name("Piotr", "Zieliński")


@pytest.mark.parametrize(
    "text",
    [
        "please call Piotr on Tuesday",
        "Mr Zieliński is out",
        "Piotrek Zieliński",
        "Piotr Zielińskiego",
        "Piotr will come, and so will Ewa and old Zieliński",
        "",
    ],
)
def test_half_a_name_or_part_of_a_word_is_nobody(text: str) -> None:
    assert not NameWords.of(text).name("Piotr", "Zieliński")


@pytest.mark.parametrize(
    ("given_name", "family"), [("", "Nowak"), ("Ola", ""), ("O.", "Nowak"), ("", ""), ("?", "!")]
)
def test_who_has_no_full_name_is_never_found(given_name: str, family: str) -> None:
    assert not NameWords.of("Ola O. Nowak ? !").name(given_name, family)


@given(st.text(max_size=200), st.text(max_size=20), st.text(max_size=20), st.text(max_size=200))
def test_any_text_can_be_asked_and_adding_words_behind_hides_nobody(
    before: str, one: str, other: str, after: str
) -> None:
    if NameWords.of(f"{one} {other}").name(one, other):
        assert NameWords.of(f"{before} \n {one} {other} \n {after}").name(one, other)
