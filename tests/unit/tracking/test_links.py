"""Links: the addresses in a mail, and the base they may be built on."""

from __future__ import annotations

import pytest

from relance import errors
from relance.tracking import links
from relance.tracking.tokens import Claim, Purpose, Signer

SIGNER = Signer({1: bytes(32)}, current=1)


@pytest.mark.parametrize(
    "base", ["https://go.acme.example", "https://go.acme.example/", "http://127.0.0.1:8025/mail/"]
)
def test_each_address_holds_a_token_for_its_purpose(base: str) -> None:
    made = links.Links(base, SIGNER)
    start = base.rstrip("/")
    opened, clicked, unsubscribed = made.open_url(5), made.click_url(5, 2), made.unsubscribe_url(5)
    assert SIGNER.read(Purpose.OPEN, opened.removeprefix(f"{start}/o/").removesuffix(".gif")) == Claim(5, 0)
    assert SIGNER.read(Purpose.CLICK, clicked.removeprefix(f"{start}/c/")) == Claim(5, 2)
    assert SIGNER.read(Purpose.UNSUBSCRIBE, unsubscribed.removeprefix(f"{start}/u/")) == Claim(5, 0)


@pytest.mark.parametrize(
    "base",
    ["", "go.acme.example", "ftp://go.acme.example", "https://", "https://a.example/?x=1", "https://a.example/#x",
     "https://a.example/\r\nBcc: x", 'https://a.example/"', "https://a.example/<b>", "https://ą.example"],
)  # fmt: skip
def test_a_base_that_could_not_stand_in_a_header_is_refused(base: str) -> None:
    with pytest.raises(errors.Misconfigured, match="tracking address"):
        links.Links(base, SIGNER)
