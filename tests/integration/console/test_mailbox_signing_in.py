"""Signing in to a mailbox from the console: to the provider and back, for the session that began it, and once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import json
import re
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from relance.engine.db.tables import metadata, sign_in_under_way
from relance.mailbox import providers
from relance.mailbox.account import Security, Server
from relance.mailbox.oauth.own_clients import OwnClient
from relance.mailbox.providers.facts import OAuth, Servers
from tests.integration.console.conftest import Console, serving
from tests.integration.console.held_people import BOSS
from tests.reworded import in_english
from tests.servers import dovecot, postfix, token_service
from tests.servers.token_service import CLIENT, SECRET, Service
from tests.sign_ins import ADA, granted, set_grant

BEN = "ben@acme.example"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Service, dovecot.Dovecot, postfix.Postfix]]:
    with (
        token_service.running() as at,
        dovecot.running(tokens=dovecot.Tokens(f"{at.url}/introspect")) as mail,
        postfix.running(mail, 1) as out,
    ):
        yield at, mail, out


@pytest.fixture
def provider(servers: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """Google, as far as anybody here knows."""
    at, mail, out = servers
    real = providers.KNOWN["google-workspace"]
    oauth = OAuth(
        f"{at.url}/authorize",
        f"{at.url}/token",
        ("mail",),
        real.servers.source,
        clients_of="google",
    )
    here = Servers(
        Server("localhost", out.submission, Security.STARTTLS),
        Server("localhost", mail.imaps, Security.TLS),
        real.servers.source,
    )
    ours = dataclasses.replace(real, servers=here, oauth=oauth)
    monkeypatch.setattr(providers, "KNOWN", {**providers.KNOWN, "google-workspace": ours})
    yield at
    at.chosen, at.declines, at.refuses = "", False, None


@pytest.fixture
def console(cheap_passwords: None, tmp_path: Any, migrated_sqlite_url: str) -> Iterator[Console]:
    client = {"google_client_id": CLIENT, "google_client_secret": SECRET}
    with serving(tmp_path / "home", migrated_sqlite_url, **client) as found:
        yield found


def form(servers: Any, **more: str) -> dict[str, str]:
    authority = Path(servers[1].ca_file).read_text("ascii")
    return {"address": ADA, "name": "Ada", "ca_file": authority, "sign_in": "google", **more}


def leads_to(page: httpx.Response) -> str:
    """Where the page on the way leads on to."""
    assert page.status_code == 200, page.text
    assert page.headers["content-security-policy"].count("form-action 'self';") == 1
    [url] = re.findall(r'http-equiv="refresh" content="0; url=([^"]*)"', page.text)
    return html.unescape(url)


def back(url: str) -> str:
    """The owner chooses and agrees (or not), and is sent back there."""
    answer = httpx.get(url, verify=False, follow_redirects=False)
    assert answer.status_code == 302
    return answer.headers["location"]


def begun(client: httpx.Client, servers: Any, **more: str) -> str:
    return back(leads_to(client.post("/mailboxes/sign-in/new", data=form(servers, **more))))


def said(client: httpx.Client, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return html.unescape(client.get(answer.headers["location"]).text)


def nothing_kept(console: Console) -> None:
    assert console.app.mailboxes.list() == []


def test_a_new_mailbox_is_signed_in_to_and_added(console: Console, servers: Any, provider: Service) -> None:
    token = console.join(BOSS)
    console.join(BEN, "salesperson")
    with console.client(token, timeout=60) as boss:
        assert 'value="google"' in boss.get("/mailboxes/new").text
        url = leads_to(boss.post("/mailboxes/sign-in/new", data=form(servers, owner=BEN)))
        asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))
        assert asked["redirect_uri"] == f"{console.url}/mailboxes/signed-in"
        assert (asked["code_challenge_method"], asked["login_hint"]) == ("S256", ADA)
        returned = back(url)
        page = said(boss, boss.get(returned))
        assert in_english(f"Signed in to {ADA}.") in page
        assert in_english("OAuth 2.0") in page
        view = console.app.mailboxes.show(ADA)
        assert (view.state, view.sign_in, view.name) == ("active", "oauth", "Ada")
        assert console.app.mailboxes.owners() == {ADA: BEN}
        actions = {each.action for each in console.app.users.log()}
        assert {"mailboxes.add_signed_in", "mailboxes.assign"} <= actions
        again = said(boss, boss.get(returned))  # one use
        assert in_english("This sign-in cannot be finished") in again
    secret = [
        provider.asked[-1]["code_verifier"],
        asked["state"],
        SECRET,
        *provider.tokens,
        *provider.refresh,
    ]
    assert_nowhere(console, secret)


def assert_nowhere(console: Console, secrets: list[str]) -> None:
    with console.app._context.database.read() as conn:
        for table in metadata.tables.values():
            for row in conn.execute(sa.select(table)):
                assert not [each for each in secrets if each in str(row)], table.name


def test_it_is_for_the_session_that_began_it(console: Console, servers: Any, provider: Service) -> None:
    tokens = console.join(BOSS), console.join("other@acme.example")
    with console.client(tokens[0], timeout=60) as boss, console.client(tokens[1], timeout=60) as other:
        returned = begun(boss, servers)
        assert_nowhere(console, [dict(urllib.parse.parse_qsl(returned))["state"]])
        assert in_english("This sign-in cannot be finished") in said(other, other.get(returned))
        forged = returned.replace("state=", "state=x")
        assert in_english("This sign-in cannot be finished") in said(boss, boss.get(forged))
        nothing_kept(console)
        with console.client() as nobody:
            assert nobody.get(returned).headers["location"].startswith("/sign-in?")
        assert in_english("Signed in to") in said(boss, boss.get(returned))


def test_it_is_for_a_quarter_of_an_hour(console: Console, servers: Any, provider: Service) -> None:
    with console.client(console.join(BOSS), timeout=60) as boss:
        returned = begun(boss, servers)
        with console.app._context.database.write() as conn:
            before = sign_in_under_way.c.until
            conn.execute(sa.update(sign_in_under_way).values(until=before_now(conn, before)))
        assert in_english("This sign-in cannot be finished") in said(boss, boss.get(returned))
        begun(boss, servers)
        with console.app._context.database.read() as conn:
            assert (
                len(conn.execute(sa.select(sign_in_under_way)).all()) == 1
            )  # the one of before is forgotten
    nothing_kept(console)


def before_now(conn: Any, column: Any) -> dt.datetime:
    until: dt.datetime = conn.execute(sa.select(column)).scalar_one()
    assert until > dt.datetime.now(dt.UTC) + dt.timedelta(minutes=14)
    return until - dt.timedelta(minutes=15)


def test_what_goes_wrong_at_the_provider_is_said_with_what_to_do(
    console: Console, servers: Any, provider: Service
) -> None:
    with console.client(console.join(BOSS), timeout=60) as boss:

        def ends() -> str:
            return said(boss, boss.get(begun(boss, servers)))

        provider.declines = True
        declined = ends()
        assert in_english("was declined at the provider") in declined
        assert in_english("administrator's approval") in declined
        assert f'value="{ADA}"' in declined  # the form again
        provider.declines, provider.chosen = False, BEN
        another = ends()
        assert in_english(f"granted by {BEN}") in another
        provider.chosen, provider.refuses = "", (401, {"error": "invalid_client"})
        assert in_english("A manager has to check the ID and the secret of the client") in ends()
        provider.refuses = (503, {})
        assert in_english("did not grant the sign-in") in ends()
    nothing_kept(console)


def test_a_mistake_in_the_form_is_told_at_its_field(
    console: Console, servers: Any, provider: Service
) -> None:
    with console.client(console.join(BOSS)) as boss:
        answer = boss.post("/mailboxes/sign-in/new", data=form(servers, address="nobody"))
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_a_salesperson_signs_in_to_their_own_mailbox_and_to_no_other(
    console: Console, servers: Any, provider: Service
) -> None:
    token = console.join(BOSS)
    ben, ann = console.join(BEN, "salesperson"), console.join("ann@acme.example", "salesperson")
    with console.client(token, timeout=60) as boss:
        boss.get(begun(boss, servers, owner=BEN))
    house = console.app._context
    set_grant(house, grant_until=dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
    with console.client(ben, timeout=60) as client:
        assert 'action="/mailboxes/sign-in"' in client.get(f"/mailboxes/{ADA}").text
        assert client.post("/mailboxes/sign-in/new", data=form(servers)).status_code == 403
        before = provider.refreshed(), len(provider.asked)
        returned = back(leads_to(client.post("/mailboxes/sign-in", data={"address": ADA})))
        assert in_english(f"Signed in to {ADA}.") in said(client, client.get(returned))
        assert (provider.refreshed(), len(provider.asked)) == (before[0], before[1] + 1)
        taken_away = back(leads_to(client.post("/mailboxes/sign-in", data={"address": ADA})))
        console.app.mailboxes.assign(ADA, None)
        told = client.get(taken_away)
        assert told.status_code == 303
        assert len(provider.asked) == before[1] + 1
    with console.client(ann) as client:
        assert client.post("/mailboxes/sign-in", data={"address": ADA}).status_code == 404


def test_where_no_client_is_set_it_is_said_what_a_manager_does(
    cheap_passwords: None, tmp_path: Any, migrated_sqlite_url: str, provider: Service
) -> None:
    with serving(tmp_path / "home", migrated_sqlite_url) as console:
        boss, ben = console.join(BOSS), console.join(BEN, "salesperson")
        house = console.app._context
        granted(house, provider, due=False)
        set_grant(house, grant_until=dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        with house.database.write() as conn:
            conn.execute(
                sa.update(metadata.tables["mailbox"]).values(smtp_host="localhost", imap_host="localhost")
            )
        console.app.mailboxes.assign(ADA, BEN)
        with console.client(boss) as client:
            added = client.get("/mailboxes/new").text
            assert "formaction" not in added
            assert 'href="/settings#sign-in-to-mailboxes"' in added
            assert f"{console.url}/mailboxes/signed-in" in client.get("/settings").text
            answer = client.post("/mailboxes/sign-in", data={"address": ADA})
            assert in_english("A manager has to register Relance there first") in said(client, answer)
        with console.client(ben) as client:
            page = client.get(f"/mailboxes/{ADA}").text
            assert in_english("Ask a manager.") in page
            assert "/settings" not in page


def test_in_a_browser(console: Console, servers: Any, provider: Service, tab: Any) -> None:
    """There by a click, and back; nothing of it is refused by the page's own policy."""
    here = tab(console.join(BOSS))
    page = here.open("/mailboxes/new")
    filled = form(servers)
    page.fill("[name=address]", ADA)
    page.fill("[name=name]", "Ada")
    page.click("main summary")
    page.fill("[name=ca_file]", filled["ca_file"])
    page.click("button[value=google]")
    page.wait_for_url(re.compile(f"/mailboxes/{urllib.parse.quote(ADA)}"), timeout=30_000)
    assert in_english(f"Signed in to {ADA}.") in page.inner_text("main")
    assert here.axe() == []


