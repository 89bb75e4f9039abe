"""`inbox`: what came back, how it is classified and why; and judging mails that lie in files."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli import replying
from relance.cli.terminal import session, show
from relance.mailbox.parsing.inbound import Intent, Kind
from relance.wording import N_, _, ended, n_, of_system

if TYPE_CHECKING:
    from relance import AnswerDetail, Corrected, InboxCounts
    from relance.mailbox.classification.files import ClassifiedMail

group = typer.Typer(no_args_is_help=True, help="Answers from all mailboxes: what they are and why.")
COLUMNS = {
    N_("answer"): "id",
    N_("received"): "received_at",
    N_("from"): "from_address",
    N_("contact"): "email",
    N_("kind"): "kind|mail",
    N_("intent"): "intent|intent",
    N_("reason"): "failure|failure",
    N_("until"): "until",
    N_("because"): "evidence",
    N_("matched by"): "matched_by|match key",
}
SUBSTITUTES = {
    N_("answer"): "id",
    N_("received"): "received_at",
    N_("from"): "from_address",
    N_("kind"): "kind|mail",
    N_("names"): "substitute",
    N_("because"): "evidence",
}
JUDGED = {
    N_("file"): "file",
    N_("kind"): "kind|mail",
    N_("intent"): "intent|intent",
    N_("until"): "until",
    N_("recipient"): "recipient",
    N_("reason"): "failure|failure",
    N_("stage"): "stage|failure stage",
    N_("status"): "status",
    N_("rule"): "rule|rule",
    N_("because"): "evidence",
}

CODED = {
    "kind": "mail",
    "judged_kind": "mail",
    "intent": "intent",
    "judged_intent": "intent",
    "failure": "failure",
    "stage": "failure stage",
    "substitute_state": "substitute",
    "rule": "rule",
    "match": "match",
    "matched_by": "match key",
}

KindName = enum.Enum(  # type: ignore[misc]
    "KindName",
    {each.name: each.value.replace(" ", "-") for each in Kind if each is not Kind.OWN_COPY},
    type=str,
)


Number = Annotated[int, typer.Argument(metavar="ANSWER", help="Its number, as `list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@group.command("list")
def list_(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    kind: Annotated[KindName | None, typer.Option(help="Only this kind.")] = None,
    intent: Annotated[Intent | None, typer.Option(help="Only answers with this intent.")] = None,
    contact: Annotated[
        str | None, typer.Option(metavar="EMAIL", help="Only from or about this person.")
    ] = None,
    mailbox: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only from this mailbox.")] = None,
    unread: Annotated[bool, typer.Option("--unread", help="Only those that nobody has read.")] = False,
    undecided: Annotated[
        bool, typer.Option("--undecided", help="Only those that need a person's decision.")
    ] = False,
    substitutes: Annotated[
        bool, typer.Option("--substitutes", help="Only those that name someone else to write to.")
    ] = False,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Include mails you wrote by hand.")] = False,
    search: Annotated[
        str,
        typer.Option(metavar="WORDS", help="Only if each word starts an address, a name or a company."),
    ] = "",
    after: Annotated[str, typer.Option(metavar="CURSOR", help="Continue after the previous page.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Show at most this many.")] = 100,
    counts: Annotated[bool, typer.Option("--counts", help="Only count them, by kind and intent.")] = False,
    as_json: Json = False,
) -> None:
    """List what came in, the newest first."""
    from relance import ReplyFilter

    wanted = ReplyFilter(
        kind=kind.value if kind else None,
        email=contact,
        mailbox=mailbox.strip().lower() if mailbox else None,
        intent=intent.value if intent else None,
        unread=unread,
        undecided=undecided,
        substitutes=substitutes,
        by_hand=by_hand,
        search=search,
    )
    with session.of(ctx).open() as relance:
        if counts:
            _counted(relance.inbox.counts(wanted), as_json=as_json)
            return
        found = relance.inbox.page(wanted, after=after, limit=limit)
    columns = SUBSTITUTES if substitutes else COLUMNS
    show.page(found.answers, columns, found.cursor, as_json=as_json, empty=_("No mail matches."))


def _counted(found: InboxCounts, *, as_json: bool) -> None:
    if as_json:
        show.data(found)
        return
    rows = [{"kind": kind, "number": number} for kind, number in found.kinds.items()]
    show.listing(
        rows, {N_("kind"): "kind|mail", N_("answers"): "number"}, as_json=False, empty=_("No mail matches.")
    )
    wishes = [{"intent": intent, "number": number} for intent, number in found.intents.items()]
    if wishes:
        show.say()
        columns = {N_("intent"): "intent|intent", N_("answers"): "number"}
        show.listing(wishes, columns, as_json=False, empty="")


@group.command("show")
def show_(
    ctx: typer.Context,
    answer: Number,
    whole: Annotated[
        bool, typer.Option("--whole", help="Also what it quotes, its headers and what is attached.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show one answer: how it is classified, why, and what it says. It then counts as read."""
    with session.of(ctx).open() as relance:
        found = relance.inbox.show(answer, mark_read=True)
        detail = relance.inbox.detail(answer) if whole else None
    if as_json:
        show.data(detail or found)
        return
    show.record(found, as_json=False, leave_out=("body", "quoted"), coded=CODED)
    show.say()
    show.say(found.body)
    if detail is not None:
        _tell_rest(detail)


def _tell_rest(detail: AnswerDetail) -> None:
    if detail.opened is None:
        show.note(_("The mail itself is no longer kept."))
        return
    for line in detail.rest.splitlines():
        show.say(f"| {line}")
    show.say()
    for name, value in detail.opened.headers:
        show.say(f"{name}: {value}")
    for each in detail.opened.attachments:
        show.say(f"{each.name or each.content_type} ({each.size})")


