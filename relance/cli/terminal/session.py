"""What every command needs: the settings of this call, and the engine, opened late and closed in any case."""

from __future__ import annotations

import contextlib
import datetime as dt
import zoneinfo
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from relance.wording import _, show_times_in, shown_zone

if TYPE_CHECKING:
    from relance.app import Relance
    from relance.config import Settings
    from relance.errors import Unwritable


OPTIONS = {
    **{
        "home": "--home",
        "language": "--lang",
        "zone": "--zone",
        "country": "--country",
        "base_url": "--base-url",
    },
    **{"web_host": "--host", "web_port": "--port", "console_host": "--host", "console_port": "--port"},
}
"""Which option gives which setting."""


@dataclass(frozen=True)
class CommandSession:
    """The options that stood before the command."""

    home: Path | None = None
    debug: bool = False
    language: str | None = None

    def settings(self, bound: Mapping[str, int] | None = None, **values: Any) -> Settings:
        """The settings, with `values` given by flags (None: not given), and the ports that are `bound` already."""
        from relance.config import Settings, typed

        given = {name: value for name, value in values.items() if value is not None}
        if self.home is not None:
            given["home"] = self.home
        if self.language is not None:
            given["language"] = self.language
        bound = bound or {}
        with typed(OPTIONS, bound.keys() - given.keys()):
            settings = Settings(**{**given, **bound})
        show_times_in(zoneinfo.ZoneInfo(settings.zone))
        return settings

    @contextlib.contextmanager
    def open(self, *, told: bool = False, **values: Any) -> Iterator[Relance]:
        """The engine of this home. Where nothing can be written, what is there can be looked at all the same.

        `told`: the command itself says that nothing can be written, as one of the concerns.
        """
        from relance import errors

        settings = self.settings(**values)
        try:
            app = open_app(settings)
        except errors.Unwritable as full:
            app = _looked_at(settings, full, told=told)
        with app:
            yield app


def _looked_at(settings: Settings, full: Unwritable, *, told: bool) -> Relance:
    """What cannot be written, opened to be looked at. That it is another user's says nothing of its daemons."""
    from relance import config, errors
    from relance.cli.terminal import show

    foreign = config.foreign(settings)
    try:
        app = open_app(settings, look_only=True, because="" if foreign else str(full), foreign=foreign)
    except errors.Unwritable:
        raise errors.Misconfigured(foreign) if foreign else full from full
    if not told:
        show.note(f"{foreign or full} {_('Existing data can still be viewed.')}")
    return app


def in_zone(typed: dt.datetime | None) -> dt.datetime | None:
    """A time that was typed without a zone, by the clock of the workspace; where none is open, of this machine."""
    return typed.replace(tzinfo=shown_zone()).astimezone(dt.UTC) if typed is not None else None


def of(ctx: typer.Context) -> CommandSession:
    """The session of a command's context."""
    found = ctx.find_object(CommandSession)
    return found or CommandSession()


def open_app(settings: Settings, *, look_only: bool = False, because: str = "", foreign: str = "") -> Relance:
    """The engine; importing it takes most of a second, which `--help` need not wait for."""
    from relance import Actor, ActorKind, config
    from relance.app import Relance

    actor = Actor(ActorKind.PERSON, config.login())
    return Relance(settings, actor=actor, look_only=look_only, because=because, foreign=foreign)
