"""What tells that a mail speaks of ours: its subject without marks, and our own lines in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.engine.inbound import match
from relance.engine.inbound.match import NOBODY, Match
from relance.engine.inbound.policy import Certainty
from relance.engine.reasons.matches import MatchKey
from relance.mailbox.classification.languages import normalize

LINE = "Would a call on Thursday at ten suit you?"
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@pytest.mark.parametrize(
    ("subject", "bare"),
    [
        ("Re: Prices", "Prices"),
        ("  RE :Fwd: AW: Prices ", "Prices"),
        ("Re[2]: Prices", "Prices"),
        ("Odp: PD: Ceny", "Ceny"),
        ("Rv: Precios", "Precios"),
        ("Regarding: Prices", "Regarding: Prices"),
        ("Prices: now lower", "Prices: now lower"),
        ("Re:", ""),
        ("", ""),
    ],
)
def test_answer_and_forward_marks_are_taken_off(subject, bare):
    assert match.strip_marks(subject) == bare


@given(texts)
def test_taking_marks_off_ends_and_leaves_nothing_to_take_off(subject):
    bare = match.strip_marks(subject)
    assert match.strip_marks(bare) == bare
    assert match.bare_subject(f"Re: AW: {subject}") == match.bare_subject(subject)


def test_a_line_of_ours_is_found_however_it_was_broken_and_quoted():
    said = "No.\n> Would a call on\n> Thursday, at TEN suit you?\n"
    assert match.quotes(normalize.letters(said), f"Hello,\n{LINE}\n")


@pytest.mark.parametrize(
    "body", ["Hi Kim,\nBest,\nAda", "", "To hear no more of this: https://sales.example/u/abcdefgh"]
)
def test_short_lines_and_the_line_with_the_link_prove_nothing(body):
    assert not match.quotes(normalize.letters(f"Hi Kim,\nBest,\nAda {body}"), body)


@given(texts, texts)
def test_our_words_with_anything_around_them_are_found(before, after):
    assert match.quotes(normalize.letters(f"{before}\n{LINE}\n{after}"), LINE)


def test_a_mail_proves_that_ours_arrived_only_where_it_names_it():
    assert not NOBODY.proven
    for by in (MatchKey.PLUS_ADDRESS, MatchKey.NAMED_MAIL):
        assert Match(Certainty.CERTAIN, by, message=object()).proven
        assert not Match(Certainty.CERTAIN, by).proven
    assert not Match(Certainty.CERTAIN, MatchKey.SENDER, message=object()).proven
