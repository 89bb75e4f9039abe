"""The mark in our Message-IDs: this installation reads it, nobody else does, and nobody can make one."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from relance import errors
from relance.engine.journal.own_message_ids import OwnMessageId, OwnMessageIds
from relance.engine.sending import compose as sending_compose
from relance.mailbox.composing import compose
from relance.mailbox.parsing import header_fields

OURS = OwnMessageIds({1: b"only for tests, thirty-two bytes"}, 1)
TURNED = OwnMessageIds({1: b"only for tests, thirty-two bytes", 2: b"another one, also of 32 bytes..."}, 2)
THEIRS = OwnMessageIds({1: b"another one, also of 32 bytes..."}, 1)
EVE = (7, "First meeting", "eve@acme.example", "intro")
names = st.text(max_size=40)
numbers = st.integers(0, 2**32 - 1)


@given(numbers, names, names, names)
def test_an_id_tells_its_step_to_who_made_it_and_to_nobody_else(
    number: int, sequence: str, recipient: str, step: str
) -> None:
    message_id = compose.new_message_id(OURS.token(number, sequence, recipient, step), "sales.example")
    prints = OURS.fingerprints(sequence, recipient, step)
    assert OURS.read(message_id) == OwnMessageId(message_id, prints[0], number)
    assert THEIRS.read(message_id) is None
    assert header_fields.ids(message_id.encode()) == (message_id,)


def test_the_same_step_to_the_same_person_has_one_id_whoever_writes_it() -> None:
    assert OURS.token(*EVE) == OURS.token(7, "First meeting", "EVE@acme.example", "intro")
    others = (
        (8, *EVE[1:]),
        (7, "Other", *EVE[2:]),
        (*EVE[:2], "bob@acme.example", "intro"),
        (*EVE[:3], "bump"),
    )
    assert len({OURS.token(*each) for each in (EVE, *others)}) == 5


def test_no_two_steps_run_together() -> None:
    assert OURS.fingerprints("a", "bc", "d") != OURS.fingerprints("ab", "c", "d")


def test_an_id_shows_nothing_and_is_as_short_as_providers_keep_it() -> None:
    token = OURS.token(*EVE)
    assert (len(token), token.islower()) == (32, True)
    assert token[:4] != OURS.token(8, *EVE[1:])[:4]  # not even a beginning that all of them share
    assert len(f"firstname.and-lastname+{token}") <= sending_compose.MAX_LOCAL


def test_an_id_that_changed_its_case_or_its_domain_on_the_way_is_known_still() -> None:
    assert OURS.read(f"<{OURS.token(*EVE).upper()}@Forwarder.Example>") is not None


def test_ids_made_before_the_key_was_changed_are_known() -> None:
    before, after = OURS.token(*EVE), TURNED.token(*EVE)
    assert before != after
    found = TURNED.find_ours([f"<{before}@x.example>", "<chance@x.example>", f"<{after}@x.example>"])
    assert [each.fingerprint for each in found] == list(reversed(TURNED.fingerprints(*EVE[1:])))
    assert OURS.read(f"<{after}@x.example>") is None


@given(st.text(max_size=80))
@example("<" + "a" * 32 + "@x>")
def test_no_other_text_is_taken_for_one(text: str) -> None:
    assert OURS.read(text) is None


@given(st.integers(0, 31), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_an_id_with_one_letter_changed_is_none(place: int, letter: str) -> None:
    token = OURS.token(*EVE)
    changed = token[:place] + letter + token[place + 1 :]
    assert (OURS.read(f"<{changed}@x.example>") is not None) == (changed == token)


def test_a_key_that_is_none_is_refused_at_once() -> None:
    for keys, current in (({}, 1), ({1: b"short"}, 1)):
        with pytest.raises(errors.Misconfigured):
            OwnMessageIds(keys, current)
