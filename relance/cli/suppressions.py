"""`suppressions`: a whole list of people and domains that get no more mail, taken in and taken back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import asking, session, show
from relance.wording import Text, _, n_

if TYPE_CHECKING:
    from relance import SuppressionImport

group = typer.Typer(no_args_is_help=True, help="Import a do-not-contact list, and take an import back.")
SHOWN = 10
LARGEST = 16 * 1024 * 1024
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


@group.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="A CSV file, or one address or domain per line; `-` reads what is piped in."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why, for lines without a reason.", show_default=False)] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Put the addresses and domains of a file on the do-not-contact list. Shows first what would happen, and asks. Their sequences stop."""
    data = _content(file)
    with session.of(ctx).open() as relance:
        asked = relance.contacts.suppress_list(data, reason=reason, name=file.name, dry_run=True)
        if not as_json:
            _tell(asked)
        if dry_run or not asked.added:
            if as_json:
                show.data(asked)
            return
        question = n_(
            "Put {count} entry on the do-not-contact list? The sequences of these people will stop.",
            "Put {count} entries on the do-not-contact list? The sequences of these people will stop.",
            asked.added,
        )
        if not asking.confirmed(question, yes=yes):
            raise typer.Abort
        done = relance.contacts.suppress_list(data, reason=reason, name=file.name)
    if as_json:
        show.data(done)
    else:
        show.say(_("Done. To take it back: relance suppressions undo {number}", number=done.number))


def _content(file: Path) -> bytes:
    if str(file) == "-":
        return sys.stdin.buffer.read(LARGEST)
    from relance.engine.definition.reading import files

    folder = Text("{path} is a folder. Give the CSV file in it.", path=file)
    larger = Text("{path} is larger than {size} MB. Split it.", path=file, size=LARGEST // 1024 // 1024)
    return files.content(file, LARGEST, folder=folder, larger=larger)


def _tell(found: SuppressionImport) -> None:
    show.say(
        _(
            "{added} new, {known} on the list already, {refused} cannot be used.",
            added=found.added,
            known=found.known,
            refused=len(found.refused),
        )
    )
    for each in found.refused[:SHOWN]:
        show.say("  " + _("line {line}: {reason}", line=each.line, reason=each.reason))
    if len(found.refused) > SHOWN:
        show.say("  " + _("and {more} more.", more=len(found.refused) - SHOWN))


@group.command()
def undo(
    ctx: typer.Context,
    number: Annotated[str, typer.Argument(metavar="IMPORT", help="As the import printed it.")],
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Take off the list what one import added. What it stopped stays stopped; anyone who asked for no more mail in another way stays on the list."""
    if not asking.confirmed(_("Contact the people of this import again?"), yes=yes):
        raise typer.Abort
    with session.of(ctx).open() as relance:
        count = relance.contacts.undo_list(number)
    if as_json:
        show.data({"lifted": count})
    else:
        show.say(
            n_("{count} entry was taken off the list.", "{count} entries were taken off the list.", count)
        )
