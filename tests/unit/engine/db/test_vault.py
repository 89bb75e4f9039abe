"""Keys made for one purpose, and what they seal."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from relance import errors
from relance.engine.db import vault


@given(st.binary(min_size=16, max_size=80), st.text(max_size=30))
def test_a_key_is_the_one_that_rfc_5869_says(secret, purpose):
    theirs = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=f"relance {purpose}".encode())
    assert vault.derive(secret, purpose) == theirs.derive(secret)


def test_a_secret_opens_in_its_place_with_its_key():
    one, both = vault.Vault({1: b"a" * 32}, 1), vault.Vault({1: b"a" * 32, 2: b"b" * 32}, 2)
    sealed = one.seal("pässword", "mailbox/ada@acme.example")
    assert both.open(sealed, "mailbox/ada@acme.example") == "pässword"
    with pytest.raises(errors.Broken):
        one.open(sealed, "mailbox/bob@acme.example")
    with pytest.raises(errors.Broken):
        one.open(both.seal("x", "here"), "here")
