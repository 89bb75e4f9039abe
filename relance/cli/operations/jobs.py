"""`jobs`: long work in the background, such as imports and changes of many people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import N_, _

if TYPE_CHECKING:
    from relance import JobView

group = typer.Typer(
    no_args_is_help=True, help="Long-running work in the background, such as imports started in the console."
)
COLUMNS = {
    N_("job"): "id",
    N_("what"): "title",
    N_("who"): "actor",
    N_("state"): "state|job",
    N_("done"): "done",
    N_("of"): "total",
    N_("since"): "created_at",
}
Number = Annotated[int, typer.Argument(metavar="JOB", help="Its number.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@group.command("list")
def list_(
    ctx: typer.Context,
    after: Annotated[str, typer.Option(metavar="CURSOR", help="Continue after the previous page.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this many.")] = 20,
    as_json: Json = False,
) -> None:
    """List jobs, the newest first."""
    with session.of(ctx).open() as relance:
        found = relance.jobs.list(after=after, limit=limit)
    show.page(found.jobs, COLUMNS, found.cursor, as_json=as_json, empty=_("No job has been started yet."))


@group.command("show")
def show_(ctx: typer.Context, job: Number, as_json: Json = False) -> None:
    """Show the progress of a job and its results so far."""
    with session.of(ctx).open() as relance:
        _tell(relance.jobs.show(job), as_json=as_json)


@group.command()
def cancel(ctx: typer.Context, job: Number, as_json: Json = False) -> None:
    """Cancel a job. What is done stays done."""
    with session.of(ctx).open() as relance:
        _tell(relance.jobs.cancel(job), as_json=as_json)


def _tell(job: JobView, *, as_json: bool) -> None:
    from relance.engine.reporting import codes

    if as_json:
        show.data(job)
        return
    show.listing([job], COLUMNS, as_json=False, empty="")
    for code, count in job.counts.items():
        show.say(f"  {codes.text('job result', code)}: {count}")
    if job.reason:
        show.say(str(job.reason))
    if job.still:
        show.note(_("It has made no progress for a while. Is `relance run` or `relance worker` running?"))
