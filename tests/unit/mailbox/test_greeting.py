"""By which name a server is greeted: never by one that only this network, or this container, knows."""

from __future__ import annotations

import pytest

from relance.mailbox import greeting


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("mail.acme.com", "mail.acme.com"),
        ("Mail.Acme.CO.UK.", "mail.acme.co.uk"),
        ("3f2a9b1c7d4e", ""),
        ("relance-worker-6d5f9c-x2k8p", ""),
        ("localhost", ""),
        ("ip-10-0-0-12.eu-west-1.compute.internal", ""),
        ("relance-0.relance.svc.cluster.local", ""),
        ("laptop.lan", ""),
        ("nas.home.arpa", ""),
        ("10.0.0.12", ""),
        ("a_b.acme.com", ""),
        ("", ""),
        ("x" * 250 + ".com", ""),
        ("mail.acme.com\r\nMAIL", ""),
    ],
)
def test_this_computer_s_name_is_told_where_it_means_something_elsewhere(host: str, said: str) -> None:
    assert greeting.of_host(host) == said


@pytest.mark.parametrize(
    "name", ["mail", "-a.example", "a..example", "a.example\n", "[127.0.0.1]", "żak.example"]
)
def test_what_is_no_whole_name_is_none(name: str) -> None:
    assert not greeting.is_name(name)
