"""Many mailboxes at once, as their organisation's administrator has allowed: by a service account, or as an application.

Each is tried at the provider and at both servers, one after the other, and stored only if all of it works; one that does not work
changes nothing for the others.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from relance import clock, errors
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxSpec
from relance.engine.mailboxes.settings import signing_in
from relance.engine.mailboxes.settings.signing_in import Done
from relance.engine.mailboxes.sign_ins import agreeing, lifetimes
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.engine.reasons import Why
from relance.mailbox import providers
from relance.mailbox.account import Account
from relance.mailbox.auth import AccessToken
from relance.mailbox.oauth import applications
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens
from relance.mailbox.oauth.protocol import EndpointTrouble, RefusedPart, TokenRefusal
from relance.mailbox.providers.facts import FactSource, OAuth
from relance.wording import Text, ended


@dataclass(frozen=True)
class ApplicationRequest:
    """As whom the mailboxes are used. `service_account`: the key file of a service account (JSON), else a client ID, its secret and
    the organisation. `token_url`, `scopes`: where the provider is not known here. `preset`: the name of one that is, for mailboxes
    with servers of their own."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    tenant: str = ""
    service_account: str = field(default="", repr=False)
    token_url: str = ""
    scopes: tuple[str, ...] = ()
    preset: str = ""


class ConnectOutcome(StrEnum):
    """What became of one mailbox."""

    ADDED = "added"
    SIGNED_IN = "signed in"  # it was there, and signs in so from now on
    WORKS = "works"  # it was tried, and nothing was to be saved
    REFUSED = "refused"


@dataclass(frozen=True)
class ConnectedMailbox:
    """One of them. `words`: why not."""

    address: str
    outcome: str  # a `ConnectOutcome`
    words: str = ""
    why: Why | None = None  # what they say, for programs


Told = Callable[[ConnectedMailbox], None]


def connect(
    context: Context,
    specs: Sequence[MailboxSpec],
    wish: ApplicationRequest,
    *,
    dry_run: bool = False,
    progress: Told = lambda _: None,
) -> tuple[ConnectedMailbox, ...]:
    """Take these mailboxes in, or let those that are there sign in so; a spec's `password` is not looked at. `dry_run`: everything is
    tried, and nothing is saved. `progress` hears of each as it ends. What does not work with one is told of it, not raised."""
    found, refusals = [], Refusals()
    for spec in specs:
        found.append(_shown(spec.address, *one(context, spec, wish, refusals, dry_run=dry_run)))
        progress(found[-1])
    return tuple(found)


CLIENT_TRIES = 3
# So often in a row, for the same reason: it is the client itself, and the provider is not asked for the rest.


@dataclass
class Refusals:
    """How often a provider refused the client itself, one after the other and for this reason. `error`: the code of it (RFC 6749, 5.2);
    `words`: what it said with it last."""

    error: str = ""
    count: int = 0
    words: str = ""

    def heard(self, error: str, words: str = "") -> None:
        """Once more; empty: it did not, this time."""
        self.count = self.count + 1 if error and error == self.error else int(bool(error))
        self.error, self.words = error, words


class _ClientRefused(errors.Broken):
    """The provider gives this client nothing."""

    error = words = ""


def one(
    context: Context,
    spec: MailboxSpec,
    wish: ApplicationRequest,
    refusals: Refusals,
    *,
    dry_run: bool,
    done: Done = lambda _: None,
) -> tuple[ConnectOutcome, errors.RelanceError | None]:
    """What became of one, and why it is refused. `refusals`: of those before it."""
    if refusals.count >= CLIENT_TRIES:
        return ConnectOutcome.REFUSED, errors.Broken(
            Text(
                "{address} was not tried, as the provider refused the client itself {count} times in a row: {words} Correct that, then connect the others again.",
                address=spec.address,
                count=refusals.count,
                words=ended(refusals.words),
            )
        )
    try:
        outcome = _connected(context, spec, wish, dry_run=dry_run, done=done)
    except errors.Superseded:
        raise
    except _ClientRefused as refused:
        refusals.heard(refused.error, refused.words)
        return ConnectOutcome.REFUSED, refused
    except errors.RelanceError as refused:
        refusals.heard("")
        return ConnectOutcome.REFUSED, refused
    refusals.heard("")
    return outcome, None


def _shown(address: str, outcome: ConnectOutcome, refused: errors.RelanceError | None) -> ConnectedMailbox:
    if refused is None:
        return ConnectedMailbox(address, outcome)
    return ConnectedMailbox(address, outcome, str(refused), reasons.why_of(refused.sentence))


