"""`inbox reply`: a person answers somebody, in the thread and from the mailbox their mail came to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import _

if TYPE_CHECKING:
    from relance import OwnReplyView

Number = Annotated[int, typer.Argument(metavar="ANSWER", help="Its number, as `list` shows it.")]
To = Annotated[
    str,
    typer.Option(
        metavar="EMAIL",
        help="Where to, if the mail names several addresses (default: where Reply-To asks, unless it names another organisation's).",
    ),
]
Quote = Annotated[
    bool | None,
    typer.Option(
        "--quote/--no-quote",
        help="Quote their mail below your text (default: yes, unless --to is another organisation's address).",
    ),
]
UndoSeconds = Annotated[
    float,
    typer.Option(
        metavar="SECONDS",
        min=0,
        max=86_400,
        help="How long to wait before sending; until then, --undo takes it back.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def reply(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    answer: Number,
    text: Annotated[
        str | None, typer.Option(help="The text of the reply (default: read from standard input).")
    ] = None,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file with the text of the reply.")
    ] = None,
    quote: Quote = None,
    undo_seconds: UndoSeconds = 30,
    when_paused: Annotated[
        bool, typer.Option("--when-paused", help="If the mailbox is paused, wait until it is resumed.")
    ] = False,
    to: To = "",
    key: Annotated[
        str,
        typer.Option(help="For programs: the same key twice makes one reply (default: the same text does)."),
    ] = "",
    undo: Annotated[
        bool, typer.Option("--undo", help="Take back your last reply, if it has not been sent yet.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Reply to an answer, in its thread and from its mailbox. It is sent regardless of the mailbox's hours and pace."""
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
        show.say(_("The reply to {email} has been taken back and will not be sent.", email=done.to))
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
    from relance.engine.reasons import code_words

    if done.state != "prepared":  # it was asked for before
        show.say(
            _(
                "This reply to {email} has already been written: {state}.",
                email=done.to,
                state=code_words.word("message", done.state),
            )
        )
        return
    show.say(
        _(
            "The reply to {email} will be sent from {mailbox} at {time}. Until then, `relance inbox reply {answer} --undo` takes it back.",
            email=done.to,
            mailbox=done.mailbox,
            time=done.leaves_at,
            answer=answer,
        )
    )
