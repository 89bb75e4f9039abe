"""A mailbox's owner agrees in a browser that is sent to the provider, and back to a web address of ours (RFC 6749, 4.1, with PKCE).

What is needed then waits in the database, sealed: for a quarter of an hour, for the session that began it, and once.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
import urllib.parse
from dataclasses import dataclass
from typing import Any

from relance import clock, errors
from relance.engine import roles
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.mailboxes import assigning, service
from relance.engine.mailboxes.service import MailboxSpec, MailboxView
from relance.engine.mailboxes.settings.signing_in import Done
from relance.engine.mailboxes.sign_ins import agreeing
from relance.engine.mailboxes.sign_ins.agreeing import SignInRequest
from relance.engine.store import scopes
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.users import audit, under_way
from relance.mailbox.account import Account, Security, Server
from relance.mailbox.auth import AccessToken
from relance.mailbox.oauth import authorization, endpoint
from relance.mailbox.oauth.authorization import Authorization
from relance.mailbox.oauth.grants import Grant, OAuthClient
from relance.wording import Text

GOOD_FOR = dt.timedelta(minutes=15)


def begin(context: Context, address: str, session: int, redirect_uri: str) -> str:
    """Where the owner of a mailbox agrees: an address for their browser. Raises `errors.WrongUse` where it is not known as which client, or
    `errors.NotFound`."""
    mailbox = service.get(context, address)
    account = mailbox.account(AccessToken(mailbox.username, ""))
    before = agreeing.client_before(context, mailbox)
    client = agreeing.client_for(context, account, before, SignInRequest())
    return _sent(context, client, (session, redirect_uri), mailbox.address, {})


def begin_new(context: Context, spec: MailboxSpec, session: int, redirect_uri: str, owner: str = "") -> str:
    """The same for a mailbox that is to be taken in; its `password` is not looked at. `owner`: the user whose it will be. Raises
    `errors.Invalid`, too."""
    address = service.checked(context, spec, by_token=True)
    client = agreeing.client_for(context, _account(spec, address), None, SignInRequest())
    kept = dataclasses.asdict(dataclasses.replace(spec, password=""))
    return _sent(context, client, (session, redirect_uri), address, {"spec": kept, "owner": owner})


def _account(spec: MailboxSpec, address: str) -> Account:
    token = AccessToken(spec.username, "")
    return Account(address, spec.name, token, spec.smtp, spec.imap, spec.ca_file)


def _sent(
    context: Context, client: OAuthClient, back: tuple[int, str], address: str, more: dict[str, Any]
) -> str:
    session, redirect_uri = back
    try:
        asked = authorization.begin(client, redirect_uri, address)
    except endpoint.UnfitAddress as error:
        raise errors.WrongUse(
            Text("The provider's address {url} is not protected: it has to begin with https.", url=str(error))
        ) from error
    kept = {
        "client": Grant(client, "", "").text(),
        "verifier": asked.verifier,
        "redirect_uri": asked.redirect_uri,
        "address": address,
        "user": _user(),
        **more,
    }
    state, now = _hash(asked.state), clock.machine_now()
    sealed = context.vault.seal(json.dumps(kept), f"sign-in/{state}")
    with context.database.write() as conn:
        under_way.put(conn, state, session, sealed, now, now + GOOD_FOR)
    return asked.url


def _hash(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()


def _user() -> str:
    acting = actors.acting_now()
    return acting.name if acting else ""


@dataclass(frozen=True)
class _UnderWay:
    """What was kept of a sign-in."""

    asked: Authorization
    client: OAuthClient
    address: str
    spec: MailboxSpec | None
    owner: str


def begun(context: Context, query: str, session: int) -> tuple[str, bool] | None:
    """For which mailbox a browser comes back (`query`, behind the question mark), and whether that is being added; None where this session
    began nothing of the kind, or where it is over."""
    state = _state(query)
    with context.database.read() as conn:
        sealed = under_way.peek(conn, _hash(state), session, clock.machine_now())
    found = _opened(context, state, sealed)
    return (found.address, found.spec is not None) if found else None


def end(context: Context, query: str, session: int, done: Done = lambda _: None) -> MailboxView:
    """The sign-in that a browser brought back is tried at both servers, and stored if it works; `done` hears how that goes. Raises what
    `agreeing.sign_in` does, and `errors.WrongUse` where nobody agreed, and where there is nothing to be ended (any more)."""
    state = _state(query)
    with context.database.write() as conn:
        sealed = under_way.take(conn, _hash(state), session, clock.machine_now())
    found = _opened(context, state, sealed)
    if found is None:
        raise errors.WrongUse(_OVER)
    _finish(context, found, query, done)
    return service.show(context, found.address)


_OVER = Text(
    "This sign-in cannot be finished: it was begun more than {count} minutes ago or in another browser, or it has been finished already. Nothing was saved. Begin it again.",
    count=int(GOOD_FOR.total_seconds() // 60),
)


def _state(query: str) -> str:
    return dict(urllib.parse.parse_qsl(query)).get("state", "")


def _opened(context: Context, state: str, sealed: bytes | None) -> _UnderWay | None:
    try:
        kept = json.loads(context.vault.open(sealed, f"sign-in/{_hash(state)}")) if sealed else None
    except errors.Broken:  # sealed with a key that is gone
        return None
    if kept is None or kept["user"] != _user():
        return None
    asked = Authorization("", kept["redirect_uri"], state, kept["verifier"])
    spec = _spec(kept["spec"]) if "spec" in kept else None
    return _UnderWay(asked, Grant.read(kept["client"]).client, kept["address"], spec, kept.get("owner", ""))


def _spec(kept: dict[str, Any]) -> MailboxSpec:
    servers = {
        kind: Server(kept[kind]["host"], kept[kind]["port"], Security(kept[kind]["security"]))
        for kind in ("smtp", "imap")
    }
    return MailboxSpec(**{**kept, **servers})


def _finish(context: Context, found: _UnderWay, query: str, done: Done) -> None:
    account = _known(context, found)
    asked = clock.machine_now()
    outcome = agreeing.redeemed(found.client, found.asked, query, found.address)
    granted = agreeing.proved(context, account, found.client, outcome, asked, done)
    if found.spec is None:
        agreeing.store(context, found.address, granted)
        return
    service.add(context, found.spec, granted)
    with context.database.write() as conn:
        audit.write(conn, "mailboxes.add_signed_in", found.address, clock.machine_now())
    if found.owner:
        assigning.assign(context, found.address, found.owner)


def _known(context: Context, found: _UnderWay) -> Account:
    """The mailbox, if it is (still) theirs who came back. Raises `errors.NotFound`, `errors.Forbidden`, `errors.Invalid`."""
    if found.spec is not None:
        if not roles.scope_now().everything:
            raise errors.Forbidden(Text("This is not available to salespeople."))
        return _account(found.spec, service.checked(context, found.spec, by_token=True))
    with context.database.read() as conn:
        mailbox, own = mailboxes.named(conn, found.address), scopes.mailboxes(conn)
    if own is not None and mailbox.id not in own:
        raise errors.NotFound(Text("You have nothing by that name. Ask a manager."))
    return mailbox.account(AccessToken(mailbox.username, ""))
