"""What a token endpoint is asked and what its answers mean, whatever it does."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from relance.mailbox.oauth import endpoint, protocol
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens
from relance.mailbox.oauth.protocol import EndpointTrouble, RefusedPart, TokenRefusal
from tests.servers import token_service
from tests.servers.token_service import CLIENT, SECRET, Service

ADA = "ada@sales.example"


@pytest.fixture
def service() -> Iterator[Service]:
    with token_service.running() as running:
        yield running


def granted(service: Service) -> Grant:
    given = service.issue(ADA)
    client = OAuthClient(CLIENT, f"{service.url}/token", ("mail",), SECRET)
    return Grant(client, given["refresh_token"], given["access_token"])


def test_new_tokens_for_a_refresh_token_that_serves_once(service: Service) -> None:
    grant = granted(service)
    tokens = protocol.refresh(grant)
    assert isinstance(tokens, Tokens)
    assert tokens.access_token in service.tokens
    assert tokens.refresh_token in service.refresh
    assert tokens.seconds == 3600
    assert service.asked[0]["client_secret"] == SECRET
    renewed = grant.renewed(tokens)
    assert renewed.refresh_token != grant.refresh_token
    assert isinstance(protocol.refresh(renewed), Tokens)
    assert protocol.refresh(grant) == TokenRefusal(
        RefusedPart.GRANT, "invalid_grant Token has been expired or revoked."
    )


def test_a_refresh_token_that_is_not_replaced_stays(service: Service) -> None:
    service.rotates = False
    grant = granted(service)
    tokens = protocol.refresh(grant)
    assert isinstance(tokens, Tokens)
    assert grant.renewed(tokens).refresh_token == grant.refresh_token


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ((400, {"error": "invalid_grant"}), TokenRefusal(RefusedPart.GRANT, "invalid_grant")),
        ((401, {"error": "invalid_client"}), TokenRefusal(RefusedPart.CLIENT, "invalid_client")),
        ((503, {"error": "temporarily_unavailable"}), EndpointTrouble("temporarily_unavailable")),
        ((500, {"error": "invalid_grant"}), EndpointTrouble("invalid_grant")),
        ((429, {}), EndpointTrouble("HTTP 429")),
        ((200, {"error": ["invalid_grant"]}), EndpointTrouble("HTTP 200")),
        ((200, {"access_token": "a\r\nb", "token_type": "Bearer"}), EndpointTrouble("HTTP 200")),
        ((200, {"access_token": "a", "token_type": "mac"}), EndpointTrouble("HTTP 200")),
        ((200, {"access_token": "a" * 20_000}), EndpointTrouble("HTTP 200")),
        ((200, {"access_token": "a", "expires_in": 1e300}), Tokens("a", protocol.LONGEST_SECONDS)),
        ((200, {"access_token": "a", "expires_in": "soon"}), EndpointTrouble("HTTP 200")),
        ((200, {"access_token": "a"}), Tokens("a", protocol.UNSAID_SECONDS)),
    ],
)
def test_what_an_answer_means(service: Service, said, meaning) -> None:
    service.refuses = said
    assert protocol.refresh(granted(service)) == meaning


@pytest.mark.parametrize("raw", [b"", b"[1]", b"<html>", b"[" * 60_000, b'{"access_token":"' + b"a" * 99_000])
def test_what_is_no_answer_is_no_verdict(service: Service, raw: bytes) -> None:
    service.raw = raw
    assert isinstance(protocol.refresh(granted(service)), EndpointTrouble)


def test_no_redirection_is_followed_with_secrets(service: Service) -> None:
    with token_service.running() as elsewhere:
        service.location = f"{elsewhere.url}/token"
        assert protocol.refresh(granted(service)) == EndpointTrouble("HTTP 307")
        assert elsewhere.asked == []


def test_the_words_of_an_endpoint_show_no_secret(service: Service) -> None:
    grant = granted(service)
    told = {"error": "server_error", "error_description": f"{grant.refresh_token} of {SECRET} \x1b[1m"}
    service.refuses = (500, told)
    found = protocol.refresh(grant)
    assert isinstance(found, EndpointTrouble)
    assert grant.refresh_token not in found.words
    assert SECRET not in found.words
    assert "\x1b" not in found.words
    assert grant.refresh_token not in repr(grant)


BEGUN = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{"  # an answer that ends where the connection does


@pytest.mark.parametrize(("wide", "first"), [(0.0, b""), (0.1, b""), (0.1, BEGUN)])
def test_an_endpoint_that_is_silent_or_drips_is_waited_for_within_bounds(wide: float, first: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        dripping = threading.Thread(target=_drip, args=(listener, wide, first), daemon=True)
        dripping.start()
        began = time.monotonic()
        with pytest.raises(endpoint.NoAnswer):
            endpoint.post(f"http://127.0.0.1:{listener.getsockname()[1]}/token", "a=b", seconds=0.5)
        assert time.monotonic() - began < 10
        dripping.join()


def _drip(listener: socket.socket, wide: float, first: bytes) -> None:
    """One byte after another, of a header or behind what came `first`; none at all where `wide` is 0."""
    link = listener.accept()[0]
    with link, contextlib.suppress(OSError):
        link.sendall(first)
        while wide and not _gone(link, wide):
            link.sendall(b"x")
        link.settimeout(20)
        while link.recv(4096):
            pass


def _gone(link: socket.socket, wide: float) -> bool:
    """Whether the other side hung up within that time."""
    link.settimeout(wide)
    try:
        return link.recv(4096) == b""
    except TimeoutError:
        return False


@pytest.mark.parametrize(
    ("url", "fit"),
    [
        ("https://login.example/token?a=b", True),
        ("http://127.0.0.1:8/token", True),
        ("http://localhost:8/token", True),
        ("http://login.example/token", False),
        ("http://127.0.0.1.evil.example/token", False),
        ("ftp://127.0.0.1/", False),
        ("https://user:pass@login.example/", False),
        ("https://login.example/a b", False),
        ("https://login.example/\r\nx", False),
        ("https://login.example:99999/", False),
        ("https:///token", False),
        ("", False),
    ],
)
def test_where_secrets_may_be_sent(url: str, fit: bool) -> None:
    assert endpoint.is_fit(url) is fit
    if not fit:
        with pytest.raises(endpoint.UnfitAddress):
            endpoint.post(url, "")


def test_a_grant_is_read_as_it_was_written_and_from_a_later_release(service: Service) -> None:
    grant = granted(service)
    assert Grant.read(grant.text()) == grant
    assert Grant.read(json.dumps(json.loads(grant.text()) | {"more": 1})) == grant
