"""`rejudge`: the mails of the past classified again."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import N_, _, n_

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def add_to(root: typer.Typer) -> None:
    """The command."""
    root.command()(rejudge)


def rejudge(
    ctx: typer.Context,
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="Only mails received since then, in the workspace's time zone.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run/--apply", help="Only show what would change, or change it.")
    ] = True,
    reopen: Annotated[
        bool,
        typer.Option("--reopen", help="Restart those that an earlier classification stopped by mistake."),
    ] = False,
    as_json: Json = False,
) -> None:
    """Classify past answers again, by the current rules."""
    with session.of(ctx).open() as relance:
        report = relance.inbox.rejudge(since=session.in_zone(since), apply=not dry_run, reopen=reopen)
    if as_json:
        show.data(report)
        return
    columns = {
        N_("answer"): "id",
        N_("from"): "from_address",
        N_("before"): "before|mail",
        N_("now"): "after|mail",
        N_("because"): "evidence",
        N_("effect"): "effects",
    }
    show.listing(report.changes, columns, as_json=False, empty=_("No classification changes."))
    show.note(n_("{count} mail checked.", "{count} mails checked.", report.looked))
    if report.without_raw:
        gone = n_(
            "{count} more is no longer kept in full and stays as it is.",
            "{count} more are no longer kept in full and stay as they are.",
            report.without_raw,
        )
        show.note(gone)
    if dry_run and report.changes:
        show.note(_("Nothing was changed. `relance rejudge --apply` makes these changes."))
