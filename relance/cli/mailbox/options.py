"""What the commands of a mailbox are asked with: the mailbox, its servers, its limits."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from relance.cli.operations import sandbox
from relance.mailbox import providers
from relance.mailbox.account import Security, Server

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The mailbox's address.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

PROVIDERS = (*providers.KNOWN, sandbox.NAME)
Provider = enum.Enum("Provider", {name: name for name in PROVIDERS}, type=str)  # type: ignore[misc]


class UnknownPolicy(enum.StrEnum):
    """What becomes of a mail that may or may not have arrived."""

    HOLD = "hold"
    ASSUME_SENT = "assume-sent"
    SEND_AGAIN = "send-again"


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


Name = Annotated[str | None, typer.Option(help="The sender's name, as recipients see it.")]
Username = Annotated[str | None, typer.Option(help="The login (default: the address).")]
PasswordStdin = Annotated[
    bool,
    typer.Option("--password-stdin", help="Read the password from standard input (or set RELANCE_PASSWORD)."),
]
Known = Annotated[
    Provider | None,
    typer.Option(metavar="NAME", help=f"The provider: {', '.join(PROVIDERS)} (default: by the domain)."),
]
Preset = Annotated[
    Provider | None,
    typer.Option(
        "--provider",
        metavar="NAME",
        help="Take all servers of this provider, but for what --smtp-host, --imap-host and the like say.",
    ),
]
SmtpHost = Annotated[str | None, typer.Option(help="Server for sending mail.")]
ImapHost = Annotated[str | None, typer.Option(help="Server for receiving mail.")]
Port = Annotated[int | None, typer.Option(min=1, max=65535)]
Secured = Annotated[
    Security | None, typer.Option(help="plain (no encryption) is only for addresses on this machine.")
]
CaFile = Annotated[
    Path | None, typer.Option(exists=True, dir_okay=False, help="Certificates to trust besides the system's.")
]
Cap = Annotated[int | None, typer.Option(min=0, help="The most mails in any 24 hours; 0: no limit.")]
HourlyCap = Annotated[int | None, typer.Option(min=0, help="The most mails in any hour; 0: no limit.")]
Jitter = Annotated[
    int | None,
    typer.Option(min=0, help="Up to how much longer the time between two mails gets, at random."),
]
RampUp = Annotated[
    str | None,
    typer.Option(
        "--ramp-up",
        metavar="PLAN",
        help="Begin slowly: 10+5 is 10 mails in 24 hours on the first day on which mail leaves, and 5 more on each further one; 10,15,25 names the days one by one.",
    ),
]
NoRampUp = Annotated[bool, typer.Option("--no-ramp-up", help="Send up to the daily limit at once.")]
Gap = Annotated[int | None, typer.Option(min=0, help="The shortest time between two mails.")]
NewPassword = Annotated[bool, typer.Option("--password", help="Ask for a new password.")]
Policy = Annotated[
    UnknownPolicy | None,
    typer.Option(
        "--unknown", help="What to do with a mail that may or may not have arrived (default: hold)."
    ),
]
Plus = Annotated[
    bool,
    typer.Option(
        "--plus-addressing",
        help="Mail to you+anything@ reaches you: answers carry a token and cannot get lost.",
    ),
]
NewUsername = Annotated[str | None, typer.Option("--username", help="The login.")]
NewPlus = Annotated[
    bool | None,
    typer.Option(
        "--plus-addressing/--no-plus-addressing",
        help="Whether mail to you+anything@ reaches you: then answers carry a token and cannot get lost.",
    ),
]
Zone = Annotated[
    str | None,
    typer.Option(
        "--zone", metavar="ZONE", help="The time zone in which its mails are dated; empty: the workspace's."
    ),
]
EhloName = Annotated[
    str | None,
    typer.Option(
        "--ehlo-name",
        metavar="NAME",
        help="The name it greets its SMTP server by. Empty: this computer's name if it is public, otherwise the address.",
    ),
]
TrackingHost = Annotated[
    str | None,
    typer.Option(
        "--tracking-host",
        metavar="URL",
        help="What the links in its mails begin with, such as https://go.acme.example. Empty: as everywhere (base_url).",
    ),
]
Signature = Annotated[
    str | None,
    typer.Option("--signature", metavar="TEXT", help="The text below its mails. Empty: none."),
]
SignatureHtml = Annotated[
    Path | None,
    typer.Option(
        "--signature-html",
        exists=True,
        dir_okay=False,
        help="The signature in HTML, from a file; if the file is empty, it is made from the text.",
    ),
]
NoCaFile = Annotated[bool, typer.Option("--no-ca-file", help="Trust only the system's certificates again.")]
Aliases = Annotated[
    list[str] | None,
    typer.Option(
        "--alias",
        metavar="ALIAS",
        help="A further address its owner writes from (may be repeated): these, and no other.",
    ),
]
Anyway = Annotated[
    bool, typer.Option("--anyway", help="Save it even if the sign-in does not work, or cannot be tried now.")
]
Test = Annotated[bool, typer.Option(help="Sign in to both servers first.")]
Probe = Annotated[
    bool, typer.Option(help="Send a mail from the mailbox to itself, and see what the provider does with it.")
]
Wait = Annotated[
    int, typer.Option(min=1, max=3600, metavar="SECONDS", help="The longest time to wait for that mail.")
]
