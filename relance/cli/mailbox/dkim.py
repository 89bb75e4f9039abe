"""`mailbox dkim`: the key that signs a mailbox's mails, and the record that DNS has to publish for it."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import _

if TYPE_CHECKING:
    from relance import MailSigning


class KeyKind(enum.StrEnum):
    """Which key is made."""

    RSA = "rsa"
    ED25519 = "ed25519"


Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The mailbox's address.")]
New = Annotated[bool, typer.Option("--new", help="Make a key pair, and sign with it from now on.")]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        "--key",
        exists=True,
        dir_okay=False,
        help="Sign with the private key in this file: RSA of at least 2048 bits or Ed25519, in PEM.",
    ),
]
Selector = Annotated[
    str,
    typer.Option(metavar="NAME", help="The name under which the public key is published."),
]
Domain = Annotated[
    str | None,
    typer.Option(metavar="DOMAIN", help="The domain that signs (default: the one of the address)."),
]
Type = Annotated[
    KeyKind, typer.Option("--type", help="Which key --new makes. Many receivers do not know ed25519 yet.")
]
Replace = Annotated[
    bool,
    typer.Option(
        "--replace", help="Also put the key in the place of one that signs under the same selector."
    ),
]
Off = Annotated[bool, typer.Option("--off", help="Sign no longer, and delete the key here.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def dkim(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    new: New = False,
    key: KeyFile = None,
    selector: Selector = "relance",
    domain: Domain = None,
    kind: Type = KeyKind.RSA,
    replace: Replace = False,
    off: Off = False,
    as_json: Json = False,
) -> None:
    """Sign a mailbox's mails with DKIM, for a mail server of your own that does not. Without options, show the DNS record to publish.

    The private key is stored encrypted and never shown. First mails wait until the record has been found in DNS.
    """
    if new + bool(key) + off > 1:
        raise typer.BadParameter(_("Use one of these at a time."), param_hint="--new, --key, --off")
    from relance import SigningRequest

    with session.of(ctx).open() as relance:
        if off:
            found = relance.mailboxes.stop_signing(address)
        elif new or key:
            wish = SigningRequest(_pem(key), selector, domain or "", kind.value, replace)
            found = relance.mailboxes.sign_mails(address, wish)
        else:
            found = relance.mailboxes.signing(address)
    if as_json:
        show.data(found)
    else:
        _say(found)


def _pem(file: Path | None) -> str:
    return file.read_text("utf-8", "replace") if file else ""


ROW = 200  # a string of a TXT record holds 255 bytes (RFC 1035, 3.3.14)


def _say(found: MailSigning) -> None:
    if not found.record:
        show.say(_("The mails of {address} are not signed with DKIM here.", address=found.address))
        return
    show.say(
        _(
            "The mails of {address} are signed for {domain} (selector {selector}). DNS has to publish this TXT record:",
            address=found.address,
            domain=found.domain,
            selector=found.selector,
        )
    )
    show.say(_("  name: {name}", name=found.name))
    show.say(_("  value: {value}", value=found.record))
    rows = [found.record[at : at + ROW] for at in range(0, len(found.record), ROW)]
    show.say(_("  in a zone file:"))
    quoted = " ".join(f'"{row}"' for row in rows)
    show.say(f"  {found.name}. IN TXT ( {quoted} )")
    for note in found.notes:
        show.note(note)
    show.note(
        _(
            "`relance mailbox health {address} --check` looks whether it is there. An older key's record has to stay for a week.",
            address=found.address,
        )
    )
