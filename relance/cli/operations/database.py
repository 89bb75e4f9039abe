"""`db`: bring the database's tables up to date, or look at them."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli.terminal import asking, session, show
from relance.wording import _, n_

group = typer.Typer(no_args_is_help=True, help="The database's tables.")


@group.command()
def upgrade(ctx: typer.Context) -> None:
    """Bring the tables up to date. The embedded database does this by itself; PostgreSQL needs this command."""
    from relance import app

    before, after = app.upgrade_database(session.of(ctx).settings())
    if before.pending:
        before_it = before.current or _("nothing")
        show.say(_("The tables were upgraded from {before} to {now}.", before=before_it, now=after.current))
    else:
        show.say(_("The tables are up to date ({version}).", version=after.current))


@group.command()
def check(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """Check whether the tables are up to date. Exits with 1 when they are not; changes nothing."""
    from relance import app

    found = app.check_database(session.of(ctx).settings())
    if as_json:
        show.data(found)
    elif found.ready:
        show.say(_("The tables are up to date ({version}).", version=found.current))
    else:
        pending = n_(
            "{count} change is pending ({version}). Run `relance db upgrade`.",
            "{count} changes are pending ({version}). Run `relance db upgrade`.",
            len(found.pending),
            version=found.newest,
        )
        show.problem(pending)
    if not found.ready:
        raise typer.Exit(1)


@group.command("confirm-restore")
def confirm_restore(
    ctx: typer.Context,
    send_due: Annotated[
        bool,
        typer.Option("--send-due", help="Send what is due at once, although it may have been sent before."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Continue after a restore from a backup. Steps that fell due are held for you, as they may already have been sent."""
    with session.of(ctx).open() as relance:
        halted = relance.halted()
        if halted is None:
            show.say(_("Nothing is on hold: this database was not restored."))
            return
        question = _("Continue, and send what is due?") if send_due else _("Continue?")
        if not asking.confirmed(f"{halted} {question}", yes=yes):
            raise typer.Abort
        held = relance.confirm_restore(hold_due=not send_due)
    show.say(n_("Resumed. {count} step is held.", "Resumed. {count} steps are held.", held))
    if held:
        show.say(_("Contacts whose mailbox proves what happened continue by themselves within minutes."))
        show.say(
            _(
                "`relance restored list` then shows the rest; `relance restored sent` or `relance restored not-sent` settles each of them, or all."
            )
        )
