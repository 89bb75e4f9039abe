"""Rewording a sentence changes nothing: what corrections, holds and releases do is played again while every reason is worded
otherwise each time it is told (`tests.reworded`).

The tests are those of the pages they stand in; only those are here that no sentence for people is asserted in.
"""

from __future__ import annotations

from tests.integration.engine.test_reasons import (
    test_a_persons_pause_outlives_the_other_hold_whatever_its_words,
    test_each_bounce_stands_until_it_is_corrected_itself,
    test_what_a_person_asked_for_stays_when_a_bounce_is_corrected,
)
from tests.integration.engine.test_refusals import (
    ready,
    test_another_reason_to_hold_outlives_the_retry,
    test_who_is_enrolled_later_is_held_as_well_and_goes_on_when_it_is_tried_again,
)
from tests.journeys.conftest import stage
from tests.journeys.test_colleagues import (
    test_a_correction_takes_back_what_an_answer_did_to_the_colleagues,
)
from tests.journeys.test_inbox import (
    test_a_correction_of_a_colleagues_interest_lets_the_company_go_on,
    test_a_salesperson_corrects_a_wrong_stop_and_the_sequence_goes_on,
    test_a_soft_match_that_was_nothing_lets_everybody_go_on,
    test_better_rules_reopen_what_was_stopped_by_mistake_only_when_told_to,
)
from tests.reworded import worded_otherwise

__all__ = [
    "ready",
    "stage",
    "test_a_correction_of_a_colleagues_interest_lets_the_company_go_on",
    "test_a_correction_takes_back_what_an_answer_did_to_the_colleagues",
    "test_a_persons_pause_outlives_the_other_hold_whatever_its_words",
    "test_a_salesperson_corrects_a_wrong_stop_and_the_sequence_goes_on",
    "test_a_soft_match_that_was_nothing_lets_everybody_go_on",
    "test_another_reason_to_hold_outlives_the_retry",
    "test_better_rules_reopen_what_was_stopped_by_mistake_only_when_told_to",
    "test_each_bounce_stands_until_it_is_corrected_itself",
    "test_what_a_person_asked_for_stays_when_a_bounce_is_corrected",
    "test_who_is_enrolled_later_is_held_as_well_and_goes_on_when_it_is_tried_again",
    "worded_otherwise",
]
