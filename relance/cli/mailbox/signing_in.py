"""`mailbox sign-in`: a mailbox's owner agrees at their provider, and no password is stored."""

from __future__ import annotations

import functools
import webbrowser
from typing import TYPE_CHECKING, Annotated

import typer

from relance import errors
from relance.cli.mailbox import changing, finding
from relance.cli.mailbox.options import (
    Address,
    CaFile,
    Flags,
    ImapHost,
    Known,
    Name,
    Port,
    Secured,
    SmtpHost,
    Username,
)
from relance.cli.terminal import asking, session, show
from relance.wording import _

if TYPE_CHECKING:
    from relance import SignInPrompt
    from relance.app import Relance

Client = Annotated[
    str,
    typer.Option(
        "--client-id",
        help="The ID of your own client at the provider (default: as before, else as it is set).",
    ),
]
Secret = Annotated[
    bool,
    typer.Option("--client-secret", help="Read the client's secret from the terminal or standard input."),
]
Tenant = Annotated[
    str, typer.Option(help="Your organisation at Microsoft 365: its ID or a domain of it (default: any).")
]
Device = Annotated[
    bool, typer.Option("--device", help="Agree on any device, by a code, where the provider allows it.")
]
Browser = Annotated[bool, typer.Option(help="Open the browser of this machine.")]
Back = Annotated[
    int,
    typer.Option(min=0, max=65535, help="The port that the browser is sent back to; 0: any that is free."),
]
Patience = Annotated[
    int, typer.Option(min=10, max=3600, metavar="SECONDS", help="The longest time to wait for the owner.")
]
Where = Annotated[str, typer.Option(help="Where people agree, at a provider that is not known here.")]
Tokens = Annotated[str, typer.Option(help="Where it gives tokens.")]
Devices = Annotated[str, typer.Option(help="Where it gives codes for other devices.")]
Scopes = Annotated[
    list[str] | None, typer.Option("--scope", help="What people agree to; give it once for each.")
]


def sign_in(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    client_id: Client = "",
    client_secret: Secret = False,
    tenant: Tenant = "",
    device: Device = False,
    browser: Browser = True,
    port: Back = 0,
    wait: Patience = 300,
    name: Name = None,
    username: Username = None,
    provider: Known = None,
    smtp_host: SmtpHost = None,
    smtp_port: Port = None,
    smtp_security: Secured = None,
    imap_host: ImapHost = None,
    imap_port: Port = None,
    imap_security: Secured = None,
    ca_file: CaFile = None,
    authorization_url: Where = "",
    token_url: Tokens = "",
    device_url: Devices = "",
    scope: Scopes = None,
) -> None:
    """Sign in to a mailbox through its provider (OAuth 2.0): its owner agrees in a browser. A mailbox that is new is added.

    You need a client of your own at the provider. It is tried at both servers before anything is saved.
    """
    from relance import MailboxSpec, SignInRequest

    secret = asking.secret(_("Secret of the client")) if client_secret else ""
    elsewhere = (authorization_url, token_url, device_url, tuple(scope or ()))
    wish = SignInRequest(client_id, secret, tenant, *elsewhere, device, port, wait)
    prompt = functools.partial(_prompt, browser=browser)
    with session.of(ctx).open() as relance:
        if _is_there(relance, address):
            with changing.told() as steps:
                relance.mailboxes.sign_in(address, wish, prompt, steps.append)
        else:
            usual = finding.usual(provider, address, None, typed=bool(smtp_host and imap_host))
            smtp = Flags(smtp_host, smtp_port, smtp_security).over(usual.smtp)
            imap = Flags(imap_host, imap_port, imap_security).over(usual.imap)
            sender = name if name is not None else asking.text(_("Sender's name"), "--name")
            trusted = str(ca_file.resolve()) if ca_file else None
            spec = MailboxSpec(address, sender, username or address, "", smtp, imap, trusted)
            with changing.told() as steps:
                relance.mailboxes.add_signed_in(spec, wish, prompt, steps.append)
        show.say(_("Signed in to {address}.", address=address))


def _is_there(relance: Relance, address: str) -> bool:
    try:
        relance.mailboxes.show(address)
    except errors.NotFound:
        return False
    return True


def _prompt(shown: SignInPrompt, *, browser: bool) -> None:
    """Where the owner has to agree. The address stands alone on its line, for whoever copies it."""
    if shown.code:
        show.note(_("Open this address on any device, and enter the code {code}:", code=shown.code))
    else:
        show.note(_("Open this address in a browser on this machine, and agree:"))
    show.note(shown.url)
    if browser and not shown.code:
        webbrowser.open(shown.url)
