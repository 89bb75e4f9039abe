"""Mailboxes in the console: how each stands, one taken in and tried out, paused and resumed; and no password ever comes back."""

from __future__ import annotations

import dataclasses
import functools
import logging
import threading
from pathlib import Path

import httpx2 as httpx
import pytest
import sqlalchemy as sa

from relance.cli.operations import sandbox
from relance.console.views.mailboxes import trying
from relance.engine.context import Context
from relance.engine.db.tables import mailbox
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxSpec
from relance.mailbox.auth import Password
from relance.mailbox.providers import resolver
from relance.sandbox.world import World
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import ANN, BOSS
from tests.reworded import in_english
from tests.servers import dns_server, ports

ADA, BEN = "ada@sales.example", "ben@sales.example"
CANARY = "kanarek-ż-&<83>'\""
HOSTILE = '<img src=x onerror="alert(1)">'


@pytest.fixture
def desk(console: Console) -> Console:
    house = console.app._context
    engine_house.add_mailbox(house, ADA, name=HOSTILE)
    engine_house.add_mailbox(house, BEN)
    return console


def tried(client: httpx.Client, path: str, **wish: str) -> str:
    """A test is begun, and its page looked at until it is over."""
    page = client.post(path, data=wish).headers["location"]
    assert "trial=" in page
    shown: list[str] = []
    ports.wait_until(lambda: "delay:1s" not in _kept(shown, client.get(page).text), seconds=60)
    return shown[-1]


def _kept(shown: list[str], text: str) -> str:
    shown.append(text)
    return text


def form(**more: str) -> dict[str, str]:
    nowhere = {
        f"{kind}_{part}": value
        for kind in ("smtp", "imap")
        for part, value in (("host", "localhost"), ("port", "1"), ("security", "starttls"))
    }
    return {"address": "new@sales.example", "name": "New", "password": CANARY, **nowhere, **more}


def told(caplog: pytest.LogCaptureFixture, console: Console) -> str:
    """Everything that was written down anywhere but in the vault."""
    with console.app._context.database.read() as conn:
        rows = [tuple(row) for row in conn.execute(sa.select(mailbox))]
    logged = [record.getMessage() + str(record.args) + str(record.exc_text) for record in caplog.records]
    return repr((logged, rows, console.app.users.log(limit=1000), console.app.events(limit=1000)))


def test_a_mailbox_is_taken_in_and_signed_in_to_at_once(
    desk: Console, caplog: pytest.LogCaptureFixture
) -> None:
    """Where nothing answers, nothing is saved; if somebody insists the mailbox is there, the steps say how it stands, and
    its password is nowhere else."""
    caplog.set_level(logging.DEBUG)
    with desk.client(desk.join(BOSS), timeout=60) as boss:
        first = boss.post("/mailboxes", data=form())
        assert (first.status_code, 'name="anyway"' in first.text) == (422, True)
        assert "kanarek" not in first.text
        assert {each.address for each in desk.app.mailboxes.list()} == {ADA, BEN}
        answer = tried(boss, "/mailboxes", **form(anyway="yes"))
        assert in_english("does not work yet") in answer
        assert "localhost:1" in answer
        again = boss.get("/mailboxes/new@sales.example").text
        listed = boss.get("/mailboxes").text
        assert "new@sales.example" in listed
        assert CANARY not in answer + again + listed + told(caplog, desk)
        assert "kanarek" not in answer + again + listed + told(caplog, desk)
    added = desk.app.mailboxes.show("new@sales.example")
    assert (added.daily_cap, added.gap_seconds, added.username) == (50, 60, "new@sales.example")


def test_where_no_password_serves_none_is_stored(desk: Console) -> None:
    """Microsoft takes none for reading mail: told at the field, with the servers found or typed."""
    typed = {f"{kind}_{part}": "" for kind in ("smtp", "imap") for part in ("host", "port", "security")}
    with desk.client(desk.join(BOSS)) as boss:
        for given in ({**typed, "address": "me@outlook.com"}, {"imap_host": "outlook.office365.com"}):
            refused = boss.post("/mailboxes", data=form(**given))
            assert refused.status_code == 422
            assert in_english("needs sign-in with OAuth 2.0") in refused.text
            assert CANARY not in refused.text
    assert [each.address for each in desk.app.mailboxes.list()] == [ADA, BEN]


