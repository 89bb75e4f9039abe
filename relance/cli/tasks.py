"""`task`: what the salesperson has to do by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import N_, _

group = typer.Typer(no_args_is_help=True, help="What a person has to do by hand.")


@group.command("list")
def list_(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Include those already done.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the tasks, the most urgent first."""
    with session.of(ctx).open() as relance:
        found = relance.tasks.list(open_only=not everything)
    columns = {
        N_("task"): "id",
        N_("due"): "due_at",
        N_("what"): "words",
        N_("contact"): "email",
        N_("sequence"): "sequence",
        N_("state"): "state|task",
    }
    show.listing(found, columns, as_json=as_json, empty=_("Nothing to do."))


@group.command()
def done(
    ctx: typer.Context, task: Annotated[int, typer.Argument(metavar="TASK", help="Its number.")]
) -> None:
    """Mark a task as done. The sequence goes on."""
    with session.of(ctx).open() as relance:
        relance.tasks.done(task)
        show.say(_("Task {task} is done.", task=task))
