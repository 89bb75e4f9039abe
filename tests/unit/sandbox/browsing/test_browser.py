"""The browser's manners: loopback only, redirects noted, forms found."""

from __future__ import annotations

import datetime as dt

import pytest

from relance import clock as clocks
from relance.sandbox import record
from relance.sandbox.browsing import browser

AGENT = browser.Agent("test")


@pytest.fixture
def book() -> record.Record:
    return record.Record(clocks.ManualClock(dt.datetime(2026, 3, 2, tzinfo=dt.UTC)))


@pytest.mark.parametrize(
    "url", ["http://192.0.2.1/x", "https://127.0.0.1/x", "ftp://localhost/", "http://firma.example/"]
)
def test_nothing_beyond_loopback_is_asked(book: record.Record, url: str) -> None:
    page = browser.visit(book, browser.Errand("p@x.example", record.Act.CLICK, url, AGENT))

    assert (page.visit.status, page.visit.done) == (0, False)
    assert page.visit.trouble.startswith("not asked")
    assert book.story().visits == (page.visit,)


def test_a_site_that_is_down_is_trouble_and_no_crash(book: record.Record) -> None:
    page = browser.visit(book, browser.Errand("p@x.example", record.Act.OPEN, "http://127.0.0.1:1/o", AGENT))

    assert page.visit.trouble.startswith("ConnectionRefusedError")


def test_the_first_form_sent_by_post_is_found_with_its_fields() -> None:
    page = """<form action="/search"><input name="q"></form>
      <form method="POST" action="/u/1"><input type="hidden" name="a" value="x &amp; y"><button name="b">Go</button></form>
      <form method="post" action="/other"><input name="c" value="no"></form>"""

    found = browser.find_form(page, "http://127.0.0.1:9/u/1?x=1")

    assert found == browser.Form("http://127.0.0.1:9/u/1", {"a": "x & y", "b": ""})
    assert browser.find_form("<p>nothing</p>", "http://127.0.0.1/") is None


def test_a_form_without_an_action_goes_where_the_page_came_from() -> None:
    found = browser.find_form('<form method="post"></form>', "http://127.0.0.1:9/u/1")

    assert found == browser.Form("http://127.0.0.1:9/u/1", {})
