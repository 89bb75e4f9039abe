"""Targets: a Location is the stored http or https target, byte for byte, or there is none."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.tracking import targets


@pytest.mark.parametrize(
    "target",
    [
        "https://acme.example/pricing?plan=a%20b&x=1#top",
        "http://acme.example",
        "https://acme.example/?",
        "https://acme.example/~a/(b)/[c]?q='x'&r=\"y\"|{z}^`",
        "HTTPS://Acme.Example:8443/x",
        "https://user@acme.example/",
    ],
)
def test_a_plain_target_is_sent_as_it_was_written(target: str) -> None:
    assert targets.location(target) == target


def test_what_lies_beyond_ascii_is_encoded_for_its_place() -> None:
    assert targets.location("https://ada@żółw.example:80/gęś?ą=ę#ó") == (
        "https://ada@xn--w-uga1v8h.example:80/g%C4%99%C5%9B?%C4%85=%C4%99#%C3%B3"
    )


@pytest.mark.parametrize(
    "target",
    [
        "", "javascript:alert(1)", "data:text/html,x", "//evil.example", "/path", "acme.example", "https://",
        "https:///evil.example", "http:evil.example", "ftp://acme.example", "mailto:a@acme.example",
        "https:\\\\evil.example", "https://acme.example\\@evil.example", " https://acme.example",
        "https://acme.example/a b", "https://acme.example/\r\nSet-Cookie: a=b", "https://acme.example/\x00",
        "https://acme.example/\u2028x", "https://acme.example/\u0085", "https://[::1", "https://acme.example/" + "a" * 9000,
        "https://" + "ą" * 300 + ".example/",
    ],
)  # fmt: skip
def test_anything_else_leads_nowhere(target: str) -> None:
    assert targets.location(target) is None


@given(
    st.text(max_size=40), st.sampled_from(["", "https://acme.example/", "https://acme.example", "http://"])
)
def test_no_text_makes_a_header_of_its_own(text: str, start: str) -> None:
    place = targets.location(start + text)
    if place is not None:
        assert all(0x21 <= ord(char) <= 0x7E for char in place)
        assert urlsplit(place).scheme in ("http", "https")
        assert place.lower().startswith(("http://", "https://"))
        if (start + text).isascii():
            assert place == start + text
