"""`send-test`: a mail of a sequence, sent to oneself."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli.previews import preview
from relance.cli.terminal import session, show
from relance.wording import N_, _

NOT_SENT = 1
SAID = {
    "accepted": N_("A test of {step} was sent from {mailbox} to {to}."),
    "repeated": N_(
        "Nothing was sent: this test of {step} was sent to {to} within the last two days, or may have been. Send it once more with --again."
    ),
    "unknown": N_(
        "It is not known whether the test of {step} was sent to {to}. Look there first; --again sends it once more."
    ),
}
FAILED = N_("The test of {step} was not sent to {to}: {reply}")


def add_to(root: typer.Typer) -> None:
    """Hang the command into the tree."""
    root.command("send-test")(send_test)


def send_test(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    sequence: Annotated[
        str, typer.Argument(metavar="SEQUENCE", help="A published sequence's name, or a YAML file.")
    ],
    step: Annotated[str, typer.Argument(metavar="STEP", help="The mail to send.")],
    for_: Annotated[str, typer.Option("--for", metavar="EMAIL", help="As it is for this contact.")],
    to: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS", help="One of your mailboxes or users (default: the mailbox it is sent from)."
        ),
    ] = "",
    variant: Annotated[
        str, typer.Option(metavar="NAME", help="In this variant (default: the contact's, or the first).")
    ] = "",
    mailbox: Annotated[str, typer.Option(metavar="ADDRESS", help="As it is from this mailbox.")] = "",
    again: Annotated[bool, typer.Option("--again", help="Also if the same test was sent before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Send a mail of a sequence to yourself, marked as a test. It counts for nothing but the mailbox's limits."""
    import secrets

    key = secrets.token_hex(15) if again else ""
    with session.of(ctx).open() as relance:
        done = relance.sequences.send_test(
            for_, **preview.named(sequence), step=step, variant=variant, mailbox=mailbox, to=to, key=key
        )
    if as_json:
        show.data(done)
    else:
        words = _(
            SAID.get(done.outcome, FAILED),
            step=done.step,
            mailbox=done.mailbox,
            to=done.to,
            reply=done.server_reply,
        )
        (show.say if done.outcome == "accepted" else show.problem)(words)
    if done.outcome != "accepted":
        raise typer.Exit(NOT_SENT)
