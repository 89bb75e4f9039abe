"""The way in, asked without a browser: what is said of a wrong password, the code of a second factor, links, sessions."""

from __future__ import annotations

import re

from relance.clock import elapsed
from relance.console import server
from relance.console.requests import sign_in_links
from relance.engine.users import sign_in, totp
from tests.integration.console.conftest import PASSWORD
from tests.reworded import in_english

ADA = "ada@acme.example"


def enter(client, email=ADA, password=PASSWORD, **more):
    return client.post("/sign-in", data={"email": email, "password": password, **more})


def code_of(key):
    return totp.code(key, int(sign_in.machine_now().timestamp()) // totp.STEP_SECONDS)


def test_nothing_tells_an_address_that_is_known_from_one_that_is_not(console):
    console.join(ADA)
    with console.client() as client:
        known, unknown = enter(client, password="wrong"), enter(client, "bob@acme.example", "wrong")
        assert (known.status_code, known.text) == (unknown.status_code, unknown.text.replace("bob@", "ada@"))
        for _ in range(sign_in.OF_ACCOUNT - 1):
            enter(client, password="wrong")
            enter(client, "bob@acme.example", "wrong")
        late, later = enter(client), enter(client, "bob@acme.example")
        assert late.status_code == later.status_code == 429
        assert late.headers.get("set-cookie") is None


def test_after_signing_in_one_is_where_one_wanted_to_be_and_nowhere_else(console):
    console.join(ADA)
    with console.client() as client:
        assert client.get("/users").headers["location"] == "/sign-in?next=/users"
        assert enter(client, next="/users").headers["location"] == "/users"
        for elsewhere in ("//evil.example", "https://evil.example", "/\\evil.example"):
            assert enter(client, next=elsewhere).headers["location"] == "/"


def test_a_second_factor_is_set_up_asked_for_and_dropped(console, monkeypatch):
    with console.client(console.join(ADA)) as ada:
        key = re.search(r'name="key" value="(\w+)"', ada.post("/profile/second-factor").text).group(1)
        use = "/profile/second-factor/use"
        sure = {"key": key, "password": PASSWORD}
        assert ada.post(use, data={**sure, "code": "000000"}).status_code == 422
        refused = ada.post(use, data={"key": key, "code": code_of(key)})
        assert refused.status_code == 422
        assert key in refused.text
        assert in_english("That is not your current password.") in refused.text
        assert ada.post(use, data={**sure, "code": code_of(key)}).status_code == 303
    later = sign_in.machine_now() + sign_in.HALF_WAY / 5
    monkeypatch.setattr(sign_in, "machine_now", lambda: later)
    with console.client() as client:
        asked = enter(client)
        assert asked.status_code == 200
        assert asked.headers.get("set-cookie") is None
        half = re.search(r'name="half" value="(\w+)"', asked.text).group(1)
        assert client.post("/sign-in/code", data={"half": half, "code": "12"}).status_code == 422
        inside = client.post("/sign-in/code", data={"half": half, "code": code_of(key)})
        assert inside.headers["location"] == "/"
        assert client.get("/profile").status_code == 200
        assert client.post("/profile/second-factor/drop", data={"password": "wrong"}).status_code == 422
        assert client.post("/profile/second-factor/drop", data={"password": PASSWORD}).status_code == 303
    with console.client() as client:
        assert enter(client).headers["location"] == "/"


def test_a_link_is_good_for_one_and_once(console):
    link = console.app.users.invite(ADA).path
    given = {"name": "Ada", "password": PASSWORD, "again": PASSWORD}
    with console.client() as client:
        assert client.post(link, data={**given, "again": "another one"}).status_code == 422
        assert (
            client.post(link, data={"name": "Ada", "password": "short", "again": "short"}).status_code == 422
        )
        assert client.post(link, data=given).headers["location"] == "/"
        assert client.get(link).status_code == 404
        assert client.post(link, data=given).status_code == 404


def test_signing_out_ends_the_session_itself(console):
    token = console.join(ADA)
    with console.client(token) as ada:
        assert ada.post("/sign-out").headers["location"] == "/sign-in"
    with console.client(token) as again:
        assert again.get("/").status_code == 303


def test_other_browsers_are_signed_out_one_by_one_and_all_at_once(console):
    console.join(ADA)
    clients = [console.client() for _ in range(3)]
    for each in clients:
        enter(each)
    first, second, third = clients
    assert first.get("/profile").text.count('name="session"') >= 3
    user = console.app.users.list()[0].id
    newest = max(each.id for each in console.app.myself.profile(user).sessions)
    assert first.post("/profile/sessions", data={"session": str(newest)}).status_code == 303
    assert third.get("/").status_code == 303
    assert first.post("/profile/sessions", data={"session": "others"}).status_code == 303
    assert (first.get("/").status_code, second.get("/").status_code) == (200, 303)
    assert first.post("/profile/sessions", data={"session": "all"}).status_code == 303
    assert first.get("/").status_code == 303
    for each in clients:
        each.close()


def test_what_is_told_on_the_next_page_is_told_once_and_cannot_be_made_up(console):
    with console.client(console.join(ADA)) as ada:
        ada.post("/profile", data={"name": "<b>Ada</b>", "language": "pl"})
        page = ada.get("/profile").text
        assert 'class="flash good"' in page
        assert "<b>Ada" not in page
        assert 'class="flash' not in ada.get("/profile").text
        ada.cookies.set("relance-said", "WyJiYWQiLCB7InRleHQiOiAiaGkifV0=.00")
        assert 'class="flash' not in ada.get("/profile").text


def test_pages_that_are_not_there_say_so_in_the_readers_language(console):
    with console.client(console.join(ADA)) as ada:
        found = ada.get("/nowhere", headers={"accept-language": "pl"})
        assert found.status_code == 404
        assert 'lang="pl"' in found.text
        assert ada.post("/").status_code == 405


def test_a_form_that_is_too_large_or_broken_is_not_read(console_on_both):
    with console_on_both.client() as client:
        assert client.post("/sign-in", data={"email": "x" * 2_000_000}).status_code == 413
        broken = client.post(
            "/sign-in", content=b"--x", headers={"content-type": "multipart/form-data; boundary=y"}
        )
        assert broken.status_code in (400, 422)
        assert (
            client.post("/sign-in", data={"email": "\x00\ud7ff", "password": "\x00" * 500}).status_code == 422
        )


def test_the_log_of_changes_is_paged_without_a_gap(console_on_both):
    boss = console_on_both.join(ADA)
    user = console_on_both.app.users.list()[0].id
    for number in range(70):
        console_on_both.app.myself.describe(user, name=f"name-{number}-")
    with console_on_both.client(boss) as client:
        first = client.get("/users/log").text
        assert "after=" not in client.get("/users/log?after=x").request.url.path
        following = re.search(r'href="(/users/log\?after=\d+)"', first).group(1)
        second = client.get(following).text
    names = [set(re.findall(r"name-(\d+)-</small>", page)) for page in (first, second)]
    assert not names[0] & names[1]
    assert names[0] | names[1] == {str(each) for each in range(70)}
    assert 'href="/users/log"' in second


def test_a_page_that_fails_says_so_and_keeps_its_reasons_to_the_log(console, monkeypatch, caplog):
    def fails(*_):
        raise RuntimeError("the secret of the database")

    token = console.join(ADA)
    monkeypatch.setattr(type(console.app.today), "day", fails)
    with console.client(token) as ada:
        found = ada.get("/")
    assert found.status_code == 500
    assert "secret of the database" not in found.text
    assert "secret of the database" in caplog.text


def test_a_link_signs_a_browser_in_once_and_asks_for_nothing(console):
    link = server.sign_in_link(console.served, console.join(ADA))
    with console.client() as client:
        assert client.head(link).status_code == 404  # not opened by that
        opened = client.get(link)
        assert (opened.status_code, opened.headers["location"]) == (303, "/")
        assert client.get("/profile").status_code == 200
        assert client.get(link).headers["location"] == "/"  # the way back in its browser
    with console.client() as other:
        assert other.get(link).status_code == 404
        assert other.get("/enter/nothing").status_code == 404


def test_such_a_link_is_good_for_half_an_hour(console, monkeypatch):
    link = server.sign_in_link(console.served, console.join(ADA))
    later = elapsed() + sign_in_links.GOOD_FOR.total_seconds() + 1
    monkeypatch.setattr(sign_in_links, "elapsed", lambda: later)
    with console.client() as client:
        assert client.get(link).status_code == 404


def test_such_a_link_is_good_on_this_machine_only_and_not_used_up_from_elsewhere(console):
    link = server.sign_in_link(console.served, console.join(ADA))
    with console.client() as client:
        assert client.get(link, headers={"x-forwarded-for": "203.0.113.7"}).status_code == 404
        assert client.get(link, headers={"host": "192.0.2.1"}).status_code in (403, 404)
        assert client.get(link).status_code == 303
