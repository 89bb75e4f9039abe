"""Rates count by who receives: companies at one provider together, by their MX records; what nobody knows counts as its own domain."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from relance import clock
from relance.engine.context import Context
from relance.engine.db.tables import receiving_domain
from relance.engine.mailboxes import service
from relance.engine.mailboxes.health import receiving, watching
from relance.engine.sequences import publish
from relance.mailbox.health.asking import AskedDns
from relance.mailbox.health.dns_answers import SILENT, DnsAnswer
from tests import engine_house
from tests.integration.engine.test_mailbox_rates import ADA, wrote
from tests.servers import dns_server

Zone = dict[tuple[str, str], list[str]]
GOOGLE, OWN = ["1 smtp.google.com."], ["10 mx.linden.example."]


@pytest.fixture
def zone() -> Zone:
    return {
        ("oak.example", "MX"): GOOGLE,
        ("elm.example", "MX"): ["5 elm-example.mail.protection.outlook.com."],
        ("ash.example", "MX"): ["20 backup.ash.example.", "1 aspmx.l.google.com."],
        ("linden.example", "MX"): OWN,
        ("fir.example", "MX"): ["0 ."],
    }


@pytest.fixture
def ready(house: Context, zone: Zone) -> Iterator[Context]:
    """Ada writes through a server that is not for practice; nobody is silent."""
    with dns_server.serving(zone) as resolver:
        house = dataclasses.replace(house, open_dns=lambda: AskedDns(resolver, question_seconds=2))
        engine_house.add_mailbox(house, ADA, smtp_host="mail.sales.example")
        publish.publish(house, engine_house.TRIAL)
        yield house


def told(house: Context) -> list[tuple[str, str, int]]:
    return [(each.receiver, each.domain, each.sent) for each in watching.show(house, ADA)[1:]]


def test_companies_at_one_provider_count_together_after_dns_was_asked(ready: Context) -> None:
    for domain, count in (("oak.example", 2), ("ash.example", 3), ("elm.example", 4), ("gmail.com", 1)):
        wrote(ready, count, domain=domain)
    for domain in ("linden.example", "fir.example", "nowhere.example"):
        wrote(ready, 1, domain=domain)
    assert told(ready)[:2] == [("", "elm.example", 4), ("", "ash.example", 3)]
    assert watching.look(ready) == 0
    assert told(ready) == [
        ("Google", "", 6),
        ("Microsoft", "", 4),
        ("", "fir.example", 1),
        ("", "linden.example", 1),
        ("", "nowhere.example", 1),
    ]


def test_a_provider_is_enough_to_pause_and_is_named(ready: Context) -> None:
    for domain in ("oak.example", "ash.example"):
        wrote(ready, 30, domain=domain, refused=3)
    wrote(ready, 60, domain="linden.example")
    assert watching.look(ready) == 0  # of each company too few, and of all mails within the limit
    wrote_before = service.show(ready, ADA)
    assert wrote_before.state == "active"
    assert watching.look(ready) == 1
    assert "Google" in service.show(ready, ADA).reason


def test_a_domain_is_asked_for_once_a_day_and_what_was_known_stays_where_dns_is_silent(
    ready: Context, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert receiving.ask(ready, ["oak.example", "gmail.com"]) == 1  # Gmail is known without asking
    zone["oak.example", "MX"] = OWN
    assert receiving.ask(ready, ["oak.example"]) == 0
    tomorrow = clock.machine_now() + receiving.DAILY
    monkeypatch.setattr(clock, "machine_now", lambda: tomorrow)
    quiet = dataclasses.replace(ready, open_dns=_Mute)
    assert receiving.ask(quiet, ["oak.example", "new.example"]) == 2
    assert receivers(ready) == {"oak.example": "Google", "new.example": "new.example"}
    later = tomorrow + receiving.SOON
    monkeypatch.setattr(clock, "machine_now", lambda: later)
    assert receiving.ask(ready, ["oak.example"]) == 1
    assert receivers(ready)["oak.example"] == "oak.example"


class _Mute:
    """DNS that does not answer."""

    def ask(self, name: str, kind: str) -> DnsAnswer:
        del name, kind
        return SILENT


def receivers(house: Context) -> dict[str, str]:
    with house.database.read() as conn:
        found = receiving.by_domain(conn, ["oak.example", "new.example"])
    return {domain: each.name for domain, each in found.items()}


def test_a_round_is_bounded_and_a_domain_that_nobody_writes_to_is_forgotten(
    ready: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_DOMAINS", 2)
    assert receiving.ask(ready, ["a.example", "b.example", "c.example"]) == 2
    assert receiving.ask(ready, ["c.example"], lambda: True) == 0
    much_later = clock.machine_now() + 2 * receiving.FORGOTTEN
    monkeypatch.setattr(clock, "machine_now", lambda: much_later)
    assert receiving.ask(ready, ["c.example"]) == 1
    with ready.database.read() as conn:
        assert conn.execute(sa.select(receiving_domain.c.domain)).scalars().all() == ["c.example"]


def test_nobody_is_asked_for_a_mailbox_that_is_for_practice(house: Context) -> None:
    engine_house.add_mailbox(house, ADA)
    publish.publish(house, engine_house.TRIAL)
    wrote(house, 3)
    assert watching.look(dataclasses.replace(house, open_dns=_Refused)) == 0


def _Refused() -> AskedDns:
    raise AssertionError("DNS was asked")
