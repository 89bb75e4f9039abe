"""A mailbox's owner agrees at their provider; what they granted is tried at both servers, and stored if it works."""

from __future__ import annotations

import dataclasses
import datetime as dt
import threading
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass, field

from relance import clock, errors
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxChanged
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxSpec, MailboxView
from relance.engine.mailboxes.settings import changing, signing_in
from relance.engine.mailboxes.settings.signing_in import Done
from relance.engine.mailboxes.sign_ins import lifetimes
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.engine.reasons import Code, because
from relance.engine.sequences.resuming import backlog
from relance.engine.store import events
from relance.engine.store.mailboxes import grants, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.users import audit
from relance.mailbox import providers
from relance.mailbox.account import Account
from relance.mailbox.auth import AccessToken, SignInKind
from relance.mailbox.oauth import authorization, endpoint, loopback
from relance.mailbox.oauth.authorization import Authorization
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens
from relance.mailbox.oauth.own_clients import OwnClient
from relance.mailbox.oauth.protocol import Outcome, RefusedPart, TokenRefusal
from relance.mailbox.providers.facts import FactSource, OAuth
from relance.wording import Text, _, ended

DECLINED = "access_denied"  # RFC 6749, 4.1.2.1
PATIENCE = 300.0  # seconds in which an owner agrees in their browser


