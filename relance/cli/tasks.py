"""`task`: what the salesperson has to do by hand."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli import session, show

group = typer.Typer(no_args_is_help=True, help="What a person has to do by hand.")


@group.command("list")
def list_(
    ctx: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Those done as well.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """List the tasks, the most pressing first."""
    with session.of(ctx).open() as relance:
        found = relance.tasks.list(open_only=not everything)
    columns = {
        "task": "id",
        "due": "due_at",
        "what": "words",
        "contact": "email",
        "sequence": "sequence",
        "state": "state",
    }
    show.listing(found, columns, as_json=as_json, empty="Nothing to do.")


@group.command()
def done(
    ctx: typer.Context, task: Annotated[int, typer.Argument(metavar="TASK", help="Its number.")]
) -> None:
    """A task is done; the sequence goes on."""
    with session.of(ctx).open() as relance:
        relance.tasks.done(task)
        show.say(f"Task {task} is done.")
