"""`task`: what the salesperson has to do by hand."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.cli.terminal.choices import TaskOutcome, TaskTime
from relance.wording import N_, _, n_

if TYPE_CHECKING:
    from relance import TaskReport

group = typer.Typer(no_args_is_help=True, help="Tasks for people to do by hand.")
COLUMNS = {
    N_("task"): "id",
    N_("due"): "due_at",
    N_("what"): "words",
    N_("contact"): "email",
    N_("phone"): "phone",
    N_("sequence"): "sequence",
    N_("assigned to"): "assignee",
    N_("state"): "state|task",
}
Numbers = Annotated[list[int], typer.Argument(metavar="TASK", help="Their numbers.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@group.command("list")
def list_(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Include those already done.")] = False,
    when: Annotated[TaskTime | None, typer.Option(help="Only those due at that time.")] = None,
    assignee: Annotated[
        str | None,
        typer.Option(
            metavar="WHO",
            help='Only those assigned to this person; --assignee "" shows those assigned to nobody.',
        ),
    ] = None,
    sequence: Annotated[str | None, typer.Option(help="Only in this sequence.")] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Only if each word starts an address, a name or a company."),
    ] = None,
    after: Annotated[str, typer.Option(metavar="CURSOR", help="Continue after the previous page.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this many.")] = 100,
    counts: Annotated[bool, typer.Option("--counts", help="Only count them, by when they are due.")] = False,
    as_json: Json = False,
) -> None:
    """List the tasks, the most urgent first."""
    from relance import TaskFilter

    states = () if everything else ("open",)
    wanted = TaskFilter((), when and when.value, assignee, sequence, search, states)
    with session.of(ctx).open() as relance:
        if counts:
            show.record(relance.tasks.counts(wanted), as_json=as_json)
            return
        found = relance.tasks.page(wanted, after=after, limit=limit)
    show.page(found.tasks, COLUMNS, found.cursor, as_json=as_json, empty=_("Nothing to do."))


@group.command()
def done(
    ctx: typer.Context,
    task: Annotated[int, typer.Argument(metavar="TASK", help="Its number.")],
    outcome: Annotated[TaskOutcome, typer.Option(help="How it ended.")] = TaskOutcome.DONE,
    note: Annotated[str, typer.Option(help="What you would like to remember about it.")] = "",
    stop: Annotated[
        bool, typer.Option("--stop", help="Stop the sequence for them, such as for a wrong person.")
    ] = False,
) -> None:
    """Mark a task as done. The sequence continues, unless --stop is given."""
    with session.of(ctx).open() as relance:
        changed = relance.tasks.done(task, outcome=outcome.value, note=note, stop=stop)
        before = None if changed else relance.tasks.ending(task)
    if changed:
        show.say(_("Task {task} is done.", task=task))
        return
    show.note(_("Nothing changed: task {task} is no longer open.", task=task))
    if before is not None:
        show.note(str(before.words))
    if note:
        show.note(_("Your note is kept in the contact's timeline."))


@group.command()
def undo(
    ctx: typer.Context, task: Annotated[int, typer.Argument(metavar="TASK", help="Its number.")]
) -> None:
    """Open a task again that was closed by mistake. If that stopped the sequence or let it continue, it stands where it did before."""
    with session.of(ctx).open() as relance:
        opened = relance.tasks.undo(task)
    if opened:
        show.say(_("Task {task} is open again.", task=task))
    else:
        show.note(_("Nothing changed: nobody closed task {task}.", task=task))


@group.command()
def skip(ctx: typer.Context, tasks: Numbers, dry_run: DryRun = False, as_json: Json = False) -> None:
    """Skip tasks. Their sequences continue."""
    from relance import TaskFilter

    with session.of(ctx).open() as relance:
        _tell(relance.tasks.skip(TaskFilter(tuple(tasks)), dry_run=dry_run), as_json=as_json)


@group.command()
def snooze(
    ctx: typer.Context,
    tasks: Numbers,
    until: Annotated[
        dt.datetime,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            metavar="DATE",
            help="The new due time, in the workspace's time zone.",
        ),
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Postpone tasks."""
    from relance import TaskFilter

    with session.of(ctx).open() as relance:
        at = session.in_zone(until) or until
        _tell(relance.tasks.snooze(TaskFilter(tuple(tasks)), at, dry_run=dry_run), as_json=as_json)


@group.command()
def assign(
    ctx: typer.Context,
    tasks: Numbers,
    to: Annotated[
        str, typer.Option(metavar="WHO", help='Who has to do them; --to "" leaves them to anyone.')
    ],
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Assign tasks to somebody."""
    from relance import TaskFilter

    with session.of(ctx).open() as relance:
        _tell(relance.tasks.assign(TaskFilter(tuple(tasks)), to, dry_run=dry_run), as_json=as_json)


def _tell(report: TaskReport, *, as_json: bool) -> None:
    if as_json:
        show.data(report)
        return
    left = [each for each in report.results if each.outcome.value != "changed"]
    changed = len(report.results) - len(left)
    if report.dry_run:
        show.say(n_("{count} task would change.", "{count} tasks would change.", changed))
    else:
        show.say(n_("{count} task changed.", "{count} tasks changed.", changed))
    if left:
        columns = {N_("task"): "id", N_("contact"): "email", N_("outcome"): "outcome|task change"}
        show.listing(left, columns, as_json=False, empty="")