@dataclass(frozen=True)
class SignInRequest:
    """How to sign in. What is None or empty is as it was at the last sign-in of this mailbox, or as its provider has it."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    tenant: str = ""  # the organisation at Microsoft 365: its id or a domain of it
    authorization_url: str = (
        ""  # these four where the provider is not known here, or is to be asked elsewhere
    )
    token_url: str = ""
    device_url: str = ""
    scopes: tuple[str, ...] = ()
    on_device: bool = False  # the owner types a code in on any device, where the provider allows it
    port: int = 0  # that the browser is sent back to; 0: any that is free
    seconds: float = PATIENCE


@dataclass(frozen=True)
class SignInPrompt:
    """What the owner is told to open, and to type in there (empty: nothing)."""

    url: str
    code: str = ""


Show = Callable[[SignInPrompt], None]


def sign_in(
    context: Context, address: str, wish: SignInRequest, show: Show, done: Done = lambda _: None
) -> MailboxView:
    """Let the mailbox's owner agree, and sign in with what they grant from now on. `show` is called once, with what they have to open;
    `done` hears how the servers take it.

    Waits for them, and for the servers. Raises `errors.WrongUse` where it is not known whom to ask or as whom, and where they do not
    agree in time, `errors.Broken` where the provider refuses, `errors.Invalid` where a server does, `errors.Unreachable` where one
    cannot be asked; nothing is stored then.
    """
    mailbox = service.get(context, address)
    unproved = mailbox.account(AccessToken(mailbox.username, ""))
    granted = _agreed(context, unproved, client_before(context, mailbox), wish, show, done)
    store(context, mailbox.address, granted)
    return service.show(context, mailbox.address)


def add(
    context: Context, spec: MailboxSpec, wish: SignInRequest, show: Show, done: Done = lambda _: None
) -> MailboxView:
    """Take in a mailbox that signs in so; its `password` is not looked at. Raises what `sign_in` and `service.add` do."""
    address = service.checked(context, spec, by_token=True)
    credentials = AccessToken(spec.username, "")
    unproved = Account(address, spec.name, credentials, spec.smtp, spec.imap, spec.ca_file)
    return service.add(context, spec, _agreed(context, unproved, None, wish, show, done))


def _agreed(
    context: Context,
    unproved: Account,
    before: ClientBefore | None,
    wish: SignInRequest,
    show: Show,
    done: Done,
) -> Granted:
    """What the owner granted, tried at both servers."""
    client = client_for(context, unproved, before, wish)
    asked = clock.machine_now()
    agree = _on_device if wish.on_device else _in_browser
    return proved(context, unproved, client, agree(client, unproved.address, wish, show), asked, done)


def proved(
    context: Context, unproved: Account, client: OAuthClient, outcome: Outcome, asked: dt.datetime, done: Done
) -> Granted:
    """What an owner agreed to, tried at both servers. Raises what `sign_in` does."""
    tokens = _tokens(outcome)
    credentials = AccessToken(unproved.username, tokens.access_token)
    try:
        signing_in.require(
            context, dataclasses.replace(unproved, credentials=credentials), done, insisting=False
        )
    except errors.Invalid as refused:
        if tokens.account.lower() in ("", unproved.address.lower(), unproved.username.lower()):
            raise
        raise _another(unproved.address, tokens.account) from refused
    grant = Grant(client, tokens.refresh_token, tokens.access_token)
    return Granted(grant, lifetimes.of(tokens, client, asked))


def _another(address: str, account: str) -> errors.Invalid:
    """Said only where a server refuses: a shared mailbox is rightly used by another account than its own."""
    return errors.Invalid(
        Text(
            "The sign-in was granted by {account}, and the mail servers do not let that account use {address}. Sign in again, and choose the account of the mailbox. Nothing was saved.",
            account=account,
            address=address,
        )
    )


@dataclass(frozen=True)
class ClientBefore:
    """As which client a mailbox was signed in to before; `refused`: the provider does not take it any more."""

    client: OAuthClient
    refused: bool = False


def client_for(
    context: Context, account: Account, before: ClientBefore | None, wish: SignInRequest
) -> OAuthClient:
    """As which client its owner is asked: the one that is named, else that of before, else the installation's own. Raises
    `errors.WrongUse` where there is none, or nobody knows where to ask."""
    provider = providers.at(account.address, account.smtp, account.imap)
    oauth = _of_request(wish) or (provider.oauth if provider else None)
    own = context.options.own_clients.get(oauth.clients_of) if oauth else None
    if before is not None and _stays(before, own, wish):
        return dataclasses.replace(before.client, secret=wish.client_secret or before.client.secret)
    if oauth is None:
        raise errors.WrongUse(
            Text("It is not known where the owner of {address} can agree.", address=account.address),
            command=Text("Give its addresses with --authorization-url, --token-url and --scope."),
            page=Text(
                "Its provider is not known here. The person who runs the server can sign in to it there, and give the provider's addresses."
            ),
        )
    if own is not None and own.id and wish.client_id in ("", own.id):
        secret = wish.client_secret or own.secret()
        return authorization.client(oauth, wish.tenant or own.tenant, own.id, secret)
    if not wish.client_id:
        raise _no_client(account.address, oauth)
    return authorization.client(oauth, wish.tenant, wish.client_id, wish.client_secret)


def _stays(before: ClientBefore, own: OwnClient | None, wish: SignInRequest) -> bool:
    """Whether the client is that of before: nothing else is asked for, and the settings do not speak of it, nor stand in for it."""
    if wish.client_id not in ("", before.client.id) or wish.token_url or wish.tenant:
        return False
    return own is None or not (own.id == before.client.id or (own.id and before.refused))


def _no_client(address: str, oauth: OAuth) -> errors.WrongUse:
    setting = f"{oauth.clients_of}_client_id"
    command = Text("Register Relance there as a client of your own, and give its ID with --client-id.")
    if oauth.clients_of:
        command = Text(
            "Register Relance there as a client of your own, and set its ID as {setting}, or give it with --client-id.",
            setting=setting,
        )
    return errors.WrongUse(
        Text(
            "The provider knows programs by a client ID, and none was given for {address}.", address=address
        ),
        command=command,
        page=Text("A manager has to register Relance there first; Settings says how."),
    )


def _of_request(wish: SignInRequest) -> OAuth | None:
    if not (wish.token_url and wish.scopes):
        return None
    source = FactSource("", clock.machine_now().date(), first_hand=False)  # whoever asks says so
    return OAuth(wish.authorization_url, wish.token_url, wish.scopes, source, wish.device_url)


def client_before(context: Context, mailbox: Mailbox) -> ClientBefore | None:
    """As which client its owner agreed before; None where that was never asked, or cannot be known any more."""
    with context.database.read() as conn:
        stored = grants.of(conn, mailbox.id)
    try:
        client = context.grant(mailbox, stored).client if stored else None
    except errors.Broken:  # sealed with a key that is gone
        return None
    if client is None or not (client.authorization_url or client.device_url):
        return None  # an administrator's: no owner can agree to it
    return ClientBefore(client, refused=mailbox.why.code is Code.CLIENT_REFUSED)


def _in_browser(client: OAuthClient, address: str, wish: SignInRequest, show: Show) -> Outcome:
    try:
        with loopback.landing(wish.port) as landing:
            asked = authorization.begin(client, landing.redirect_uri, address)
            show(SignInPrompt(asked.url))
            query = landing.wait(
                wish.seconds,
                lambda said: authorization.is_ours(asked, said),
                lambda said: _page(isinstance(authorization.code_of(asked, said), str)),
                _("This does not answer the sign-in that Relance waits for. Nothing was changed."),
            )
    except endpoint.UnfitAddress as error:
        raise errors.WrongUse(
            Text("The provider's address {url} is not protected: it has to begin with https.", url=str(error))
        ) from error
    except OSError as error:
        raise errors.WrongUse(
            Text("Port {port} of this machine is not free: choose another one.", port=wish.port)
        ) from error
    if query is None:
        raise _nobody(address)
    return redeemed(client, asked, query, address)


def redeemed(client: OAuthClient, asked: Authorization, query: str, address: str) -> Outcome:
    """Tokens for what the owner's browser brought back. Raises `errors.WrongUse` where they declined."""
    if dict(urllib.parse.parse_qsl(query)).get("error") == DECLINED:
        raise errors.WrongUse(
            Text(
                "The sign-in of {address} was declined at the provider. Nothing was saved.", address=address
            ),
            page=Text(
                "Sign in again, and agree to what the provider asks. If it asks for an administrator's approval, an administrator of your organisation has to give it there first."
            ),
        )
    code = authorization.code_of(asked, query)
    return authorization.exchange(client, asked, code) if isinstance(code, str) else code


