"""At whom a mailbox's owner can sign in, as far as that is known and set."""

from __future__ import annotations

from collections.abc import Mapping

from relance import errors
from relance.engine.context import Context
from relance.engine.mailboxes import service
from relance.engine.mailboxes.sign_ins import agreeing
from relance.engine.mailboxes.sign_ins.agreeing import SignInRequest
from relance.engine.store.mailboxes import grants
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox import providers
from relance.mailbox.auth import AccessToken
from relance.mailbox.providers.facts import Provider

OFFERED = ("google-workspace", "microsoft365")
# Whose clients can be set.


def every(context: Context) -> Mapping[str, bool]:
    """Where new mailboxes can sign in, by the names of `OAuth.clients_of`, and whether a client is set for it."""
    names = [oauth.clients_of for each in OFFERED if (oauth := providers.KNOWN[each].oauth)]
    own = context.options.own_clients
    return {name: name in own and bool(own[name].id) for name in names}


def of_mailbox(context: Context, address: str) -> Mapping[str, bool]:
    """Where this one can, likewise; "": at a provider that is not known here, as it did before. Empty where its provider offers nothing
    of the kind, and where an administrator connected it."""
    mailbox = service.get(context, address)
    provider = providers.at(mailbox.address, mailbox.smtp, mailbox.imap)
    name = provider.oauth.clients_of if provider and provider.oauth else ""
    ready = _ready(context, mailbox)
    if not (name or ready) or _connected(context, mailbox):
        return {}
    return {name: ready}


def _ready(context: Context, mailbox: Mailbox) -> bool:
    before = agreeing.client_before(context, mailbox)
    account = mailbox.account(AccessToken(mailbox.username, ""))
    try:
        agreeing.client_for(context, account, before, SignInRequest())
    except errors.Misconfigured:
        return True  # something is set, and what is wrong with it is said to whoever tries
    except errors.WrongUse:
        return False
    return True


def _connected(context: Context, mailbox: Mailbox) -> bool:
    with context.database.read() as conn:
        stored = grants.of(conn, mailbox.id)
    try:
        return stored is not None and not context.grant(mailbox, stored).refresh_token
    except errors.Broken:  # sealed with a key that is gone
        return False


def provider_of(name: str, address: str) -> Provider | None:
    """The provider that goes by that name and that an address is at, else the one that hosts domains of others."""
    guessed = providers.guess(address).provider
    if guessed is not None and guessed.oauth is not None and guessed.oauth.clients_of == name:
        return guessed
    offered = (providers.KNOWN[each] for each in OFFERED)
    return next((each for each in offered if each.oauth and each.oauth.clients_of == name), None)
