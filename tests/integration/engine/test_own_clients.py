"""As which client a mailbox is signed in to and connected: the one that is named, that of before, the one that is set."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from relance import clock, errors
from relance.engine.context import Context
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.sign_ins import agreeing, connecting, lifetimes, renewing
from relance.engine.mailboxes.sign_ins.agreeing import ClientBefore, SignInRequest
from relance.engine.mailboxes.sign_ins.connecting import ApplicationRequest
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.mailbox import providers
from relance.mailbox.account import Account
from relance.mailbox.auth import AccessToken
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens
from relance.mailbox.oauth.own_clients import OwnClient
from tests.reworded import in_english, worded
from tests.servers import token_service
from tests.sign_ins import past, set_grant

ADA = "ada@acme.example"
OURS = OwnClient("ours", "acme.example", lambda: "hush")


def account(kind: str) -> Account:
    setup = providers.of(providers.KNOWN[kind])
    return Account(ADA, "Ada", AccessToken(ADA, ""), setup.smtp, setup.imap)


def with_own(house: Context, **own: OwnClient) -> Context:
    return dataclasses.replace(house, options=dataclasses.replace(house.options, own_clients=own))


@pytest.mark.parametrize(("kind", "name"), [("google-workspace", "google"), ("microsoft365", "microsoft")])
def test_the_client_that_is_set_need_not_be_named(house: Context, kind: str, name: str) -> None:
    house = with_own(house, **{name: OURS})
    found = agreeing.client_for(house, account(kind), None, SignInRequest())
    assert (found.id, found.secret) == ("ours", "hush")
    assert ("acme.example" in found.token_url) == (name == "microsoft")
    other = agreeing.client_for(house, account(kind), None, SignInRequest("theirs", "", "else.example"))
    assert (other.id, other.secret) == ("theirs", "")
    assert "acme.example" not in other.token_url


def test_where_none_is_set_it_is_said_which_setting_has_it(house: Context) -> None:
    with pytest.raises(errors.WrongUse) as told:
        agreeing.client_for(house, account("microsoft365"), None, SignInRequest())
    assert in_english("microsoft_client_id") in str(told.value)


def test_that_of_before_stays_unless_it_is_the_one_that_is_set_or_is_refused(house: Context) -> None:
    house = with_own(house, google=OURS)
    theirs = OAuthClient("theirs", "https://x.example/token", ("mail",), "their secret")

    def client(before: ClientBefore, **wish: str) -> tuple[str, str]:
        found = agreeing.client_for(house, account("gmail"), before, SignInRequest(**wish))
        return found.id, found.secret

    assert client(ClientBefore(theirs)) == ("theirs", "their secret")
    assert client(ClientBefore(theirs, refused=True)) == ("ours", "hush")
    assert client(ClientBefore(theirs), client_id="ours") == ("ours", "hush")
    old = dataclasses.replace(theirs, id="ours", secret="old")
    assert client(ClientBefore(old)) == ("ours", "hush")


def test_an_administrator_need_not_name_it_either(house: Context) -> None:
    found = connecting.client_for(
        with_own(house, microsoft=OURS), account("microsoft365"), ApplicationRequest()
    )
    assert (found.id, found.secret) == ("ours", "hush")
    assert "acme.example" in found.token_url
    with pytest.raises(errors.WrongUse, match=worded("service account")):
        connecting.client_for(with_own(house, google=OURS), account("google-workspace"), ApplicationRequest())


@pytest.fixture
def at() -> Iterator[token_service.Service]:
    with token_service.running() as running:
        yield running


def test_a_secret_that_is_set_anew_is_used_from_the_next_renewal_on(
    house: Context, at: token_service.Service
) -> None:
    setup = providers.usual("acme.example")
    tokens = at.issue(ADA)
    client = OAuthClient(token_service.CLIENT, f"{at.url}/token", ("mail",), "old secret")
    grant = Grant(client, tokens["refresh_token"], tokens["access_token"])
    lives = lifetimes.of(Tokens(grant.access_token, 3600), client, clock.machine_now())
    spec = MailboxSpec(ADA, "Ada", ADA, "", setup.smtp, setup.imap)
    service.add(house, spec, Granted(grant, lives))
    set_grant(house, renew_at=past())
    house = with_own(house, google=OwnClient(token_service.CLIENT, secret=lambda: token_service.SECRET))
    assert renewing.keep(house) == 1
    assert at.asked[-1]["client_secret"] == token_service.SECRET
    before = agreeing.client_before(house, service.get(house, ADA))
    assert before is None  # nobody could agree as it: it has no address for that
    set_grant(house, renew_at=past())
    assert renewing.keep(with_own(house)) == 1
    assert at.asked[-1]["client_secret"] == token_service.SECRET  # kept, sealed
