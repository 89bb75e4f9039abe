"""The form on the page of a mailbox: everything but its address, and a new sign-in is tested before it is saved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from relance.engine.jobs import service
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.settings.changing import MailboxChange
from relance.engine.states import State
from relance.engine.store.jobs import JobKind
from relance.sandbox.world import World
from tests import engine_house
from tests.integration.console.conftest import Console, Tab
from tests.integration.console.held_people import BOSS
from tests.reading import enrolled, row
from tests.reworded import in_english

ADA, CANARY = "ada@sales.example", "kanarek-ż-&<83>'\""


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small jobs are done before a page answers, however busy this machine is."""
    monkeypatch.setattr(service, "AT_ONCE_SECONDS", 60.0)


def test_everything_but_the_address_is_changed_and_a_sign_in_is_tested_first(console: Console) -> None:
    with (
        World(console.app.clock) as world,
        console.client(console.join(BOSS), timeout=60, follow_redirects=True) as boss,
    ):
        right = world.add_rep(ADA, "Ada", "correct horse")
        console.app.mailboxes.add(MailboxSpec.of(right), anyway=True)
        page = boss.get(f"/mailboxes/{ADA}").text
        for each in ("username", "smtp_host", "imap_port", "aliases", "unknown_policy", "no_certificate"):
            assert f'name="{each}"' in page
        assert f'value="{right.smtp.port}"' in page
        wish = {
            "address": ADA,
            "aliases": "a@sales.example, b@sales.example",
            "unknown_policy": "assume sent",
        }
        boss.post("/mailboxes/change", data={**wish, "plus_addressing": "yes", "name": "Ada L"})
        view = console.app.mailboxes.show(ADA)
        assert (view.aliases, view.unknown_policy) == (("a@sales.example", "b@sales.example"), "assume sent")
        assert (view.plus_addressing, view.name, view.daily_cap) == (True, "Ada L", 50)
        refused = boss.post("/mailboxes/change", data={"address": ADA, "password": CANARY})
        assert (refused.status_code, 'name="anyway"' in refused.text) == (422, True)
        assert "kanarek" not in refused.text
        assert not any(each in refused.text for each in ("AUTH", "535", "NO ["))
        changed = boss.post("/mailboxes/change", data={"address": ADA, "password": "correct horse"})
        steps = changed.text.partition('id="trial"')[2].partition("</section>")[0]
        assert steps.count('<span class="line green">') >= 2
        wrong = boss.post(
            "/mailboxes/change", data={"address": ADA, "imap_port": "70000", "smtp_security": "tls"}
        )
        assert 'id="h-imap_host" class="wrong"' in wrong.text
        preset = {"address": ADA, "preset": "fastmail", "smtp_host": right.smtp.host, "anyway": "yes"}
        boss.post("/mailboxes/change", data=preset)  # the form holds the servers of before, too
        assert "smtp.fastmail.com" in console.app.mailboxes.show(ADA).smtp
        plain = {"address": ADA, "username": ADA.upper(), "anyway": "yes"}
        boss.post("/mailboxes/change", data=plain)
        assert console.app.mailboxes.show(ADA).username == ADA.upper()


def test_a_mailbox_is_removed_only_after_it_was_said_how_many_people_that_concerns(console: Console) -> None:
    house = console.app._context
    enrolled(house, "kim@lake.example")
    engine_house.add_mailbox(house, "ben@sales.example")
    with console.client(console.join(BOSS), timeout=60, follow_redirects=True) as boss:
        wish = {"address": ADA, "to": "ben@sales.example"}
        plan = boss.post("/mailboxes/remove", data=wish).text
        assert in_english("1 person would be handed over to ben@sales.example.") in plan
        assert console.app.mailboxes.show(ADA).kept
        done = boss.post("/mailboxes/remove", data={**wish, "sure": "yes"}).text
        assert in_english("1 person was handed over.") in done
    assert [each.address for each in console.app.mailboxes.list()] == ["ben@sales.example"]
    assert row(house, "kim@lake.example").state is State.ACTIVE
    assert console.app.users.log()[0].action == "jobs.remove_mailbox"


