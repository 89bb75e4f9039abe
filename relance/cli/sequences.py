"""`sequence`: what is sent, step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from relance import errors
from relance.cli.terminal import session, show
from relance.wording import N_, Text, _

group = typer.Typer(no_args_is_help=True, help="What is sent, step by step.")
COLUMNS = {
    N_("sequence"): "name",
    N_("version"): "version",
    N_("steps"): "steps",
    N_("state"): "state|sequence",
    N_("reason"): "reason",
    N_("paused by"): "paused_by",
    N_("published"): "published_at",
    N_("enrolled"): "counts|person",
}
PLAN = {
    N_("step"): "step",
    N_("state"): "state|person",
    N_("stay with version"): "version",
    N_("contacts"): "people",
}
File = Annotated[
    Path,
    typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A sequence in YAML."),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The sequence's name.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@group.command()
def check(ctx: typer.Context, file: File, as_json: Json = False) -> None:
    """Check a sequence file: what is wrong, where, and what to write instead. Changes nothing."""
    with session.of(ctx).open() as relance:
        checked = relance.sequences.check(file)
    if as_json:
        show.data({"problems": checked.problems, "warnings": checked.warnings})
    else:
        show.warnings(checked.warnings)
        for problem in checked.problems:
            show.problem(str(problem))
    if checked.problems:
        raise typer.Exit(2)
    if not as_json:
        show.say(_("{file} is fine.", file=file))


@group.command()
def publish(ctx: typer.Context, file: File, as_json: Json = False) -> None:
    """Publish a sequence. Contacts already in it stay with their version."""
    with session.of(ctx).open() as relance:
        published = relance.sequences.publish(file)
    show.warnings(published.warnings)
    if as_json:
        show.data(published)
    elif published.changed:
        show.say(_("Published {name}, version {version}.", name=published.name, version=published.version))
    else:
        show.say(
            _(
                "{name} is unchanged; it stays at version {version}.",
                name=published.name,
                version=published.version,
            )
        )


@group.command()
def plan(ctx: typer.Context, file: File, as_json: Json = False) -> None:
    """Show what publishing a sequence would do to its steps and to the contacts in it; changes nothing."""
    with session.of(ctx).open() as relance:
        found = relance.sequences.plan(file)
    show.warnings(found.warnings)
    if as_json:
        show.data(found)
        return
    if not found.changed:
        show.say(
            _("{name} is unchanged; it stays at version {version}.", name=found.name, version=found.latest)
        )
        return
    show.say(_("{name} would be version {version}.", name=found.name, version=found.next))
    for words, steps in (
        (_("new steps: {steps}", steps=", ".join(found.added)), found.added),
        (_("changed steps: {steps}", steps=", ".join(found.altered)), found.altered),
        (_("removed steps: {steps}", steps=", ".join(found.removed)), found.removed),
    ):
        if steps and found.latest:
            show.say(words)
    show.listing(found.staying, PLAN, as_json=False, empty=_("Nobody is in progress in this sequence."))


@group.command()
def new(
    ctx: typer.Context,
    name: Name,
    starter: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="STARTER",
            help="`first-meeting`, `after-event`, `open-quote`, `blank` or `practice`.",
        ),
    ] = "blank",
    language: Annotated[
        str,
        typer.Option(
            metavar="CODE", help="Language of the text: en or pl (default: the command's language)."
        ),
    ] = "",
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The file to write it to (default: it is printed).", dir_okay=False
        ),
    ] = None,
) -> None:
    """Start a sequence from a text that a salesperson would send. Publishes nothing."""
    from relance import wording

    with session.of(ctx).open() as relance:
        text = relance.sequences.starter(starter, name, language or wording.language())
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        with to.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise errors.WrongUse(Text("{file} already exists. Choose another name.", file=to)) from None
    except FileNotFoundError:
        raise errors.WrongUse(Text("there is no folder {folder}.", folder=to.parent)) from None
    show.say(_("{file} has been written. Check it: relance sequence check {file}", file=to))


@group.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the sequences with their contacts by state."""
    with session.of(ctx).open() as relance:
        found = relance.sequences.list()
    show.listing(
        found,
        COLUMNS,
        as_json=as_json,
        empty=_("There is no sequence yet. Publish one with `relance sequence publish FILE`."),
    )


@group.command("show")
def show_(
    ctx: typer.Context,
    name: Name,
    version: Annotated[
        int | None, typer.Option(min=1, help="An earlier version (default: the latest).")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show a sequence as YAML."""
    with session.of(ctx).open() as relance:
        found = relance.sequences.show(name, version)
    if as_json:
        show.data(found)
    else:
        show.say(found.yaml.rstrip("\n"))


@group.command()
def schema() -> None:
    """Print the JSON Schema of sequence files, for editors that complete and check while you type."""
    from relance.engine.definition.reading import load

    typer.echo(load.schema())


@group.command()
def pause(
    ctx: typer.Context,
    name: Name,
    reason: Annotated[str, typer.Option(help="Why, for your colleagues.")] = "",
) -> None:
    """Send nothing of this sequence until it is resumed."""
    with session.of(ctx).open() as relance:
        changed = relance.sequences.pause(name, reason)
    if changed:
        show.say(_("Sequence {name} is paused.", name=name))
    else:
        show.note(_("Nothing changed: sequence {name} is already paused.", name=name))


@group.command()
def resume(ctx: typer.Context, name: Name) -> None:
    """Resume a sequence."""
    with session.of(ctx).open() as relance:
        changed = relance.sequences.resume(name)
    if changed:
        show.say(_("Sequence {name} has been resumed.", name=name))
    else:
        show.note(_("Nothing changed: sequence {name} is not paused.", name=name))
