"""`init` and `config`: the home folder and what is set in it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import N_, _

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
        Path | None, typer.Argument(metavar="DIR", help="The home folder (default: ./.relance).")
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(help="Time zone of contacts and sequences that name none (default: this machine's)."),
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="The country whose public holidays count, as two letters, such as PL.")
    ] = None,
    base_url: Annotated[
        str | None,
        typer.Option(help="The web address at which recipients reach `relance web`, for tracked links."),
    ] = None,
) -> None:
    """Create a home folder for your data.

    The folder, the key, the settings file and the database's tables. What already exists is kept.
    """
    from relance import config

    asked = directory or session.of(ctx).home
    home = asked or config.find_home()
    language = session.of(ctx).language
    values = {"zone": zone or local_zone(), "country": country, "base_url": base_url, "language": language}
    given = {name: value for name, value in values.items() if value is not None}
    if country is not None:
        _refuse_unknown(country)
    with config.typed(session.OPTIONS):
        wanted = config.Settings(home=home, **given)  # a wrong value is told before anything is made
    own_key = wanted.secret_key is None and wanted.secret_key_file == wanted.home / config.KEY_NAME
    made = config.make_home(home, given, key=own_key)
    found = config.Settings(home=made.home)
    _tell(made, config.close(found))
    if made.home / config.FILE_NAME in made.kept and (zone or country or base_url or language):
        place = made.home / config.FILE_NAME
        show.note(_("The settings stay as they are; change them in {file}.", file=place))
    ready = _tables(found, new_key=made.home / config.KEY_NAME in made.made)
    show.say()
    show.say(f"{_('The home folder is {home}.', home=made.home)} {_about_the_key(found, own=own_key)}")
    following = "mailbox add you@your-company.example" if ready else "db upgrade"
    show.say(_("Next: relance {command}", command=following))


def _refuse_unknown(country: str) -> None:
    """No holidays would count, and nobody would notice."""
    from relance import errors
    from relance.engine.schedule import holidays

    if not holidays.is_country(country):
        near = ", ".join(holidays.near(country))
        why = _("there is no country {code} whose public holidays are known.", code=country)
        hint = _("Did you mean {near}?", near=near) if near else _("Write a code such as PL.")
        raise errors.WrongUse(f"{why} {hint}")


def _tell(made: config.Made, closed: Sequence[Path]) -> None:
    for word, paths in ((_("made"), made.made), (_("kept"), made.kept)):
        for path in paths:
            show.say(f"{word:<6}{path}")
    for path in closed:
        show.say(_("closed {path} to others on this machine", path=path))


def _tables(found: config.Settings, *, new_key: bool) -> bool:
    """Make the tables where there are none; returns whether the database can be worked on."""
    from relance import app, config

    before, after = app.first_tables(found)
    shown = config.mask_url(found.database_url)
    if before.current is None:
        show.say(f"{_('made'):<6}{_('the tables of {database}', database=shown)}")
    elif new_key:
        show.note(
            _(
                "{database} is already in use, and this home has a new key, which opens no mailbox that another key locked. "
                "Copy {file} of the first home here, or set RELANCE_SECRET_KEY to its line.",
                database=shown,
                file=config.KEY_NAME,
            )
        )
    if not after.ready:
        show.note(
            _(
                "The tables of {database} are those of an earlier release; `relance db upgrade` brings them up to date.",
                database=shown,
            )
        )
        return False
    with session.open_app(found):
        return True  # what is wrong with the key or the journal's folder is told now


def _about_the_key(found: config.Settings, *, own: bool) -> str:
    if own:
        return _(
            "Keep a copy of {file}: without it, no mailbox can be opened.", file=found.secret_key_file.name
        )
    place = found.source("secret_key") if found.secret_key is not None else found.secret_key_file
    return _("The key comes from {place}; without it, no mailbox can be opened.", place=place)


def settings(
    ctx: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Show every setting, its value, and where that came from. Secrets are masked."""
    found = session.of(ctx).settings().describe()
    columns = {N_("setting"): "name", N_("value"): "value", N_("from"): "source"}
    show.listing(found, columns, as_json=as_json, empty="")


def local_zone() -> str | None:
    """This machine's time zone by its IANA name, where the system tells it."""
    parts = LOCAL_ZONE.resolve().parts
    if ZONES not in parts:
        return None
    name = "/".join(parts[len(parts) - parts[::-1].index(ZONES) :])
    return name if "/" in name else None
