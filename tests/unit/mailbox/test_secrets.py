"""Secrets in other people's words: none comes through, in whatever dress, and nothing else is touched."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.secrets import MASK, Mask

passwords = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=7, max_size=30)


@given(passwords, st.text("abc =", max_size=9), st.text(st.characters(codec="utf-8"), max_size=9))
def test_no_dress_comes_through(secret: str, before: str, after: str) -> None:
    for dress in (
        secret,
        quote(secret),
        quote(secret, safe="").lower() if secret.isascii() else quote(secret, safe=""),
        quote_plus(secret),
        json.dumps(secret)[1:-1],
        repr(secret)[1:-1],
        base64.b64encode(secret.encode()).decode(),
        base64.urlsafe_b64encode(secret.encode()).decode(),
        base64.b64encode(f"\0ada@acme.example\0{secret}".encode()).decode(),
        base64.b64encode(f"\0ad@acme.example\0{secret}".encode()).decode(),
        base64.b64encode(f"\0a@acme.example\0{secret}".encode()).decode(),
        base64.b64encode(f"u:{secret}@host".encode()).decode(),
        quote(base64.b64encode(secret.encode()).decode(), safe=""),
    ):
        masked = Mask([secret]).over(f"{before}{dress}{after}")
        assert MASK in masked
        assert dress not in masked


@given(st.text(max_size=60))
def test_without_a_secret_nothing_is_touched(text: str) -> None:
    assert Mask([]).over(text) == Mask(["", "abc"]).over(text) == text


@pytest.mark.parametrize("text", ["535 5.7.8 Error: authentication failed", "wrong password", ""])
def test_other_words_stay(text: str) -> None:
    assert Mask(["correct horse", "other"]).over(text) == text


def test_the_longer_of_two_goes_first() -> None:
    assert Mask(["horse", "horse battery"]).over("horse battery staple") == f"{MASK} staple"
