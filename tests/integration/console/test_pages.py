"""Pages in a real browser: nothing goes wrong in them, axe-core finds nothing serious, and strangers' names stay words."""

from __future__ import annotations

import pytest

from relance.console.views.contents import PAGES
from tests.integration.console import every_page
from tests.integration.console.conftest import PASSWORD

HOSTILE = "<script>document.title='taken'</script><img src=x onerror=\"document.title='taken'\">{{ 7*7 }}"


@pytest.fixture
def boss(console):
    """A manager, whose name is hostile; and somebody invited."""
    token = console.join("ada@acme.example", "manager", HOSTILE[:100])
    console.app.users.invite("ben@acme.example")
    return token


def test_every_page_has_an_address_where_it_is_looked_at():
    """A new page needs a row in `every_page.PLACES`."""
    assert set(every_page.PLACES) - every_page.WAY_IN == every_page.shown()


PRIMARY = """[...document.querySelectorAll('main button, main [role=button]')].filter(each =>
  each.checkVisibility() && !each.matches('.secondary, .danger, .plain, summary')).map(each => each.innerText)"""
# The buttons that say "this next".
BROKEN = """[...document.querySelectorAll('nav.rail > ul > li > a > span:not(.count)')].filter(each =>
  each.offsetParent && each.offsetHeight > 24).map(each => each.innerText)"""
# Words of the rail that are broken in two.
UNSEEN = """[...document.querySelectorAll('main :is(a[href], button, input:not([type=hidden]), select, textarea, summary)')].filter(each => {
  if (!each.checkVisibility() || each.disabled) return false;
  each.focus();
  const look = getComputedStyle(each);
  return document.activeElement !== each || each.tabIndex < 0 || (look.outlineStyle === 'none' && look.boxShadow === 'none');
}).map(each => each.outerHTML.slice(0, 120))"""
# What the keyboard does not reach, or where nobody sees that it did.
OTHER = {"light": "dark", "dark": "light"}


@pytest.mark.parametrize(("scheme", "language", "width"), [("light", "en", 1280), ("dark", "pl", 390)])
def test_every_page_is_accessible_and_fits_whatever_it_shows(console, tab, scheme, language, width):
    token = every_page.lived_in(console, HOSTILE[:100])
    here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
    for path in every_page.addresses():
        page = here.open(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.evaluate("document.documentElement.lang") == language, path
        assert page.locator("h1").count() == 1, path
        for shown in (OTHER[scheme], scheme):
            page.emulate_media(color_scheme=shown)
            assert here.axe() == [], f"{path} {language} {shown}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} px wide on a screen of {width}"
        assert len(page.evaluate(PRIMARY)) <= 1, f"{path}: one thing a page: {page.evaluate(PRIMARY)}"
        assert page.evaluate(BROKEN) == [], path
        page.keyboard.press("Tab")
        assert page.evaluate(UNSEEN) == [], f"{path}: not reached by keyboard, or without a frame"
        assert "taken" not in page.title()


def test_an_empty_installation_is_accessible_too(console, boss, tab):
    here = tab(boss, color_scheme="dark")
    for path in (
        "/",
        "/inbox",
        "/held",
        "/tasks",
        "/sequences",
        "/contacts",
        "/mailboxes",
        "/reports",
        "/jobs",
    ):
        here.open(path)
        assert here.axe() == [], path


def test_the_way_in_is_accessible_too(console, tab):
    here = tab()
    assert "relance console invite" in here.open("/sign-in").inner_text("main")
    assert here.axe() == []
    link = console.app.users.invite("ada@acme.example").path
    here.open(link)
    assert here.axe() == []


@pytest.mark.parametrize("script", [True, False])
def test_a_newcomer_gets_in_works_and_leaves(console, tab, script):
    page = tab(java_script_enabled=script).page if not script else None
    here = tab() if script else None
    page = page or here.page
    page.goto(console.url + console.app.users.invite("ada@acme.example").path)
    page.fill("[name=name]", HOSTILE[:100])
    page.fill("[name=password]", PASSWORD)
    page.fill("[name=again]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(console.url + "/")
    page.goto(console.url + "/users")
    page.fill("[name=email]", "ben@acme.example")
    page.click("main button[type=submit]")
    assert "/welcome/" in page.inner_text(".flash code")
    page.click("header [name=language][value=pl]")
    assert page.get_attribute("html", "lang") == "pl"
    page.click("header details.menu summary")
    page.click("header form[action='/sign-out'] button")
    page.wait_for_url("**/sign-in")
    assert page.context.cookies() == []
    page.fill("[name=email]", "ada@acme.example")
    page.fill("[name=password]", "wrong password")
    page.click("button[type=submit]")
    page.wait_for_selector("[role=alert]")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(console.url + "/")


def test_what_is_not_there_names_no_command(console, boss):
    """There is a page for what a command does."""
    with console.client(boss) as client:
        for path in ("/contacts/nobody@lake.example", "/mailboxes/nobody@sales.example", "/sequences/none"):
            found = client.get(path)
            assert (found.status_code, "relance " in found.text.partition("<main")[2]) == (404, False), path


@pytest.mark.parametrize("script", [True, False])
def test_another_language_keeps_the_list_as_it_is_filtered(console, boss, tab, script):
    page = tab(boss, java_script_enabled=script).page if not script else tab(boss).page
    page.goto(console.url + "/contacts?stands=none&q=a+b&lang=en")
    page.click("header [name=language][value=pl]")
    page.wait_for_url(console.url + "/contacts?stands=none&q=a+b")
    assert page.get_attribute("html", "lang") == "pl"


def test_keys_open_help_and_close_it(console, boss, tab):
    page = tab(boss).open("/")
    page.keyboard.press("?")
    assert page.is_visible("#keys[open]")
    page.keyboard.press("Escape")
    assert not page.is_visible("#keys[open]")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_a_page_may_call_its_own_values_as_it_likes(console):
    """What stands around a page goes by a name of its own."""
    from starlette.requests import Request

    from relance.console import rendering
    from relance.console.site import Site
    from relance.console.visit import Visit
    from relance.engine.roles import Role, Viewer

    console.join("ada@acme.example")
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [],
        "query_string": b"",
        "root_path": "",
    }
    visit = Visit(
        Request(scope),
        Site(console.app, PAGES),
        console.app,
        "en",
        Viewer(1, "ada@acme.example", Role.MANAGER),
    )
    names = ("state", "rail", "keys", "flash", "here", "languages")
    words = " ".join(f"{{{{ {name} }}}}" for name in names)
    made = rendering.environment().from_string(
        f'{{% extends "base.html" %}}{{% block content %}}{words}{{% endblock %}}'
    )
    shown = made.render(rendering._everywhere(visit), **{name: f"my {name}" for name in names})
    assert " ".join(f"my {name}" for name in names) in shown
    assert 'id="state"' in shown


def test_a_search_above_a_list_shows_its_sign_once(console, boss, tab):
    """Pico brings one as a background, in a colour of its own."""
    page = tab(boss).open("/inbox")
    assert (
        page.evaluate("getComputedStyle(document.querySelector('main input[type=search]')).backgroundImage")
        == "none"
    )
    sign = page.locator("main .find .icon")
    assert sign.is_visible()
    above = "e => +getComputedStyle(e).zIndex > (+getComputedStyle(e.closest('.find').querySelector('input')).zIndex || 0)"
    assert sign.evaluate(above)
