"""A newcomer in the console, from the link of an invitation to a reply that leaves: in both languages, with and without script."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from relance.cli.operations import sandbox
from relance.clock import ManualClock
from relance.mailbox.account import Account
from relance.sandbox.letters import letter
from relance.sandbox.world import World
from tests.finished_starters import finished
from tests.integration.console.conftest import PASSWORD, Console, Tab, chromium, serving
from tests.integration.console.test_sequence_text import write
from tests.journeys.stage import ADA, MONDAY, Stage
from tests.reworded import in_english

__all__ = ["chromium"]
EXAMPLES = Path(__file__).parents[2] / "examples"
OLA = "ola.nowak@birch-logistics.example"
NAME = "Wholesalers"
MISTAKE = "{{ compnay | "
WORDS = {
    "en": "Yes, this is interesting. Call me on Tuesday.",
    "pl": "Tak, to ciekawe. Proszę zadzwonić we wtorek.",
}
REPLY = {"en": "Tuesday at ten it is.", "pl": "Zadzwonię we wtorek o dziesiątej."}


@dataclass
class Newcomer:
    """Somebody at a browser, and the world they write to."""

    stage: Stage
    console: Console
    rep: Account  # the mailbox in the sandbox
    page: Any
    language: str
    script: bool

    def meanwhile(self, what: Callable[[], object]) -> None:
        """What workers do: playwright's event loop stands in this thread, so it is done in another."""
        with ThreadPoolExecutor(1) as other:
            other.submit(what).result(60)

    def work_is_done(self) -> None:
        """What a slow machine left of the work that a page began to the workers is done by one."""
        app = self.console.app
        self.meanwhile(lambda: [app.work(number) for number in app.due_jobs(10)])
        self.page.reload()

    def open(self, path: str) -> None:
        self.page.goto(self.console.url + path)
        assert self.page.get_attribute("html", "lang") == self.language


@contextmanager
def _standing(folder: Path, url: str) -> Iterator[tuple[Stage, Console, Account]]:
    """A console of a new installation at ten on a Monday, and a sandbox, of which the home knows as `relance sandbox` tells it."""
    clock = ManualClock(MONDAY)
    with ExitStack() as stack:
        world = stack.enter_context(World(clock))
        console = stack.enter_context(
            serving(folder / "home", url, clock=clock, country="PL", base_url="http://127.0.0.1:9")
        )
        rep = world.add_rep(ADA, "Ada Lind", "correct horse")
        stack.enter_context(sandbox._written(console.app.settings.home, rep))
        yield Stage(console.app, world, clock), console, rep


@pytest.fixture(
    params=[("en", True), ("en", False), ("pl", True), ("pl", False)],
    ids=lambda each: f"{each[0]}-{'script' if each[1] else 'forms'}",
)
def newcomer(
    request: pytest.FixtureRequest, tmp_path: Path, migrated_sqlite_url: str, chromium: Any
) -> Iterator[Newcomer]:
    language, script = request.param
    with _standing(tmp_path, migrated_sqlite_url) as (stage, console, rep):
        context = chromium.new_context(
            locale={"en": "en-GB", "pl": "pl-PL"}[language], java_script_enabled=script
        )
        try:
            page = context.new_page()
            tab = Tab(page, console) if script else None
            yield Newcomer(stage, console, rep, page, language, script)
            assert tab is None or tab.faults == []
        finally:
            context.close()


@pytest.mark.slow
@pytest.mark.timeout(120)
def test_a_newcomer_writes_to_people_and_replies_to_one(newcomer: Newcomer) -> None:
    _gets_in(newcomer)
    _adds_the_mailbox(newcomer)
    imported = _imports_people(newcomer)
    _writes_and_publishes(newcomer)
    _enrolls(newcomer, imported)
    newcomer.meanwhile(newcomer.stage.run)
    assert newcomer.stage.sent_to(OLA) == 1
    _is_a_prospect(newcomer)
    assert newcomer.stage.state(OLA) == "replied"
    _triages(newcomer)
    _replies(newcomer)
    newcomer.meanwhile(lambda: newcomer.stage.advance(minutes=1))
    assert REPLY[newcomer.language] in letter.read(newcomer.stage.arrived(OLA)[-1].raw).text
    _looks_at_the_report(newcomer)


def _gets_in(who: Newcomer) -> None:
    """By the link that the command prints. (The command is the only way to the first user.)"""
    app = who.console.app
    settings = {
        "RELANCE_DATABASE_URL": app._context.database.url.render_as_string(hide_password=False),
        "RELANCE_CONSOLE_PORT": who.console.url.rpartition(":")[2],
    }
    command = [sys.executable, "-m", "relance", "--home", str(app.settings.home), "console", "invite", ADA]
    done = subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    who.page.goto(done.stdout.strip())
    assert who.page.get_attribute("html", "lang") == who.language
    who.page.fill("[name=name]", "Ada Lind")
    who.page.fill("[name=password]", PASSWORD)
    who.page.fill("[name=again]", PASSWORD)
    who.page.click("main button[type=submit]")
    who.page.wait_for_url(f"{who.console.url}/")


