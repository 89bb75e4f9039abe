"""Sending on real sockets: the plain course, sizes, refusals and idle connections."""

from __future__ import annotations

import dataclasses

import pytest

from relance.mailbox.account import Security
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult, Unsendable
from tests.sending import LIMITS, RAW, account, send
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point

# --- the plain course ---


@pytest.mark.parametrize("extensions", [(), ("PIPELINING",)])
def test_many_mails_share_a_connection(extensions: tuple[str, ...]) -> None:
    with (
        FaultServer(Behaviour(starttls=False, extensions=extensions)) as server,
        smtp_client.Outbox(account(server.port), helo="mail.firm.example", limits=LIMITS) as outbox,
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
def test_what_arrives_is_what_was_stored(server: FaultServer, outbox: smtp_client.Outbox, raw: bytes) -> None:
    assert send(outbox, raw).outcome is Outcome.ACCEPTED
    assert server.accepted[0].raw == raw
    assert (server.accepted[0].sender, server.accepted[0].recipient) == (
        "ada@firm.example",
        "jan@acme.example",
    )


@pytest.mark.parametrize("raw", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\n.\nMAIL FROM:<x@y>\r\n"])
def test_a_line_end_that_is_not_crlf_never_leaves(
    server: FaultServer, outbox: smtp_client.Outbox, raw: bytes
) -> None:
    result = send(outbox, raw)
    assert (result.outcome, result.blame, result.stage) == (Outcome.REFUSED, Blame.CONTENT, "body")
    assert not server.accepted
    assert send(outbox).outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    "bad",
    [
        "a b@c.example",
        "a@b.example>\r\nRCPT TO:<c@d.example",
        "a@ż.example",
        "ż\u2028@b.example",
        "nobody",
        "",
    ],
)
def test_an_envelope_takes_addresses_only(server: FaultServer, outbox: smtp_client.Outbox, bad: str) -> None:
    for sender, recipient in ((bad, "jan@acme.example"), ("ada@firm.example", bad)):
        with pytest.raises(ValueError, match="envelope"):
            outbox.offer(sender, recipient, 10)
    assert server.count("MAIL") == 0


def test_withdrawing_after_the_354_sends_nothing(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    assert outbox.offer("ada@firm.example", "jan@acme.example", 10) is None
    outbox.withdraw()
    assert not outbox.connected
    server.wait_for(lambda: server.ended == 1)
    assert not server.accepted
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.accepted[0].connection == 2


def test_transmit_without_an_offer_is_a_mistake(outbox: smtp_client.Outbox) -> None:
    with pytest.raises(RuntimeError, match="offer"):
        outbox.transmit(RAW)


# --- what reports about a mail shall call it (RFC 3461) ---


def named(outbox: smtp_client.Outbox, message_id: str | None = "<0k3x.7@firm.example>") -> SendResult:
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
    server: FaultServer, outbox: smtp_client.Outbox, message_id: str | None, said: str
) -> None:
    server.behaviour.extensions = ("SIZE 5000", "DSN")
    assert named(outbox, message_id).outcome is Outcome.ACCEPTED
    assert mail_lines(server) == [f"MAIL FROM:<ada@firm.example> SIZE={len(RAW)} {said}"]
    assert server.envelopes[-1] == "RCPT TO:<jan@acme.example>"


def test_a_server_without_dsn_is_told_nothing_of_it(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    assert named(outbox).outcome is Outcome.ACCEPTED
    assert mail_lines(server) == ["MAIL FROM:<ada@firm.example>"]


@pytest.mark.parametrize("pipelining", [(), ("PIPELINING",)])
@pytest.mark.parametrize("words", ["501 5.5.4 bad ENVID", "555 5.5.4 unsupported: RET", "504 what?"])
def test_a_server_that_stumbles_over_dsn_is_asked_without(
    server: FaultServer, outbox: smtp_client.Outbox, words: str, pipelining: tuple[str, ...]
) -> None:
    server.behaviour.extensions = ("DSN", *pipelining)
    server.fail(Fault(Point.MAIL, Kind.REPLY, words))
    assert named(outbox).outcome is Outcome.ACCEPTED
    assert named(outbox).outcome is Outcome.ACCEPTED
    bare = "MAIL FROM:<ada@firm.example>"
    assert mail_lines(server) == [f"{bare} RET=HDRS ENVID=0k3x.7@firm.example", bare, bare]
    assert server.connections == 1


def test_a_server_that_stumbles_and_waits_for_a_body_gets_none(
    server: FaultServer, outbox: smtp_client.Outbox
) -> None:
    server.behaviour.extensions, server.behaviour.lenient = ("DSN", "PIPELINING"), True
    server.fail(Fault(Point.MAIL, Kind.REPLY, "501 5.5.4 bad ENVID"))
    assert named(outbox).outcome is Outcome.ACCEPTED
    assert len(server.accepted) == 1


def test_another_refusal_of_the_sender_is_asked_once(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    server.behaviour.extensions = ("DSN",)
    server.fail(Fault(Point.MAIL, Kind.REPLY, "550 5.7.1 not yours"))
    result = named(outbox)
    assert (result.outcome, result.blame) == (Outcome.REFUSED, Blame.SENDER)
    assert len(mail_lines(server)) == 1


def test_nobody_listens(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    server.close()
    refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage, refusal.blame) == (Outcome.NOT_SENT, "connect", Blame.SERVER)
    assert "refused" in refusal.text.lower()


def test_an_unknown_host() -> None:
    with smtp_client.Outbox(account(25, Security.STARTTLS, "mail.invalid"), helo="x.example") as outbox:
        refusal = outbox.connect()
    assert refusal is not None
    assert (refusal.outcome, refusal.stage) == (Outcome.NOT_SENT, "connect")


# --- size ---


def test_a_mail_too_big_is_not_even_offered(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    server.behaviour.extensions = ("SIZE 1000",)
    verdict = outbox.offer("ada@firm.example", "jan@acme.example", 1001)
    assert verdict is not None
    assert (verdict.outcome, verdict.stage, verdict.blame) == (Outcome.REFUSED, "mail", Blame.CONTENT)
    assert "1000" in verdict.text
    assert verdict.unsendable is Unsendable.TOO_LARGE
    assert server.count("MAIL") == 0
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.envelopes[0] == f"MAIL FROM:<ada@firm.example> SIZE={len(RAW)}"


@pytest.mark.parametrize("offer", ["SIZE", "SIZE 0", "SIZE none"])
def test_a_size_without_a_limit(server: FaultServer, outbox: smtp_client.Outbox, offer: str) -> None:
    server.behaviour.extensions = (offer,)
    assert send(outbox).outcome is Outcome.ACCEPTED


# --- letters beyond ASCII in an address (RFC 6531) ---

LUCJA = "łucja@acme.example"
TO_LUCJA = RAW.replace(b"Subject", f"To: <{LUCJA}>\r\nSubject".encode())


def to_lucja(outbox: smtp_client.Outbox) -> SendResult:
    return outbox.offer("ada@firm.example", LUCJA, len(TO_LUCJA)) or outbox.transmit(TO_LUCJA)


@pytest.mark.parametrize(
    ("offered", "said"),
    [
        (("SMTPUTF8", "8BITMIME"), " SMTPUTF8 BODY=8BITMIME"),
        (
            ("SMTPUTF8", "8BITMIME", "PIPELINING", "SIZE 5000"),
            f" SIZE={len(TO_LUCJA)} SMTPUTF8 BODY=8BITMIME",
        ),
        (("SMTPUTF8",), " SMTPUTF8"),
    ],
)
def test_a_server_that_can_gets_it_and_is_told_so(
    server: FaultServer, outbox: smtp_client.Outbox, offered: tuple[str, ...], said: str
) -> None:
    server.behaviour.extensions = offered
    assert to_lucja(outbox).outcome is Outcome.ACCEPTED
    assert server.envelopes == [f"MAIL FROM:<ada@firm.example>{said}", f"RCPT TO:<{LUCJA}>"]
    assert server.accepted[0].raw == TO_LUCJA


@pytest.mark.parametrize("offered", [(), ("8BITMIME",), ("SIZE 5000", "PIPELINING")])
def test_a_server_that_cannot_is_not_asked(
    server: FaultServer, outbox: smtp_client.Outbox, offered: tuple[str, ...]
) -> None:
    server.behaviour.extensions = offered
    verdict = to_lucja(outbox)
    assert (verdict.outcome, verdict.stage, verdict.blame) == (Outcome.REFUSED, "mail", Blame.CONTENT)
    assert verdict.unsendable is Unsendable.ADDRESS
    assert server.count("MAIL") == 0
    assert send(outbox).outcome is Outcome.ACCEPTED


def test_what_needs_no_extension_asks_for_none(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    server.behaviour.extensions = ("SMTPUTF8", "8BITMIME")
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert server.envelopes[0] == "MAIL FROM:<ada@firm.example>"


# --- the greeting (RFC 5321, 4.1.1.1) ---


@pytest.mark.parametrize(
    ("own", "host", "said"),
    [
        ("mail.acme.example", "", "mail.acme.example"),
        ("mail.acme.example", "box.hosting.example", "mail.acme.example"),
        ("", "box.hosting.example", "box.hosting.example"),
        ("", "", "[127.0.0.1]"),
    ],
)
def test_a_server_is_greeted_by_a_name_or_by_the_address_it_sees(
    server: FaultServer, own: str, host: str, said: str
) -> None:
    known = dataclasses.replace(account(server.port), ehlo_name=own)
    with smtp_client.Outbox(known, helo=host, limits=LIMITS) as outbox:
        assert outbox.connect() is None
    assert set(server.greetings) == {said}


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
        smtp_client.Outbox(account(server.port), helo="x.example", limits=LIMITS) as outbox,
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
        smtp_client.Outbox(account(server.port), helo="x.example", limits=LIMITS) as outbox,
    ):
        result = send(outbox)
        assert (result.outcome, result.stage, result.code) == (Outcome.REFUSED, "rcpt", 550)
        assert not outbox.connected
        server.wait_for(lambda: server.ended == 1)
        assert not server.accepted


# --- idle connections ---


def test_a_connection_that_died_idle_is_replaced(server: FaultServer, outbox: smtp_client.Outbox) -> None:
    server.fail(Fault(Point.AFTER_250, Kind.STOP))
    assert send(outbox).outcome is Outcome.ACCEPTED
    server.wait_for(lambda: server.ended == 1)
    assert send(outbox).outcome is Outcome.ACCEPTED
    assert [mail.connection for mail in server.accepted] == [1, 2]


def test_a_421_at_mail_is_tried_on_a_new_connection_once(
    server: FaultServer, outbox: smtp_client.Outbox
) -> None:
    server.fail(Fault(Point.MAIL, Kind.REPLY, "421 4.4.2 idle for too long"))
    assert outbox.connect() is None
    assert send(outbox).outcome is Outcome.ACCEPTED
    server.fail(Fault(Point.MAIL, Kind.REPLY, "421 4.4.2 idle for too long", times=2))
    result = send(outbox)
    assert (result.outcome, result.stage, result.code) == (Outcome.NOT_SENT, "mail", 421)
    assert [mail.connection for mail in server.accepted] == [2]
