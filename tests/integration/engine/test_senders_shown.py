"""What a mail says of its sender: the clock it is dated by; and that what is written already stays as it is."""

from __future__ import annotations

import dataclasses
import email
import re
from collections.abc import Iterator

import pytest

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes.settings import changing
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.reporting.history import messages
from relance.engine.schedule.timezones import Workspace
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.engine.store.mailboxes import mailboxes
from tests import engine_house
from tests.engine_doors import NoMail
from tests.servers.fault_smtp import Behaviour, Fault, FaultServer, Kind, Point

ADA, EVE = "ada@sales.example", "eve@linden.example"


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(Behaviour(starttls=False, login=(ADA, engine_house.PASSWORD))) as running:
        yield running


@pytest.fixture
def ready(house: Context, server: FaultServer) -> Context:
    place = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "plain"}
    engine_house.add_mailbox(house, ADA, gap_seconds=0, **place)
    publish.publish(house, engine_house.TRIAL)
    contact_service.add(house, EVE, {"first_name": "Eve"})
    enroll.enroll(house, EnrollRequest("Trial", [EVE]))
    return dataclasses.replace(house, open_inbox=NoMail())


def sent(house: Context, **ahead: float) -> int:
    engine_house.clock(house).advance(**(ahead or {"hours": 2}))
    return turn.take_turn(house, 1, lambda: False).sent


def date_of(raw: bytes) -> str:
    return str(email.message_from_bytes(raw)["Date"])


@pytest.mark.parametrize(
    ("workspace", "zone", "date"),
    [
        ("Europe/Warsaw", "", "Mon, 02 Mar 2026 11:00:00 +0100"),
        ("Europe/Warsaw", "America/New_York", "Mon, 02 Mar 2026 05:00:00 -0500"),
        ("UTC", "", "Mon, 02 Mar 2026 10:00:00 +0000"),
        ("UTC", "Asia/Kolkata", "Mon, 02 Mar 2026 15:30:00 +0530"),
        ("Europe/Warsaw", "Nowhere/Gone", "Mon, 02 Mar 2026 10:00:00 +0000"),
    ],
)
def test_a_mail_is_dated_by_its_sender_s_clock(
    ready: Context, server: FaultServer, workspace: str, zone: str, date: str
) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, zone=zone)
    assert sent(dataclasses.replace(ready, workspace=Workspace(workspace))) == 1
    assert date_of(server.accepted[0].raw) == date


def test_a_mail_that_was_deferred_leaves_with_the_bytes_of_before(
    ready: Context, server: FaultServer
) -> None:
    server.fail(Fault(Point.RCPT, Kind.REPLY, "451 4.7.1 Greylisting in action"))
    assert sent(ready) == 0
    [line] = messages.page(ready).messages
    frozen = messages.show(ready, line.id).raw
    changing.change(ready, ADA, MailboxChange(zone="Asia/Tokyo", ehlo_name="mail.sales.example"))
    assert sent(ready) == 1
    assert server.accepted[0].raw == frozen
    assert re.search(rb"\r\nDate: Mon, 02 Mar 2026 11:00:00 \+0100\r\n", frozen)
    assert server.greetings[-1] == "mail.sales.example"