def _connected(
    context: Context, spec: MailboxSpec, wish: ApplicationRequest, *, dry_run: bool, done: Done
) -> ConnectOutcome:
    try:
        there = service.get(context, spec.address)
    except errors.NotFound:
        address = service.checked(context, spec, by_token=True)
        token = AccessToken(spec.username, "")
        account = Account(address, spec.name, token, spec.smtp, spec.imap, spec.ca_file)
        granted = _granted(context, account, wish, done)
        outcome = ConnectOutcome.ADDED
        if not dry_run:
            service.add(context, spec, granted)
    else:
        account = there.account(AccessToken(there.username, ""))
        granted = _granted(context, account, wish, done)
        outcome = ConnectOutcome.SIGNED_IN
        if not dry_run:
            agreeing.store(context, there.address, granted)
    return ConnectOutcome.WORKS if dry_run else outcome


def _granted(context: Context, account: Account, wish: ApplicationRequest, done: Done) -> Granted:
    """What the provider gives for it, tried at both servers."""
    client, asked = client_for(context, account, wish), clock.machine_now()
    unproved = Grant(client, "", "", account.username)
    tokens = applications.obtain(unproved)
    if not isinstance(tokens, Tokens):
        raise _no_access(account.address, tokens)
    credentials = AccessToken(account.username, tokens.access_token)
    proved = dataclasses.replace(account, credentials=credentials)
    signing_in.require(context, proved, done, insisting=False)
    grant = dataclasses.replace(unproved, access_token=tokens.access_token)
    return Granted(grant, lifetimes.of(tokens, client, asked))


def _no_access(address: str, told: TokenRefusal | EndpointTrouble) -> errors.Broken:
    said = Text("The provider gave no access to {address}: {words}", address=address, words=ended(told.words))
    if not (isinstance(told, TokenRefusal) and told.about is RefusedPart.CLIENT):
        return errors.Broken(said)
    refused = _ClientRefused(said)
    refused.error, refused.words = told.error, told.words
    return refused


def client_for(context: Context, account: Account, wish: ApplicationRequest) -> OAuthClient:
    """As which client the mailbox is used: as the request says, else as it is set. Raises `errors.WrongUse` where that is not enough."""
    oauth = _oauth(account, wish)
    wish = _completed(context, oauth, wish)
    if wish.service_account:
        try:
            return applications.service_account(wish.service_account, oauth)
        except applications.UnfitKey as error:
            raise errors.WrongUse(
                Text("This is not the key file of a service account: one in JSON, with its private key.")
            ) from error
    if oauth.application_keys:
        raise errors.WrongUse(
            Text(
                "At this provider an administrator connects mailboxes by a service account: give its key file."
            )
        )
    if "{tenant}" in oauth.token_endpoint and not wish.tenant:
        raise errors.WrongUse(
            Text("Say which organisation has allowed the application: its ID, or a domain of it.")
        )
    if not (wish.client_id and wish.client_secret):
        raise errors.WrongUse(
            Text("An application signs in with its client ID and its client secret; give both.")
        )
    return applications.confidential(oauth, wish.tenant, wish.client_id, wish.client_secret)


def _completed(context: Context, oauth: OAuth, wish: ApplicationRequest) -> ApplicationRequest:
    """With what the settings say of the installation's own client, where the request names no other."""
    own = context.options.own_clients.get(oauth.clients_of)
    if own is None or wish.service_account or wish.client_id not in ("", own.id):
        return wish
    if not wish.client_id and (key := own.service_account()):
        return dataclasses.replace(wish, service_account=key)
    return dataclasses.replace(
        wish,
        client_id=own.id,
        client_secret=wish.client_secret or own.secret(),
        tenant=wish.tenant or own.tenant,
    )


def _oauth(account: Account, wish: ApplicationRequest) -> OAuth:
    if wish.scopes and (wish.token_url or wish.service_account):
        source = FactSource("", clock.machine_now().date(), first_hand=False)  # whoever asks says so
        return OAuth("", wish.token_url, wish.scopes, source, application_scopes=wish.scopes)
    provider = providers.KNOWN.get(wish.preset) or providers.at(account.address, account.smtp, account.imap)
    if provider is None or provider.oauth is None or not provider.oauth.application_scopes:
        raise errors.WrongUse(
            Text(
                "The provider of {address} lets no administrator connect mailboxes, as far as is known here.",
                address=account.address,
            )
        )
    return provider.oauth
