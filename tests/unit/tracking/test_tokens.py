"""Tokens: only what we signed, for what we signed it, in the one spelling we gave it."""

from __future__ import annotations

import base64
import hmac
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.tracking import tokens
from relance.tracking.tokens import Claim, Purpose, Signer
from tests.reworded import worded

SECRET = bytes(range(32))
OTHER = bytes(range(32, 64))
SIGNER = Signer({1: SECRET}, current=1)
messages = st.integers(0, tokens.LARGEST_MESSAGE)
indexes = st.integers(0, tokens.LARGEST_INDEX)
purposes = st.sampled_from(Purpose)
carried_texts = st.text(st.characters(codec="utf-8"), max_size=275)


@given(purposes, messages, indexes, carried_texts)
def test_what_was_signed_is_read_again(purpose: Purpose, message: int, index: int, carried: str) -> None:
    token = SIGNER.sign(purpose, message, index, carried)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_")
    assert len(token) <= tokens.LONGEST_TOKEN
    assert SIGNER.read(purpose, token) == Claim(message, index, carried)


@pytest.mark.parametrize(
    ("purpose", "token", "claim"),
    [
        (Purpose.UNSUBSCRIBE, "Acd51Wm4uRctdkL0GcQ53Sqg29SNeTH_-UIA", Claim(123456789012345678, 0)),
        (Purpose.CLICK, "AT_PxhgxSroMoqf0hrQxENFsg4Pqq1WKaOkz", Claim(123456789012345678, 3)),
        (Purpose.OPEN, "ATHZ2hO_Dj34VrGLs5f-tUqruA", Claim(5, 0)),
    ],
)
def test_links_made_before_they_carried_anything_are_read_for_ever(
    purpose: Purpose, token: str, claim: Claim
) -> None:
    assert SIGNER.read(purpose, token) == claim


@given(carried_texts, st.integers(0, 1000))
def test_what_a_link_carries_cannot_be_read_without_the_key(text: str, message: int) -> None:
    tokens_of_two = [SIGNER.sign(Purpose.UNSUBSCRIBE, each, carried=text) for each in (message, message + 1)]
    raw = [base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[17:] for token in tokens_of_two]
    data = text.encode()
    assert all(data[at : at + 8] not in each for each in raw for at in range(len(data) - 7))
    # The same address in two mails has nothing in common: no two bytes are hidden alike for long.
    assert not any(a == b for a, b in zip(_pieces(raw[0]), _pieces(raw[1]), strict=False))
    assert Signer({1: OTHER}, 1).read(Purpose.UNSUBSCRIBE, tokens_of_two[0]) is None


def _pieces(raw: bytes) -> list[bytes]:
    return [raw[at : at + 8] for at in range(len(raw) - 7)]


@given(purposes, purposes, messages)
def test_a_token_is_good_for_one_purpose_only(made: Purpose, asked: Purpose, message: int) -> None:
    read = SIGNER.read(asked, SIGNER.sign(made, message))
    assert (read is not None) == (made is asked)


@given(purposes, messages, indexes, st.data())
def test_no_bit_can_be_changed(purpose: Purpose, message: int, index: int, data: st.DataObject) -> None:
    token = SIGNER.sign(purpose, message, index, data.draw(carried_texts))
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    bit = data.draw(st.integers(0, len(raw) * 8 - 1))
    raw[bit // 8] ^= 1 << bit % 8
    forged = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert SIGNER.read(purpose, forged) is None


@given(purposes, messages, st.data())
def test_no_character_can_be_changed_added_or_left_out(
    purpose: Purpose, message: int, data: st.DataObject
) -> None:
    token = SIGNER.sign(purpose, message)
    place = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from(string.printable))
    for forged in (
        token[:place] + letter + token[place + 1 :],
        token[:place] + letter + token[place:],
        token[:place] + token[place + 1 :],
        token + "=" * (-len(token) % 4),
    ):
        assert forged == token or SIGNER.read(purpose, forged) is None


@given(st.text(max_size=80) | st.text(string.ascii_letters + string.digits + "-_", max_size=60))
def test_anything_else_is_no_token(text: str) -> None:
    assert all(SIGNER.read(purpose, text) is None for purpose in Purpose)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_our_mac_is_the_standard_one(key: bytes, text: bytes) -> None:
    assert tokens.Mac(key).digest(text) == hmac.digest(key, text, "sha256")


def test_a_rotated_key_still_reads_and_a_dropped_one_does_not() -> None:
    old = SIGNER.sign(Purpose.UNSUBSCRIBE, 7)
    both = Signer({1: SECRET, 2: OTHER}, current=2)
    new = both.sign(Purpose.UNSUBSCRIBE, 7)
    assert both.read(Purpose.UNSUBSCRIBE, old) == both.read(Purpose.UNSUBSCRIBE, new) == Claim(7, 0)
    assert SIGNER.read(Purpose.UNSUBSCRIBE, new) is None
    assert Signer({2: OTHER}, current=2).read(Purpose.UNSUBSCRIBE, old) is None


def test_the_key_id_is_part_of_what_is_signed() -> None:
    twins = Signer({1: SECRET, 2: SECRET}, current=1)
    raw = bytearray(base64.urlsafe_b64decode(twins.sign(Purpose.OPEN, 2**20) + "="))
    raw[0] = 2
    assert twins.read(Purpose.OPEN, base64.urlsafe_b64encode(raw).rstrip(b"=").decode()) is None


def test_neighbouring_messages_have_tokens_that_tell_nothing_of_their_numbers() -> None:
    hidden = {SIGNER.sign(Purpose.OPEN, message)[-3:] for message in range(100)}
    assert len(hidden) > 90


def test_a_daily_token_is_short() -> None:
    assert len(SIGNER.sign(Purpose.CLICK, 2**21 - 1, 3)) == 28


@pytest.mark.parametrize(
    ("keys", "current", "words"),
    [
        ({1: SECRET}, 2, "not among the keys"),
        ({300: SECRET}, 300, "from 0 to 255"),
        ({1: b"short"}, 1, "too short"),
    ],
)
def test_unusable_keys_are_refused(keys: dict[int, bytes], current: int, words: str) -> None:
    with pytest.raises(errors.Misconfigured, match=worded(words)):
        Signer(keys, current)


def test_a_signer_never_shows_its_keys() -> None:
    assert repr(SECRET)[2:20] not in repr(SIGNER) + repr(vars(SIGNER))


@pytest.mark.parametrize(("message", "index"), [(-1, 0), (2**63, 0), (1, -1), (1, 2**31)])
def test_numbers_beyond_a_token_are_a_mistake_of_the_caller(message: int, index: int) -> None:
    with pytest.raises(ValueError, match="no token"):
        SIGNER.sign(Purpose.OPEN, message, index)


def test_more_than_a_link_may_hold_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no token"):
        SIGNER.sign(Purpose.CLICK, 1, carried="ż" * 551)
