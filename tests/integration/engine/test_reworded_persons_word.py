"""What a person said stays, and what an answer did is undone, however the reasons are worded: see `test_reworded.py`."""

from __future__ import annotations

from tests.integration.engine.test_persons_word import (
    ready,
    test_a_person_releases_who_was_held_and_paused,
    test_a_persons_word_about_a_colleague_outlives_the_answer_at_the_company,
    test_a_persons_word_outlives_an_answer_that_was_none,
    test_one_answer_after_the_other_takes_nothing_of_it_along,
    test_who_is_paused_and_answered_after_all_goes_on_when_a_person_says_so,
)
from tests.reworded import worded_otherwise

__all__ = [
    "ready",
    "test_a_person_releases_who_was_held_and_paused",
    "test_a_persons_word_about_a_colleague_outlives_the_answer_at_the_company",
    "test_a_persons_word_outlives_an_answer_that_was_none",
    "test_one_answer_after_the_other_takes_nothing_of_it_along",
    "test_who_is_paused_and_answered_after_all_goes_on_when_a_person_says_so",
    "worded_otherwise",
]
