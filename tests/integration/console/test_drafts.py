"""What somebody typed outlives a server that is gone for a while: nothing is sent into the void, and what was written is there again."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from relance.console.requests import cookies
from relance.console.requests.security import Grounds
from tests.integration.console.conftest import PASSWORD, Console
from tests.integration.console.test_connection import BOSS, offline_is_no_fault, sign_in, sign_out
from tests.integration.console.test_inbox import newest
from tests.servers import command, ports, processes

DRAFTS = "Object.keys(sessionStorage).filter((each) => each.startsWith('relance:draft:')).length"
UNHEARD = ("ERR_CONNECTION_REFUSED", "Failed to fetch", "ERR_EMPTY_RESPONSE", "ERR_CONNECTION_RESET")


@pytest.fixture
def sales(answered: Console) -> Console:
    answered.join(BOSS)
    return answered


class Process:
    """A console of the same installation in a process of its own, which may be killed and started again."""

    def __init__(self, console: Console, log: Path) -> None:
        self.console, self.log, self.port = console, log, ports.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.cookie = cookies.name(Grounds(self.url, frozenset(), secure=False, port=self.port))
        self.running: processes.Process | None = None

    def start(self) -> None:
        settings = self.console.app.settings
        environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C.UTF-8",
            "RELANCE_HOME": str(settings.home),
            "RELANCE_DATABASE_URL": str(settings.database_url),
            "RELANCE_CONSOLE_PORT": str(self.port),
            "RELANCE_ZONE": "Europe/Warsaw",
            "RELANCE_ALLOW_TEST_DOMAINS": "true",
        }
        program = processes.Program(command.relance("console"), self.log, environment=environment)
        self.log.write_bytes(b"")  # what a process before it said
        self.running = started = processes.Process(program)
        started.wait_ready(lambda: ": ready" in started.log(), 60)

    def kill(self) -> None:
        if self.running is not None:
            self.running.kill()
        self.running = None


@pytest.fixture
def process(sales: Console, tmp_path: Path) -> Iterator[Process]:
    made = Process(sales, tmp_path / "console.log")
    with contextlib.ExitStack() as stack:
        stack.callback(made.kill)
        made.start()
        yield made


def unheard_is_no_fault(here: Any) -> None:
    here.faults[:] = [each for each in here.faults if not any(words in each for words in UNHEARD)]


def posts(page: Any) -> list[str]:
    """Where the page posts to from now on."""
    found: list[str] = []
    page.on("request", lambda asked: found.append(asked.url) if asked.method == "POST" else None)
    return found


def test_a_reply_stays_in_its_box_while_the_server_is_gone_and_goes_once_it_is_back(
    sales, process, tab
) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.page
    page.context.add_cookies([{"name": process.cookie, "value": sales.tokens[BOSS], "url": process.url}])
    page.goto(f"{process.url}/inbox?answer={newest(sales)}")
    page.fill("#f-text", "A whole reply")
    told, unsent, again = (
        page.locator("form.reply .unsent"),
        *(page.locator("#connection").get_attribute(name) for name in ("data-unsent", "data-again")),
    )
    sent = posts(page)
    process.kill()
    for _ in range(2):  # it may be pressed again
        page.press("#f-text", "Control+Enter")
        told.wait_for()
    assert told.all_inner_texts() == [unsent]
    assert (page.input_value("#f-text"), sent) == ("A whole reply", [])
    assert here.axe() == []
    process.start()
    told.filter(has_text=again).wait_for()
    assert sent == []  # nothing is sent by itself
    page.locator("form.reply button.secondary").last.click()
    page.wait_for_url("**told=here**")
    [reply] = sales.app.inbox.replies(newest(sales))
    assert reply.text.startswith("A whole reply")
    assert (len(sent), page.evaluate(DRAFTS)) == (1, 0)
    unheard_is_no_fault(here)


def test_words_of_every_form_stay_while_the_server_is_gone(sales, tab) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.open("/suppressions")
    field = page.locator("main form[method=post] textarea, main form[method=post] input[type=text]").first
    field.evaluate("(each) => each.closest('details')?.setAttribute('open', '')")
    field.fill("nobody@firm1.example")
    page.context.set_offline(True)
    field.evaluate("(each) => each.form.requestSubmit(each.form.querySelector('button:not([type=button])'))")
    page.locator(".unsent").wait_for()
    assert (page.url, field.input_value()) == (f"{sales.url}/suppressions", "nobody@firm1.example")
    offline_is_no_fault(here)


def test_what_is_written_is_there_again_until_it_is_sent(sales, tab) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.open(f"/inbox?answer={newest(sales)}")
    assert page.locator(".restored").is_hidden()
    page.fill("#f-text", "Half a reply")
    page.goto(sales.url + "/")
    page = here.open(f"/inbox?answer={newest(sales)}")
    assert page.input_value("#f-text") == "Half a reply"
    assert page.locator(".restored").is_visible()
    assert here.axe() == []
    page.locator("form.reply button.secondary").last.click()
    page.wait_for_url("**told=here**")
    assert page.evaluate(DRAFTS) == 0


def test_what_is_discarded_is_gone(sales, tab) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.open(f"/inbox?answer={newest(sales)}")
    page.fill("#f-text", "Half a reply")
    page.reload()
    page.locator(".restored button").click()
    assert (page.input_value("#f-text"), page.evaluate(DRAFTS)) == ("", 0)
    assert page.locator(".restored").is_hidden()
    page.reload()
    assert page.input_value("#f-text") == ""


def test_nobody_else_in_the_same_tab_finds_it(sales, tab) -> None:
    here = tab(sales.tokens[BOSS])
    page = here.open(f"/inbox?answer={newest(sales)}")
    page.fill("#f-text", "Half a reply")
    page.locator("details.menu:has(form[action='/sign-out'])").last.evaluate(
        "(each) => { each.open = true; }"
    )
    page.locator("form[action='/sign-out'] button").first.click()
    page.wait_for_url("**/sign-in**")
    assert page.evaluate(DRAFTS) == 0
    sign_in(page)
    page = here.open(f"/inbox?answer={newest(sales)}")
    assert page.input_value("#f-text") == ""
    page.fill("#f-text", "Half a reply")
    sign_out(sales)
    sales.join("ann@acme.example")
    page.goto(sales.url + "/sign-in")
    page.fill("[name=email]", "ann@acme.example")
    page.fill("[name=password]", PASSWORD)
    page.locator("main form button").click()
    page.wait_for_url(re.compile(r".*:\d+/$"))
    assert page.evaluate(DRAFTS) == 0


def test_a_reply_that_was_lost_on_its_way_is_there_again(sales, tab) -> None:
    """The server was heard, and fails when the form is sent."""
    here = tab(sales.tokens[BOSS])
    page = here.open(f"/inbox?answer={newest(sales)}")
    page.fill("#f-text", "A whole reply")
    page.route(
        "**/inbox?*",
        lambda route: (
            route.fulfill(status=500, body="lost") if route.request.method == "POST" else route.continue_()
        ),
    )
    page.locator("form.reply button.secondary").last.click()
    page.get_by_text("lost").wait_for()
    here.open(f"/inbox?answer={newest(sales)}")
    assert page.input_value("#f-text") == "A whole reply"
    here.faults[:] = [each for each in here.faults if "status of 500" not in each]
