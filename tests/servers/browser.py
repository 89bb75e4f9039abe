"""Debian's Chromium, driven by playwright: started when the first test asks, and shared by those that come one after another.

While playwright's own event loop stands in a thread, no test can start another there (`asyncio.run`): so it goes before tests come
that have nothing to do with a browser.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.servers import finder

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PAGES = Path(__file__).parents[1] / "integration" / "console"
# Most tests in this folder use it.


class _Shared:
    """That of this process."""

    opened: ExitStack | None = None
    browser: Any = None


def shared() -> Any:
    """The browser, started now if it is not there; a loud skip where there is none."""
    if _Shared.opened is None:
        with ExitStack() as stack:
            _Shared.browser = _started(stack)
            _Shared.opened = stack.pop_all()
    return _Shared.browser


def _started(stack: ExitStack) -> Any:
    program = finder.binary("chromium")
    if program is None:
        finder.not_run("there is no chromium for the pages of the console")
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason=f"{finder.NOT_RUN}playwright is not installed"
    )
    driver = stack.enter_context(sync_api.sync_playwright())
    browser = driver.chromium.launch(executable_path=str(program), args=list(FLAGS))
    stack.callback(browser.close)
    return browser


def close_unless_wanted(over: Path, coming: Path | None) -> None:
    """A test of the one file is over and one of the other comes (none: it was the last)."""
    if coming == over or (coming is not None and over.parent == coming.parent == PAGES):
        return
    opened, _Shared.opened, _Shared.browser = _Shared.opened, None, None
    if opened is not None:
        opened.close()
