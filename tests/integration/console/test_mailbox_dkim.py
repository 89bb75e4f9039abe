"""The key that signs a mailbox's mails, on the mailbox's page: made, shown as DNS has to publish it, taken away once that is confirmed."""

from __future__ import annotations

import html

import pytest

from relance.clock import machine_now
from relance.engine.store.mailboxes import health, mailboxes
from relance.mailbox.health.findings import Check, Finding, Grade
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode
from tests import engine_house
from tests.integration.console.conftest import Console
from tests.integration.console.held_people import BOSS
from tests.reworded import in_english

ANN = "ann@health.example"


@pytest.fixture
def ann(console: Console) -> int:
    """Her mailbox's server is her company's own."""
    return engine_house.add_mailbox(console.app._context, ANN, smtp_host="smtp.health.example")


def section(page: str) -> str:
    return html.unescape(page.partition('id="dkim"')[2].partition("</section>")[0])


def found(console: Console, number: int, code: SentenceCode, grade: Grade = Grade.FINE) -> None:
    said = Finding(Check.DKIM, grade, Text.prose("found").coded(code))
    with console.app._context.database.write() as conn:
        health.put(conn, number, machine_now(), checked_at=machine_now(), findings=[said.row()])
        mailboxes.change(conn, number, barred=said.text if grade is Grade.FAILED else Text.prose(""))


def test_a_key_is_made_told_with_its_record_and_taken_away(console: Console, ann: int) -> None:
    wish = {"address": ANN, "dkim_selector": "relance", "dkim_domain": "", "dkim_kind": "rsa"}
    with console.client(console.join(BOSS), follow_redirects=True) as boss:
        assert in_english("Its mails are not signed here.") in section(boss.get(f"/mailboxes/{ANN}").text)
        made = section(boss.post("/mailboxes/dkim", data=wish).text)
        signing = console.app.mailboxes.signing(ANN)
        for each in (signing.name, signing.record):
            assert f"<code>{each}</code>" in made
            assert f'data-copy="{each}"' in made
        assert 'value="relance2"' in made  # what another key would be called
        again = boss.post("/mailboxes/dkim", data=wish)
        assert again.status_code == 422
        assert in_english("such as relance2") in section(again.text)
        assert console.app.mailboxes.signing(ANN) == signing
        found(console, ann, SentenceCode.DKIM_NOT_PUBLISHED, Grade.FAILED)
        assert in_english("not published") in section(boss.get(f"/mailboxes/{ANN}").text)
        found(console, ann, SentenceCode.DKIM_TESTING, Grade.WARNING)
        assert in_english("only a test") in section(boss.get(f"/mailboxes/{ANN}").text)
        found(console, ann, SentenceCode.DKIM_OWN_KEY)
        assert in_english("DNS publishes the key.") in section(boss.get(f"/mailboxes/{ANN}").text)
        asked = section(boss.post("/mailboxes/dkim-stop", data={"address": ANN}).text)
        assert 'name="sure"' in asked
        assert console.app.mailboxes.signing(ANN) == signing.__class__(**{**vars(signing), "published": True})
        boss.post("/mailboxes/dkim-stop", data={"address": ANN, "sure": "yes"})
    assert not console.app.mailboxes.signing(ANN).record
    assert [each.action for each in console.app.users.log()[:2]] == ["mailboxes.sign_mails"] * 2


def test_a_mistake_stands_at_its_field_and_nothing_is_made(console: Console, ann: int) -> None:
    wish = {"address": ANN, "dkim_selector": "a b", "dkim_domain": "evil.example", "dkim_kind": "dsa"}
    with console.client(console.join(BOSS)) as boss:
        answer = boss.post("/mailboxes/dkim", data=wish)
    assert (answer.status_code, section(answer.text).count('aria-invalid="true"')) == (422, 2)
    assert 'value="a b"' in section(answer.text)
    assert not console.app.mailboxes.signing(ANN).record


def test_whoever_may_not_change_it_is_not_shown_it(console: Console, ann: int) -> None:
    token = console.join("kim@acme.example", "salesperson")
    console.app.mailboxes.assign(ANN, "kim@acme.example")
    with console.client(token) as kim:
        page = kim.get(f"/mailboxes/{ANN}")
        assert (page.status_code, 'id="dkim"' in page.text) == (200, False)
        assert kim.post("/mailboxes/dkim", data={"address": ANN, "dkim_selector": "x"}).status_code == 403


def test_a_free_mail_domain_has_no_key_of_its_own(console: Console) -> None:
    engine_house.add_mailbox(console.app._context, "ann@gmail.com", smtp_host="smtp.gmail.com")
    with console.client(console.join(BOSS)) as boss:
        assert 'id="dkim"' not in boss.get("/mailboxes/ann@gmail.com").text
