"""`unknown`: mails whose fate no evidence has settled yet. A person may."""

from __future__ import annotations

import dataclasses
import enum
from typing import Annotated

import typer

from relance.cli.terminal import asking, session, show
from relance.wording import N_, _

group = typer.Typer(no_args_is_help=True, help="Mails that may or may not have arrived.")
COLUMNS = {
    N_("message"): "message_id",
    N_("to"): "email",
    N_("subject"): "subject",
    N_("step"): "step",
    N_("since"): "since",
    N_("what the server said"): "words",
}


class UnknownDecision(enum.StrEnum):
    """What a person may say of such a mail."""

    SENT = "sent"
    NOT_SENT = "not-sent"
    GIVE_UP = "give-up"


SAID = {
    UnknownDecision.SENT: N_("counts as sent"),
    UnknownDecision.NOT_SENT: N_("will be sent again"),
    UnknownDecision.GIVE_UP: N_("the step is skipped"),
}


@group.command("list")
def list_(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """List them, oldest first. Most are settled by evidence within the hour."""
    with session.of(ctx).open() as relance:
        found = relance.unknown.list()
    if not as_json:  # `<` and `>` mean something else to a shell
        found = [dataclasses.replace(each, message_id=each.message_id.strip("<>")) for each in found]
    show.listing(found, COLUMNS, as_json=as_json, empty=_("No mail is in doubt."))


@group.command()
def resolve(
    ctx: typer.Context,
    message: Annotated[str, typer.Argument(metavar="MESSAGE", help="Its id, as `list` shows it.")],
    decision: Annotated[
        UnknownDecision,
        typer.Option(help="What happened to it, or what to do with it."),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Settle one of them. Check the mailbox's Sent folder first."""
    again = decision is UnknownDecision.NOT_SENT
    if again and not asking.confirmed(
        _("The same mail will be sent again. Are you sure that it did not arrive?"), yes=yes
    ):
        raise typer.Abort
    with session.of(ctx).open() as relance:
        done = relance.unknown.resolve(message, decision.value.replace("-", " "))
    show.say(f"{message}: {_(SAID[decision])}.")
    if done.held_at is not None:
        show.say(
            _(
                'The next mail ("{step}") replies to this one and cannot be written without it. The person will be held '
                "when it is due: `relance resume` then skips it, `relance stop` ends the sequence.",
                step=done.held_at,
            )
        )
