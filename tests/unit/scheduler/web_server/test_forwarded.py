"""Who visits through a proxy: only our own proxies are believed, and of what they say only what they can know."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.scheduler.web_server import forwarded
from relance.scheduler.web_server.forwarded import BehindProxies

TRUSTED = [ipaddress.ip_network(each) for each in ("10.0.0.0/8", "2001:db8:1::/48")]
PROXY, VISITOR, LIE = "10.0.0.7", "203.0.113.9", "198.51.100.1"


def seen(peer: str, **headers: str) -> str:
    given_ = {name.replace("_", "-"): [value] for name, value in headers.items()}
    return str(forwarded.visitor(peer, given_, TRUSTED).address)


def test_a_peer_that_is_no_proxy_of_ours_is_the_visitor_whatever_it_says() -> None:
    assert seen(VISITOR, x_forwarded_for=LIE) == VISITOR
    assert seen(VISITOR, forwarded=f"for={LIE};proto=https") == VISITOR
    assert forwarded.visitor(VISITOR, {"x-forwarded-proto": ["https"]}, TRUSTED).scheme is None
    assert str(forwarded.visitor(PROXY, {"x-forwarded-for": [LIE]}, []).address) == PROXY


@pytest.mark.parametrize(
    ("said", "visitor"),
    [
        (VISITOR, VISITOR),
        (f"{LIE}, {VISITOR}", VISITOR),  # appended to what the visitor had written
        (f"{LIE}, {VISITOR}, 10.0.0.9", VISITOR),  # two proxies of ours
        (f"{VISITOR}:50210", VISITOR),
        ("2001:db8:2::5", "2001:db8:2::5"),
        ("[2001:db8:2::5]:50210", "2001:db8:2::5"),
        (f"::ffff:{VISITOR}", VISITOR),
        ("10.0.0.8, 10.0.0.9", "10.0.0.8"),  # one of our own machines
        (f"{LIE}, unknown", "None"),  # the last hop is not told: what stands before it is anybody's
        ("", PROXY),
    ],
)
def test_x_forwarded_for_is_read_from_the_right(said: str, visitor: str) -> None:
    assert seen(PROXY, x_forwarded_for=said) == visitor


@pytest.mark.parametrize(
    ("said", "visitor"),
    [
        (f"for={VISITOR};proto=https;by=10.0.0.7", VISITOR),
        (f"for={LIE}, For={VISITOR};Proto=https", VISITOR),
        ('for="[2001:db8:2::5]:4711"', "2001:db8:2::5"),
        (f'for={VISITOR};host="a,b;c"', VISITOR),
        (f"for={LIE}, for=_hidden", "None"),
        (f'for="{LIE}, for={VISITOR}', VISITOR),  # a quote that nobody closed
    ],
)
def test_forwarded_is_read_from_the_right(said: str, visitor: str) -> None:
    assert seen(PROXY, forwarded=said) == visitor


def test_where_both_headers_differ_one_was_passed_through_and_neither_is_believed() -> None:
    assert seen(PROXY, x_forwarded_for=VISITOR, forwarded=f"for={VISITOR}") == VISITOR
    assert seen(PROXY, x_forwarded_for=VISITOR, forwarded=f"for={LIE}") == "None"


def test_a_header_sent_twice_is_one_list() -> None:
    found = forwarded.visitor(PROXY, {"x-forwarded-for": [LIE, VISITOR]}, TRUSTED)
    assert str(found.address) == VISITOR


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_the_headers_say_the_answer_is_an_address_or_nobody(plain: str, standard: str) -> None:
    headers = {"x-forwarded-for": [plain + f", {VISITOR}"], "forwarded": [standard]}
    found = forwarded.visitor(PROXY, headers, TRUSTED).address
    assert found is None or str(found) == VISITOR


def asked(peer: str, *headers: tuple[str, str]) -> dict[str, Any]:
    """What an application behind the proxies sees."""
    scope: dict[str, Any] = {"type": "http", "client": (peer, 5), "scheme": "http"}
    scope["headers"] = [(name.encode(), value.encode()) for name, value in headers]
    found: dict[str, Any] = {}

    async def application(scope: Any, receive: Any, send: Any) -> None:
        found.update(scope)

    asyncio.run(BehindProxies(application, ["10.0.0.0/8"])(scope, None, None))
    return found


def test_an_application_sees_the_visitor_and_the_scheme() -> None:
    through = asked(PROXY, ("x-forwarded-for", VISITOR), ("x-forwarded-proto", "https"))
    assert (through["client"], through["scheme"]) == ((VISITOR, 0), "https")
    assert asked(PROXY, ("forwarded", f"for={VISITOR};proto=https"))["scheme"] == "https"
    spoofed = asked(VISITOR, ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-proto", "https"))
    assert (spoofed["client"], spoofed["scheme"]) == ((VISITOR, 5), "http")
    assert asked(PROXY, ("x-forwarded-for", VISITOR), ("forwarded", "for=127.0.0.1"))["client"] is None
