"""Links: the addresses in a mail, and the base they may be built on."""

from __future__ import annotations

import pytest

from relance import errors
from relance.tracking import links
from relance.tracking.tokens import Claim, Purpose, Signer
from tests.reworded import worded

SIGNER = Signer({1: bytes(32)}, current=1)
OLA = "ola@acme.example"
TARGET = "https://acme.example/pricing?who=żółw"


@pytest.mark.parametrize(
    "base", ["https://go.acme.example", "https://go.acme.example/", "http://127.0.0.1:8025/mail/"]
)
def test_each_address_holds_a_token_for_its_purpose(base: str) -> None:
    made = links.Links(base, SIGNER)
    start = base.rstrip("/")
    opened, clicked, unsubscribed = (
        made.open_url(5),
        made.click_url(5, 2, TARGET),
        made.unsubscribe_url(5, OLA),
    )
    assert SIGNER.read(Purpose.OPEN, opened.removeprefix(f"{start}/o/").removesuffix(".gif")) == Claim(5, 0)
    assert SIGNER.read(Purpose.CLICK, clicked.removeprefix(f"{start}/c/")) == Claim(5, 2, TARGET)
    assert SIGNER.read(Purpose.UNSUBSCRIBE, unsubscribed.removeprefix(f"{start}/u/")) == Claim(5, 0, OLA)


@pytest.mark.parametrize(
    ("base", "only_here"),
    [
        ("http://127.0.0.1:8765", True),
        ("http://127.8.9.10", True),
        ("http://LOCALHOST:8765/mail", True),
        ("http://mail.localhost", True),
        ("http://[::1]:8765", True),
        ("http://0.0.0.0:8765", True),
        ("http://10.0.0.7:8765", False),
        ("https://go.acme.example", False),
        ("https://localhost.acme.example", False),
    ],
)
def test_whether_another_computer_can_open_them(base: str, only_here: bool) -> None:
    assert links.Links(base, SIGNER).only_here is only_here


@pytest.mark.parametrize(
    "base",
    ["", "go.acme.example", "ftp://go.acme.example", "https://", "https://a.example/?x=1", "https://a.example/#x",
     "https://a.example/\r\nBcc: x", 'https://a.example/"', "https://a.example/<b>", "https://ą.example"],
)  # fmt: skip
def test_a_base_that_could_not_stand_in_a_header_is_refused(base: str) -> None:
    with pytest.raises(errors.Misconfigured, match=worded("tracking address")):
        links.Links(base, SIGNER)


def test_a_link_with_the_longest_address_fits_a_line_of_a_header() -> None:
    longest = f"{'a' * 64}@{'b' * 60}.{'c' * 60}.{'d' * 60}.example"
    assert len(longest) > 250
    url = links.Links("https://go.a-rather-long-name-of-a-company.example/mail", SIGNER).unsubscribe_url(
        2**62, longest
    )
    assert len(url) < 500  # compose refuses 900, RFC 5322 998


def test_a_target_too_long_for_a_link_is_left_to_the_database() -> None:
    made = links.Links("https://go.acme.example", SIGNER)
    for length, carried in ((1_050, True), (1_900, False)):
        target = "https://acme.example/" + "x" * length
        url = made.click_url(2**62, 3, target)
        assert len(url) < 1_600  # browsers and mail programs bear 2,000
        claim = SIGNER.read(Purpose.CLICK, url.rpartition("/")[2])
        assert claim == Claim(2**62, 3, target if carried else "")


@pytest.mark.parametrize(
    "base", ["https://go.acme.example:99999", "https://go.acme.example:0", "https://go:x", "https://[::1"]
)
def test_what_links_would_lead_nowhere_from_is_refused_where_it_is_set(base: str) -> None:
    with pytest.raises(errors.Misconfigured):
        links.Links.check(base)
    links.Links.check("https://go.acme.example:65535")


def test_mails_below_a_port_that_an_earlier_release_took_still_leave() -> None:
    made = links.Links("https://go.acme.example", SIGNER).below("https://go.acme.example:99999")
    assert made.open_url(5).startswith("https://go.acme.example:99999/o/")
