"""Sending on real sockets: the plain course, logins, certificates, sizes and refusals."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from relance.mailbox import smtp
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.outcome import Blame, Outcome, SendResult
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point

RAW = b"Subject: hello\r\n\r\n.one\r\n..two\r\n.\r\n\r\nlast\r\n"
LIMITS = smtp.Limits(
    **dict.fromkeys(("connect", "tls", "greeting", "auth", "mail", "rcpt", "data", "final"), 5.0)
)


def account(port: int, security: Security = Security.PLAIN, host: str = "127.0.0.1") -> Account:
    return Account(
        address="ada@firm.example",
        name="Ada",
        username="ada@firm.example",
        password="secret",
        smtp=Server(host, port, security),
        imap=Server("127.0.0.1", 1),
    )


def send(outbox: smtp.Outbox, raw: bytes = RAW) -> SendResult:
    return outbox.offer("ada@firm.example", "jan@acme.example", len(raw)) or outbox.transmit(raw)


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(Behaviour(starttls=False)) as running:
        yield running


@pytest.fixture
def outbox(server: FaultServer) -> Iterator[smtp.Outbox]:
    with smtp.Outbox(account(server.port), helo="mail.firm.example", limits=LIMITS) as opened:
        yield opened


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def tls_for(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def secure_server(authority: trustme.CA) -> Iterator[FaultServer]:
    with FaultServer(tls=tls_for(authority, "127.0.0.1")) as running:
        yield running


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> str:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


# --- the plain course ---


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
def test_many_mails_share_a_connection(extensions: tuple[str, ...]) -> None:
    with (
        FaultServer(Behaviour(starttls=False, extensions=extensions)) as server,
        smtp.Outbox(account(server.port), helo="mail.firm.example", limits=LIMITS) as outbox,
    ):
        assert outbox.connect() is None
        results = [send(outbox, RAW + b"%d\r\n" % number) for number in range(5)]
    assert {result.outcome for result in results} == {Outcome.ACCEPTED}
    assert results[0].code == 250
    assert results[0].status == "2.0.0"
    assert "queued as" in results[0].text
    assert [mail.raw for mail in server.accepted] == [RAW + b"%d\r\n" % number for number in range(5)]
    assert {mail.connection for mail in server.accepted} == {1}
    assert server.count("QUIT") == 1


@pytest.mark.parametrize(
    "raw",
    [
        b".\r\n",
        b"..\r\n.\r\n...\r\n",
        b"Subject: x\r\n\r\n" + b"x" * 998 + b"\r\n",
        b"Subject: x\r\n\r\n." + b"." * 997 + b"\r\n",
        b"\r\n",
        b"Subject: big\r\n\r\n" + (b"." * 76 + b"\r\n") * 60_000,
    ],
    ids=["dot", "dots", "long", "long dots", "empty", "4.7 MB"],
)
def test_what_arrives_is_what_was_stored(server: FaultServer, outbox: smtp.Outbox, raw: bytes) -> None:
    assert send(outbox, raw).outcome is Outcome.ACCEPTED
    assert server.accepted[0].raw == raw
    assert (server.accepted[0].sender, server.accepted[0].recipient) == (
        "ada@firm.example",
        "jan@acme.example",
    )


@pytest.mark.parametrize("raw", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\nMAIL FROM:<x@y>\r\n"])
def test_a_line_end_that_is_not_crlf_never_leaves(
    server: FaultServer, outbox: smtp.Outbox, raw: bytes
) -> None:
    result = send(outbox, raw)
    assert (result.outcome, result.blame, result.stage) == (Outcome.REFUSED, Blame.CONTENT, "body")
    assert not server.accepted
    assert send(outbox).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "bad", ["a b@c.example", "a@b.example>\r\nRCPT TO:<c@d.example", "ż@b.example", "nobody", ""]
)
def test_an_envelope_takes_addresses_only(server: FaultServer, outbox: smtp.Outbox, bad: str) -> None:
    for sender, recipient in ((bad, "jan@acme.example"), ("ada@firm.example", bad)):
        with pytest.raises(ValueError, match="envelope"):
            outbox.offer(sender, recipient, 10)
    assert server.count("MAIL") == 0


def test_withdrawing_after_the_354_sends_nothing(server: FaultServer, outbox: smtp.Outbox) -> None:
    assert outbox.offer("ada@firm.example", "jan@acme.example", 10) is None
    outbox.withdraw()
    assert not outbox.connected
    server.wait_for(lambda: server.ended == 1)
    assert not server.accepted
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.accepted[0].connection == 2


def test_transmit_without_an_offer_is_a_mistake(outbox: smtp.Outbox) -> None:
    with pytest.raises(RuntimeError, match="offer"):
        outbox.transmit(RAW)


# --- what reports about a mail shall call it (RFC 3461) ---


def named(outbox: smtp.Outbox, message_id: str | None = "<0k3x.7@firm.example>") -> SendResult:
    refusal = outbox.offer("ada@firm.example", "jan@acme.example", len(RAW), message_id)
    return refusal or outbox.transmit(RAW)


def mail_lines(server: FaultServer) -> list[str]:
    return [line for line in server.envelopes if line.upper().startswith("MAIL")]


@pytest.mark.parametrize(
    ("message_id", "said"),
    [
        ("<0k3x.7@firm.example>", "RET=HDRS ENVID=0k3x.7@firm.example"),
        ("0k3x.7@firm.example", "RET=HDRS ENVID=0k3x.7@firm.example"),
        ("<a+b=c@firm.example>", "RET=HDRS ENVID=a+2Bb+3Dc@firm.example"),
        ("<" + "x" * 100 + ">", "RET=HDRS ENVID=" + "x" * 100),
        ("<" + "x" * 101 + ">", "RET=HDRS"),
        ("<a b@firm.example>", "RET=HDRS"),
        ("<a\r\nRSET@firm.example>", "RET=HDRS"),
        (None, "RET=HDRS"),
    ],
)
def test_reports_shall_name_the_mail(
    server: FaultServer, outbox: smtp.Outbox, message_id: str | None, said: str
) -> None:
    server.behaviour.extensions = ("SIZE 5000", "DSN")
    assert named(outbox, message_id).outcome is Outcome.ACCEPTED
    assert mail_lines(server) == [f"MAIL FROM:<ada@firm.example> SIZE={len(RAW)} {said}"]
    assert server.envelopes[-1] == "RCPT TO:<jan@acme.example>"


def test_a_server_without_dsn_is_told_nothing_of_it(server: FaultServer, outbox: smtp.Outbox) -> None:
    assert named(outbox).outcome is Outcome.ACCEPTED
    assert mail_lines(server) == ["MAIL FROM:<ada@firm.example>"]


@pytest.mark.parametrize("pipelining", [(), ("PIPELINING",)])
@pytest.mark.parametrize("words", ["501 5.5.4 bad ENVID", "555 5.5.4 unsupported: RET", "504 what?"])
def test_a_server_that_stumbles_over_dsn_is_asked_without(
    server: FaultServer, outbox: smtp.Outbox, words: str, pipelining: tuple[str, ...]
) -> None:
    server.behaviour.extensions = ("DSN", *pipelining)
    server.fail(Fault(Point.MAIL, Kind.REPLY, words))
    assert named(outbox).outcome is Outcome.ACCEPTED
    assert named(outbox).outcome is Outcome.ACCEPTED
    bare = "MAIL FROM:<ada@firm.example>"
    assert mail_lines(server) == [f"{bare} RET=HDRS ENVID=0k3x.7@firm.example", bare, bare]
    assert server.connections == 1


def test_a_server_that_stumbles_and_waits_for_a_body_gets_none(
    server: FaultServer, outbox: smtp.Outbox
) -> None:
    server.behaviour.extensions, server.behaviour.lenient = ("DSN", "PIPELINING"), True
    server.fail(Fault(Point.MAIL, Kind.REPLY, "501 5.5.4 bad ENVID"))
    assert named(outbox).outcome is Outcome.ACCEPTED
    assert len(server.accepted) == 1


def test_another_refusal_of_the_sender_is_asked_once(server: FaultServer, outbox: smtp.Outbox) -> None:
    server.behaviour.extensions = ("DSN",)
    server.fail(Fault(Point.MAIL, Kind.REPLY, "550 5.7.1 not yours"))
    result = named(outbox)
    assert (result.outcome, result.blame) == (Outcome.REFUSED, Blame.SENDER)
    assert len(mail_lines(server)) == 1


def test_nobody_listens(server: FaultServer, outbox: smtp.Outbox) -> None:
    server.close()
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "connect", Blame.SERVER)
    assert "refused" in refusal.text.lower()


def test_an_unknown_host() -> None:
    with smtp.Outbox(account(25, Security.STARTTLS, "mail.invalid"), helo="x.example") as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage) == (Outcome.NOT_SENT, "connect")


# --- login ---


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "CRAM-MD5 PLAIN"])
def test_login_by_one_mechanism(server: FaultServer, outbox: smtp.Outbox, mechanisms: str) -> None:
    server.behaviour.auth = mechanisms
    assert outbox.connect() is None
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.accepted[0].login == "ada@firm.example"
    assert server.count("AUTH") == 1


@pytest.mark.parametrize("mechanisms", ["PLAIN LOGIN", "LOGIN", "LOGIN CRAM-MD5"])
def test_a_wrong_password_is_tried_once(server: FaultServer, outbox: smtp.Outbox, mechanisms: str) -> None:
    server.behaviour.auth, server.behaviour.login = mechanisms, ("ada@firm.example", "other")
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "auth", Blame.SENDER)
    assert (refusal.code, refusal.status) == (535, "5.7.8")
    assert server.count("AUTH") == 1
    assert not outbox.connected


def test_a_login_that_fails_for_now_is_nobodys_fault(server: FaultServer, outbox: smtp.Outbox) -> None:
    server.fail(Fault(Point.AUTH, Kind.REPLY, "454 4.7.0 the directory is away"))
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "auth", Blame.SERVER)
    assert outbox.connect() is None


def test_a_server_that_knows_no_such_mechanism_is_asked_by_the_other_it_offers(
    server: FaultServer, outbox: smtp.Outbox
) -> None:
    server.fail(Fault(Point.AUTH, Kind.REPLY, "504 5.5.4 unrecognized authentication type"))
    assert outbox.connect() is None
    assert server.count("AUTH") == 2


@pytest.mark.parametrize("words", ["535 5.7.0 too many failed logins", "454 4.7.0 later", "550 go away"])
def test_a_login_that_is_not_refused_for_its_password_is_nobodys_fault(
    server: FaultServer, outbox: smtp.Outbox, words: str
) -> None:
    server.fail(Fault(Point.AUTH, Kind.REPLY, words))
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "auth", Blame.SERVER)
    assert server.count("AUTH") == 1


@pytest.mark.parametrize("mechanisms", ["CRAM-MD5 XOAUTH2", None])
def test_no_login_by_password_is_offered(
    server: FaultServer, outbox: smtp.Outbox, mechanisms: str | None
) -> None:
    server.behaviour.auth = mechanisms
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.stage, refusal.blame) == ("auth", Blame.SENDER)
    assert "password" in refusal.text
    assert server.count("AUTH") == 0


def test_the_password_shows_nowhere(server: FaultServer, outbox: smtp.Outbox) -> None:
    server.behaviour.login = ("ada@firm.example", "other")
    assert "secret" not in repr(outbox.connect())
    assert "secret" not in repr(vars(outbox))


# --- certificates ---


@pytest.mark.parametrize("direct", [False, True], ids=["STARTTLS", "TLS"])
def test_a_trusted_certificate(authority: trustme.CA, ca_file: str, direct: bool) -> None:
    security = Security.TLS if direct else Security.STARTTLS
    with FaultServer(tls=tls_for(authority, "127.0.0.1"), direct_tls=direct) as server:
        trusting = replace(account(server.port, security), ca_file=ca_file)
        with smtp.Outbox(trusting, helo="x.example", limits=LIMITS) as outbox:
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
        with smtp.Outbox(ours, helo="x.example", limits=LIMITS) as outbox:
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
        with smtp.Outbox(account(server.port, Security.STARTTLS), helo="x.example", limits=LIMITS) as outbox:
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
    with smtp.Outbox(ours, helo="x.example", limits=LIMITS) as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage) == (Outcome.NOT_SENT, "tls")
    secure_server.wait_for(lambda: secure_server.ended == 1)
    assert "AUTH" not in secure_server.commands


def test_plain_is_for_loopback_only() -> None:
    with smtp.Outbox(account(25, Security.PLAIN, "192.0.2.1"), helo="x.example") as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "tls", Blame.SENDER)


def test_an_unreadable_ca_file_is_a_sentence(secure_server: FaultServer, tmp_path: Path) -> None:
    ours = replace(account(secure_server.port, Security.STARTTLS), ca_file=str(tmp_path / "none.pem"))
    with smtp.Outbox(ours, helo="x.example", limits=LIMITS) as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.stage, refusal.blame) == ("tls", Blame.SENDER)
    assert "none.pem" in refusal.text


# --- size ---


def test_a_mail_too_big_is_not_even_offered(server: FaultServer, outbox: smtp.Outbox) -> None:
    server.behaviour.extensions = ("SIZE 1000",)
    verdict = outbox.offer("ada@firm.example", "jan@acme.example", 1001)
    assert verdict is not None
    assert (verdict.outcome, verdict.stage, verdict.blame) == (Outcome.REFUSED, "mail", Blame.CONTENT)
    assert "1000" in verdict.text
    assert server.count("MAIL") == 0
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.envelopes[0] == f"MAIL FROM:<ada@firm.example> SIZE={len(RAW)}"


@pytest.mark.parametrize("offer", ["SIZE", "SIZE 0", "SIZE none"])
def test_a_size_without_a_limit(server: FaultServer, outbox: smtp.Outbox, offer: str) -> None:
    server.behaviour.extensions = (offer,)
    assert send(outbox).outcome is Outcome.ACCEPTED


# --- refusals ---

REFUSALS = [
    (Point.BANNER, "554 5.7.1 not you", Outcome.NOT_SENT, "connect", Blame.SERVER),
    (Point.BANNER, "421 4.3.2 later", Outcome.NOT_SENT, "connect", Blame.SERVER),
    (Point.EHLO, "502 what", Outcome.NOT_SENT, "connect", Blame.SERVER),
    (Point.AUTH, "535 5.7.8 no", Outcome.NOT_SENT, "auth", Blame.SENDER),
    (Point.MAIL, "550 5.4.5 Daily user sending limit exceeded", Outcome.REFUSED, "mail", Blame.SENDER),
    (Point.MAIL, "552 5.3.4 too big", Outcome.REFUSED, "mail", Blame.CONTENT),
    (Point.MAIL, "452 4.3.1 full", Outcome.DEFERRED, "mail", Blame.SERVER),
    (Point.MAIL, "421 4.7.0 too fast", Outcome.DEFERRED, "mail", Blame.SENDER),
    (Point.RCPT, "550 5.1.1 no such user", Outcome.REFUSED, "rcpt", Blame.RECIPIENT),
    (Point.RCPT, "550 no such user", Outcome.REFUSED, "rcpt", Blame.RECIPIENT),
    (
        Point.RCPT,
        "550-5.1.1 no\r\n550-5.1.1 such\r\n550 5.1.1 user",
        Outcome.REFUSED,
        "rcpt",
        Blame.RECIPIENT,
    ),
    (Point.RCPT, "552 5.2.2 mailbox full", Outcome.DEFERRED, "rcpt", Blame.RECIPIENT),
    (Point.RCPT, "550 5.7.1 relaying denied", Outcome.REFUSED, "rcpt", Blame.SENDER),
    (Point.RCPT, "450 4.2.0 Greylisted, come back", Outcome.DEFERRED, "rcpt", Blame.SERVER),
    (Point.RCPT, "452 4.5.3 too many recipients", Outcome.DEFERRED, "rcpt", Blame.SERVER),
    (Point.RCPT, "421 4.4.2 bye", Outcome.NOT_SENT, "rcpt", Blame.SERVER),
    (Point.DATA, "554 5.5.1 no", Outcome.REFUSED, "data", Blame.SERVER),
    (Point.DATA, "451 4.3.0 later", Outcome.DEFERRED, "data", Blame.SERVER),
    (Point.DOT, "554 5.7.1 spam", Outcome.REFUSED, "final", Blame.SENDER),
    (Point.DOT, "550 5.7.26 not authenticated", Outcome.REFUSED, "final", Blame.SENDER),
    (Point.DOT, "550 5.1.1 no such user", Outcome.REFUSED, "final", Blame.RECIPIENT),
    (Point.DOT, "451 4.3.0 later", Outcome.DEFERRED, "final", Blame.SERVER),
    (Point.DOT, "421 4.7.0 too fast", Outcome.DEFERRED, "final", Blame.SENDER),
]


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)], ids=["one by one", "pipelined"])
@pytest.mark.parametrize(("point", "words", "outcome", "stage", "blame"), REFUSALS)
def test_a_full_refusal_is_definite(
    point: Point, words: str, outcome: Outcome, stage: str, blame: Blame, extensions: tuple[str, ...]
) -> None:
    behaviour = Behaviour(starttls=False, extensions=extensions, faults=[Fault(point, Kind.REPLY, words)])
    with (
        FaultServer(behaviour) as server,
        smtp.Outbox(account(server.port), helo="x.example", limits=LIMITS) as outbox,
    ):
        result = send(outbox)
        assert (result.outcome, result.stage, result.blame) == (outcome, stage, blame)
        assert str(result.code) == words[:3]
        assert not server.accepted
        # The conversation is still in step, unless the server said that it leaves.
        assert send(outbox).outcome is Outcome.ACCEPTED
        same = stage in ("mail", "rcpt", "data", "final") and result.code != 421
        assert server.accepted[0].connection == (1 if same else 2)
        assert [mail.raw for mail in server.accepted] == [RAW]


def test_a_354_after_a_refused_recipient_gets_no_body() -> None:
    behaviour = Behaviour(starttls=False, extensions=("PIPELINING",), lenient=True)
    behaviour.faults.append(Fault(Point.RCPT, Kind.REPLY, "550 5.1.1 no such user"))
    with (
        FaultServer(behaviour) as server,
        smtp.Outbox(account(server.port), helo="x.example", limits=LIMITS) as outbox,
    ):
        result = send(outbox)
        assert (result.outcome, result.stage, result.code) == (Outcome.REFUSED, "rcpt", 550)
        assert not outbox.connected
        server.wait_for(lambda: server.ended == 1)
        assert not server.accepted


# --- idle connections ---


def test_a_connection_that_died_idle_is_replaced(server: FaultServer, outbox: smtp.Outbox) -> None:
    server.fail(Fault(Point.AFTER_250, Kind.STOP))
    assert send(outbox).outcome is Outcome.ACCEPTED
    server.wait_for(lambda: server.ended == 1)
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert [mail.connection for mail in server.accepted] == [1, 2]


def test_a_421_at_mail_is_tried_on_a_new_connection_once(server: FaultServer, outbox: smtp.Outbox) -> None:
    server.fail(Fault(Point.MAIL, Kind.REPLY, "421 4.4.2 idle for too long"))
    assert outbox.connect() is None
    assert send(outbox).outcome is Outcome.ACCEPTED
    server.fail(Fault(Point.MAIL, Kind.REPLY, "421 4.4.2 idle for too long", times=2))
    result = send(outbox)
    assert (result.outcome, result.stage, result.code) == (Outcome.NOT_SENT, "mail", 421)
    assert [mail.connection for mail in server.accepted] == [2]
