"""The console as it is served, on a real socket and a real database, and the browser that looks at it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest
import uvicorn
from starlette.applications import Starlette

from relance import Relance, Settings, make_home
from relance.clock import Clock
from relance.console import server
from relance.console.requests import cookies
from relance.console.requests.security import Grounds
from relance.engine.contacts import service as contact_service
from relance.engine.users import passwords
from relance.engine.users.sign_in import Origin
from tests.reading import KIM, MIA, enrolled, hear, letter, wrote
from tests.servers import browser, ports

PASSWORD = "seven brass lanterns"


@dataclass
class Console:
    """A console that is served."""

    app: Relance
    url: str
    served: Starlette
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def cookie(self) -> str:
        """The name of the cookie that keeps a session."""
        return cookies.name(Grounds.of(self.app.settings))

    def join(self, email: str, role: str = "manager", name: str = "") -> str:
        """Somebody accepts an invitation; returns what their cookie holds."""
        made = self.app.users.invite(email, role)
        token = made.path.rpartition("/")[2]
        self.tokens[email] = self.app.entrance.accept(
            token,
            name or email.partition("@")[0].title(),
            PASSWORD,
            Origin("127.0.0.0/24", "Firefox/1 Linux"),
        )
        return self.tokens[email]

    def client(self, token: str = "", **more: Any) -> httpx.Client:
        """Asks without a browser, as somebody or as nobody; as a page of ours would."""
        headers = {"sec-fetch-site": "same-origin", **more.pop("headers", {})}
        return httpx.Client(
            verify=False,  # nothing here is TLS: reading the machine's authorities would take longer than asking
            base_url=self.url,
            cookies={self.cookie: token} if token else {},
            headers=headers,
            **more,
        )


@contextmanager
def serving(
    home: Path, url: str | None = None, clock: Clock | None = None, **settings: Any
) -> Iterator[Console]:
    """A console of a home, for as long as it lasts."""
    make_home(home)
    port = ports.free_port()
    given = {"console_port": port, "zone": "Europe/Warsaw", "allow_test_domains": True, **settings}
    if url is not None:
        given["database_url"] = url
    with Relance(Settings(home=home, **given), actor="tests", clock=clock) as app:
        served = server.build(app)
        config = uvicorn.Config(served, "127.0.0.1", port, log_config=None, access_log=False, ws="none")
        running = uvicorn.Server(config)
        thread = threading.Thread(target=running.run, daemon=True)
        thread.start()
        try:
            ports.wait_until(lambda: running.started, what="the console")
            yield Console(app, f"http://127.0.0.1:{port}", served)
        finally:
            running.should_exit = True
            thread.join(10)


@pytest.fixture
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a password costs people is asked in `unit/engine/test_users.py`, and paid in the journeys."""
    monkeypatch.setattr(passwords, "_MEMORY", 64)  # KiB
    monkeypatch.setattr(passwords, "_ROUNDS", 1)


@pytest.fixture
def console(cheap_passwords: None, tmp_path: Path, migrated_sqlite_url: str) -> Iterator[Console]:
    """A console of a new installation."""
    with serving(tmp_path / "home", migrated_sqlite_url) as found:
        yield found


@pytest.fixture(params=["sqlite", "postgres"])
def console_on_both(
    cheap_passwords: None, request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[Console]:
    """The same, once on each database."""
    with serving(tmp_path / "home", request.getfixturevalue(f"migrated_{request.param}_url")) as found:
        yield found


@pytest.fixture
def chromium() -> Any:
    """The browser. What a test opens in it, it closes."""
    return browser.shared()


class Tab:
    """A page in a browser of its own, that remembers what went wrong in it."""

    def __init__(self, page: Any, console: Console) -> None:
        self.page, self.console, self.faults = page, console, []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.expose_function("noteViolation", lambda words: self.faults.append(words))
        page.add_init_script(
            "document.addEventListener('securitypolicyviolation', e => noteViolation('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"
        )

    def _said(self, said: Any) -> None:
        """A form that is shown again with its mistake is an answer of 422, which Chromium calls an error."""
        if said.type == "error" and "status of 422" not in said.text:
            self.faults.append(said.text)

    def open(self, path: str) -> Any:
        """Go there; returns the page."""
        self.page.goto(self.console.url + path)
        return self.page

    def press(self, key: str) -> None:
        """Press a key of the page, as somebody does who sees what the one before did."""
        self.page.wait_for_selector("html:not([data-resting])")
        self.page.keyboard.press(key)

    def axe(self) -> list[str]:
        """What axe-core finds that is serious."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE.read_text("utf-8"))
        found = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['html'][:120]} {node['failureSummary'][:200]}"
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
            for node in each["nodes"]
        ]


AXE = Path(__file__).parent / "axe.min.js"


@pytest.fixture
def tab(chromium: Any, console: Console) -> Iterator[Any]:
    """Opens tabs; at the end, nothing may have gone wrong in any of them."""
    opened: list[tuple[Any, Tab]] = []

    def make(token: str = "", **options: Any) -> Tab:
        context = chromium.new_context(
            **{"locale": "en-GB", "viewport": {"width": 1280, "height": 800}, **options}
        )
        if token:
            context.add_cookies([{"name": console.cookie, "value": token, "url": console.url}])
        made = Tab(context.new_page(), console)
        opened.append((context, made))
        return made

    yield make
    faults = [fault for _, each in opened for fault in each.faults]
    for context, _ in opened:
        context.close()
    assert faults == []


HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>Please call me.'


@pytest.fixture
def answered(console: Console) -> Console:
    """Kim asks to be called, and Mia's out-of-office reply came in."""
    house = console.app._context
    enrolled(house, KIM, MIA)
    contact_service.add(house, KIM, {"last_name": "Łukasik"})
    for person in (KIM, MIA):
        wrote(house, person)
    hear(
        house, letter(MIA, text="I am out of the office until further notice.", Auto_Submitted="auto-replied")
    )
    hear(house, letter(KIM, text=f"{HOSTILE}\n\nOn Mon, 2 Mar 2026 at 09:00, Ada wrote:\n> We follow up"))
    return console


@pytest.fixture
def three_from_lake(answered: Console) -> Console:
    """Kim wrote twice and Mia once, who is away; somebody else wrote from another organisation."""
    hear(answered.app._context, letter(KIM, text="Please call me again."))
    return answered