def _page(agreed: bool) -> str:
    """What the browser shows. The code is not redeemed yet, and the mail servers not asked: how that ends is said elsewhere."""
    if agreed:
        return _("You can close this window. Relance says where you began whether the sign-in worked.")
    return _("The sign-in did not work. Relance says why.")


def _on_device(client: OAuthClient, address: str, wish: SignInRequest, show: Show) -> Outcome:
    if not client.device_url:
        raise errors.WrongUse(
            Text("This provider does not sign in to mailboxes by a code on another device.")
        )
    device = authorization.begin_on_device(client)
    if not isinstance(device, authorization.DeviceCode):
        return device
    show(SignInPrompt(device.url, device.user_code))
    end, every = clock.elapsed() + min(device.seconds, wish.seconds), device.interval
    while clock.elapsed() < end:
        threading.Event().wait(every)
        outcome = authorization.ask_again(client, device)
        if not isinstance(outcome, int):
            return outcome
        every += outcome
    raise _nobody(address)


def _nobody(address: str) -> errors.WrongUse:
    return errors.WrongUse(Text("Nobody signed in to {address} in time. Nothing was saved.", address=address))


def _tokens(outcome: Outcome) -> Tokens:
    if not isinstance(outcome, Tokens):
        said = Text("The provider did not grant the sign-in, and did not say why. Nothing was saved.")
        if outcome.words:
            said = Text(
                "The provider did not grant the sign-in: {words} Nothing was saved.",
                words=ended(outcome.words),
            )
        raise errors.Broken(said, **_to_do(outcome))
    if not outcome.refresh_token:
        raise errors.Broken(
            Text(
                "The provider gave no refresh token, so the sign-in would end within the hour. Nothing was saved."
            )
        )
    return outcome


def _to_do(outcome: Outcome) -> dict[str, Text]:
    """Where the client itself is refused, nobody who signs in can mend it."""
    if isinstance(outcome, TokenRefusal) and outcome.about is RefusedPart.CLIENT:
        said = Text("Check the ID and the secret of the client, and what it is allowed at the provider.")
        page = Text(
            "A manager has to check the ID and the secret of the client under Settings, and what it is allowed at the provider."
        )
        return {"command": said, "page": page}
    return {}


def store(context: Context, address: str, granted: Granted) -> None:
    """The mailbox of that address, which is there, signs in so from now on; one that was paused for its sign-in sends again."""
    now, code = context.clock.now(), SignInKind.OAUTH.value
    before = service.get(context, address)
    if changing.paused_for_sign_in(before):
        backlog.spread_piled_up(context, before.id)
    with context.database.write() as conn:
        mailboxes.lock(conn, [before.id])
        found = mailboxes.named(conn, address)
        lifetimes.keep(context, conn, (found.id, address), granted)
        said = MailboxChanged(because(Code.MAILBOX_SETTINGS, sign_in=code), sign_in=code)
        events.record_event(conn, said, now, mailbox_id=found.id)
        audit.write(
            conn, "mailboxes.sign_in", address, clock.machine_now(), before={}, after={"sign_in": code}
        )
        changing.signs_in_anew(conn, found, found, now, tested=True)
        mailboxes.schedule_turn(conn, [found.id], now)
