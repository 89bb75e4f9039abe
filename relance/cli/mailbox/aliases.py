"""`mailbox alias`: further addresses a mailbox's owner writes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import N_, _

group = typer.Typer(
    no_args_is_help=True, help="Further addresses its owner writes from; their mails are never answers."
)
COLUMNS = {N_("alias"): "alias", N_("state"): "state"}

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The mailbox's address.")]
Alias = Annotated[str, typer.Argument(metavar="ALIAS", help="The other address.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@dataclass(frozen=True)
class AliasLine:
    """One address of a mailbox besides its own."""

    alias: str
    state: str  # alias, or seen in Sent


@group.command("list")
def list_(ctx: typer.Context, address: Address, as_json: Json = False) -> None:
    """List a mailbox's aliases, and addresses seen in its Sent folder that may be aliases."""
    with session.of(ctx).open() as relance:
        found = relance.mailboxes.show(address)
    rows = [
        *(AliasLine(each, _("alias")) for each in found.aliases),
        *(AliasLine(each, _("seen in Sent")) for each in found.offered),
    ]
    show.listing(rows, COLUMNS, as_json=as_json, empty=_("It has no alias, and its Sent folder shows none."))


@group.command()
def add(ctx: typer.Context, address: Address, alias: Alias, as_json: Json = False) -> None:
    """Mark an address as an alias. Its mails are treated as the owner's own."""
    with session.of(ctx).open() as relance:
        _told(address, relance.mailboxes.add_alias(address, alias), as_json=as_json)


@group.command()
def remove(ctx: typer.Context, address: Address, alias: Alias, as_json: Json = False) -> None:
    """Mark an address as not, or no longer, an alias."""
    with session.of(ctx).open() as relance:
        _told(address, relance.mailboxes.remove_alias(address, alias), as_json=as_json)


def _told(address: str, found: tuple[str, ...], *, as_json: bool) -> None:
    if as_json:
        show.data({"address": address, "aliases": list(found)})
    else:
        show.say(
            _("Aliases of {address}: {aliases}.", address=address, aliases=", ".join(found) or _("none"))
        )
