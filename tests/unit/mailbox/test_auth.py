"""What is said to sign in, and what is never repeated."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.account import Account, Server
from relance.mailbox.auth import Password, Sasl
from relance.mailbox.secrets import MASK

ADA = Password("ada@sales.example", "zażółć 1!")
words = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)


@pytest.mark.parametrize(
    ("offered", "mechanism"),
    [
        ({"PLAIN", "LOGIN", "XOAUTH2"}, "PLAIN"),
        ({"LOGIN", "CRAM-MD5"}, "LOGIN"),
        ({"XOAUTH2"}, None),
        ((), None),
    ],
)
def test_the_best_way_that_a_password_can_go(offered, mechanism):
    way = ADA.sasl(offered)
    assert (way and way.mechanism) == mechanism


@given(words, words)
def test_plain_says_both_at_once_and_login_one_by_one(username, secret):
    password = Password(username, secret)
    assert password.sasl({"PLAIN"}) == Sasl("PLAIN", (f"\0{username}\0{secret}".encode(),), at_once=True)
    assert password.sasl({"LOGIN"}) == Sasl("LOGIN", (username.encode(), secret.encode()), at_once=False)


def test_the_password_shows_nowhere():
    where = Server("mail.example", 1)
    assert "zażółć" not in repr(Account("ada@sales.example", "Ada", ADA, where, where))
    way = ADA.sasl({"PLAIN"})
    assert way
    sent = base64.b64encode(way.responses[0]).decode()
    for said in ("no such password: zażółć 1!", f"501 cannot decode {sent}"):
        told = ADA.redact(said)
        assert MASK in told
        assert "zażółć" not in told
        assert sent[40:] not in told
