"""Where a setting came from is told as it was set: an option only where somebody typed it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer

from relance.cli.operations import running
from relance.cli.terminal.session import CommandSession
from relance.config import Settings, make_home
from relance.scheduler.daemon import startup
from relance.scheduler.logging import logs


@pytest.fixture
def context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> typer.Context:
    for name in list(os.environ):
        if name.startswith("RELANCE_"):
            monkeypatch.delenv(name)
    home = make_home(tmp_path / "home").home
    return typer.Context(click.Command("run"), obj=CommandSession(home))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """What daemons were started with; they end at once."""
    found: list[Settings] = []

    @contextlib.contextmanager
    def opens(settings: Settings, *rest: Any) -> Iterator[None]:
        del rest
        found.append(settings)
        yield None

    monkeypatch.setattr(startup, "opened", opens)
    monkeypatch.setattr(logs, "configure", lambda settings: settings)
    return found


@pytest.mark.parametrize(
    ("variable", "port", "source"),
    [
        (None, 0, "--port"),
        ("0", None, "environment RELANCE_WEB_PORT"),
        ("0", 0, "--port"),
    ],
)
@pytest.mark.wording
def test_the_port_that_is_bound_was_set_where_somebody_set_it(
    context: typer.Context,
    opened: list[Settings],
    monkeypatch: pytest.MonkeyPatch,
    variable: str | None,
    port: int | None,
    source: str,
) -> None:
    """The system picks one for 0; links carry it, and it is no option that anybody typed."""
    if variable is not None:
        monkeypatch.setenv("RELANCE_WEB_PORT", variable)
    with pytest.raises(typer.Exit):
        running.web(context, port=port)
    [settings] = opened
    assert settings.web_port > 0
    assert settings.base_url.endswith(f":{settings.web_port}")
    assert [str(settings.source(name)) for name in ("web_port", "web_host")] == [source, "default"]


def test_console_ports_beside_it_are_told_alike(context: typer.Context) -> None:
    settings = context.obj.settings({"console_port": 8799}, console_port=None)
    assert (settings.console_port, settings.in_file("console_port")) == (8799, False)
    settings.file.write_text("console_port = 8799\n", "utf-8")
    assert context.obj.settings({"console_port": 8799}, console_port=None).in_file("console_port")
    assert not context.obj.settings({"console_port": 8799}, console_port=8799).in_file("console_port")
