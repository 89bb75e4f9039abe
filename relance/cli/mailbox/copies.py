"""`mailbox sent-copies`: whether copies of sent mail are filed in Sent, and by whom."""

from __future__ import annotations

import enum
from typing import Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import _


class Mode(enum.StrEnum):
    """Whether we file copies."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The mailbox's address.")]
Wanted = Annotated[
    Mode | None,
    typer.Argument(
        metavar="MODE",
        help="auto (only where the provider is known to file none), on or off; without it, show how it stands.",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def sent_copies(ctx: typer.Context, address: Address, mode: Wanted = None, as_json: Json = False) -> None:
    """File copies of sent mail in the mailbox's Sent folder where its provider does not. A copy never delays a mail.

    `relance mailbox test` finds out whether the provider files them. Mail sent before a change is not filed.
    """
    with session.of(ctx).open() as relance:
        offered = relance.mailboxes
        found = offered.sent_copies(address) if mode is None else offered.file_copies(address, mode.value)
    if as_json:
        show.data(found)
        return
    if found.filing:
        show.say(_("Copies of what {address} sends are filed in its Sent folder.", address=found.address))
    elif found.files_sent:
        show.say(_("The provider of {address} files copies of sent mail by itself.", address=found.address))
    elif found.mode == "off":
        show.say(_("No copies of what {address} sends are filed.", address=found.address))
    else:
        show.say(
            _(
                "Nobody knows yet whether the provider of {address} files copies: `relance mailbox test {address}` finds out.",
                address=found.address,
            )
        )
    if found.trouble:
        show.problem(found.trouble)
