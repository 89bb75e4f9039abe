"""No process stores a sentence in its own language (`tests.stored_sentences`): worlds are played by one that speaks keys, and
every text of every table is read afterwards, on both databases.

The whole suite is read so in a run of keys (`make test-keys`); here are those worlds that store most, and a whole play is read by
`journeys/test_main_job.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from relance.wording import Text, catalogue
from tests import reworded, stored_sentences
from tests.integration.engine.test_aliases import (
    test_what_sent_shows_is_offered_and_a_letter_from_it_pauses,
)
from tests.integration.engine.test_refusals import (
    ready,
    test_a_doubtful_bounce_holds_and_a_second_one_is_proof,
    test_a_second_organisation_that_says_the_like_pauses_the_mailbox,
    test_the_same_words_to_two_people_pause_the_mailbox_before_a_third,
)
from tests.integration.engine.test_restored import (
    test_what_was_not_sent_goes_once_a_person_says_so,
    test_without_copies_a_person_says_for_all_that_it_was_sent,
)
from tests.integration.engine.test_withheld import (
    desk,
    test_a_mail_that_can_never_be_read_waits_for_a_person_where_nobody_can_tell_whose_it_is,
    test_of_a_mail_that_can_never_be_read_a_header_may_tell_whom_to_hold,
)
from tests.journeys.conftest import stage
from tests.journeys.test_colleagues import (
    test_a_correction_takes_back_what_an_answer_did_to_the_colleagues,
)
from tests.journeys.test_inbox import (
    test_a_salesperson_corrects_a_wrong_stop_and_the_sequence_goes_on,
    test_better_rules_reopen_what_was_stopped_by_mistake_only_when_told_to,
)
from tests.journeys.test_odd_mail import (
    test_what_is_noted_of_a_bounce_is_told_in_the_readers_language,
    test_why_a_mail_could_not_be_read_is_told_in_the_readers_language,
)

__all__ = [
    "desk",
    "ready",
    "stage",
    "test_a_correction_takes_back_what_an_answer_did_to_the_colleagues",
    "test_a_doubtful_bounce_holds_and_a_second_one_is_proof",
    "test_a_mail_that_can_never_be_read_waits_for_a_person_where_nobody_can_tell_whose_it_is",
    "test_a_salesperson_corrects_a_wrong_stop_and_the_sequence_goes_on",
    "test_a_second_organisation_that_says_the_like_pauses_the_mailbox",
    "test_better_rules_reopen_what_was_stopped_by_mistake_only_when_told_to",
    "test_of_a_mail_that_can_never_be_read_a_header_may_tell_whom_to_hold",
    "test_the_same_words_to_two_people_pause_the_mailbox_before_a_third",
    "test_what_is_noted_of_a_bounce_is_told_in_the_readers_language",
    "test_what_sent_shows_is_offered_and_a_letter_from_it_pauses",
    "test_what_was_not_sent_goes_once_a_person_says_so",
    "test_why_a_mail_could_not_be_read_is_told_in_the_readers_language",
    "test_without_copies_a_person_says_for_all_that_it_was_sent",
]


@pytest.fixture(autouse=True)
def speaks_keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process speaks keys in place of English. What its databases hold then is read when a test is over (`conftest`)."""
    monkeypatch.setattr(reworded, "_ASKED", True)
    with stored_sentences.keys_in_place_of(catalogue.ENGLISH):
        assert stored_sentences.KEY.search(str(Text("paused by a person")))
        yield
