"""Into a submission server on real sockets: logins and certificates."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from relance.mailbox.account import Security
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp.outcome import Blame, Outcome
from tests.sending import LIMITS, RAW, account, send, tls_for
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point

# --- login ---


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN"])
def test_login_by_one_mechanism(server: FaultServer, outbox: smtp_client.Outbox, mechanisms: str) -> None:
    server.behaviour.auth = mechanisms
    assert outbox.connect() is None
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.accepted[0].login == "ada@firm.example"
    assert server.count("AUTH") == 1


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "LOGIN CRAM-MD5"])
def test_a_wrong_password_is_tried_once(
    server: FaultServer, outbox: smtp_client.Outbox, mechanisms: str
) -> None:
    server.behaviour.auth, server.behaviour.login = mechanisms, ("ada@firm.example", "other")
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "auth", Blame.SENDER)
    assert (refusal.code, refusal.status) == (535, "5.7.8")
    assert server.count("AUTH") == 1
    assert not outbox.connected


def test_a_login_that_fails_for_now_is_nobodys_fault(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    server.fail(Fault(Point.AUTH, Kind.REPLY, "454 4.7.0 the directory is away"))
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "auth", Blame.SERVER)
    assert outbox.connect() is None


def test_a_server_that_knows_no_such_mechanism_is_asked_by_the_other_it_offers(
    server: FaultServer, outbox: smtp_client.Outbox
) -> None:
    server.fail(Fault(Point.AUTH, Kind.REPLY, "504 5.5.4 unrecognized authentication type"))
    assert outbox.connect() is None
    assert server.count("AUTH") == 2


@pytest.mark.parametrize("words", ["535 5.7.0 too many failed logins", "454 4.7.0 later", "550 go away"])
def test_a_login_that_is_not_refused_for_its_password_is_nobodys_fault(
    server: FaultServer, outbox: smtp_client.Outbox, words: str
) -> None:
    server.fail(Fault(Point.AUTH, Kind.REPLY, words))
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "auth", Blame.SERVER)
    assert server.count("AUTH") == 1


@pytest.mark.parametrize("mechanisms", ["CRAM-MD5 XOAUTH2", None])
def test_no_login_by_password_is_offered(
    server: FaultServer, outbox: smtp_client.Outbox, mechanisms: str | None
) -> None:
    server.behaviour.auth = mechanisms
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.stage, refusal.blame) == ("auth", Blame.SENDER)
    assert "password" in refusal.text
    assert server.count("AUTH") == 0


def test_the_password_shows_nowhere(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    server.behaviour.login = ("ada@firm.example", "other")
    assert "secret" not in repr(outbox.connect())
    assert "secret" not in repr(vars(outbox))


# --- certificates ---


@pytest.mark.parametrize("direct", [False, True], ids=["STARTTLS", "TLS"])
def test_a_trusted_certificate(authority: trustme.CA, ca_file: str, direct: bool) -> None:
    security = Security.TLS if direct else Security.STARTTLS
    with FaultServer(tls=tls_for(authority, "127.0.0.1"), direct_tls=direct) as server:
        trusting = replace(account(server.port, security), ca_file=ca_file)
        with smtp_client.Outbox(trusting, helo="x.example", limits=LIMITS) as outbox:
            assert outbox.connect() is None
            assert send(outbox).outcome is Outcome.ACCEPTED
            assert send(outbox, RAW * 10_000).outcome is Outcome.ACCEPTED
        assert [mail.raw for mail in server.accepted] == [RAW, RAW * 10_000]


@pytest.mark.parametrize("direct", [False, True], ids=["STARTTLS", "TLS"])
@pytest.mark.parametrize("wrong", ["authority", "name"])
def test_a_certificate_that_does_not_verify(
    authority: trustme.CA, ca_file: str, direct: bool, wrong: str
) -> None:
    names = "127.0.0.1" if wrong == "authority" else "other.example"
    with FaultServer(tls=tls_for(authority, names), direct_tls=direct) as server:
        ours = account(server.port, Security.TLS if direct else Security.STARTTLS)
        if wrong == "name":
            ours = replace(ours, ca_file=ca_file)
        with smtp_client.Outbox(ours, helo="x.example", limits=LIMITS) as outbox:
            refusal = outbox.connect()
        assert refusal is not None
        assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "tls", Blame.SENDER)
        assert "certificate" in refusal.text
        server.wait_for(lambda: server.ended == 1)
        assert server.count("AUTH") == 0


def test_a_stripped_starttls_ends_before_the_login(authority: trustme.CA) -> None:
    with FaultServer(
        Behaviour(starttls=False)
    ) as server:  # offers AUTH in clear, as an attacker would have it
        with smtp_client.Outbox(
            account(server.port, Security.STARTTLS), helo="x.example", limits=LIMITS
        ) as outbox:
            refusal = outbox.connect()
        assert refusal is not None
        assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "tls", Blame.SENDER)
        server.wait_for(lambda: server.ended == 1)
        assert server.commands == ["EHLO"]


@pytest.mark.parametrize(
    "words",
    ["220 go ahead\r\n250 AUTH PLAIN", "220 go ahead\r\n25", "454 4.7.0 not now", "554 no", "250 ok", "junk"],
)
def test_nothing_in_clear_passes_for_the_handshake(
    secure_server: FaultServer, ca_file: str, words: str
) -> None:
    secure_server.fail(Fault(Point.STARTTLS, Kind.REPLY, words))
    ours = replace(account(secure_server.port, Security.STARTTLS), ca_file=ca_file)
    with smtp_client.Outbox(ours, helo="x.example", limits=LIMITS) as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage) == (Outcome.NOT_SENT, "tls")
    secure_server.wait_for(lambda: secure_server.ended == 1)
    assert "AUTH" not in secure_server.commands


def test_plain_is_for_loopback_only() -> None:
    with smtp_client.Outbox(account(25, Security.PLAIN, "192.0.2.1"), helo="x.example") as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "tls", Blame.SENDER)


def test_an_unreadable_ca_file_is_a_sentence(secure_server: FaultServer, tmp_path: Path) -> None:
    ours = replace(account(secure_server.port, Security.STARTTLS), ca_file=str(tmp_path / "none.pem"))
    with smtp_client.Outbox(ours, helo="x.example", limits=LIMITS) as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.stage, refusal.blame) == ("tls", Blame.SENDER)
    assert "none.pem" in refusal.text