def test_servers_of_another_domain_are_entered_by_whoever_knows_them(
    desk: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS can be forged: no password goes to where only its records lead."""
    zone = {
        ("_imaps._tcp.firm.pl", "SRV"): ["0 1 993 imap.elsewhere.net."],
        ("_submission._tcp.firm.pl", "SRV"): ["0 1 587 smtp.elsewhere.net."],
    }
    nowhere = {f"{kind}_{part}": "" for kind in ("smtp", "imap") for part in ("host", "port", "security")}
    with dns_server.serving(zone) as asked, desk.client(desk.join(BOSS)) as boss:
        monkeypatch.setattr(resolver, "Dns", functools.partial(resolver.Dns, asked))
        refused = boss.post("/mailboxes", data=form(address="me@firm.pl", **nowhere))
    assert refused.status_code == 422
    assert "imap.elsewhere.net" in refused.text
    assert in_english("They are filled in below") in refused.text
    assert 'value="smtp.elsewhere.net"' in refused.text
    assert CANARY not in refused.text


def test_a_mailbox_is_theirs_who_add_it_if_nobody_else_is_there(desk: Console) -> None:
    """The only user is chosen in the form; among several nobody is, and who was chosen is the owner."""
    with desk.client(desk.join(BOSS), timeout=60) as boss:
        assert f'<option value="{BOSS}" selected>' in boss.get("/mailboxes/new").text
        tried(boss, "/mailboxes", **form(owner=BOSS, anyway="yes"))
        assert desk.app.mailboxes.owners()["new@sales.example"] == BOSS
        desk.join("eve@sales.example", role="salesperson")
        assert "selected>" not in _owners(boss.get("/mailboxes/new").text)
        refused = boss.post(
            "/mailboxes", data=form(address="two@sales.example", owner="nobody@sales.example")
        )
        assert refused.status_code == 422
        assert "two@sales.example" not in {each.address for each in desk.app.mailboxes.list()}


def _owners(page: str) -> str:
    return page.partition('name="owner"')[2].partition("</select>")[0]


@pytest.mark.parametrize("width", [820, 1000])
def test_an_address_keeps_to_its_line_in_a_small_window(answered: Console, tab, width) -> None:
    """Seven headings in Polish left it so little room that it broke after every fourth letter."""
    token = answered.join("boss@sales.example")
    page = tab(token, locale="pl-PL", viewport={"width": width, "height": 700}).open("/mailboxes")
    assert page.locator("table.cards th a").bounding_box()["height"] < 60
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_steps_of_a_test_are_named_for_who_sells(console: Console) -> None:
    with World(console.app.clock) as world, console.client(console.join(BOSS), timeout=60) as boss:
        rep = world.add_rep("cid@sales.example", "Cid", "correct horse")
        console.app.mailboxes.add(MailboxSpec.of(rep), anyway=True)
        page = tried(boss, "/mailboxes/test", address="cid@sales.example")
    steps = page.partition('id="trial"')[2].partition("</section>")[0]
    for words in ("Sending", "Reading answers", "The connection is encrypted."):
        assert in_english(words) in steps
    assert not any(each in steps.lower() for each in ("smtp", "imap", "tls", "logged in"))


def test_both_servers_are_signed_in_to_for_real(console: Console) -> None:
    """In front of servers that take the password, and of the same with a wrong one; a probe comes back."""
    with World(console.app.clock) as world, console.client(console.join(BOSS), timeout=60) as boss:
        right = world.add_rep("cid@sales.example", "Cid", "correct horse")
        console.app.mailboxes.add(MailboxSpec.of(right), anyway=True)
        for probe, steps in (("", 2), ("yes", 4)):
            found = tried(boss, "/mailboxes/test", address="cid@sales.example", probe=probe)
            assert found.count('<span class="line green">') >= steps
            assert '<span class="line red">' not in found
        wrong = dataclasses.replace(
            world.add_rep(BEN, "Ben", "battery staple"), credentials=Password(BEN, CANARY)
        )
        console.app.mailboxes.add(MailboxSpec.of(wrong), anyway=True)
        refused = tried(boss, "/mailboxes/test", address=BEN)
        assert refused.count('<span class="line red">') == 2
        assert "kanarek" not in refused


def test_a_certificate_is_pasted_and_no_file_of_the_server_is_opened_by_its_path(console: Console) -> None:
    """The sandbox's servers have an authority of their own, as a company's may."""
    with World(console.app.clock) as world, console.client(console.join(BOSS), timeout=60) as boss:
        rep = world.add_rep("cid@sales.example", "Cid", "correct horse")
        servers = {
            f"{kind}_{part}": str(getattr(server, part))
            for kind, server in (("smtp", rep.smtp), ("imap", rep.imap))
            for part in ("host", "port", "security")
        }
        wish = {"address": rep.address, "name": "Cid", "password": "correct horse", **servers}
        for refused in (rep.ca_file, "/etc/passwd", "-----BEGIN CERTIFICATE-----\nMII"):
            again = boss.post("/mailboxes", data={**wish, "ca_file": refused})
            assert again.status_code == 422
            assert 'id="h-ca_file" class="wrong"' in again.text
            assert refused in again.text  # as it was typed
        found = tried(boss, "/mailboxes", **wish, ca_file=Path(str(rep.ca_file)).read_text())
        assert found.count('<span class="line green">') >= 2
        assert '<span class="line red">' not in found


def test_the_steps_of_a_test_stand_on_the_page_as_they_end(console: Console, tab, monkeypatch) -> None:
    """The page asks again by itself; without script it loads itself anew. Nobody else sees it, and a lost one is told."""
    go_on = threading.Event()

    def slow(context: Context, address: str, done: service.Done) -> service.MailboxTest:
        first = service.TestStep("smtp", ok=True, words="the first")
        done(first)
        assert go_on.wait(30)
        done(service.TestStep("imap", ok=False, words="the second"))
        return service.MailboxTest(address, (first,))

    monkeypatch.setattr(service, "test", slow)
    monkeypatch.setattr(trying, "FIRST_SECONDS", 0.0)
    engine_house.add_mailbox(console.app._context, ADA)
    token = console.join(BOSS)
    page = tab(token).open(f"/mailboxes/{ADA}")
    page.click("form[action='/mailboxes/test'] button")
    page.wait_for_selector("#trial .line.green")
    with console.client(token) as boss, console.client(console.join("eve@sales.example")) as eve:
        here = page.url.removeprefix(console.url)
        assert 'http-equiv="refresh"' in boss.get(here).text
        assert "the first" not in eve.get(here).text
        steps = here.replace(f"/mailboxes/{ADA}?", f"/mailboxes/steps?address={ADA}&")
        assert "the first" in boss.get(steps).text
        go_on.set()
        page.wait_for_selector("#trial .line.red")
        assert 'http-equiv="refresh"' not in boss.get(here).text
        lost = boss.get(f"/mailboxes/{ADA}?trial=x").text
        assert in_english("The result of that test is no longer available.") in lost


def test_the_mailbox_of_a_running_sandbox_is_added_by_a_button(console: Console) -> None:
    """Its certificate is no system's, its servers' ports are nobody's guess: the home has them, and no form names a file."""
    home = console.app.settings.home
    with World(console.app.clock) as world, console.client(console.join(BOSS), timeout=60) as boss:
        assert "/mailboxes/sandbox" not in boss.get("/mailboxes/new").text
        assert boss.post("/mailboxes/sandbox").status_code == 404
        with sandbox._written(home, world.add_rep(ADA, "Ada", CANARY)):
            assert "/mailboxes/sandbox" in boss.get("/mailboxes/new").text
            elsewhere = boss.post("/mailboxes", data=form(address=BEN, ca_file="/etc/passwd"))
            added = tried(boss, "/mailboxes/sandbox", ca_file="/etc/passwd", address=BEN)
            assert added.count('<span class="line green">') >= 2
            assert '<span class="line red">' not in added
            assert elsewhere.status_code == 422
            assert "kanarek" not in elsewhere.text + added
            assert "/mailboxes/sandbox" not in boss.get("/mailboxes/new").text
            assert boss.post("/mailboxes/sandbox").status_code == 422
        with console.app._context.database.read() as conn:
            files = {row.address: row.ca_file for row in conn.execute(sa.select(mailbox))}
        assert files == {ADA: str(home / sandbox.CA_NAME)}
        assert console.app.mailboxes.show(ADA).gap_seconds == 0


def test_what_a_mailbox_was_made_with_is_changed(desk: Console, caplog: pytest.LogCaptureFixture) -> None:
    """A mistake stands at its field and changes nothing; the audit log says who changed what, and never the password."""
    caplog.set_level(logging.DEBUG)
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        wish = {"address": ADA, "name": "Ada Łąk", "daily_cap": "30", "hourly_cap": "9", "password": CANARY}
        refused = boss.post("/mailboxes/change", data=wish)
        assert (refused.status_code, 'name="anyway"' in refused.text) == (422, True)
        assert "kanarek" not in refused.text
        assert desk.app.mailboxes.show(ADA).name == HOSTILE
        wish["anyway"] = "yes"
        for wrong in ({"daily_cap": "many"}, {"gap_seconds": "-5"}, {"name": " "}, {"password": "x\ny"}):
            answer = boss.post("/mailboxes/change", data=wish | wrong)
            assert answer.status_code == 422
            assert f'id="h-{next(iter(wrong))}" class="wrong"' in answer.text
            assert CANARY not in answer.text
        assert desk.app.mailboxes.show(ADA).name == HOSTILE
        changed = boss.post("/mailboxes/change", data=wish)
        assert 'value="Ada Łąk"' in changed.text
        mailbox_now = desk.app.mailboxes.show(ADA)
        assert (mailbox_now.name, mailbox_now.daily_cap, mailbox_now.hourly_cap) == ("Ada Łąk", 30, 9)
        account = desk.app._context.account(service.get(desk.app._context, ADA))
        assert account.credentials.secret == CANARY
        boss.post("/mailboxes/change", data=wish | {"daily_cap": "", "password": ""})
        assert desk.app.mailboxes.show(ADA).daily_cap is None
    newest = desk.app.users.log()[0]
    assert (newest.action, newest.subject, newest.actor.name) == ("mailboxes.change", ADA, BOSS)
    assert "kanarek" not in told(caplog, desk)
    [first, second] = [each for each in desk.app.events(limit=100).events if each.kind == "mailbox.changed"]
    assert first.actor is not None
    assert first.actor.name == BOSS
    assert in_english("a new password") in first.words
    assert in_english("no daily limit") in second.words


def test_a_manager_says_whose_a_mailbox_is(desk: Console) -> None:
    desk.join(ANN, "salesperson")
    with desk.client(desk.join(BOSS), follow_redirects=True) as boss:
        given = boss.post("/mailboxes/assign", data={"address": ADA, "email": ANN})
        assert f'value="{ANN}" selected' in given.text
        assert desk.app.mailboxes.owners() == {ADA: ANN}
        boss.post("/mailboxes/assign", data={"address": ADA, "email": ""})
        assert desk.app.mailboxes.owners() == {}
        unknown = boss.post("/mailboxes/assign", data={"address": ADA, "email": "x@y.example"})
        assert unknown.status_code == 404
    log = [(each.action, each.subject, each.actor.name) for each in desk.app.users.log()]
    assert log[:2] == [("mailboxes.assign", ADA, BOSS)] * 2
    with desk.client(desk.tokens[ANN]) as ann:
        for path in ("/mailboxes/change", "/mailboxes/assign"):
            assert ann.post(path, data={"address": ADA, "email": ANN, "name": "x"}).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"smtp_host": "mail.sales.example", "smtp_security": "plain"}, "smtp_host"),
        ({"imap_port": "70000"}, "imap_host"),
        ({"daily_cap": "many"}, "daily_cap"),
        ({"gap_seconds": "-5"}, "gap_seconds"),
        ({"hourly_cap": "-1"}, "hourly_cap"),
        ({"smtp_port": "٣"}, "smtp_port"),
        ({"password": ""}, "password"),
        ({"password": f"{CANARY}\r\n"}, "password"),
        ({"address": "nonsense"}, ""),
        ({"address": ADA}, ""),
        ({"smtp_security": "magic"}, ""),
    ],
)
def test_a_mistake_stands_at_its_field_and_the_password_does_not_come_back(
    desk: Console, caplog: pytest.LogCaptureFixture, wrong: dict[str, str], field: str
) -> None:
    caplog.set_level(logging.DEBUG)
    with desk.client(desk.join(BOSS), timeout=60) as boss:
        answer = boss.post("/mailboxes", data=form(**wrong))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    if field:
        assert f'id="h-{field}" class="wrong"' in answer.text
    assert "kanarek" not in answer.text + told(caplog, desk)
    assert {each.address for each in desk.app.mailboxes.list()} == {ADA, BEN}
    assert 'name="name" type="text" value="New"' in answer.text


