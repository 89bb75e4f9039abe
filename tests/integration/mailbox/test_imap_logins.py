"""Into the inbox or not: refused, refused for now, without protection, or without an answer."""

from __future__ import annotations

import dataclasses
import socket
import time

import pytest

from relance import errors
from relance.mailbox.account import Security
from relance.mailbox.auth import Password
from relance.mailbox.imap import client as imap_client
from tests.polls import QUICK, changed, mails, poll, uids
from tests.reworded import worded
from tests.servers import ports, scripted_imap
from tests.servers.scripted_imap import Script


def test_a_greeting_of_bye_is_for_now() -> None:
    with pytest.raises(errors.Unreachable, match="Too many connections"):
        poll(Script(greeting="* BYE Too many connections"))


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        (b"[AUTHENTICATIONFAILED] Invalid credentials (Failure)", errors.Broken),
        (b"LOGIN failed.", errors.Broken),
        (b"[ALERT] Application-specific password required", errors.Broken),
        (b"[UNAVAILABLE] Temporary authentication failure", errors.Unreachable),
        (b"[LIMIT] Too many simultaneous connections", errors.Unreachable),
        (b"Wrong password, you said s3same", errors.Broken),
        (b"Wrong password, you said AGFkYQBzM3NhbWU= or czNzYW1l or %733same or S3SAME", errors.Broken),
    ],
)
def test_a_refused_login_is_told_from_one_refused_for_now(words: bytes, kind: type[errors.Trouble]) -> None:
    script = Script()
    script.instead["AUTHENTICATE"] = lambda tag, _: b"{tag} NO " + words + b"\r\n"
    with pytest.raises(kind, match=worded("login of ada")) as caught:
        poll(script)
    assert type(caught.value) is kind
    assert not [each for each in ("s3same", "S3SAME", "czNzYW1l", "zM3NhbW") if each in str(caught.value)]


@pytest.mark.parametrize(
    "reply",
    [
        b"{tag} BAD Command Error. 12\r\n",
        b"{tag} NO Unsupported authentication mechanism\r\n",
        b"this is no answer at all\r\n{tag} BAD what\r\n",
        b"* BYE going\r\n",
        None,
    ],
)
def test_where_authenticate_breaks_login_is_tried_once(reply: bytes | None) -> None:
    script = Script(mails(1))
    script.instead["AUTHENTICATE"] = lambda _tag, _: reply
    assert uids(poll(script)) == [1]
    asked = [said.partition(" ")[0] for said in script.heard if said.startswith(("AUTHENTICATE", "LOGIN"))]
    assert asked == ["AUTHENTICATE", "LOGIN"]


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (b"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials\r\n", errors.Broken),
        (b"{tag} NO no\r\n", errors.Unreachable),
        (b"{tag} BAD Server busy\r\n", errors.Unreachable),
        (b"* BYE Too many connections, try again later\r\n", errors.Unreachable),
    ],
)
def test_who_refuses_or_says_not_now_is_asked_once(reply: bytes, kind: type[errors.Trouble]) -> None:
    script = Script(mails(1))
    script.instead["AUTHENTICATE"] = lambda _tag, _: reply
    with pytest.raises(kind) as caught:
        poll(script)
    assert type(caught.value) is kind
    assert not any(said.startswith("LOGIN") for said in script.heard)


@pytest.mark.parametrize("words", ["NO [AUTHENTICATIONFAILED] wrong", "BAD what"])
def test_login_is_tried_once_and_means_what_it_says(words: str) -> None:
    script = Script(mails(1))
    script.instead["AUTHENTICATE"] = lambda _tag, _: b"{tag} BAD Command Error\r\n"
    script.instead["LOGIN"] = lambda _tag, _: b"{tag} " + words.encode() + b"\r\n"
    with pytest.raises(errors.Broken if words.startswith("NO") else errors.Unreachable):
        poll(script)
    assert len([said for said in script.heard if said.startswith("LOGIN ")]) == 1


def test_a_password_is_never_sent_where_starttls_is_missing() -> None:
    script = Script()
    with scripted_imap.running(script) as server:
        account = server.account()
        asked = changed(account, security=Security.STARTTLS)
        with pytest.raises(errors.Broken, match=worded("does not offer STARTTLS")):
            imap_client.Inbox(asked, timeouts=QUICK).__enter__()
    assert not any(said.startswith(("LOGIN", "AUTHENTICATE")) for said in script.heard)


@pytest.mark.parametrize(
    "reply",
    [b"{tag} OK go ahead\r\n* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", b"{tag} NO not now\r\n"],
    ids=["words after the OK", "refused"],
)
def test_a_password_is_never_sent_when_starttls_is_tampered_with(reply: bytes) -> None:
    script = Script(capabilities="IMAP4rev1 STARTTLS")
    script.instead["STARTTLS"] = lambda tag, _: reply
    with scripted_imap.running(script) as server, pytest.raises(errors.Trouble):
        imap_client.Inbox(changed(server.account(), security=Security.STARTTLS), timeouts=QUICK).__enter__()
    assert not any(said.startswith(("LOGIN", "AUTHENTICATE")) for said in script.heard)


def test_a_preauthenticated_greeting_does_not_skip_protection() -> None:
    script = Script(greeting="* PREAUTH welcome", capabilities="IMAP4rev1 STARTTLS")
    with scripted_imap.running(script) as server, pytest.raises(errors.Trouble):
        imap_client.Inbox(changed(server.account(), security=Security.STARTTLS), timeouts=QUICK).__enter__()


def test_an_unprotected_login_is_refused_beyond_this_computer() -> None:
    with scripted_imap.running(Script()) as server:
        account = changed(server.account(), host="mail.invalid")
    with pytest.raises(errors.Broken, match=worded("without protection")):
        imap_client.Inbox(account, timeouts=QUICK).__enter__()


def test_an_unknown_host_is_said() -> None:
    with scripted_imap.running(Script()) as server:
        account = changed(server.account(), host="mail.invalid", security=Security.TLS)
    with pytest.raises(errors.Unreachable, match=worded("has no known address")):
        imap_client.Inbox(account, timeouts=QUICK).__enter__()


def test_a_server_that_accepts_and_says_nothing() -> None:
    with socket.create_server((ports.LOOPBACK, 0)) as silent, scripted_imap.running(Script()) as server:
        account = changed(server.account(), port=silent.getsockname()[1])
        started = time.monotonic()
        with pytest.raises(errors.Unreachable, match=worded("did not answer in time")):
            imap_client.Inbox(account, timeouts=imap_client.Timeouts(connect=0.3, read=0.3)).__enter__()
        assert time.monotonic() - started < 3


def test_control_characters_in_a_password_never_reach_the_wire() -> None:
    script = Script()
    with scripted_imap.running(script) as server:
        account = dataclasses.replace(server.account(), credentials=Password("ada", "x\r\nA1 DELETE INBOX"))
        with pytest.raises(errors.Broken, match=worded("control character")):
            imap_client.Inbox(account, timeouts=QUICK).__enter__()
    assert not any("DELETE" in said for said in script.heard)
