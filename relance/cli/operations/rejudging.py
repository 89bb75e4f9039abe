"""`rejudge`: the mails of the past classified again."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from relance import errors
from relance.cli.terminal import session, show
from relance.wording import N_, Text, _, n_

if TYPE_CHECKING:
    from relance import HitsRejudged, RejudgeReport

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
    hits: Annotated[
        bool, typer.Option("--hits", help="Judge opens and clicks again instead: by people or by machines.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Classify past answers again, by the current rules; or, with --hits, opens and clicks."""
    if hits:
        if since is not None or reopen:
            raise errors.WrongUse(Text("--since and --reopen are about answers: leave them out with --hits."))
        _rejudge_hits(ctx, apply=not dry_run, as_json=as_json)
        return
    with session.of(ctx).open() as relance:
        report = relance.inbox.rejudge(since=session.in_zone(since), apply=not dry_run, reopen=reopen)
    if as_json:
        show.data(report)
    else:
        _show_answers(report, dry_run=dry_run)


def _show_answers(report: RejudgeReport, *, dry_run: bool) -> None:
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


def _rejudge_hits(ctx: typer.Context, *, apply: bool, as_json: bool) -> None:
    with session.of(ctx).open() as relance:
        report = relance.messages.rejudge_hits(apply=apply)
    if as_json:
        show.data(report)
        return
    columns = {
        N_("sequence"): "sequence",
        N_("kind"): "kind|hit",
        N_("before"): "before|verdict",
        N_("now"): "after|verdict",
        N_("number"): "hits",
    }
    show.listing(report.changes, columns, as_json=False, empty=_("No open or click is judged otherwise."))
    if report.branches:
        _show_branches(report)
    show.note(n_("{count} open or click checked.", "{count} opens and clicks checked.", report.looked))
    if report.changes and not apply:
        show.note(_("Nothing was changed. `relance rejudge --hits --apply` makes these changes."))


def _show_branches(report: HitsRejudged) -> None:
    columns = {
        N_("person"): "email",
        N_("sequence"): "sequence",
        N_("branch"): "branch",
        N_("condition"): "condition",
        N_("taken"): "taken",
    }
    told = n_(
        "{count} branch was decided by one of these. It stays as it was decided:",
        "{count} branches were decided by some of these. They stay as they were decided:",
        report.branch_count,
    )
    show.note(told)
    show.listing(report.branches, columns, as_json=False, empty="")
