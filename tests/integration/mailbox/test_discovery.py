"""The servers of an address, asked of a DNS server on this machine."""

from __future__ import annotations

import socket

import dns.resolver
import pytest

from relance.mailbox.account import Security, Server
from relance.mailbox.providers.discovery import Discovery, ServersFrom, discover
from relance.mailbox.providers.resolver import Dns
from tests.servers import dns_server, ports
from tests.servers.dns_server import Zone

FIRM = "firm.pl"
OWN = {
    (f"_imaps._tcp.{FIRM}", "SRV"): ["20 1 993 second.firm.pl.", "10 1 9993 Mail.firm.pl."],
    (f"_submissions._tcp.{FIRM}", "SRV"): ["0 1 465 mail.firm.pl."],
    (f"_submission._tcp.{FIRM}", "SRV"): ["0 1 587 other.firm.pl."],
}
FOREIGN = {
    (f"_imaps._tcp.{FIRM}", "SRV"): ["0 1 993 imap.elsewhere.net."],
    (f"_submission._tcp.{FIRM}", "SRV"): ["0 1 587 smtp.firm.pl."],
}
NONE = {
    (f"_imaps._tcp.{FIRM}", "SRV"): ["0 0 0 ."],
    (f"_submissions._tcp.{FIRM}", "SRV"): ["0 0 0 ."],
    (FIRM, "MX"): ["10 mx.firm.pl."],
}
GOOGLE = {(FIRM, "MX"): ["5 alt1.aspmx.l.google.com.", "1 aspmx.l.google.com."]}
MICROSOFT = {(FIRM, "MX"): ["0 firm-pl.mail.protection.outlook.com."]}


def found(zone: Zone, address: str = f"ada@{FIRM}") -> Discovery:
    with dns_server.serving(zone) as resolver:
        return discover(address, Dns(resolver))


def test_srv_records_under_the_domain_are_believed() -> None:
    told = found(OWN)
    assert (told.origin, told.believed) == (ServersFrom.SRV, True)
    assert told.setup.imap == Server("mail.firm.pl", 9993, Security.TLS)
    assert told.setup.smtp == Server("mail.firm.pl", 465, Security.TLS)


def test_srv_records_of_another_domain_are_a_persons_to_confirm() -> None:
    told = found(FOREIGN)
    assert (told.origin, told.believed) == (ServersFrom.SRV, False)
    assert told.setup.imap.host == "imap.elsewhere.net"
    assert told.setup.smtp == Server("smtp.firm.pl", 587, Security.STARTTLS)


def test_srv_records_of_a_provider_we_know_are_believed() -> None:
    zone = {
        (f"_imaps._tcp.{FIRM}", "SRV"): ["0 1 993 outlook.office365.com."],
        (f"_submission._tcp.{FIRM}", "SRV"): ["0 1 587 smtp.office365.com."],
    }
    told = found(zone)
    assert told.believed
    assert told.setup.provider is not None
    assert told.setup.provider.name == "microsoft365"


@pytest.mark.parametrize(("zone", "name"), [(GOOGLE, "google-workspace"), (MICROSOFT, "microsoft365")])
def test_mx_records_show_who_hosts_the_domain(zone: Zone, name: str) -> None:
    told = found(zone)
    assert (told.origin, told.believed) == (ServersFrom.MX, True)
    assert told.setup.provider is not None
    assert told.setup.provider.name == name


@pytest.mark.parametrize("zone", [{}, NONE, {(FIRM, "MX"): ["10 evilgoogle.com."]}])
def test_where_nothing_says_so_the_usual_names_are_taken(zone: Zone) -> None:
    told = found(zone)
    assert (told.origin, told.offline) == (ServersFrom.USUAL, False)
    assert (told.setup.smtp.host, told.setup.imap.host) == (f"smtp.{FIRM}", f"imap.{FIRM}")
    assert told.told is not None


def test_where_dns_does_not_answer_that_is_said() -> None:
    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind((ports.LOOPBACK, 0))
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [ports.LOOPBACK], silent.getsockname()[1]
    resolver.timeout = 0.1
    with silent:
        told = discover(f"ada@{FIRM}", Dns(resolver, seconds=0.2))
    assert (told.origin, told.offline) == (ServersFrom.USUAL, True)


class NotAsked:
    """No DNS question is needed."""

    def mx(self, domain: str) -> list[str]:
        raise AssertionError(domain)

    srv = mx


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("ada@gmail.com", ServersFrom.DOMAIN),
        ("ada@sales.example", ServersFrom.USUAL),
        ("ada@here.test", ServersFrom.USUAL),
    ],
)
def test_dns_is_asked_only_where_it_can_know(address: str, origin: ServersFrom) -> None:
    assert discover(address, NotAsked()).origin is origin
