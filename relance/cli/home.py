"""`init` and `config`: the home folder and what is set in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli import session, show

if TYPE_CHECKING:
    from relance import config

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

    The folder, the key, the settings file and the database's tables. What is there already is kept.
    """
    from relance import config

    asked = directory or session.of(ctx).home
    home = asked or config.find_home()
    values = {"zone": zone or local_zone(), "country": country, "base_url": base_url}
    given = {name: value for name, value in values.items() if value is not None}
    wanted = config.Settings(home=home, **given)  # a wrong value is told before anything is made
    own_key = wanted.secret_key is None and wanted.secret_key_file == wanted.home / config.KEY_NAME
    made = config.make_home(home, given, key=own_key)
    found = config.Settings(home=made.home)
    _tell(made, config.close(found))
    if made.home / config.FILE_NAME in made.kept and (zone or country or base_url):
        show.note(f"The settings stay as they are; change them in {made.home / config.FILE_NAME}.")
    ready = _tables(found, new_key=made.home / config.KEY_NAME in made.made)
    show.say(f"\nThe home is {made.home}. {_about_the_key(found, own=own_key)}")
    show.say(f"Next: relance {'mailbox add you@your-company.example' if ready else 'db upgrade'}")


def _tell(made: config.Made, closed: Sequence[Path]) -> None:
    for word, paths in (("made", made.made), ("kept", made.kept), ("closed", closed)):
        for path in paths:
            show.say(f"{word:<6}{path}{' to others on this machine' if word == 'closed' else ''}")


def _tables(found: config.Settings, *, new_key: bool) -> bool:
    """Make the tables where there are none; returns whether the database can be worked on."""
    from relance import app, config

    before, after = app.first_tables(found)
    shown = config.mask_url(found.database_url)
    if before.current is None:
        show.say(f"made  the tables of {shown}")
    elif new_key:
        show.note(
            f"{shown} is in use already, and this home's key is a new one: it opens no mailbox that another key locked. "
            f"Bring {config.KEY_NAME} of the first home here, or set RELANCE_SECRET_KEY to its line."
        )
    if not after.ready:
        show.note(
            f"The tables of {shown} are an earlier release's; `relance db upgrade` brings them up to date."
        )
        return False
    with session.open_app(found):
        return True  # what is wrong with the key or the journal's folder is told now


def _about_the_key(found: config.Settings, *, own: bool) -> str:
    if own:
        return f"Keep a copy of {found.secret_key_file.name}: without it no mailbox opens."
    place = found.source("secret_key") if found.secret_key is not None else found.secret_key_file
    return f"The key is the one of {place}; without it no mailbox opens."


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
