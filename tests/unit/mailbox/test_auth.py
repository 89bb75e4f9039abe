"""What is said to sign in, and what is never repeated."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.mailbox.account import Account, Server
from relance.mailbox.auth import AccessToken, Password, Sasl
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


TOKEN = AccessToken("ada=a,b@sales.example", "ya29.a0AfB_byC-long.and~opaque+token/of=the-provider==")


@pytest.mark.parametrize(
    ("offered", "mechanism"),
    [
        ({"PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"}, "XOAUTH2"),
        ({"PLAIN", "OAUTHBEARER"}, "OAUTHBEARER"),
        ({"PLAIN", "LOGIN"}, None),
    ],
)
def test_the_best_way_that_a_token_can_go(offered, mechanism):
    way = TOKEN.sasl(offered)
    assert (way and way.mechanism) == mechanism


def test_what_is_said_of_a_token_and_what_to_a_server_that_refuses_it():
    bearer = f"auth=Bearer {TOKEN.secret}\x01\x01"
    assert TOKEN.sasl({"XOAUTH2"}).responses == (f"user=ada=a,b@sales.example\x01{bearer}".encode(), b"")
    said = f"n,a=ada=3Da=2Cb@sales.example,\x01{bearer}".encode()
    assert TOKEN.sasl({"OAUTHBEARER"}).responses == (said, b"\x01")


@pytest.mark.parametrize("offered", [{"XOAUTH2"}, {"OAUTHBEARER"}])
def test_a_token_shows_nowhere_in_whole_nor_cut_off(offered):
    assert TOKEN.secret not in repr(TOKEN)
    sent = base64.b64encode(TOKEN.sasl(offered).responses[0]).decode()
    alone = base64.b64encode(TOKEN.secret.encode()).decode()
    dresses = [TOKEN.secret, TOKEN.secret[:30], sent, sent[:-9], alone, quote(TOKEN.secret, safe="")]
    for dress in dresses:
        told = TOKEN.redact(f"535 5.7.8 <{dress}> is no good (code 7)")
        assert MASK in told
        assert told.endswith("> is no good (code 7)")
        for piece in ("opaque", "provider", sent[-40:-20], alone[30:50]):
            assert piece not in told
