"""What the sandbox's servers say of people they do not know: clear, and never the same of two in a row."""

from __future__ import annotations

import itertools

from relance.mailbox import refusal_words
from relance.sandbox.prospects import no_such_user

COMPANIES = [
    f"{name}{kind}.example" for name in ("nordwind", "wicker", "ember") for kind in ("systems", "energia")
]
PEOPLE = [
    f"{name}@{company}" for company in COMPANIES for name in ("benoit.barthelemy", "sabine.hoffmann", "al")
]


def test_two_refused_in_a_row_are_no_trouble_of_the_mailbox() -> None:
    """The same words to two people are: then it pauses, and a third of the demo's people never got their first mail."""
    for one, other in itertools.permutations(PEOPLE, 2):
        assert not refusal_words.same(no_such_user(one), no_such_user(other)), (one, other)


def test_what_sets_them_apart_does_not_change_what_they_mean() -> None:
    for each in PEOPLE:
        words = no_such_user(each)
        assert refusal_words.read(words) == refusal_words.read(words.rpartition(" [")[0])
