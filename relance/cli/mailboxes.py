"""`mailbox`: the addresses mails are sent from."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli import asking, presets, session, show
from relance.mailbox.account import Security, Server

if TYPE_CHECKING:
    from relance.app import Relance

group = typer.Typer(no_args_is_help=True, help="The mailboxes mails are sent from.")
COLUMNS = {
    "address": "address",
    "name": "name",
    "state": "state",
    "reason": "reason",
    "cap a day": "daily_cap",
    "next turn": "next_turn_at",
    "last read": "synced_at",
    "trouble": "sync_error",
}

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The mailbox's address.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

Provider = enum.Enum("Provider", {name: name for name in presets.PRESETS}, type=str)  # type: ignore[misc]


@dataclass(frozen=True)
class Flags:
    """A server as the flags have it; None: as the provider has it."""

    host: str | None
    port: int | None
    security: Security | None

    def over(self, known: Server) -> Server:
        """The provider's server with what the flags say instead. Another host has the usual ports again."""
        security = self.security or known.security
        return Server(self.host or known.host, self.port or known.port, security)


@group.command()
def add(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    name: Annotated[str | None, typer.Option(help="The sender's name, as recipients see it.")] = None,
    username: Annotated[str | None, typer.Option(help="The login; else the address.")] = None,
    password_stdin: Annotated[
        bool,
        typer.Option(
            "--password-stdin", help="Read the password from standard input (or set RELANCE_PASSWORD)."
        ),
    ] = False,
    provider: Annotated[
        Provider | None,
        typer.Option(
            metavar="NAME", help=f"Whose servers: {', '.join(presets.PRESETS)}. Else guessed by the domain."
        ),
    ] = None,
    smtp_host: Annotated[str | None, typer.Option(help="Server for sending.")] = None,
    smtp_port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    smtp_security: Annotated[
        Security | None, typer.Option(help="plain is for loopback addresses only.")
    ] = None,
    imap_host: Annotated[str | None, typer.Option(help="Server for reading.")] = None,
    imap_port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    imap_security: Annotated[
        Security | None, typer.Option(help="plain is for loopback addresses only.")
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Certificates to trust besides the system's."),
    ] = None,
    daily_cap: Annotated[int | None, typer.Option(min=1, help="The most mails a day.")] = None,
    gap_seconds: Annotated[int | None, typer.Option(min=0, help="The least time between two mails.")] = None,
    test: Annotated[bool, typer.Option(help="Sign in to both servers afterwards.")] = True,
) -> None:
    """Add a mailbox. What no flag says is guessed by the domain or asked."""
    preset = presets.PRESETS[provider.value] if provider else presets.guess(address)
    if preset.advice:
        show.note(f"A word on {preset.name}: {preset.advice}.")
    spec = {
        "address": address,
        "name": name if name is not None else asking.text("Sender's name", "--name"),
        "username": username or address,
        "password": asking.password(f"Password of {address}", from_stdin=password_stdin),
        "smtp": Flags(smtp_host, smtp_port, smtp_security).over(preset.smtp),
        "imap": Flags(imap_host, imap_port, imap_security).over(preset.imap),
        "ca_file": str(ca_file.resolve()) if ca_file else None,
        "daily_cap": daily_cap,
        "gap_seconds": gap_seconds,
    }
    with session.of(ctx).open() as relance:
        _add(relance, spec)
        if test:
            _test(relance, address)


def _add(relance: Relance, spec: dict[str, object]) -> None:
    from relance.engine.keeping import MailboxSpec

    given = {key: value for key, value in spec.items() if value is not None}
    added = relance.mailboxes.add(MailboxSpec(**given))
    show.say(f"Added {added.address}.")


@group.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the mailboxes."""
    with session.of(ctx).open() as relance:
        empty = "There is no mailbox yet. Add one: relance mailbox add you@your-company.example"
        show.listing(relance.mailboxes.list(), COLUMNS, as_json=as_json, empty=empty)


@group.command("show")
def show_(ctx: typer.Context, address: Address, as_json: Json = False) -> None:
    """Show one mailbox."""
    with session.of(ctx).open() as relance:
        show.record(relance.mailboxes.show(address), as_json=as_json)


@group.command("test")
def try_(ctx: typer.Context, address: Address, as_json: Json = False) -> None:
    """Sign in to both servers. Says what works and what does not; sends nothing."""
    with session.of(ctx).open() as relance:
        _test(relance, address, as_json=as_json)


def _test(relance: Relance, address: str, *, as_json: bool = False) -> None:
    outcome = relance.mailboxes.test(address)
    if as_json:
        show.data(outcome)
    else:
        show.table(("step", "works", "words"), [(step[0], step[1], step[2]) for step in outcome.steps])
    if not all(step[1] for step in outcome.steps):
        show.problem(
            f"{address} is saved but does not work yet. `relance mailbox test {address}` tries again."
        )
        raise typer.Exit(1)


@group.command()
def pause(
    ctx: typer.Context,
    address: Address,
    reason: Annotated[str, typer.Option(help="Why, for those who come after you.")] = "",
) -> None:
    """Send nothing from a mailbox. Answers are still read. `resume` takes it back."""
    with session.of(ctx).open() as relance:
        relance.mailboxes.pause(address, reason)
        show.say(f"{address} is paused.")


@group.command()
def resume(ctx: typer.Context, address: Address) -> None:
    """Send from this mailbox again."""
    with session.of(ctx).open() as relance:
        relance.mailboxes.resume(address)
        show.say(f"{address} sends again.")


@group.command()
def remove(
    ctx: typer.Context,
    address: Address,
    force: Annotated[
        bool, typer.Option("--force", help="Though contacts are under way from it: they are held for you.")
    ] = False,
    yes: Yes = False,
) -> None:
    """Remove a mailbox. Its password is forgotten."""
    with session.of(ctx).open() as relance:
        relance.mailboxes.show(address)  # an address that is none is told before the question
        if not asking.confirmed(f"Remove {address} and forget its password?", yes=yes):
            raise typer.Abort
        relance.mailboxes.remove(address, force=force)
        show.say(f"Removed {address}.")
