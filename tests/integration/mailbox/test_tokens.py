"""Signing in with an access token, at servers that ask a token service of its own whose it is: Dovecot, and Postfix behind it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from relance import errors
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import AccessToken
from relance.mailbox.imap import client as imap_client
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp import login as smtp_login
from relance.mailbox.smtp.outcome import Blame, Outcome
from tests.reworded import in_english
from tests.servers import dovecot, postfix, token_service
from tests.servers.token_service import Service

TIMEOUTS = imap_client.Timeouts(connect=5, read=10)
EVE = "eve@sales.example"


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with token_service.running() as running:
        yield running


@pytest.fixture(scope="module", params=["xoauth2", "oauthbearer"])
def server(request, service: Service) -> Iterator[dovecot.Dovecot]:
    tokens = dovecot.Tokens(f"{service.url}/introspect", request.param)
    users = {dovecot.USER: dovecot.PASSWORD, EVE: "x"}
    with dovecot.running(users, tokens=tokens) as running:
        yield running


def signed_in(server: dovecot.Dovecot, token: str) -> Account:
    return dataclasses.replace(
        server.account(security=Security.TLS), credentials=AccessToken(dovecot.USER, token)
    )


def test_the_mailbox_is_read_with_a_token(server: dovecot.Dovecot, service: Service) -> None:
    account = signed_in(server, service.issue(dovecot.USER)["access_token"])
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        assert inbox.folders()


def test_a_connection_outlives_its_token(server: dovecot.Dovecot, service: Service) -> None:
    account = signed_in(server, service.issue(dovecot.USER)["access_token"])
    with imap_client.Inbox(account, timeouts=TIMEOUTS) as inbox:
        service.expire()
        assert inbox.folders()


def test_a_mail_leaves_by_postfix_with_a_token_and_none_with_an_expired_one(
    server: dovecot.Dovecot, service: Service
) -> None:
    raw = (
        f"From: {dovecot.USER}\r\nTo: {dovecot.USER}\r\nMessage-ID: <a@sales.example>\r\n\r\nhi\r\n".encode()
    )
    token = service.issue(dovecot.USER)["access_token"]
    with postfix.running(server, 1) as out:
        way = Server("localhost", out.submission, Security.STARTTLS)
        account = dataclasses.replace(signed_in(server, token), smtp=way)
        with smtp_client.Outbox(account, helo="localhost") as outbox:
            assert outbox.connect() is None
            assert outbox.offer(dovecot.USER, dovecot.USER, len(raw)) is None
            assert outbox.transmit(raw).outcome is Outcome.ACCEPTED
        service.expire()
        with smtp_client.Outbox(account, helo="localhost") as outbox:
            refused = outbox.connect()
    assert refused is not None
    assert (refused.outcome, refused.stage, refused.blame) == (Outcome.NOT_SENT, "auth", Blame.SENDER)
    assert refused.code == 535
    assert token not in str(smtp_login.told(account, refused))


@pytest.mark.parametrize("whose", ["nobody's", "expired", "somebody else's"])
def test_a_token_that_is_refused_at_imap_is_told_and_not_shown(
    server: dovecot.Dovecot, service: Service, whose: str
) -> None:
    token = service.issue(EVE if whose == "somebody else's" else dovecot.USER)["access_token"]
    if whose == "expired":
        service.tokens[token] = (dovecot.USER, 0.0)
    if whose == "nobody's":
        del service.tokens[token]
    with (
        pytest.raises(errors.Broken) as refused,
        imap_client.Inbox(signed_in(server, token), timeouts=TIMEOUTS),
    ):
        pass
    assert token not in str(refused.value)
    assert in_english("Sign in again") in str(refused.value)
    assert "password" not in str(refused.value)
