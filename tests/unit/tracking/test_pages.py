"""The pages: the reader's language, a form that works without scripts, and strangers' text that stays text."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from relance.tracking import pages


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("pl", "pl"),
        ("pl-PL,pl;q=0.9,en-US;q=0.8,en;q=0.7", "pl"),
        ("it-IT, de-AT;q=0.5, en;q=0.4", "de"),
        ("en;q=0.2, FR ; q=0.9", "fr"),
        ("es;q=0, en;q=0.1", "en"),
        ("*", "en"),
        ("de;q=nan, es;q=inf, fr;q=x, pl;level=1", "en"),
        ("sv, nb", "en"),
    ],
)
def test_the_language_the_reader_likes_best(header: str | None, language: str) -> None:
    assert pages.choose_language(header, "en") == language


@pytest.mark.parametrize("header", [None, "", "*", "sv, nb", "pl;q=0", "pl;q=x"])
def test_a_browser_that_asks_for_none_of_ours_gets_the_language_of_the_settings(header: str | None) -> None:
    assert pages.choose_language(header, "pl") == "pl"
    assert pages.choose_language(header, "en") == "en"


@given(st.text(max_size=200))
def test_any_header_gives_a_language_we_have(header: str) -> None:
    assert pages.choose_language(header, "en") in pages.languages()


@pytest.mark.parametrize("language", pages.languages())
def test_every_language_has_a_whole_accessible_page(language: str) -> None:
    tree = LexborHTMLParser(pages.ask(language, "a•••@acme.example"))
    assert tree.css_first("html").attributes["lang"] == language
    assert tree.css_first("title").text() == tree.css_first("h1").text()
    assert len(tree.css("main")) == len(tree.css("h1")) == 1
    assert "a•••@acme.example" in tree.css_first("p").text()
    assert tree.css_first("form").attributes["method"] == "post"
    assert tree.css_first("form button[type=submit]").text()
    assert not tree.css("script")
    for page in (pages.done(language, None), pages.gone(language), pages.trouble(language)):
        assert "{" not in LexborHTMLParser(page).css_first("main").text()


@given(st.text(max_size=60))
def test_a_contact_is_shown_as_text(contact: str) -> None:
    empty = LexborHTMLParser(pages.ask("en", "x"))
    hostile = LexborHTMLParser(pages.ask("en", "<img src=x onerror=alert(1)>{0}{contact}$title" + contact))
    assert [node.tag for node in hostile.css("*")] == [node.tag for node in empty.css("*")]
    assert "<img src=x onerror=alert(1)>{0}{contact}$title" in hostile.css_first("p").text()


def test_the_policy_allows_our_style_and_nothing_else() -> None:
    style = re.search("<style>(.*)</style>", pages.gone("en"))
    assert style is not None
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in pages.CONTENT_POLICY
    assert "default-src 'none'" in pages.CONTENT_POLICY
    assert "unsafe" not in pages.CONTENT_POLICY


@pytest.mark.parametrize(
    ("address", "masked"), [("ada@acme.example", "a•••@acme.example"), ("@x", "•••@x"), ("nonsense", "•••")]
)
def test_a_masked_address_is_known_to_its_owner_only(address: str, masked: str) -> None:
    assert pages.mask(address) == masked
