"""What a server's sink stored is what the database froze, byte for byte, through a server that somebody else wrote."""

from __future__ import annotations

import dataclasses
import imaplib
import re
import ssl
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes.settings import changing
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.reporting.history import messages
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from tests import engine_house
from tests.engine_doors import NoMail
from tests.servers import dovecot, ports, postfix

BODIES = {
    "dots": ".\n..\n...two\n.\nFrom here\n.",
    "long": "word " * 400,
    "longer": "x" * 3000,
    "dotted": "." * 2000,
    "polish": "Zażółć gęślą jaźń.\n.\nŁódź",
    "other": "日本語 🎉 " * 200,
    "ends": "last\n-- \nAda\n\n\n",
    "blanks": "trailing   \n\ttab\t\n  ",
}
PEOPLE = ("eve@linden.example", "łucja@linden.example")


class Sink:
    """Everything it took, as it came off the wire."""

    def __init__(self) -> None:
        self.stored: dict[str, bytes] = {}

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        """Take it."""
        assert isinstance(envelope.original_content, bytes)
        self.stored[envelope.rcpt_tos[0]] = envelope.original_content
        return "250 2.0.0 taken"


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    taken = Sink()
    controller = Controller(
        taken, hostname=ports.LOOPBACK, port=ports.free_port(), enable_SMTPUTF8=True, ident="sink"
    )
    controller.start()
    yield taken, controller.port
    controller.stop()


def frozen(house: Context, subject: str, body: str, people: tuple[str, str]) -> dict[str, bytes]:
    """The mails to these as the database froze them, once they have left."""
    lines = "\n".join(f"      {line}" for line in BODIES[body].split("\n"))
    publish.publish(
        house, f"sequence: Golden\nsteps:\n  - id: intro\n    subject: {subject}\n    body: |2\n{lines}\n"
    )
    for email in people:
        contact_service.add(house, email, {"first_name": "Łucja"})
    enroll.enroll(house, EnrollRequest("Golden", people))
    engine_house.clock(house).advance(hours=2)
    assert turn.take_turn(dataclasses.replace(house, open_inbox=NoMail()), 1, lambda: False).sent == 2
    found = {line.email: messages.show(house, line.id).raw for line in messages.page(house).messages}
    assert set(found) == set(people)
    return found


@pytest.mark.parametrize("body", sorted(BODIES))
def test_every_byte_arrives_as_it_was_frozen(house: Context, sink: tuple[Sink, int], body: str) -> None:
    taken, port = sink
    place = {"smtp_host": ports.LOOPBACK, "smtp_port": port, "smtp_security": "plain", "username": ""}
    engine_house.add_mailbox(house, gap_seconds=0, **place)
    changing.change(house, "ada@sales.example", MailboxChange(signature="Żaneta\n.\nSales"))
    assert frozen(house, f"Zażółć {body}", body, PEOPLE) == taken.stored


# --- Postfix, which takes it by submission, and hands it on by SMTP and by LMTP to Dovecot ---
EVE = "eve@sales.example"  # has a mailbox at that Dovecot; everybody else is beyond the relay
TRACE = re.compile(rb"(?:(?:Return-Path|Delivered-To|Received):[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*)+", re.I)
# What servers put before a mail on its way (RFC 5321, 4.4; Delivered-To is Dovecot's).


@pytest.fixture(scope="module")
def way() -> Iterator[tuple[postfix.Postfix, Sink]]:
    beyond = Sink()
    controller = Controller(beyond, hostname=ports.LOOPBACK, port=ports.free_port())
    controller.start()
    users = {dovecot.USER: dovecot.PASSWORD, EVE: dovecot.PASSWORD}
    with dovecot.running(users) as mail, postfix.running(mail, controller.port) as relay:
        yield relay, beyond
    controller.stop()


def delivered(mail: dovecot.Dovecot, subject: str) -> bytes:
    """The mail of that subject in Eve's inbox, as Dovecot hands it out."""
    trusted = ssl.create_default_context(cafile=mail.ca_file)
    with imaplib.IMAP4_SSL("localhost", mail.imaps, ssl_context=trusted) as link:
        link.authenticate("PLAIN", lambda _: f"\0{EVE}\0{dovecot.PASSWORD}".encode())
        link.select("INBOX", readonly=True)
        _ok, [found] = link.search(None, "HEADER", "Subject", f'"{subject}"')
        if not found:
            return b""
        _ok, parts = link.fetch(found.split()[-1].decode(), "(BODY.PEEK[])")
        assert isinstance(parts[0], tuple)
        return parts[0][1]


@pytest.mark.slow
@pytest.mark.parametrize("body", ["blanks", "dots", "longer", "other"])
def test_what_a_relay_stored_and_passed_on_is_its_own_trace_and_the_frozen_bytes(
    house: Context, way: tuple[postfix.Postfix, Sink], body: str
) -> None:
    relay, beyond = way
    beyond.stored.clear()
    place = {"smtp_host": "localhost", "smtp_port": relay.submission, "smtp_security": "starttls"}
    named = {"username": dovecot.USER, "ca_file": relay.mail.ca_file}
    secret = house.vault.seal(dovecot.PASSWORD, f"mailbox/{dovecot.USER}")
    engine_house.add_mailbox(house, dovecot.USER, gap_seconds=0, secret=secret, **place, **named)
    changing.change(house, dovecot.USER, MailboxChange(signature="Żaneta\n.\nSales"))
    subject = f"Golden {body} {house.database.engine.dialect.name}"
    left = frozen(house, subject, body, (EVE, "tom@harbour.example"))
    ports.wait_until(lambda: beyond.stored and delivered(relay.mail, subject), what="the deliveries")
    there = {EVE: delivered(relay.mail, subject), **beyond.stored}
    assert {person: TRACE.match(raw) is not None for person, raw in there.items()} == dict.fromkeys(
        left, True
    )
    assert {person: TRACE.sub(b"", raw, count=1) for person, raw in there.items()} == left
