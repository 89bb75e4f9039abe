"""The table of providers: every fact has a source and a day, and nothing is offered that a provider has ended."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from relance.clock import machine_now
from relance.mailbox import providers
from relance.mailbox.account import PROTECTED, Server
from relance.mailbox.providers.facts import PASSWORDS, FactSource, Provider, Way

TODAY = dt.date(2026, 11, 28)
EVERY = [pytest.param(each, id=each.name) for each in providers.KNOWN.values()]


def sources(value: object) -> Iterator[FactSource]:
    """Every source inside a fact, whatever the shape of the facts becomes."""
    if isinstance(value, FactSource):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from sources(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from sources(getattr(value, field.name))


def facts(value: object) -> Iterator[object]:
    """Every group of facts that is to have a source."""
    if isinstance(value, tuple):
        for each in value:
            yield from facts(each)
    elif dataclasses.is_dataclass(value) and not isinstance(value, FactSource | Server):
        yield value


@pytest.mark.parametrize("provider", EVERY)
def test_every_fact_has_a_source_and_a_day(provider: Provider):
    for field in dataclasses.fields(provider):
        for fact in facts(getattr(provider, field.name)):
            assert list(sources(fact)), (field.name, fact)
    assert bool(provider.hosts) == (provider.hosts_source is not None)
    if provider.oauth:
        assert bool(provider.oauth.application_scopes) == (provider.oauth.application_source is not None)
    for source in sources(provider):
        assert urlsplit(source.url).scheme == "https"
        assert urlsplit(source.url).hostname
        assert dt.date(2026, 1, 1) <= source.read <= machine_now().date()


@pytest.mark.parametrize("provider", EVERY)
def test_servers_are_usable_and_encrypted(provider: Provider):
    servers = provider.servers
    assert servers.smtp.port in (465, 587)
    assert servers.imap.port == 993
    for server in (servers.smtp, servers.imap):
        assert server.security in PROTECTED
        assert server.host == server.host.lower()
        assert "." in server.host


@pytest.mark.parametrize("provider", EVERY)
def test_names_and_domains_are_written_as_they_are_compared(provider: Provider):
    assert provider.name == provider.name.lower()
    for name in (*provider.domains, *provider.hosts):
        assert name == name.lower().strip(".")
    assert provider.sign_in


def test_no_two_providers_share_a_domain():
    domains = [domain for each in providers.KNOWN.values() for domain in each.domains]
    assert sorted(domains) == sorted(set(domains))


@pytest.mark.parametrize("provider", EVERY)
def test_every_provider_offers_a_way_that_works_today(provider: Provider):
    assert provider.ways(TODAY)


@pytest.mark.parametrize("provider", EVERY)
def test_nothing_is_offered_from_the_day_on_it_ends(provider: Provider):
    for each in provider.sign_in:
        for end in filter(None, (each.smtp_ends, each.imap_ends)):
            others = [other for other in provider.sign_in if other is not each]
            assert not each.works(end)
            assert each.way not in provider.ways(end) or each.way in {other.way for other in others}


@pytest.mark.parametrize("provider", EVERY)
def test_who_has_ended_every_password_says_so_before_one_is_asked_for(provider: Provider):
    setup = providers.of(provider)
    ended = providers.password_ended(
        f"me@{[*provider.domains, 'acme.example'][0]}", setup.smtp, setup.imap, TODAY
    )
    assert (ended is not None) == (not provider.takes_password(TODAY))
    if ended is not None:
        assert ended.code == "sign_in_ended"
        assert ended.params["provider"] == provider.title
        assert Way.OAUTH in provider.ways(TODAY)


@pytest.mark.parametrize("provider", EVERY)
def test_sign_in_by_oauth_says_where_tokens_come_from(provider: Provider):
    if (oauth := provider.oauth) is None:
        assert Way.OAUTH not in provider.ways(TODAY)
        return
    for endpoint in filter(None, (oauth.authorization_endpoint, oauth.token_endpoint, oauth.device_endpoint)):
        assert urlsplit(endpoint).scheme == "https"
    assert oauth.scopes
    assert oauth.device_flow == bool(oauth.device_endpoint)


def test_what_microsoft_has_ended_and_when():
    password = next(each for each in providers.KNOWN["microsoft365"].sign_in if each.way in PASSWORDS)
    assert not password.imap_ended(dt.date(2022, 12, 31))
    assert password.imap_ended(dt.date(2023, 1, 1))
    assert not password.smtp_ended(dt.date(2026, 12, 30))
    assert password.smtp_ended(dt.date(2026, 12, 31))
    assert providers.KNOWN["microsoft365"].ways(TODAY) == (Way.OAUTH,)


def test_limits_that_are_known():
    limits = {name: each.limits for name, each in providers.KNOWN.items() if each.limits}
    assert (limits["gmail"].mails_a_day, limits["google-workspace"].mails_a_day) == (500, 2_000)
    exchange = limits["microsoft365"]
    assert (exchange.recipients_a_day, exchange.mails_a_minute, exchange.connections) == (10_000, 30, 3)


def test_google_gives_its_mail_scope_to_no_device_and_microsoft_does():
    google, microsoft = providers.KNOWN["google-workspace"].oauth, providers.KNOWN["microsoft365"].oauth
    assert google is not None
    assert microsoft is not None
    assert (google.device_flow, microsoft.device_flow) == (False, True)
