"""What a server's sink stored is what the database froze, byte for byte, through a server that somebody else wrote."""

from __future__ import annotations

import dataclasses
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
from tests.servers import ports

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


@pytest.mark.parametrize("body", sorted(BODIES))
def test_every_byte_arrives_as_it_was_frozen(house: Context, sink: tuple[Sink, int], body: str) -> None:
    taken, port = sink
    place = {"smtp_host": ports.LOOPBACK, "smtp_port": port, "smtp_security": "plain", "username": ""}
    engine_house.add_mailbox(house, gap_seconds=0, **place)
    changing.change(house, "ada@sales.example", MailboxChange(signature="Żaneta\n.\nSales"))
    lines = "\n".join(f"      {line}" for line in BODIES[body].split("\n"))
    publish.publish(
        house, f"sequence: Golden\nsteps:\n  - id: intro\n    subject: Zażółć {body}\n    body: |2\n{lines}\n"
    )
    for email in PEOPLE:
        contact_service.add(house, email, {"first_name": "Łucja"})
    enroll.enroll(house, EnrollRequest("Golden", PEOPLE))
    engine_house.clock(house).advance(hours=2)
    assert turn.take_turn(dataclasses.replace(house, open_inbox=NoMail()), 1, lambda: False).sent == 2
    frozen = {line.email: messages.show(house, line.id).raw for line in messages.page(house).messages}
    assert set(frozen) == set(PEOPLE)
    assert taken.stored == frozen
