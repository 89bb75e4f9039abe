"""Every provider's file is whole, is found, and says what its page says."""

from __future__ import annotations

import datetime as dt

import pytest

from relance.mailbox.classification.delivery_failures.providers import provider
from relance.mailbox.classification.delivery_failures.providers.provider import ProviderWords
from relance.mailbox.failures import ABOUT_ADDRESS, FailureReason

ALL = provider.all_providers()
NAMES = [
    "amazon_ses",
    "barracuda",
    "exchange_online",
    "exim",
    "gmail",
    "home_pl",
    "icloud",
    "interia",
    "mail_ru",
    "mimecast",
    "onet",
    "opensmtpd",
    "ovh",
    "postfix",
    "proofpoint",
    "qmail",
    "sendmail",
    "united_internet",
    "wp",
    "yahoo",
    "yandex",
    "zoho",
]


def test_the_providers_are_there() -> None:
    assert sorted(each.code for each in ALL) == NAMES
    assert [each.program for each in ALL] == sorted(each.program for each in ALL)


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.code)
def test_a_file_says_when_and_where_it_was_checked_and_by_what_it_is_known(each: ProviderWords) -> None:
    assert dt.date(2026, 1, 1) <= each.checked <= dt.date(2100, 1, 1)
    assert each.source.startswith("https://")
    assert each.hosts or each.program
    assert each.meanings
    assert not each.speaks((), "nothing of anybody's", ())


@pytest.mark.parametrize("each", ALL, ids=lambda each: each.code)
def test_only_what_is_about_an_address_proves_that_it_is_dead(each: ProviderWords) -> None:
    assert all(one.failure in ABOUT_ADDRESS for one in each.meanings if one.definite)


@pytest.mark.parametrize(
    ("host", "code", "words", "reason"),
    [
        ("x.mail.protection.outlook.com", "5.7.133", "", FailureReason.POLICY),
        ("x.mail.protection.outlook.com", "5.4.1", "recipient address rejected: access denied", FailureReason.NO_SUCH_USER),
        ("gmail-smtp-in.l.google.com", "5.7.27", "", FailureReason.AUTHENTICATION),
        ("mx.poczta.interia.pl", "5.2.1", "mailbox not available", FailureReason.UNKNOWN),
        ("mx.poczta.interia.pl", "5.7.1", "recipient doesn't want your mail", FailureReason.POLICY),
        ("mx1.mail.ovh.net", "5.7.1", "550 spam detected", FailureReason.FILTERED),
        ("eu-smtp-inbound-1.mimecast.com", None, "451 internal resources are temporarily unavailable", FailureReason.RATE),
        ("mx.zoho.com", "5.4.6", "unusual sending activity detected", FailureReason.RATE),
    ],
)  # fmt: skip
def test_what_a_provider_means(host: str, code: str | None, words: str, reason: FailureReason) -> None:
    found = provider.explained([code] if code else [], words, [host])
    assert found is not None
    assert found[1].failure is reason


def test_a_code_that_nobody_else_uses_tells_who_speaks() -> None:
    found = provider.explained(["5.7.708"], "service unavailable", [])
    assert found is not None
    assert (found[0].name, found[1].failure) == ("Exchange Online", FailureReason.REPUTATION)
    assert provider.explained(["5.1.1"], "user unknown", ["mx.lake.example"]) is None
