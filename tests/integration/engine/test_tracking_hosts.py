"""Mailboxes whose links lead by hosts of their own: what arrives under each host is served by the one web server and counted for its own mail."""

from __future__ import annotations

import contextlib
import dataclasses
import email
import email.policy
import http.client
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from relance.engine import turn
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db.tables import hit, message, suppression
from relance.engine.engagement.hits import TrackingDesk
from relance.engine.mailboxes.settings import changing
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.sequences import enroll, publish
from relance.engine.sequences.enroll import EnrollRequest
from relance.scheduler.web_server import web as server
from relance.tracking import answers, web
from tests import engine_house
from tests.engine_doors import NoMail
from tests.servers import ports

ADA, BEN, CAT = (f"{name}@sales.example" for name in ("ada", "ben", "cat"))
OWN = {ADA: "https://go.sales.example", BEN: "https://acme.example/mail"}  # Cat's are the installation's
THEIRS = {ADA: "kim@lake.example", BEN: "tom@harbour.example", CAT: "eve@linden.example"}
SEQUENCE = """
sequence: {name}
mailboxes: [{sender}]
track: {{opens: true, clicks: true}}
steps:
  - {{id: intro, subject: "Hello", body: "Look [here](https://acme.example/{name})"}}
"""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Sink:
    """Takes everything, by recipient."""

    def __init__(self) -> None:
        self.mails: dict[str, str] = {}

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        form = email.message_from_bytes(envelope.content, policy=email.policy.default).get_body(("html",))
        assert form is not None
        self.mails[envelope.rcpt_tos[0]] = form.get_content()
        return "250 2.0.0 taken"


@pytest.fixture
def sent(house: Context) -> dict[str, dict[str, str]]:
    """The links of the mail that each mailbox sent: the pixel, the click and the unsubscribing, by "o", "c" and "u"."""
    sink = Sink()
    controller = Controller(sink, hostname=ports.LOOPBACK, port=ports.free_port())
    controller.start()
    place = {"smtp_host": ports.LOOPBACK, "smtp_port": controller.port, "smtp_security": "plain"}
    for sender, person in THEIRS.items():
        engine_house.add_mailbox(house, sender, username="", **place)
        if sender in OWN:
            changing.change(house, sender, MailboxChange(tracking_host=OWN[sender]))
        name = sender.partition("@")[0]
        publish.publish(house, SEQUENCE.format(name=name, sender=sender))
        contact_service.add(house, person, {"first_name": "Kim"})
        enroll.enroll(house, EnrollRequest(name, [person]))
    engine_house.clock(house).advance(hours=2)
    for number in (1, 2, 3):
        reading = dataclasses.replace(house, open_inbox=NoMail())
        assert turn.take_turn(reading, number, lambda: False).sent == 1
    controller.stop()
    return {sender: links(sink.mails[person]) for sender, person in THEIRS.items()}


def links(form: str) -> dict[str, str]:
    found = re.findall(r"https?://[^\s\"'<>)]+?/([cou])/[^\s\"'<>)]+", form)
    assert sorted(found) == ["c", "o", "u"]
    return {each[1]: each[0] for each in re.findall(r"(https?://[^\s\"'<>)]+?/([cou])/[^\s\"'<>)]+)", form)}


@pytest.fixture
def port(house: Context) -> Iterator[int]:
    """Of the web server, as daemons serve it."""
    bound = server.listen(ports.LOOPBACK, 0)
    application = web.build(TrackingDesk(house), house.links._signer, now=house.clock.now)
    serving = server.Web(application, [bound])
    serving.start()
    yield int(bound.getsockname()[1])
    serving.stop(10)


def ask(
    port: int, url: str, method: str = "GET", *, host: str = ""
) -> tuple[http.client.HTTPResponse, bytes]:
    """As a proxy in front passes it on: with the host of the link, without what stands before the link's own path."""
    parts = urlsplit(url)
    path = re.sub(r"^.*(/[cou]/)", r"\1", parts.path)
    body = b"List-Unsubscribe=One-Click" if method == "POST" else None
    headers = {"Host": host or parts.netloc, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
    with contextlib.closing(http.client.HTTPConnection(ports.LOOPBACK, port, timeout=20)) as connection:
        connection.request(method, path, body, headers | (FORM if body else {}))
        response = connection.getresponse()
        return response, response.read()


def counted(house: Context) -> list[tuple[str, str]]:
    """The hits, each with the recipient of its mail."""
    query = sa.select(message.c.recipient, hit.c.kind).join(hit, hit.c.message_id == message.c.id)
    with house.database.read() as conn:
        return sorted((row.recipient, row.kind) for row in conn.execute(query))


def test_what_arrives_under_each_host_is_served_and_counted_for_its_own_mail(
    house: Context, sent: dict[str, dict[str, str]], port: int
) -> None:
    for sender, found in sent.items():
        assert {url.rpartition(f"/{kind}/")[0] for kind, url in found.items()} == {
            OWN.get(sender, house.links.base)
        }
        response, body = ask(port, found["o"])
        assert (response.status, body) == (200, answers.PIXEL)
        response, _ = ask(port, found["c"])
        name = sender.partition("@")[0]
        assert response.getheader("location") == f"https://acme.example/{name}"
        response, page = ask(port, found["u"])
        assert response.status == 200
        bases = {*OWN.values(), house.links.base}  # the page leads nowhere but to the host that was asked
        assert [each for each in bases if each.partition("//")[2].encode() in page] == []
    ports.wait_until(lambda: len(counted(house)) == 6, what="the recording of the hits")
    assert counted(house) == sorted(
        (person, kind) for person in THEIRS.values() for kind in ("click", "open")
    )


def test_an_unsubscribing_under_one_host_is_of_its_own_recipient_alone(
    house: Context, sent: dict[str, dict[str, str]], port: int
) -> None:
    assert ask(port, sent[BEN]["u"], "POST")[0].status == 200
    with house.database.read() as conn:
        assert list(conn.execute(sa.select(suppression.c.value)).scalars()) == [THEIRS[BEN]]


def test_under_another_s_host_a_link_is_still_its_own(
    house: Context, sent: dict[str, dict[str, str]], port: int
) -> None:
    """A mailbox may change its host, and an old mail's links lead by a proxy that names another: they say themselves whose they are."""
    assert ask(port, sent[ADA]["o"], host="acme.example")[0].status == 200
    response, _ = ask(port, sent[ADA]["c"], host="nobody-knows.example")
    assert response.getheader("location") == "https://acme.example/ada"
    ports.wait_until(lambda: len(counted(house)) == 2, what="the recording of the hits")
    assert counted(house) == [(THEIRS[ADA], "click"), (THEIRS[ADA], "open")]
    forged = sent[ADA]["o"].replace("/o/", "/o/x")
    ask(port, forged)
    assert len(counted(house)) == 2
