"""Which provider a mailbox is at: by its domain, by its servers, and by the domain's MX records."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.mailbox import providers
from relance.mailbox.account import Security, Server
from tests.reworded import in_english

TODAY = dt.date(2026, 11, 28)
HERE = Server("127.0.0.1", 1143, Security.PLAIN)
OWN = Server("mail.acme.example", 587)


def servers(name: str) -> tuple[Server, Server]:
    found = providers.KNOWN[name].servers
    return found.smtp, found.imap


@pytest.mark.parametrize(
    ("address", "name", "expected"),
    [
        ("me@gmail.com", "gmail", "gmail"),
        ("me@acme.example", "gmail", "google-workspace"),
        ("me@acme.example", "microsoft365", "microsoft365"),
        ("me@HOTMAIL.com", "outlook", "outlook"),
        ("me@acme.example", "ovh", "ovh"),
    ],
)
def test_whose_servers_they_are(address: str, name: str, expected: str):
    found = providers.at(address, *servers(name))
    assert found is not None
    assert found.name == expected


def test_servers_of_two_owners_are_at_no_provider():
    assert providers.at("me@gmail.com", servers("gmail")[0], HERE) is None
    assert providers.at("me@acme.example", OWN, OWN) is None


def test_each_server_counts_for_itself():
    smtp, imap = servers("microsoft365")
    reading = providers.password_ended("me@acme.example", OWN, imap, TODAY)
    assert reading is not None
    assert reading.params["protocol"] == "IMAP"
    assert providers.password_ended("me@acme.example", smtp, OWN, TODAY) is None
    sending = providers.password_ended("me@acme.example", smtp, OWN, dt.date(2027, 1, 1))
    assert sending is not None
    assert sending.params["protocol"] == "SMTP"
    assert providers.password_ended("me@acme.example", OWN, OWN, TODAY) is None


def test_advice_is_about_what_stops_people():
    gmail = [str(each) for each in providers.advice(providers.KNOWN["gmail"], TODAY)]
    assert [in_english("requires an app password") in each for each in gmail] == [True]
    gmx = [str(each) for each in providers.advice(providers.KNOWN["gmx"], TODAY)]
    assert [in_english("only after IMAP is switched on") in each for each in gmx] == [True]
    assert providers.advice(providers.KNOWN["ovh"], TODAY) == ()


@pytest.mark.parametrize(
    ("mx", "expected"),
    [
        (["aspmx.l.google.com.", "alt1.aspmx.l.google.com."], "google-workspace"),
        (["smtp.google.com."], "google-workspace"),
        (["acme-example.mail.protection.outlook.com."], "microsoft365"),
        (["acme-example.a-v1.mx.microsoft."], "microsoft365"),
        (["MX1.mail.ovh.net."], "ovh"),
        (["mx00.ionos.com"], "ionos"),
        (["mx.acme.example."], None),
        (["evilgoogle.com."], None),
        ([], None),
    ],
)
def test_who_hosts_a_domain(mx: list[str], expected: str | None):
    found = providers.hosted(mx)
    assert (found.name if found else None) == expected


def test_who_decides_about_mail_is_one_organisation_whatever_it_calls_its_products() -> None:
    told = {
        name: providers.KNOWN[name].receiver
        for name in ("gmail", "google-workspace", "outlook", "microsoft365")
    }
    assert set(told.values()) == {"Google", "Microsoft"}
    assert providers.KNOWN["ovh"].receiver == "OVHcloud"
    gmail = providers.of_domain("GMail.com")
    assert gmail is not None
    assert gmail.receiver == "Google"
    assert providers.of_domain("google.com") is None  # its employees' own domain