def test_the_people_of_a_mailbox_are_handed_over_in_the_background(console: Console) -> None:
    """First it is said how many, and nothing is done; then it goes on, whether or not anybody looks at the page."""
    house = console.app._context
    enrolled(house, "kim@lake.example")
    ben = engine_house.add_mailbox(house, "ben@sales.example")
    with console.client(console.join(BOSS), timeout=60, follow_redirects=True) as boss:
        wish = {"address": ADA, "to": "ben@sales.example", "new_threads": "yes"}
        plan = boss.post("/mailboxes/hand-over", data=wish).text
        assert in_english("1 person would be handed over to ben@sales.example.") in plan
        assert row(house, "kim@lake.example").mailbox_id != ben
        done = boss.post("/mailboxes/hand-over", data={**wish, "sure": "yes"})
        assert in_english("1 person was handed over.") in done.text
        assert "/mailboxes/ada" in str(done.url)
        [job] = console.app.jobs.list().jobs
        assert boss.get(f"/jobs/{job.id}").status_code == 200
    assert (job.kind, job.counts) == (JobKind.HAND_OVER, {"moved": 1})
    assert row(house, "kim@lake.example").mailbox_id == ben
    assert console.app.users.log()[0].action == "jobs.hand_over"


def test_what_belongs_together_is_folded_and_a_fold_with_a_mistake_is_open(
    console: Console, tab: Callable[..., Tab]
) -> None:
    engine_house.add_mailbox(console.app._context, ADA)
    boss = tab(console.join(BOSS))
    boss.open(f"/mailboxes/{ADA}")
    folds = boss.page.locator("details.group")
    opened = boss.page.locator("details.group[open]")
    assert (folds.count(), opened.count()) == (4, 0)
    save = boss.page.locator("form.groups p.buttons button").first
    boss.page.locator("#f-name").evaluate("each => { each.value = '' }")
    save.click()  # what the browser asks for is shown, wherever it is
    boss.page.wait_for_selector("#f-name:focus")
    boss.page.locator("#f-name").fill("Ada")
    boss.page.locator("#f-daily_cap").evaluate("each => { each.value = 'many' }")
    save.click()
    boss.page.wait_for_selector("#h-daily_cap.wrong")
    assert (opened.count(), boss.page.locator("#f-name").is_visible()) == (1, False)


def test_mail_servers_are_open_when_their_sign_in_is_refused(console: Console) -> None:
    engine_house.add_mailbox(console.app._context, ADA)
    with console.client(console.join(BOSS), timeout=60) as boss:
        refused = boss.post("/mailboxes/change", data={"address": ADA, "smtp_port": "70000"})
    servers = refused.text.partition('id="f-password"')[0].rpartition("<details")[2]
    assert servers.startswith(' class="group" open>')


LOGO = (
    '<p style="color: #b42318">Ada &amp; Co <img src="https://elsewhere.example/logo.png" alt="our logo"></p>'
)


def test_a_signature_is_shown_as_it_stands_below_a_mail(console: Console, tab: Callable[[str], Tab]) -> None:
    """In its own colours, within a frame in which nothing runs; and nobody is asked for its pictures."""
    engine_house.add_mailbox(console.app._context, ADA)
    token = console.join(BOSS)
    here = tab(token)
    page = here.open(f"/mailboxes/{ADA}")
    assert page.locator(".signed").count() == 0
    console.app.mailboxes.change(ADA, MailboxChange(signature="Ada Lake\n+48 22", signature_html=LOGO))
    page = here.open(f"/mailboxes/{ADA}")
    page.click("details.group summary >> nth=0")
    assert page.inner_text(".signed pre") == "-- \nAda Lake\n+48 22"
    page.locator(".signed iframe").scroll_into_view_if_needed()
    mail = page.frame_locator(".signed iframe").locator("p")
    assert mail.inner_text() == "Ada & Co [our logo]"
    assert mail.evaluate("each => getComputedStyle(each).color") == "rgb(180, 35, 24)"
    assert page.frame_locator(".signed iframe").locator("img").count() == 0
    with console.client(token) as boss:
        assert "unsafe" not in boss.get(f"/mailboxes/{ADA}").headers["content-security-policy"]
    assert here.axe() == []
