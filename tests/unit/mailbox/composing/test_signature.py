"""A signature's two forms, and what may not be in one."""

from __future__ import annotations

import pytest

from relance.mailbox.composing import signature


def test_each_form_is_made_of_the_other_where_there_is_one_alone() -> None:
    assert signature.forms("", "") == ("", "")
    assert signature.forms("Ada & Co\nLake", "") == ("Ada & Co\nLake", "<p>Ada &amp; Co<br>\nLake</p>")
    assert signature.forms("", "<p>Ada<br>Lake</p>") == ("Ada\nLake", "<p>Ada<br>Lake</p>")
    assert signature.forms("Ada", "<b>Ada</b>") == ("Ada", "<b>Ada</b>")


@pytest.mark.parametrize(
    "form",
    [
        "",
        "Ada",
        '<table cellpadding="0"><tr><td style="color:#777;font-size:12px">Ada<br/>Lake</td></tr></table>',
        '<p><a href="https://acme.example/">Acme</a> <a href="tel:+48221234567">call</a> <img src="https://acme.example/a.png" alt=""></p>',
        "Ada &amp; Co &#322;",
    ],
)
def test_what_people_paste_is_taken(form: str) -> None:
    assert signature.flaw_of_html(form) is None


@pytest.mark.parametrize(
    "form",
    [
        "<script>alert(1)</script>",
        '<p onclick="x()">Ada</p>',
        '<a href="javascript:alert(1)">Ada</a>',
        '<img src="file:///etc/passwd">',
        '<form action="https://x.example"><input></form>',
        '<iframe src="https://x.example"></iframe>',
        '<p style="background:url(https://x.example)">Ada</p>',
        '<p style="position:fixed">Ada</p>',
        "<!-- Ada -->",
        "<!doctype html><p>Ada</p>",
        "<html><body>Ada</body></html>",
        "<p>Ada",
        "Ada</p>",
        "<p><b>Ada</p></b>",
        "Ada <p",
        "x" * 20_001,
    ],
)
def test_what_runs_loads_asks_or_does_not_end_is_refused(form: str) -> None:
    assert signature.flaw_of_html(form) is not None


def test_a_text_has_bounds_and_no_controls() -> None:
    assert signature.flaw_of_text("Ada\nLake\t1") is None
    assert signature.flaw_of_text("x" * 2001) is not None
    assert signature.flaw_of_text("Ada\x00") is not None


def test_a_page_shows_it_as_it_stands_below_a_mail_and_loads_no_picture() -> None:
    assert signature.shown("", "") == ("", "")
    assert signature.shown("Ada", "") == ("-- \nAda", "<p>Ada</p>")
    logo = '<p style="color: #0f766e"><IMG src="https://x.example/a.png" alt="A &lt; B > C"><img src="https://x.example/b"></p>'
    assert signature.flaw_of_html(logo) is None
    text, form = signature.shown("Ada", logo)
    assert text == "-- \nAda"
    assert form == '<p style="color: #0f766e">[A &lt; B &gt; C][…]</p>'


def test_what_a_signature_may_not_have_is_shown_on_no_page() -> None:
    """It cannot be stored; a page does not count on that."""
    assert signature.shown("Ada", "<script>alert(1)</script>") == ("-- \nAda", "")
