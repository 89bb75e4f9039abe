"""`db`: bring the database's tables up to date, or look at them."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli import session, show

group = typer.Typer(no_args_is_help=True, help="The database's tables.")


@group.command()
def upgrade(ctx: typer.Context) -> None:
    """Bring the tables up to date. The embedded database does so by itself; PostgreSQL waits for this command."""
    from relance import app

    before, after = app.upgrade_database(session.of(ctx).settings())
    show.say(
        f"The tables are up to date ({after})."
        if before == after
        else f"From {before or 'nothing'} to {after}."
    )


@group.command()
def check(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """Reach the database and say whether its tables are up to date; exits with 1 when they are not."""
    from relance import app

    found = app.check_database(session.of(ctx).settings())
    show.record(found, as_json=as_json)
    if not found.current:
        raise typer.Exit(1)
