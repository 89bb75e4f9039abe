"""`mailbox connect`: many mailboxes at once, as their organisation's administrator has allowed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance import errors
from relance.cli.mailbox import finding
from relance.cli.mailbox.options import CaFile, Flags, ImapHost, Json, Known, Port, Secured, SmtpHost
from relance.cli.mailbox.signing_in import Client, Scopes, Secret, Tenant, Tokens
from relance.cli.terminal import asking, session, show
from relance.wording import N_, Text, _, of_system

if TYPE_CHECKING:
    from relance import ConnectedMailbox, MailboxSpec
    from relance.engine.mailboxes.sign_ins.wanted import WantedMailbox

LARGEST_FILE = 4 * 1024 * 1024
COLUMNS = {N_("address"): "address", N_("result"): "outcome|connected", N_("reason"): "words"}

Given = Annotated[list[str] | None, typer.Argument(metavar="ADDRESS", help="The mailboxes; or --from.")]
File = Annotated[
    Path | None,
    typer.Option(
        "--from",
        metavar="FILE",
        help="A CSV file with the columns address and name; smtp_host, imap_host, their _port and _security, and ca_file (PEM) where a mailbox has its own.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option("--service-account", metavar="FILE", help="The key file of a service account (JSON)."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Try every mailbox, and save nothing.")]


def connect(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Given = None,
    file: File = None,
    service_account: KeyFile = None,
    client_id: Client = "",
    client_secret: Secret = False,
    tenant: Tenant = "",
    provider: Known = None,
    smtp_host: SmtpHost = None,
    smtp_port: Port = None,
    smtp_security: Secured = None,
    imap_host: ImapHost = None,
    imap_port: Port = None,
    imap_security: Secured = None,
    ca_file: CaFile = None,
    token_url: Tokens = "",
    scope: Scopes = None,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Connect many mailboxes at once, without asking their owners: as your administrator has allowed at the provider (OAuth 2.0).

    At Google Workspace by a service account with domain-wide delegation, at Microsoft 365 by an application. Each mailbox is tried
    before it is saved.
    """
    from relance import ApplicationRequest
    from relance.engine.mailboxes.sign_ins import wanted

    key = _read(service_account) if service_account else ""
    secret = asking.secret(_("Secret of the client")) if client_secret else ""
    known = provider.value if provider else ""
    wish = ApplicationRequest(client_id, secret, tenant, key, token_url, tuple(scope or ()), known)
    typed = bool(smtp_host and imap_host)
    trusted = {"ca_file": _read(ca_file)} if ca_file else {}

    def spec(named: str, name: str, own: Mapping[str, str] | None = None) -> MailboxSpec:
        own = own or {}
        whole = typed or bool(own.get("smtp_host") and own.get("imap_host"))
        usual = finding.usual(provider, named, None, typed=whole)
        smtp = Flags(smtp_host, smtp_port, smtp_security).over(usual.smtp)
        imap = Flags(imap_host, imap_port, imap_security).over(usual.imap)
        return wanted.spec((smtp, imap), named, name, {**trusted, **own})

    specs = [spec(*each) for each in _wanted(address or [], file)]
    with session.of(ctx).open() as relance:
        found = relance.mailboxes.connect(specs, wish, dry_run=dry_run, progress=_progress)
    show.listing(found, COLUMNS, as_json=as_json, empty="")
    if any(each.outcome == "refused" for each in found):
        raise typer.Exit(1)


def _progress(ended: ConnectedMailbox) -> None:
    from relance.engine.reporting import codes

    show.note(f"{ended.address}: {codes.text('connected', ended.outcome)}")


def _wanted(given: list[str], file: Path | None) -> list[WantedMailbox]:
    """Each address once, with its sender's name and what is its own."""
    from relance.engine.mailboxes.sign_ins import wanted

    rows: list[WantedMailbox] = [(each.strip().lower(), "") for each in given if each.strip()]
    if file is not None:
        rows += wanted.read(_bytes(file), file.name)
    if not rows:
        raise asking.wrong(_("Name the mailboxes, or give a file with --from."))
    return list({each[0]: each for each in rows}.values())


def _read(file: Path) -> str:
    try:
        return _bytes(file).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise errors.WrongUse(Text("{file} is not in UTF-8.", file=str(file))) from error


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LARGEST_FILE)
    except OSError as error:
        said = Text("{file} cannot be read: {reason}", file=str(file), reason=of_system(error))
        raise errors.WrongUse(said) from error
