"""`mailbox set`: everything about a mailbox but its address, and what is told of a sign-in that was tried first."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from relance import errors
from relance.cli.mailbox.options import (
    Address,
    Aliases,
    Anyway,
    CaFile,
    Cap,
    EhloName,
    Gap,
    HourlyCap,
    ImapHost,
    Jitter,
    Json,
    Name,
    NewPassword,
    NewPlus,
    NewUsername,
    NoCaFile,
    NoRampUp,
    PasswordStdin,
    Policy,
    Port,
    Preset,
    RampUp,
    Secured,
    Signature,
    SignatureHtml,
    SmtpHost,
    TrackingHost,
    Zone,
)
from relance.cli.terminal import asking, session, show
from relance.wording import Text, _

if TYPE_CHECKING:
    from relance import MailboxChange, MailboxView, TestStep
    from relance.app import Relance


def set_(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    name: Name = None,
    daily_cap: Cap = None,
    hourly_cap: HourlyCap = None,
    gap_seconds: Gap = None,
    jitter_seconds: Jitter = None,
    ramp_up: RampUp = None,
    no_ramp_up: NoRampUp = False,
    password_stdin: PasswordStdin = False,
    new_password: NewPassword = False,
    username: NewUsername = None,
    provider: Preset = None,
    smtp_host: SmtpHost = None,
    smtp_port: Port = None,
    smtp_security: Secured = None,
    imap_host: ImapHost = None,
    imap_port: Port = None,
    imap_security: Secured = None,
    ca_file: CaFile = None,
    no_ca_file: NoCaFile = False,
    unknown: Policy = None,
    plus_addressing: NewPlus = None,
    alias: Aliases = None,
    zone: Zone = None,
    ehlo_name: EhloName = None,
    tracking_host: TrackingHost = None,
    signature: Signature = None,
    signature_html: SignatureHtml = None,
    anyway: Anyway = False,
    as_json: Json = False,
) -> None:
    """Change a mailbox: password, user name, servers, sender's name, limits. The people it writes to keep their place in their sequences.

    A new sign-in is tried with both servers first; if one refuses it, or cannot be reached, nothing is saved.
    """
    from relance import MailboxChange, ServerChange

    with session.of(ctx).open() as relance:
        before = relance.mailboxes.show(address)  # an address that is none is told before the question
        secret = password(address, from_stdin=password_stdin) if new_password or password_stdin else None
        wish = MailboxChange(
            name, daily_cap, gap_seconds, secret, username,
            ServerChange(smtp_host, smtp_port, smtp_security), ServerChange(imap_host, imap_port, imap_security),
            _certificate(ca_file, none=no_ca_file), unknown and unknown.value.replace("-", " "),
            plus_addressing, alias, hourly_cap, jitter_seconds, zone, ehlo_name, tracking_host, signature,
            _content(signature_html), "" if no_ramp_up else ramp_up, provider and provider.value,
        )  # fmt: skip
        _say(before, _changed(relance, address, wish, anyway=anyway), as_json=as_json)


def _changed(relance: Relance, address: str, wish: MailboxChange, *, anyway: bool) -> MailboxView:
    from relance import MailboxChange, ServerChange

    if wish == MailboxChange(smtp=ServerChange(), imap=ServerChange()):
        raise errors.WrongUse(Text("Say what to change, for instance --daily-cap 30."))
    with told() as steps:
        return relance.mailboxes.change(address, wish, anyway=anyway, done=steps.append)


def password(address: str, *, from_stdin: bool) -> str:
    """Asked for, or read from standard input."""
    return asking.password(_("Password of {address}", address=address), from_stdin=from_stdin)


def _say(before: MailboxView, changed: MailboxView, *, as_json: bool) -> None:
    if as_json:
        show.data(changed)
        return
    address = changed.address
    show.say(_("{address} is changed.", address=address))
    if before.sign_in != changed.sign_in:
        show.note(
            _(
                "It signs in with the password from now on; the sign-in that its provider granted is deleted here. `relance mailbox sign-in {address}` takes it up again.",
                address=address,
            )
        )
    if changed.state == "paused":
        show.note(_("It is paused. `relance mailbox resume {address}` sends from it again.", address=address))


def _certificate(file: Path | None, *, none: bool) -> str | None:
    if none:
        return ""
    return str(file.resolve()) if file else None


def _content(file: Path | None) -> str | None:
    return file.read_text("utf-8-sig") if file else None


@contextmanager
def told() -> Iterator[list[TestStep]]:
    """Steps of a sign-in that is tried before it is stored; where that fails, those that did not work are shown as the
    servers put it."""
    steps: list[TestStep] = []
    try:
        yield steps
    except errors.RelanceError:
        for step in steps:
            if not step.ok:
                show.note(step.words)
        raise
