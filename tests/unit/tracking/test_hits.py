"""Hits: what is kept of a stranger's request is bounded text and half an address."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.tracking import hits


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("93.184.216.34", "93.184.216.0/24"),
        ("::ffff:93.184.216.34", "93.184.216.0/24"),
        ("2606:2800:220:1:248:1893:25c8:1946", "2606:2800:220::/48"),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("fe80::1%eth0", ""),
        ("testclient", ""),
        (None, ""),
    ],
)
def test_an_address_loses_its_end(address: str | None, network: str) -> None:
    assert hits.network_of(address) == network


@given(st.ip_addresses())
def test_no_network_is_smaller_than_a_neighbourhood(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    network = hits.network_of(str(address))
    if network:
        assert ipaddress.ip_network(network).num_addresses >= 256


@given(st.text(max_size=1000))
def test_a_user_agent_is_bounded_printable_text(raw: str) -> None:
    text = hits.agent_text(raw)
    assert len(text) <= hits.LONGEST_AGENT
    assert text.isprintable()
