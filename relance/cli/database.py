"""`db`: bring the database's tables up to date, or look at them."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli import asking, session, show

group = typer.Typer(no_args_is_help=True, help="The database's tables.")


@group.command()
def upgrade(ctx: typer.Context) -> None:
    """Bring the tables up to date. The embedded database does so by itself; PostgreSQL waits for this command."""
    from relance import app

    before, after = app.upgrade_database(session.of(ctx).settings())
    if before.pending:
        show.say(f"The tables went from {before.current or 'nothing'} to {after.current}.")
    else:
        show.say(f"The tables are up to date ({after.current}).")


@group.command()
def check(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """Say whether the tables are up to date. Exits with 1 when they are not; changes nothing."""
    from relance import app

    found = app.check_database(session.of(ctx).settings())
    if as_json:
        show.data(found)
    elif found.ready:
        show.say(f"The tables are up to date ({found.current}).")
    else:
        show.problem(f"{len(found.pending)} changes are to come ({found.newest}). Run `relance db upgrade`.")
    if not found.ready:
        raise typer.Exit(1)


@group.command("confirm-restore")
def confirm_restore(
    ctx: typer.Context,
    send_due: Annotated[
        bool,
        typer.Option("--send-due", help="Send at once what is due, though it may have been sent before."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Go on after a restore from a backup. What fell due is held for you, for it may have been sent already."""
    with session.of(ctx).open() as relance:
        halted = relance.halted()
        if halted is None:
            show.say("Nothing stands still: this database was not restored.")
            return
        question = f"{halted} Go on{', and send what is due' if send_due else ''}?"
        if not asking.confirmed(question, yes=yes):
            raise typer.Abort
        held = relance.confirm_restore(hold_due=not send_due)
    show.say(
        f"Going on. {held} steps are held. Who is proved by their mailbox goes on by itself within minutes."
    )
    if held:
        show.say(
            "`relance restored list` shows the rest then; say `sent` or `not-sent` of them, one by one or all."
        )
