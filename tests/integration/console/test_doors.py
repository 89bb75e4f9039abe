"""Every route of the console, generated from its pages: who is let in, who is turned away, and what each answer carries."""

from __future__ import annotations

import re

import httpx2 as httpx
import pytest

from relance.console import assets
from relance.console.pages import Page
from relance.console.requests import security
from relance.console.views.contents import PAGES
from relance.engine.roles import ROLES, Permission, Role

OPEN = {"/sign-in", "/sign-in/code", "/welcome/{token}", "/enter/{token}"}
# What anybody may open: the way in. A page more is a decision.


def path_of(page: Page) -> str:
    """A path of this page; what is named in it is something that nobody has."""
    return re.sub(r"\{[^}]*\}", "999999", page.path)


def named(page: Page) -> str:
    return f"{page.method} {page.path}"


CLOSED = [page for page in PAGES if page.permission is not None]
CHANGING = [page for page in PAGES if page.method != "GET"]


def test_only_the_way_in_is_open_to_anybody():
    assert {page.path for page in PAGES if page.permission is None} == OPEN


def test_each_route_is_there_once_and_what_changes_anything_is_a_post():
    assert len({named(page) for page in PAGES}) == len(PAGES)
    assert {page.method for page in PAGES} <= {"GET", "POST"}


def test_without_a_session_every_page_leads_to_the_way_in(console):
    with console.client() as nobody:
        for page in CLOSED:
            answer = nobody.request(page.method, path_of(page))
            assert (answer.status_code, answer.headers["location"].partition("?")[0]) == (303, "/sign-in"), (
                named(page)
            )


def test_a_cookie_that_is_made_up_is_no_session(console):
    console.join("ada@acme.example")
    with console.client("x" * 43) as nobody:
        assert nobody.get("/").status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "", "origin": "null"},
        {"sec-fetch-site": "CROSS-SITE", "origin": "http://127.0.0.1"},
    ],
)
def test_what_changes_anything_is_refused_from_elsewhere(console, headers):
    token = console.join("ada@acme.example")
    before = len(console.app.users.log(limit=1000))
    with console.client(token, headers=headers) as other:
        for page in CHANGING:
            assert other.post(path_of(page)).status_code == 403, named(page)
    assert len(console.app.users.log(limit=1000)) == before


@pytest.mark.wording
@pytest.mark.parametrize(
    ("headers", "english", "polish"),
    [
        ({"host": "elsewhere.example"}, "does not answer to this name", "nie odpowiada pod tą nazwą"),
        ({"sec-fetch-site": "cross-site"}, "a page of another site", "ze strony innej witryny"),
    ],
)
def test_what_is_turned_away_at_the_door_is_told_why_in_the_language_of_the_browser(
    console, headers, english, polish
):
    """Before anybody is known: by what their browser asks for."""
    with console.client() as nobody:
        said = nobody.post("/sign-in", headers={**headers, "accept-language": "en"})
        assert english in said.text
        assert polish in nobody.post("/sign-in", headers={**headers, "accept-language": "pl"}).text


def test_a_browser_without_sec_fetch_site_is_believed_by_its_origin_only(console):
    import urllib.error
    import urllib.request

    def post(**headers: str) -> int:
        asked = urllib.request.Request(f"{console.url}/sign-in", b"email=a&password=b", headers)
        try:
            return urllib.request.urlopen(asked, timeout=10).status
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    console.join("ada@acme.example")
    assert post() == 403
    assert post(Origin="http://elsewhere.example") == 403
    assert post(Origin=console.url) == 422  # looked at, and the password is wrong


@pytest.mark.parametrize("role", list(Role))
def test_each_page_is_open_to_the_roles_of_its_permission_and_to_no_other(console, role):
    console.join("boss@acme.example", "manager")
    token = console.join("ada@acme.example", role)
    with console.client(token) as ada:
        for page in CLOSED:
            if page.permission is Permission.SELF and page.method == "POST":
                continue  # would sign her out; what is hers is tested by itself
            allowed = role in ROLES[page.permission]
            status = ada.request(page.method, path_of(page), data={}).status_code
            assert (status == 403) != allowed, f"{named(page)}: {status}"


def test_another_name_for_this_machine_is_not_answered(console):
    with console.client() as client:
        for host in ("evil.example", "127.0.0.1.evil.example", "", "[::1", "a:b:c"):
            assert client.get("/sign-in", headers={"host": host}).status_code in (400, 421)
            assert client.get("/nothing", headers={"host": host}).status_code in (400, 421)


def test_each_answer_carries_the_policy(console):
    token = console.join("ada@acme.example")
    with console.client(token) as ada:
        for path in ("/", "/nothing", "/sign-in", "/static/nothing.js", assets.url("console.css")):
            answer = ada.get(path)
            assert answer.headers["content-security-policy"] == security.POLICY
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            kept = answer.headers["cache-control"]
            assert kept == (assets.FOREVER if answer.status_code == 200 and "static" in path else "no-store")
    assert "unsafe" not in security.POLICY


def test_the_first_page_is_small(console):
    token = console.join("ada@acme.example")
    with console.client(token) as ada:
        page = ada.get("/")
    asked = [each for each in assets.assets().values() if each.url in page.text]
    assert len(asked) >= 4
    assert not any("codemirror" in each.url or "editor" in each.url for each in asked)
    assert len(page.content) + sum(len(each.packed) for each in asked) < 100_000


@pytest.mark.parametrize("secure", [False, True])
def test_the_cookie_is_for_this_host_and_for_no_script(console, tmp_path, secure):
    from tests.integration.console.conftest import PASSWORD, serving

    more = {"console_url": "https://sales.acme.example"} if secure else {}
    with serving(tmp_path / "other", **more) as other:
        other.join("ada@acme.example")
        with other.client() as client:
            answer = client.post("/sign-in", data={"email": "ada@acme.example", "password": PASSWORD})
    given = answer.headers["set-cookie"]
    port = other.app.settings.console_port
    assert given.startswith("__Host-relance=" if secure else f"relance-{port}=")
    assert "HttpOnly" in given
    assert "SameSite=lax" in given
    assert "Path=/" in given
    assert "Domain" not in given
    assert ("Secure" in given) == secure


def test_a_second_console_on_this_machine_signs_nobody_out(console, tmp_path):
    """A browser sends a host's cookies to all its ports: a demo beside an installation must not take its cookie's place."""
    from tests.integration.console.conftest import PASSWORD, serving

    with (
        serving(tmp_path / "demo") as demo,
        httpx.Client(headers={"sec-fetch-site": "same-origin"}) as browser,
    ):
        for each in (console, demo):
            each.join("ada@acme.example")
            signed_in = {"email": "ada@acme.example", "password": PASSWORD}
            assert browser.post(f"{each.url}/sign-in", data=signed_in).status_code == 303
        for each in (console, demo):
            assert browser.get(f"{each.url}/").status_code == 200


def test_passwords_are_not_asked_for_over_a_network_that_reads_along(tmp_path):
    from tests.integration.console.conftest import serving

    with (
        serving(tmp_path / "home", console_url="http://sales.acme.example") as other,
        other.client() as client,
    ):
        assert client.get("/sign-in", headers={"host": "sales.acme.example"}).status_code == 403
        assert client.get("/sign-in").status_code == 200
