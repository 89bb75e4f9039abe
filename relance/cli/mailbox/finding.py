"""Which servers a new mailbox has: its provider's, what DNS or its domain says, or the usual names; and where that comes from is said."""

from __future__ import annotations

from typing import Any

import typer

from relance import errors
from relance.cli.terminal import asking, show
from relance.clock import machine_now
from relance.mailbox import providers
from relance.mailbox.account import Account, Server
from relance.wording import _


def usual(provider: Any, address: str, rep: Account | None, *, typed: bool) -> providers.Setup:
    """The servers as far as no option says otherwise. `typed`: options name both, so that nobody is asked."""
    if rep is not None:
        return providers.Setup(rep.smtp, rep.imap)
    if provider:
        return providers.of(providers.KNOWN[provider.value])
    return providers.guess(address) if typed else _discovered(address)


def _discovered(address: str) -> providers.Setup:
    from relance.mailbox.providers import discovery, resolver, web  # only whoever adds a mailbox asks

    names = resolver.Dns()
    found = discovery.discover(address, names, web.PublicWeb(names))
    if found.told:
        show.note(str(found.told))
    if not found.believed:
        _confirm()
    return found.setup


def _confirm() -> None:
    """A password is to go to servers that only DNS or a web site speaks for."""
    if not asking.answerable():
        raise asking.wrong(
            _("They belong to another domain. If they are right, name them with --smtp-host and --imap-host.")
        )
    if not asking.confirmed(_("They belong to another domain. Send the password there?"), yes=False):
        raise typer.Abort


def told_of_sign_in(address: str, provider: providers.Provider | None, smtp: Server, imap: Server) -> None:
    """What the provider wants of whoever signs in; before a password is asked for that could serve nobody."""
    today = machine_now().date()
    if ended := providers.password_ended(address, smtp, imap, today):
        raise errors.Invalid([ended])
    for words in providers.advice(provider, today) if provider else ():
        show.note(str(words))
