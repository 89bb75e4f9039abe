"""What an earlier release wrote as a sentence is read as the code it stands for."""

from __future__ import annotations

import pytest

from relance.engine import reasons
from relance.engine.event_log import base
from relance.engine.reasons import Code, matches
from relance.engine.reasons.matches import MATCHES
from relance.mailbox.classification import rule_names


def test_an_event_of_before_gives_codes():
    said = {"rule": "the rules could not read it", "matched_by": "a mail of ours it names", "folder": "INBOX"}
    assert base.shown(said) == {"rule": "is beyond rules", "matched_by": "named_mail", "folder": "INBOX"}
    assert base.shown({"rule": "is person", "matched_by": "sender"}) == {
        "rule": "is person",
        "matched_by": "sender",
    }


@pytest.mark.parametrize(("stored", "key"), matches.STORED_BEFORE.items())
def test_each_sentence_that_was_stored_is_its_code(stored, key):
    """However the code reads by now."""
    assert matches.key(stored) == matches.key(key.value) == key.value
    row = reasons.because(Code.NAMES_NOTHING_OF_OURS, match=stored, subject="a", sender="b").row()
    assert reasons.of_row(row).params["match"] == key.value
    assert str(MATCHES[key]) in reasons.of_row(row).words


def test_a_rule_of_before_keeps_its_name_for_people():
    assert rule_names.code("the rules could not read it") in rule_names.NAMES


def test_a_row_of_before_has_its_words_alone():
    why = reasons.because(Code.OUT_OF_OFFICE)
    assert reasons.stored(why.row(), "as it was said then") == why
    assert reasons.stored(None, "as it was said then") == reasons.prose("as it was said then")
    assert reasons.stored(None, "").words == ""
