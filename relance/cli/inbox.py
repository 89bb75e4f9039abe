"""`inbox`: what came back, what it is held to be and why; and judging mails that lie in files."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli import session, show
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.sentences import counted

if TYPE_CHECKING:
    from relance.mailbox.classification.files import ClassifiedMail

group = typer.Typer(no_args_is_help=True, help="Answers over all mailboxes: what they are and why.")
COLUMNS = {
    "answer": "id",
    "received": "received_at",
    "from": "from_address",
    "contact": "email",
    "kind": "kind",
    "intent": "intent",
    "until": "until",
    "because": "evidence",
    "matched by": "matched_by",
}
SUBSTITUTES = {
    "answer": "id",
    "received": "received_at",
    "from": "from_address",
    "kind": "kind",
    "names": "substitute",
    "because": "evidence",
}
JUDGED = {
    "file": "file",
    "kind": "kind",
    "intent": "intent",
    "until": "until",
    "recipient": "recipient",
    "status": "status",
    "rule": "rule",
    "because": "evidence",
}

KindName = enum.Enum(  # type: ignore[misc]
    "KindName",
    {each.name: each.value.replace(" ", "-") for each in Kind if each is not Kind.OWN_COPY},
    type=str,
)


Number = Annotated[int, typer.Argument(metavar="ANSWER", help="Its number, as `list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Day = Annotated[dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]


@group.command("list")
def list_(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    kind: Annotated[KindName | None, typer.Option(help="Only this kind.")] = None,
    intent: Annotated[Intent | None, typer.Option(help="Only answers that want this.")] = None,
    contact: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only from or about them.")] = None,
    mailbox: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only from this mailbox.")] = None,
    unread: Annotated[bool, typer.Option("--unread", help="Only those nobody looked at.")] = False,
    undecided: Annotated[
        bool, typer.Option("--undecided", help="Only those a person has to say something about.")
    ] = False,
    substitutes: Annotated[
        bool, typer.Option("--substitutes", help="Only those that name somebody to write to instead.")
    ] = False,
    by_hand: Annotated[
        bool, typer.Option("--by-hand", help="Your own mails written by hand as well.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: Json = False,
) -> None:
    """List what came back, the newest first."""
    from relance.engine.inbound.inbox import Wanted

    wanted = Wanted(
        kind=kind.value if kind else None,
        email=contact,
        mailbox=mailbox.strip().lower() if mailbox else None,
        intent=intent.value if intent else None,
        unread=unread,
        undecided=undecided,
        substitutes=substitutes,
        by_hand=by_hand,
    )
    with session.of(ctx).open() as relance:
        found = relance.inbox.list(wanted, limit=limit)
    columns = SUBSTITUTES if substitutes else COLUMNS
    show.listing(found, columns, as_json=as_json, empty="Nothing came back that fits.")


@group.command("show")
def show_(ctx: typer.Context, answer: Number, as_json: Json = False) -> None:
    """Show one answer: what it is held to be, why, and what it says. It counts as read then."""
    with session.of(ctx).open() as relance:
        found = relance.inbox.show(answer, mark_read=True)
    show.record(found, as_json=as_json, leave_out=("body",))
    if not as_json:
        show.say()
        show.say(found.body)


@group.command()
def correct(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    answer: Number,
    kind: Annotated[
        KindName | None, typer.Option(help="What it is. Saying the same again confirms it.")
    ] = None,
    intent: Annotated[Intent | None, typer.Option(help="What it wants.")] = None,
    until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Out of office: the first day back."),
    ] = None,
    contact: Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose answer it is.")] = None,
    note: Annotated[str, typer.Option(help="Why, for those who come after you.")] = "",
    as_json: Json = False,
) -> None:
    """Say what an answer is. A missed answer stops its sequence; what was stopped by mistake goes on."""
    if (kind, intent, until, contact) == (None, None, None, None):
        raise typer.BadParameter("say at least one of --kind, --intent, --until, --contact")
    with session.of(ctx).open() as relance:
        done = relance.inbox.correct(
            answer,
            kind=kind.value if kind else None,
            intent=intent.value if intent else None,
            until=until.date() if until else None,
            contact=contact,
            note=note,
        )
    if as_json:
        show.data(done)
        return
    show.say(f"Answer {answer} is {done.answer.kind} now (the rules said: {done.answer.judged_kind}).")
    for line in done.effects or ("Nobody's sequence changed.",):
        show.say(line)


@group.command("accept-substitute")
def accept_substitute(ctx: typer.Context, answer: Number) -> None:
    """Make the person an answer names instead of its writer a contact of yours."""
    with session.of(ctx).open() as relance:
        found = relance.inbox.accept_substitute(answer)
    show.say(
        f"{found.email} is a contact now. `relance enroll SEQUENCE {found.email}` starts a sequence for them."
    )


@group.command("dismiss-substitute")
def dismiss_substitute(ctx: typer.Context, answer: Number) -> None:
    """Offer that person no more."""
    with session.of(ctx).open() as relance:
        relance.inbox.dismiss_substitute(answer)
    show.say("They are not offered any more.")


@group.command()
def judge(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Raw mails: .eml, mbox, maildirs, folders of them."),
    ],
    received: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            metavar="DATE",
            help="When they came, by which their dates are read. Else as their own headers say.",
        ),
    ] = None,
    own: Annotated[
        list[str] | None,
        typer.Option("--own", metavar="ADDRESS", help="An address of yours; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON list, one object a mail, each on a line of its own.")
    ] = False,
) -> None:
    """Judge mails that lie in files. Needs no home and no database, and changes nothing.

    What is no mail, or can not be read, is of the kind "unreadable", and the command ends with 1.
    """
    at = received.replace(tzinfo=dt.UTC) if received else None
    failed: list[str] = []
    found = _judged(files, at, own or [], failed)
    if as_json:
        _stream(found)
    else:
        show.listing(found, JUDGED, as_json=False, empty="There is no mail in these files.")
    for words in failed:
        show.problem(words)
    if failed:
        raise typer.Exit(1)


def _judged(
    files: list[Path], received: dt.datetime | None, own: list[str], failed: list[str]
) -> Iterator[ClassifiedMail]:
    """Every mail of every file; a file that cannot be opened or is no mail is noted, and the others are judged all the same."""
    from relance import app

    for path in files:
        try:
            for each in app.judge_file(path, received=received, own=own):
                if each.kind == Kind.UNREADABLE:
                    failed.append(f"{each.file}: could not be read as a mail ({each.evidence}).")
                yield each
        except OSError as refused:
            failed.append(f"{path}: {refused.strerror or refused}.")
        except ValueError:
            failed.append(f"{path!s:.200} cannot be the name of a file.")


def _stream(found: Iterator[Any]) -> None:
    """One JSON list, written as it grows: whoever reads it by lines needs no whole of it."""
    import json

    typer.echo("[", nl=False)
    for place, each in enumerate(found):
        typer.echo(("," if place else "") + "\n" + json.dumps(show.as_data(each)), nl=False)
    typer.echo("\n]")


def add_to(root: typer.Typer) -> None:
    """`rejudge` stands beside the groups: it is about all of the past."""
    root.add_typer(group, name="inbox")
    root.command()(rejudge)


def rejudge(
    ctx: typer.Context,
    since: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Only mails received since then."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run/--apply", help="Only show what would change, or change it.")
    ] = True,
    reopen: Annotated[
        bool, typer.Option("--reopen", help="Go on with those an earlier judgement stopped by mistake.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Judge the answers of the past again, by the rules as they are now."""
    at = since.replace(tzinfo=dt.UTC) if since else None
    with session.of(ctx).open() as relance:
        report = relance.inbox.rejudge(since=at, apply=not dry_run, reopen=reopen)
    if as_json:
        show.data(report)
        return
    columns = {
        "answer": "id",
        "from": "from_address",
        "before": "before",
        "now": "after",
        "because": "evidence",
        "effect": "effects",
    }
    show.listing(report.changes, columns, as_json=False, empty="Nothing is judged otherwise.")
    gone = f"; of {report.without_raw} more the bytes are gone" if report.without_raw else ""
    show.note(f"{counted(report.looked, 'mail')} looked at{gone}.")
    if dry_run and report.changes:
        show.note("Nothing was changed. `relance rejudge --apply` does it.")
