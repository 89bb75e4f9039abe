"""What a mail says of its sender: the clock it is dated by; and that what is written already stays as it is."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import email.utils
import re
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.mailboxes.settings import changing
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.reporting.history import messages
from relance.engine.schedule.timezones import Workspace
from relance.engine.sending import dead_links
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


def test_nobody_is_held_for_a_sender_s_name_that_an_earlier_release_took(
    ready: Context, server: FaultServer
) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, name="Ada " * 125)
    assert sent(ready) == 1
    head = email.message_from_bytes(server.accepted[0].raw, policy=email.policy.default)
    assert email.utils.parseaddr(str(head["From"])) == (" ".join(["Ada"] * 80), ADA)


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


LINKED = """
sequence: Linked
track: {opens: true, clicks: true}
steps:
  - {id: intro, subject: "Hello", body: "Look [here](https://acme.example/offer)"}
"""


def linked(house: Context) -> None:
    publish.publish(house, LINKED)
    contact_service.add(house, "tom@harbour.example", {"first_name": "Tom"})
    enroll.enroll(house, EnrollRequest("Linked", ["tom@harbour.example"]))


def parts(raw: bytes) -> tuple[str, str]:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    text, form = mail.get_body(("plain",)), mail.get_body(("html",))
    assert isinstance(text, EmailMessage)
    assert isinstance(form, EmailMessage)
    return text.get_content().replace("\r\n", "\n"), form.get_content().replace("\r\n", "\n")


def test_every_link_of_a_mailbox_leads_by_its_own_host(ready: Context, server: FaultServer) -> None:
    linked(ready)
    changing.change(ready, ADA, MailboxChange(tracking_host="https://go.sales.example/"))
    assert sent(ready) == 2
    raw = next(mail.raw for mail in server.accepted if mail.recipient == "tom@harbour.example")
    _text, form = parts(raw)
    head = email.message_from_bytes(raw)
    assert "https://go.sales.example/u/" in str(head["List-Unsubscribe"])
    assert head["List-Unsubscribe-Post"]
    assert {each.partition("/")[0] for each in re.findall(r"https?://([^\s\"'<>)]+)", form)} == {
        "go.sales.example"
    }
    assert all(f"https://go.sales.example/{kind}/" in form for kind in "cou")
    found = ready.links.sealed(str(head["List-Unsubscribe"]).partition("<")[2].partition(">")[0])
    assert found is not None
    assert found.carried == "tom@harbour.example"


def test_one_click_is_promised_over_https_alone(ready: Context, server: FaultServer) -> None:
    changing.change(ready, ADA, MailboxChange(tracking_host="http://go.sales.example"))
    assert sent(ready) == 1
    assert "List-Unsubscribe-Post" not in email.message_from_bytes(server.accepted[0].raw)


def test_a_host_of_its_own_opens_a_mailbox_whose_links_would_be_dead(ready: Context) -> None:
    with ready.database.write() as conn:
        mailboxes.change(conn, 1, smtp_host="smtp.sales.example")
        before = mailboxes.by_id(conn, 1)
    assert dead_links.refusal(ready, before) is not None
    assert (
        dead_links.refusal(ready, dataclasses.replace(before, tracking_host="https://go.sales.example"))
        is None
    )
    reached = dataclasses.replace(ready, links=ready.links.below("https://go.sales.example"))
    assert (
        dead_links.refusal(reached, dataclasses.replace(before, tracking_host="http://127.0.0.1:9"))
        is not None
    )


@pytest.mark.parametrize(
    ("wish", "text", "form"),
    [
        (
            MailboxChange(signature="Ada <Lake>\r\n{{ title }}"),
            "Ada <Lake>\n{{ title }}",
            "Ada &lt;Lake&gt;<br>\n{{ title }}",
        ),
        (
            MailboxChange(signature_html='<p>Ada <a href="https://ada.example/">Lake</a></p>'),
            "Ada Lake",
            'Ada <a href="https://ada.example/">Lake</a>',
        ),
        (MailboxChange(signature="Ada", signature_html="<b>Ada L</b>"), "Ada", "<b>Ada L</b>"),
    ],
)
def test_a_signature_stands_once_below_both_parts_and_above_the_last_line(
    ready: Context, server: FaultServer, wish: MailboxChange, text: str, form: str
) -> None:
    linked(ready)
    changing.change(ready, ADA, wish)
    assert sent(ready) == 2
    raw = next(mail.raw for mail in server.accepted if mail.recipient == "tom@harbour.example")
    plain, made = parts(raw)
    above, mark, below = plain.partition("\n-- \n")
    assert mark
    assert below.startswith(text)
    assert "/u/" in below
    assert "/u/" not in above
    assert made.count(form) == 1
    assert made.index(form) < made.index("/u/")


def test_what_is_written_keeps_its_signature_and_the_next_one_has_the_new_one(
    ready: Context, server: FaultServer
) -> None:
    changing.change(ready, ADA, MailboxChange(signature="Ada, before"))
    server.fail(Fault(Point.RCPT, Kind.REPLY, "451 4.7.1 Greylisting in action"))
    assert sent(ready) == 0
    changing.change(ready, ADA, MailboxChange(signature="Ada, after"))
    assert sent(ready) == 1
    assert b"Ada, before" in server.accepted[0].raw
    assert sum(sent(ready, days=1) for _day in range(6)) == 1
    assert b"Ada, after" in server.accepted[1].raw
    assert b"Ada, before" not in server.accepted[1].raw
