"""A person's own words, whatever the mail program did to the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.classification import quoting
from tests.corpus import clients

FOOTER = ("unsubscribe", "wypisz", "stop")


@pytest.mark.parametrize("language", sorted(clients.GMAIL))
@pytest.mark.parametrize("client", ["gmail", "outlook", "apple", "iphone", "thunderbird", "bottom"])
@pytest.mark.parametrize("sent", [(), (clients.SENT,)], ids=["cold", "known"])
def test_our_footer_is_never_their_words(client: str, language: str, sent: tuple[str, ...]) -> None:
    layout = clients.lay_out(client, language, "Yes please")
    words = quoting.split(layout.text, sent)
    assert words.own.startswith("Yes please")
    assert not any(word in words.own.lower() for word in FOOTER)
    assert words.quoted


def test_the_same_word_above_the_quote_is_theirs() -> None:
    layout = clients.lay_out("gmail", "en", "unsubscribe")
    assert quoting.split(layout.text).own == "unsubscribe"


def test_answers_between_quoted_lines_are_kept() -> None:
    text = "On 3 Aug 2026, at 09:04, Jan wrote:\n> one?\n\nyes\n\n> two?\n\nno\n"
    assert quoting.split(text).own.split() == ["yes", "no"]


def test_our_text_goes_even_where_nothing_marks_it() -> None:
    assert quoting.split("Thanks!\n\n" + clients.SENT, [clients.SENT]).own.startswith("Thanks!")
    assert "unsubscribe" not in quoting.split("Thanks!\n\n" + clients.SENT, [clients.SENT]).own.lower()


def test_a_postscript_below_the_signature_is_kept() -> None:
    assert "remove me" in quoting.split("Thanks\n\nBest regards\nAnna\n\nPS. please remove me").own


def test_a_language_we_have_no_file_for_is_cut_by_the_second_opinion() -> None:
    text = "Ja tack\n\nDen mån 3 aug. 2026 kl 09:04 skrev Jan Kowalski <jan@nasza.example>:\n\nunsubscribe\n"
    assert quoting.split(text).own == "Ja tack"


@pytest.mark.parametrize("language", sorted(clients.GMAIL))
@pytest.mark.parametrize("client", ["gmail", "outlook", "apple", "iphone", "thunderbird", "bottom"])
def test_what_is_not_their_own_stands_apart(client: str, language: str) -> None:
    layout = clients.lay_out(client, language, "Yes please\n\nOn Tuesday at nine")
    rest = quoting.rest(layout.text, quoting.split(layout.text).own)
    assert rest
    assert "Yes please" not in rest
    assert "On Tuesday at nine" not in rest


@given(st.text(max_size=400), st.text(max_size=200))
def test_no_text_defeats_it(text: str, own: str) -> None:
    quoting.rest(text, own)
    assert quoting.rest("", own) == ""