def test_the_audit_log_keeps_no_password(desk: Console) -> None:
    with desk.client(desk.join(BOSS), timeout=60) as boss:
        boss.post("/mailboxes", data=form(anyway="yes"))
    [entry] = [each for each in desk.app.users.log() if each.action == "mailboxes.add"]
    assert entry.actor.name == BOSS
    assert "kanarek" not in repr(entry)


def test_a_mailbox_is_paused_resumed_and_tried(desk: Console) -> None:
    with desk.client(desk.join(BOSS), follow_redirects=True, timeout=60) as boss:
        boss.post("/mailboxes/pause", data={"address": ADA, "reason": "on holiday"})
        assert desk.app.mailboxes.show(ADA).state == "paused"
        assert "on holiday" in boss.get(f"/mailboxes/{ADA}").text
        boss.post("/mailboxes/resume", data={"address": ADA})
        assert desk.app.mailboxes.show(ADA).state == "active"
        tried = boss.post("/mailboxes/test", data={"address": ADA, "probe": "yes"}).text
        assert "localhost:1" in tried
        assert engine_house.PASSWORD not in tried
        assert boss.get("/mailboxes/nobody@sales.example").status_code == 404


def test_a_salesperson_sees_their_own_mailbox_and_changes_none(desk: Console) -> None:
    ann = desk.join(ANN, "salesperson")
    desk.app.mailboxes.assign(BEN, ANN)
    with desk.client(ann) as client:
        listed = client.get("/mailboxes").text
        assert BEN in listed
        assert ADA not in listed
        assert "/mailboxes/new" not in listed
        assert client.get(f"/mailboxes/{BEN}").status_code == 200
        assert "/mailboxes/pause" not in client.get(f"/mailboxes/{BEN}").text
        assert client.get(f"/mailboxes/{ADA}").status_code == 404
        assert client.get("/mailboxes/new").status_code == 403
        for path in ("/mailboxes", "/mailboxes/pause", "/mailboxes/resume", "/mailboxes/test"):
            assert client.post(path, data=form(address=BEN)).status_code == 403
    assert desk.app.mailboxes.show(BEN).state == "active"


@pytest.mark.wording
@pytest.mark.parametrize(
    ("language", "words"), [("en", "encrypted (STARTTLS)"), ("pl", "połączenie szyfrowane (STARTTLS)")]
)
def test_how_a_server_is_reached_is_said_in_words(desk: Console, language: str, words: str) -> None:
    with desk.client(desk.join(BOSS)) as boss:
        shown = boss.get(f"/mailboxes/{ADA}?lang={language}").text
    assert shown.count(words) == 2
    assert "(starttls)" not in shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_mailboxes_are_accessible_and_fit(desk, tab, scheme) -> None:
    token = desk.join(BOSS)
    for language, width in (("en", 1280), ("pl", 390)):
        here = tab(token, color_scheme=scheme, viewport={"width": width, "height": 800})
        for path in ("/mailboxes", f"/mailboxes/{ADA}", "/mailboxes/new"):
            page = here.open(f"{path}?lang={language}")
            for closed in page.query_selector_all("main details:not([open]) > summary"):
                closed.click()
            assert here.axe() == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.query_selector("main img") is None