def test_many_are_connected_in_the_background(console: Console) -> None:
    with console.client(console.join(BOSS)) as boss:
        assert 'href="/mailboxes/connect"' in boss.get("/mailboxes").text
        sent = {"provider": "google", "mailboxes": f"{ADA},Ada"}
        refused = boss.post("/mailboxes/connect", data=sent)  # a client is set, but no service account
        assert refused.status_code == 422
        assert ADA in refused.text
        key = rsa.generate_private_key(65537, 2048)
        console.app._context.options.own_clients["google"] = OwnClient(  # type: ignore[index]
            CLIENT, service_account=lambda: key_file(key)
        )
        file = {"file": ("mailboxes.csv", f"name;address\nAda;{ADA}\n".encode(), "text/csv")}
        begun = boss.post("/mailboxes/connect", data={"provider": "google"}, files=file)
        assert begun.headers["location"].startswith("/jobs/")
        assert boss.post("/mailboxes/connect", data={"provider": "google"}).status_code == 422
        begun = boss.post("/mailboxes/connect", data=sent)
        assert begun.headers["location"].startswith("/jobs/")
        page = boss.get(begun.headers["location"]).text
        assert in_english("Connect mailboxes") in html.unescape(page)


def key_file(key: rsa.RSAPrivateKey) -> str:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    return json.dumps(
        {
            "type": "service_account",
            "client_email": token_service.ACCOUNT,
            "private_key": pem,
            "private_key_id": "1",
            "token_uri": "http://127.0.0.1:9/token",
        }
    )
