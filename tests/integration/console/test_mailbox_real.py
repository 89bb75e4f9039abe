"""The page of a mailbox that is not for practice, in a real browser: health, signature and rates, whatever they say."""

from __future__ import annotations

from typing import Any

import pytest

from relance.clock import machine_now
from relance.engine.mailboxes.health import receiving
from relance.engine.mailboxes.settings.signing_mail import SigningRequest
from relance.engine.sequences import publish
from relance.engine.store.mailboxes import health, mailboxes
from relance.engine.store.mailboxes.rates import receivers
from relance.mailbox.health import dmarc, findings, records, spf
from relance.mailbox.health.dmarc import Passes
from relance.mailbox.health.findings import Check
from relance.mailbox.health.records import OwnKey
from tests import engine_house
from tests.frozen_dns import FrozenAnswers
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS
from tests.integration.engine.test_mailbox_rates import wrote

ANN, DOMAIN = "ann@health.example", "health.example"


@pytest.fixture
def ann(console: Console) -> Console:
    """Her domain lacks much, DNS is silent about the rest, her key is not published, and she wrote to people at Google and elsewhere."""
    house = console.app._context
    number = engine_house.add_mailbox(house, ANN, smtp_host="smtp.health.example")
    console.app.mailboxes.sign_mails(ANN, SigningRequest(kind="rsa"))
    signing = console.app.mailboxes.signing(ANN)
    answers = FrozenAnswers(
        {(DOMAIN, "TXT"): (b"v=spf1 -all", b"v=spf1 ~all"), (DOMAIN, "MX"): (b"mx.health.example.",)}
    )
    found = [
        spf.examine(DOMAIN, "", answers),
        records.own_key(OwnKey(DOMAIN, signing.name, signing.record, b"x"), answers),
        dmarc.examine(DOMAIN, Passes(), answers),
        records.mx(DOMAIN, answers),
        findings.silent(Check.LINKS, "go.health.example"),
    ]
    publish.publish(house, engine_house.TRIAL)
    for domain, count in (
        ("oak.example", 7),
        ("a-company-with-a-long-name.linden.example", 3),
        ("gmail.com", 2),
    ):
        wrote(house, count, domain=domain, refused=1)
    now = machine_now()
    with house.database.write() as conn:
        health.put(conn, number, now, checked_at=now, findings=[each.row() for each in found])
        mailboxes.change(conn, number, barred=findings.barring(found))
        receivers.answered(conn, {"oak.example": "microsoft365"}, now, now + receiving.DAILY)
    return console


@pytest.mark.parametrize(("scheme", "language", "width"), [("light", "en", 1280), ("dark", "pl", 390)])
def test_it_is_accessible_and_fits(ann: Console, tab: Any, scheme: str, language: str, width: int) -> None:
    here = tab(ann.join(BOSS), color_scheme=scheme, viewport={"width": width, "height": 800})
    page = here.open(f"/mailboxes/{ANN}?lang={language}")
    assert all(page.locator(f"#{each}").count() == 1 for each in ("health", "dkim", "rates"))
    for each in page.locator("main details").all():
        each.evaluate("node => { node.open = true; }")
    assert here.axe() == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click('form[action="/mailboxes/dkim-stop"] button')
    assert page.locator("[name=sure]").count() == 1
    assert here.axe() == []
