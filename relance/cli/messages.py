"""`messages`: the mails that were written, and each as it left."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.cli.terminal.choices import MailState
from relance.wording import N_, _, n_

if TYPE_CHECKING:
    from relance import MessageDetail

group = typer.Typer(
    no_args_is_help=True, help="The mails that were written: a list, and each as it was sent."
)
COLUMNS = {
    N_("mail"): "id",
    N_("written"): "written_at",
    N_("contact"): "email",
    N_("sequence"): "sequence",
    N_("step"): "step|step name",
    N_("mailbox"): "mailbox",
    N_("state"): "state|message",
    N_("subject"): "subject",
}
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@group.command("list")
def list_(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    sequence: Annotated[str | None, typer.Option(help="Only from this sequence.")] = None,
    states: Annotated[
        list[MailState] | None,
        typer.Option("--state", help="Only in this state (may be repeated)."),
    ] = None,
    mailbox: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only from this mailbox.")] = None,
    contact: Annotated[str | None, typer.Option(metavar="EMAIL", help="Only to this contact.")] = None,
    search: Annotated[
        str | None,
        typer.Option(metavar="WORDS", help="Only if each word starts an address, a name or a company."),
    ] = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], metavar="DATE", help="Only those written since then."
        ),
    ] = None,
    until: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], metavar="DATE", help="Only those written before then."
        ),
    ] = None,
    after: Annotated[str, typer.Option(metavar="CURSOR", help="Continue after the previous page.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this many.")] = 100,
    as_json: Json = False,
) -> None:
    """List the mails that were written, the newest first."""
    from relance import MessageFilter

    with session.of(ctx).open() as relance:
        times = session.in_zone(since), session.in_zone(until)
        wanted = MessageFilter(sequence, _named(states), mailbox, contact, search, *times)
        found = relance.messages.list(wanted, after=after, limit=limit)
    if as_json:
        show.data(found)
        return
    show.page(found.messages, COLUMNS, found.cursor, as_json=False, empty=_("No mail matches."))


@group.command("show")
def show_(
    ctx: typer.Context,
    mail: Annotated[int, typer.Argument(metavar="MAIL", help="Its number, as `list` shows it.")],
    raw: Annotated[
        bool, typer.Option("--raw", help="Exactly as it was sent to the server, byte for byte.")
    ] = False,
    html: Annotated[bool, typer.Option("--html", help="Only its HTML part.")] = False,
    as_json: Json = False,
) -> None:
    """Show one mail as it was sent: its headers, its text, and what is attached."""
    with session.of(ctx).open() as relance:
        found = relance.messages.show(mail)
    if raw:
        sys.stdout.buffer.write(found.raw)
    elif html:
        show.say(found.opened.html)
    elif as_json:
        show.data(found)
    else:
        _tell(found)


def _named(states: list[MailState] | None) -> tuple[str, ...]:
    return tuple(each.value.replace("-", " ") for each in states or ())


def _tell(found: MessageDetail) -> None:
    show.record(found.message, as_json=False, coded={"state": "message", "step": "step name"})
    show.say()
    for name, value in found.opened.headers:
        show.say(f"{name}: {value}")
    show.say()
    show.say(found.opened.text)
    if found.opened.html:
        show.note(_("It has an HTML part as well (--html shows it, and --raw the whole mail)."))
    files = [f"{each.name or each.content_type} ({each.size})" for each in found.opened.attachments]
    if files:
        count = n_("{count} file is attached", "{count} files are attached", len(files))
        show.say(f"{count}: {', '.join(files)}")
