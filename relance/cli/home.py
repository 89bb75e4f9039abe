"""`init` and `config`: the home folder and what is set in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from relance.cli import session, show

ZONES = "zoneinfo"
LOCAL_ZONE = Path("/etc/localtime")


def add_to(root: typer.Typer) -> None:
    """Hang the commands into the tree."""
    root.command()(init)
    root.command("config")(settings)


def init(
    ctx: typer.Context,
    directory: Annotated[
        Path | None, typer.Argument(metavar="DIR", help="The home; else ./.relance.")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(help="Time zone of contacts and sequences that name none; else this machine's."),
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="Two letters: whose public holidays count, such as PL.")
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="The web address recipients reach `relance web` by, for tracked links.")
    ] = None,
) -> None:
    """Make a home for your data.

    The folder, the key, the settings file and the database. What is there already is kept.
    """
    from relance import config

    asked = directory or session.of(ctx).home
    home = asked or config.find_home()
    values = {"zone": zone or local_zone(), "country": country, "base_url": base_url}
    given = {name: value for name, value in values.items() if value is not None}
    config.Settings(home=home, **given)  # a wrong value is told before anything is made
    made = config.make_home(home, given)
    with session.open_app(config.Settings(home=made.home)):
        pass  # the embedded database is made and brought up to date by being opened
    for path in made.made:
        show.say(f"made  {path}")
    for path in made.kept:
        show.say(f"kept  {path}")
    if made.home / config.FILE_NAME in made.kept and (zone or country or base_url):
        show.note(f"The settings stay as they are; change them in {made.home / config.FILE_NAME}.")
    show.say(f"\nThe home is {made.home}. Keep a copy of {config.KEY_NAME}: without it no mailbox opens.")
    show.say("Next: relance mailbox add you@your-company.example")


def settings(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show every setting. Its value, and where that came from; secrets are masked."""
    found = session.of(ctx).settings().describe()
    columns = {"setting": "name", "value": "value", "from": "source"}
    show.listing(found, columns, as_json=as_json, empty="")


def local_zone() -> str | None:
    """This machine's time zone by its IANA name, where the system tells it."""
    parts = LOCAL_ZONE.resolve().parts
    if ZONES not in parts:
        return None
    name = "/".join(parts[len(parts) - parts[::-1].index(ZONES) :])
    return name if "/" in name else None
