"""The tree of commands, and the options that stand before all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from relance.cli import (
    contacts,
    enrolling,
    enrollments,
    inbox,
    looking,
    mailboxes,
    messages,
    sequences,
    tasks,
)
from relance.cli.operations import console, database, demo, home, restored, running, sandbox, unknowns
from relance.cli.terminal import failures, session, speech
from relance.version import VERSION
from relance.wording import N_


def build() -> typer.Typer:
    """The whole command line."""
    root = typer.Typer(
        name="relance",
        cls=failures.Root,
        no_args_is_help=True,
        add_completion=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
        help="Sales email sequences that never send a mail twice, and none after an answer.",
    )
    root.callback()(_before)
    home.add_to(root)
    root.add_typer(mailboxes.group, name="mailbox")
    root.add_typer(contacts.group, name="contacts")
    root.add_typer(sequences.group, name="sequence")
    enrolling.add_to(root)
    root.add_typer(enrollments.group, name="enrollments")
    looking.add_to(root)
    root.add_typer(messages.group, name="messages")
    inbox.add_to(root)
    root.add_typer(tasks.group, name="task")
    root.add_typer(unknowns.group, name="unknown")
    root.add_typer(restored.group, name="restored")
    running.add_to(root)
    root.add_typer(console.group, name="console")
    demo.add_to(root)
    root.add_typer(sandbox.group, name="sandbox")
    root.add_typer(database.group, name="db")
    return root


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"relance {VERSION}")
        raise typer.Exit


def _before(
    ctx: typer.Context,
    home: Annotated[
        Path | None,
        typer.Option(
            "--home",
            metavar="DIR",
            help="The folder with the key, the settings and the database. Else RELANCE_HOME, else the nearest .relance "
            "here or above, else ./.relance.",
        ),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="LANGUAGE",
            callback=speech.checked,
            help=N_("The language to speak: en or pl. Else RELANCE_LANGUAGE, the settings, or the locale."),
        ),
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the program an error came from.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version
    ctx.obj = session.Session(home, debug, lang)