def _adds_the_mailbox(who: Newcomer) -> None:
    """That of the sandbox; both servers are signed in to."""
    who.open("/mailboxes/new")
    who.page.click("form[action='/mailboxes/sandbox'] button")
    who.page.wait_for_selector("main .line.green")
    assert who.page.locator("main .line.red").count() == 0
    assert [each.address for each in who.console.app.mailboxes.list()] == [ADA]


def _imports_people(who: Newcomer) -> str:
    """What is wrong in the file is told first; returns where the import is."""
    who.open("/import")
    who.page.set_input_files("#f-file", EXAMPLES / "people.csv")
    who.page.click("form[action='/import'] button")
    who.page.wait_for_url("**/import/1")
    who.work_is_done()
    assert "not an address" in who.page.inner_text("main")
    assert who.console.app.contacts.list() == []
    who.page.click("form[action$='/start'] button")
    who.page.wait_for_url("**/import/2")
    who.work_is_done()
    assert len(who.console.app.contacts.list()) == 6
    return str(who.page.url)


def _writes_and_publishes(who: Newcomer) -> None:
    """A starter; a slip in it is told at its line and put right; the plan comes before it is published."""
    page = who.page
    who.open("/sequence-new")
    page.fill("main [name=name]", NAME)
    page.check("[name=from][value=first-meeting]")
    page.click("form[action='/sequence-new'] button")
    page.wait_for_url("**/sequence-drafts/*")
    good = finished(page.input_value("#f-text"))
    wrong = good.replace("{{ company | ", MISTAKE, 1)
    write(page, wrong)
    if not who.script:
        page.click("button[name=go][value=check]")
    page.wait_for_selector(
        ".told.bad:has-text('compnay') [data-line]"
    )  # with script by itself, soon after it was typed
    assert "compnay" in page.inner_text(".told.bad")
    if who.script:
        page.click("[data-line]")
        assert MISTAKE in page.evaluate("getSelection().toString()")
    else:
        line = int(page.get_attribute("[data-line]", "data-line"))
        assert MISTAKE in wrong.splitlines()[line - 1]
    write(page, good)
    page.click("button[name=go][value=plan]")
    page.wait_for_url("**/plan")
    assert who.console.app.sequences.list() == []
    page.click("form[action='/sequence/publish'] button")
    page.wait_for_url(f"**/sequences/{NAME}")
    assert who.console.app.sequences.show(NAME).version == 1


def _enrolls(who: Newcomer, imported: str) -> None:
    """Everybody whom the file brought."""
    who.page.goto(imported)
    who.page.select_option("#f-sequence", NAME)
    who.page.click("form[action='/enroll'] button")
    assert who.page.input_value("#f-sequence") == NAME
    who.page.click("form[action='/enroll/plan'] button")
    assert sum(who.console.app.enrollments.counts().values()) == 0
    who.page.wait_for_selector("h1:has-text('6')")
    who.page.click("form[action='/enroll'] button:not(.secondary)")
    who.page.wait_for_url("**/jobs/3")
    who.work_is_done()
    assert sum(who.console.app.enrollments.counts().values()) == 6


def _is_a_prospect(who: Newcomer) -> None:
    """Answers as `relance sandbox answer` does, by way of the sandbox's own server; there is no page for it, as there is no sandbox in
    real life."""

    def answers() -> None:
        sandbox._deliver(who.rep, sandbox._reply(who.console.app, who.rep, OLA, WORDS[who.language]))
        who.stage.look()

    who.meanwhile(answers)


def _triages(who: Newcomer) -> None:
    """The answer is opened and judged, by keys where there are any."""
    page = who.page
    who.open("/inbox")
    if who.script:
        page.keyboard.press("j")
        page.wait_for_url("**answer=*")
        assert WORDS[who.language] in page.inner_text(".own-words")
        page.keyboard.press("i")
    else:
        page.click("a.answer")
        assert WORDS[who.language] in page.inner_text(".own-words")
        page.click("form[action='/inbox/triage'] button[value=i]")
    page.wait_for_url("**undo=*")
    [answer] = who.console.app.inbox.list()
    assert (answer.intent, answer.corrected) == ("positive", True)


def _replies(who: Newcomer) -> None:
    """In the thread, from the mailbox that it came to."""
    page = who.page
    page.click("a.answer")
    page.wait_for_url("**answer=*")
    if who.script:
        page.wait_for_selector("html:not([data-resting])")
        page.keyboard.press("r")
        page.keyboard.type(REPLY[who.language])
    else:
        page.fill("#f-text", REPLY[who.language])
    page.click("form.reply button")
    page.wait_for_selector(".replied")


def _looks_at_the_report(who: Newcomer) -> None:
    """Mails and the one answer are counted, in the reader's language."""
    who.open("/reports?days=7")
    assert who.page.locator("svg.chart").count() == 2
    [number] = re.findall(r"\d+", who.page.inner_text("table.counted td.number"))
    assert number == "1"
    assert {"en": in_english("Reports"), "pl": "Raporty"}[who.language] in who.page.inner_text("h1")
