"""`inbox reply`: a person answers somebody, in the thread and from the mailbox their mail came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import _

if TYPE_CHECKING:
    from relance.engine.store.sending.own_replies import OwnReplyView

Number = Annotated[int, typer.Argument(metavar="ANSWER", help="Its number, as `list` shows it.")]
To = Annotated[
    str,
    typer.Option(
        metavar="EMAIL", help="Where to, if the mail names several addresses (Reply-To). Else where it asks."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def reply(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    answer: Number,
    text: Annotated[
        str | None, typer.Option(help="What to write. Else it is read from standard input.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with what to write.")
    ] = None,
    quote: Annotated[bool, typer.Option("--quote/--no-quote", help="With their words below yours.")] = True,
    undo_seconds: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", min=0, max=86_400, help="Leave after so long; until then --undo takes it back."
        ),
    ] = 30.0,
    when_paused: Annotated[
        bool, typer.Option("--when-paused", help="If the mailbox is paused, wait until it is resumed.")
    ] = False,
    to: To = "",
    key: Annotated[
        str, typer.Option(help="For programs: the same key twice is one reply. Else the same words are.")
    ] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Take your last reply back, while it has not left.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Reply to an answer, in its thread and from its mailbox. It leaves whatever the mailbox's hours and pace say."""
    with session.of(ctx).open() as relance:
        done = (
            relance.inbox.take_back(answer)
            if undo
            else relance.inbox.reply(
                answer,
                _words(text, file),
                quote=quote,
                undo_seconds=undo_seconds,
                key=key,
                when_paused=when_paused,
                to=to,
            )
        )
    if as_json:
        show.data(done)
    elif undo:
        show.say(_("The reply to {email} is taken back: it does not leave.", email=done.to))
    else:
        _told_reply(answer, done)


def _words(text: str | None, file: Path | None) -> str:
    if text is not None and file is not None:
        raise typer.BadParameter(_("give --text or --file, not both"))
    if text is not None:
        return text
    try:
        return file.read_text("utf-8-sig") if file else typer.get_text_stream("stdin").read()
    except UnicodeDecodeError:
        raise typer.BadParameter(_("what to write is not UTF-8 text")) from None


def _told_reply(answer: int, done: OwnReplyView) -> None:
    from relance.engine.states import MESSAGE_STATES, MessageState

    if done.state != "prepared":  # it was asked for before
        show.say(
            _(
                "This reply to {email} was written before: {state}.",
                email=done.to,
                state=MESSAGE_STATES[MessageState(done.state)],
            )
        )
        return
    show.say(
        _(
            "The reply to {email} leaves from {mailbox} at {time}. `relance inbox reply {answer} --undo` takes it back until then.",
            email=done.to,
            mailbox=done.mailbox,
            time=done.leaves_at,
            answer=answer,
        )
    )