@group.command()
def mark(
    ctx: typer.Context,
    answers: Annotated[list[int], typer.Argument(metavar="ANSWER", help="Their numbers.")],
    read: Annotated[bool, typer.Option("--read/--unread", help="As read, or as not read.")] = True,
) -> None:
    """Mark answers as read, or as not read."""
    with session.of(ctx).open() as relance:
        changed = relance.inbox.mark(answers, read=read)
    show.say(n_("{count} answer marked.", "{count} answers marked.", len(changed)))


@group.command()
def undo(
    ctx: typer.Context,
    answer: Number,
    decision: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER",
            help="Only if this is the last decision, as `correct` and `show` number it (default: only if it is yours).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Undo your last correction of an answer. People go back to where they were, if that is certain."""
    with session.of(ctx).open() as relance:
        done = relance.inbox.undo(answer, decision=decision)
    if as_json:
        show.data(done)
        return
    _told(answer, done)


@group.command()
def correct(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    answer: Number,
    kind: Annotated[
        KindName | None, typer.Option(help="What it is. Giving the same kind again confirms it.")
    ] = None,
    intent: Annotated[Intent | None, typer.Option(help="What they want; only of a human answer.")] = None,
    until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="Out of office: the first day back."),
    ] = None,
    contact: Annotated[str | None, typer.Option(metavar="EMAIL", help="Whose answer it is.")] = None,
    note: Annotated[str, typer.Option(help="Why, for your colleagues.")] = "",
    over: Annotated[
        int | None,
        typer.Option(
            metavar="NUMBER", help="Decide otherwise than a colleague did, whose decision has this number."
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Correct how an answer is classified. A missed answer stops its sequence; what was stopped by mistake continues."""
    if (kind, intent, until, contact) == (None, None, None, None):
        raise typer.BadParameter(_("Give at least one of --kind, --intent, --until and --contact."))
    with session.of(ctx).open() as relance:
        done = relance.inbox.correct(
            answer,
            kind=kind.value if kind else None,
            intent=intent.value if intent else None,
            until=until.date() if until else None,
            contact=contact,
            note=note,
            over=over,
        )
    if as_json:
        show.data(done)
        return
    _told(answer, done)
    if done.answer.decision is not None:
        show.say(
            _(
                "`relance inbox undo {answer} --decision {decision}` takes this back.",
                answer=answer,
                decision=done.answer.decision,
            )
        )


def _told(answer: int, done: Corrected) -> None:
    from relance.engine.reasons import code_words

    now = done.answer
    kind = code_words.reading(now.kind, now.intent)
    before = code_words.reading(now.judged_kind, now.judged_intent)
    show.say(
        _(
            "Answer {answer} is now: {kind} (the rules said: {before}).",
            answer=answer,
            kind=kind,
            before=before,
        )
    )
    for line in done.effects or (_("No sequence changed."),):
        show.say(str(line))
    if done.suppressed:
        show.say(_("`relance contacts unsuppress {email}` takes it off the list.", email=done.suppressed))


@group.command("accept-substitute")
def accept_substitute(ctx: typer.Context, answer: Number) -> None:
    """Add the person whom an answer says to write to instead to your contacts."""
    with session.of(ctx).open() as relance:
        found = relance.inbox.accept_substitute(answer)
    show.say(
        _(
            "{email} is a contact now. `relance enroll SEQUENCE {email}` starts a sequence for them.",
            email=found.email,
        )
    )


@group.command("dismiss-substitute")
def dismiss_substitute(ctx: typer.Context, answer: Number) -> None:
    """Do not suggest that person again."""
    with session.of(ctx).open() as relance:
        relance.inbox.dismiss_substitute(answer)
    show.say(_("They will not be suggested again."))


@group.command()
def judge(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE", help="Raw mails: .eml, mbox, maildirs, folders of them."),
    ],
    received: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
            metavar="DATE",
            help="When they arrived, in this machine's time zone; dates in them are read relative to that day. Default: what their headers say.",
        ),
    ] = None,
    own: Annotated[
        list[str] | None,
        typer.Option("--own", metavar="ADDRESS", help="One of your own addresses; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="A JSON list with one object per mail, each on its own line.")
    ] = False,
) -> None:
    """Classify mails in files. Needs no home folder and no database, and changes nothing.

    Anything that is not a mail, or cannot be read, is classified as "unreadable", and the command exits with 1.
    """
    at = session.in_zone(received)
    failed: list[str] = []
    found = _judged(files, at, own or [], failed)
    if as_json:
        _stream(found)
    else:
        show.listing(found, JUDGED, as_json=False, empty=_("There is no mail in these files."))
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
                    failed.append(
                        _("{file}: could not be read as a mail ({why}).", file=each.file, why=each.evidence)
                    )
                yield each
        except OSError as refused:
            failed.append(f"{path}: {ended(of_system(refused))}")
        except ValueError:
            failed.append(_("{name} cannot be the name of a file.", name=f"{path!s:.200}"))


def _stream(found: Iterator[Any]) -> None:
    """One JSON list, written as it grows: whoever reads it by lines needs no whole of it."""
    import json

    typer.echo("[", nl=False)
    for place, each in enumerate(found):
        typer.echo(("," if place else "") + "\n" + json.dumps(show.as_data(each)), nl=False)
    typer.echo("\n]")


group.command()(replying.reply)  # once: a tree is built again and again


def add_to(root: typer.Typer) -> None:
    """The group of commands."""
    root.add_typer(group, name="inbox")
