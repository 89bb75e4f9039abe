"""One real bounce, the whole way: Postfix gives up on a mail, its report lands in Dovecot, we read it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence

import dkim as witness
import pytest
from aiosmtpd.controller import Controller

from relance.mailbox.account import Security, Server
from relance.mailbox.composing import compose, dkim
from relance.mailbox.composing.dkim import SigningKey
from relance.mailbox.imap import client as imap_client
from relance.mailbox.imap.folders import FolderRole
from relance.mailbox.parsing import message
from relance.mailbox.parsing.inbound import InboundMail
from relance.mailbox.smtp import client as smtp_client
from relance.mailbox.smtp import protocol
from relance.mailbox.smtp.outcome import Outcome
from tests.servers import dovecot, ports, postfix

GONE = "nobody@buyer.example"
OURS = "<step-1.42@sales.example>"


class World:
    """The rest of the internet: one address there does not exist. What it took stands in `stored`, as it came off the wire."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
        self.stored[envelope.rcpt_tos[0]] = envelope.original_content
        return "250 2.0.0 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # type: ignore[no-untyped-def]
        if address == GONE:
            return "550 5.1.1 <nobody@buyer.example>: Recipient address rejected: User unknown"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"


@pytest.fixture
def there() -> World:
    return World()


@pytest.fixture
def world(there: World) -> Iterator[int]:
    controller = Controller(there, hostname=ports.LOOPBACK, port=ports.free_port(), enable_SMTPUTF8=True)
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def groups(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The verbs of commands that left together."""
    seen: list[list[str]] = []
    send = protocol.Wire.send

    def counted(wire: protocol.Wire, lines: Sequence[bytes]) -> None:
        seen.append([line.decode().split(" ")[0] for line in lines])
        send(wire, lines)

    monkeypatch.setattr(protocol.Wire, "send", counted)
    return seen


def test_a_real_bounce_is_read(world: int, groups: list[list[str]]) -> None:
    raw = (
        f"From: Ada <{dovecot.USER}>\r\nTo: {GONE}\r\nSubject: =?utf-8?q?Cze=C5=9B=C4=87?=\r\n"
        f"Message-ID: {OURS}\r\n\r\nHello.\r\n"
    ).encode()
    with dovecot.running() as mail, postfix.running(mail, world) as server:
        account = dataclasses.replace(
            mail.account(), smtp=Server("localhost", server.submission, Security.STARTTLS)
        )
        with smtp_client.Outbox(account, helo="localhost") as outbox:
            refusal = outbox.offer(dovecot.USER, GONE, len(raw), OURS)
            assert (refusal or outbox.transmit(raw)).outcome is Outcome.ACCEPTED
        assert ["MAIL", "RCPT", "DATA"] in groups  # Postfix offers PIPELINING, and is taken at its word
        with imap_client.Inbox(mail.account(), timeouts=imap_client.Timeouts(5, 20)) as inbox:
            ports.wait_until(lambda: uidnext(inbox) > 1, seconds=30, what="the bounce's arrival")
            (fetched,) = inbox.fetch_new(inbox.folders()[0], 0)
    check(message.read(fetched.raw, size=fetched.size, truncated=fetched.truncated))


KEY = SigningKey(dovecot.USER.rpartition("@")[2], "s1", dkim.make("rsa"))
TRICKY = ".\n..\n" + "." * 2000 + "\nZażółć\nFrom here\n-- \nAda   \n."


def test_postfix_passes_on_the_very_bytes_that_were_composed(there: World, world: int) -> None:
    """A relay puts its own Received above them, and nothing else: what is signed verifies there."""
    mails = {}
    for to in ("eve@buyer.example", "łucja@buyer.example"):
        draft = compose.MailDraft(
            "Ada",
            dovecot.USER,
            "Łucja",
            to,
            "Zażółć",
            TRICKY,
            f"<p>{TRICKY}</p>",
            OURS,
            dt.datetime.now(dt.UTC),
        )
        mails[to] = compose.compose(draft, KEY)
    with dovecot.running() as mail, postfix.running(mail, world) as server:
        account = dataclasses.replace(
            mail.account(), smtp=Server("localhost", server.submission, Security.STARTTLS)
        )
        with smtp_client.Outbox(account, helo="localhost") as outbox:
            for to, raw in mails.items():
                refusal = outbox.offer(dovecot.USER, to, len(raw), OURS)
                assert (refusal or outbox.transmit(raw)).outcome is Outcome.ACCEPTED
        ports.wait_until(lambda: set(there.stored) == set(mails), seconds=30, what="both mails' arrival")
    for to, raw in mails.items():
        above = there.stored[to].removesuffix(raw)
        assert len(above) + len(raw) == len(there.stored[to])
        assert above.startswith(b"Received: ")
        assert above.count(b"\r\nReceived: ") == 0
        assert all(line.startswith((b"\t", b" ")) for line in above.split(b"\r\n")[1:-1])
        assert witness.verify(there.stored[to], dnsfunc=lambda _name, timeout=5: KEY.record.encode())


def uidnext(inbox: imap_client.Inbox) -> int:
    return next(folder.uidnext for folder in inbox.folders() if folder.role is FolderRole.INBOX)


def check(bounce: InboundMail) -> None:
    (report,) = bounce.reports
    assert (report.final_recipient, report.action, report.status) == (GONE, "failed", "5.1.1")
    assert report.envelope_id == OURS.strip("<>")
    assert "User unknown" in (report.diagnostic or "")
    assert bounce.returned_ids == (OURS,)
    assert dict(bounce.content_params)["report-type"] == "delivery-status"
    assert bounce.header("auto-submitted") == "auto-replied"
    assert bounce.from_address == "mailer-daemon@mail.sales.example"
    assert "I'm sorry to have to inform you" in bounce.text
    assert not bounce.truncated
