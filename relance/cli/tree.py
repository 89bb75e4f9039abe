"""The tree of commands, and the options that stand before all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance import late
from relance.cli.terminal import failures, session, speech
from relance.version import VERSION
from relance.wording import N_

if TYPE_CHECKING:
    from relance.cli import (
        contacts,
        enrolling,
        enrollments,
        inbox,
        looking,
        mailboxes,
        messages,
        sequences,
        suppressions,
        tasks,
    )
    from relance.cli.operations import (
        console,
        database,
        demo,
        home,
        jobs,
        keys,
        rejudging,
        restored,
        running,
        sandbox,
        unknowns,
    )
    from relance.cli.previews import preview, send_test
else:
    contacts, enrolling, enrollments, inbox, looking, mailboxes, messages, sequences, suppressions, tasks = (
        late.modules(
            "relance.cli.contacts",
            "relance.cli.enrolling",
            "relance.cli.enrollments",
            "relance.cli.inbox",
            "relance.cli.looking",
            "relance.cli.mailboxes",
            "relance.cli.messages",
            "relance.cli.sequences",
            "relance.cli.suppressions",
            "relance.cli.tasks",
        )
    )
    preview, send_test = late.modules("relance.cli.previews.preview", "relance.cli.previews.send_test")
    console, database, demo, home, jobs, keys, rejudging, restored, running, sandbox, unknowns = late.modules(
        "relance.cli.operations.console",
        "relance.cli.operations.database",
        "relance.cli.operations.demo",
        "relance.cli.operations.home",
        "relance.cli.operations.jobs",
        "relance.cli.operations.keys",
        "relance.cli.operations.rejudging",
        "relance.cli.operations.restored",
        "relance.cli.operations.running",
        "relance.cli.operations.sandbox",
        "relance.cli.operations.unknowns",
    )

_PARTS: Sequence[tuple[tuple[str, ...], Callable[[typer.Typer], None]]] = (
    (("init", "config"), lambda root: home.add_to(root)),
    (("key",), lambda root: root.add_typer(keys.group, name="key")),
    (("mailbox",), lambda root: root.add_typer(mailboxes.group, name="mailbox")),
    (("contacts",), lambda root: root.add_typer(contacts.group, name="contacts")),
    (("suppressions",), lambda root: root.add_typer(suppressions.group, name="suppressions")),
    (("sequence",), lambda root: root.add_typer(sequences.group, name="sequence")),
    (("preview",), lambda root: preview.add_to(root)),
    (("send-test",), lambda root: send_test.add_to(root)),
    (("enroll", "pause", "resume", "stop"), lambda root: enrolling.add_to(root)),
    (("enrollments",), lambda root: root.add_typer(enrollments.group, name="enrollments")),
    (("status", "explain", "timeline", "report", "daily", "held"), lambda root: looking.add_to(root)),
    (("messages",), lambda root: root.add_typer(messages.group, name="messages")),
    (("inbox",), lambda root: inbox.add_to(root)),
    (("rejudge",), lambda root: rejudging.add_to(root)),
    (("task",), lambda root: root.add_typer(tasks.group, name="task")),
    (("unknown",), lambda root: root.add_typer(unknowns.group, name="unknown")),
    (("restored",), lambda root: root.add_typer(restored.group, name="restored")),
    (("jobs",), lambda root: root.add_typer(jobs.group, name="jobs")),
    (("run", "worker", "scheduler", "web"), lambda root: running.add_to(root)),
    (("console",), lambda root: root.add_typer(console.group, name="console")),
    (("demo",), lambda root: demo.add_to(root)),
    (("sandbox",), lambda root: root.add_typer(sandbox.group, name="sandbox")),
    (("db",), lambda root: root.add_typer(database.group, name="db")),
)
# The commands, and what hangs them into the tree: in the order of the help.


def build(words: Sequence[str] = ()) -> typer.Typer:
    """The command line; only the part of it that these `words` call, where that can be told: the rest takes memory and time."""
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
    called = _called(words)
    parts = [add for names, add in _PARTS if called in names] or [add for _, add in _PARTS]
    for add in parts:
        add(root)
    return root


def _called(words: Sequence[str]) -> str | None:
    """The command's name among the words typed."""
    rest = iter(words)
    for word in rest:
        if word in (speech.HOME, speech.FLAG):
            next(rest, None)
        elif not word.startswith("-"):
            return word
    return None


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
            help="The folder with the key, the settings and the database. Default: RELANCE_HOME, then the nearest .relance here or above, then ./.relance.",
        ),
    ] = None,
    lang: Annotated[
        str | None,
        typer.Option(
            "--lang",
            metavar="LANGUAGE",
            callback=speech.checked,
            help=N_(
                "The language to use: en or pl. Default: RELANCE_LANGUAGE, then the settings, then the locale."
            ),
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
    ctx.obj = session.CommandSession(home, debug, lang)
