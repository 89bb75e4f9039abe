"""When tokens run out, and when they are to be renewed; and how what was granted is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.store.mailboxes import grants, mailboxes
from relance.engine.store.mailboxes.grants import Lifetimes
from relance.mailbox.auth import SignInKind
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens

AHEAD = dt.timedelta(minutes=10)  # a token is renewed so long before it runs out: several tries fit in
SHARE = 3  # one that lives for a short time only, when a third of it is left
FIRST, LONGEST = dt.timedelta(seconds=30), dt.timedelta(minutes=5)


def of(
    tokens: Tokens, client: OAuthClient, asked: dt.datetime, before: dt.datetime | None = None
) -> Lifetimes:
    """Of tokens that were asked for then. `before`: until when the grant was good, where its refresh token stays the same."""
    life = dt.timedelta(seconds=tokens.seconds)
    until = asked + life
    return Lifetimes(until, until - min(AHEAD, life / SHARE), _grant_until(tokens, client, asked, before))


def _grant_until(
    tokens: Tokens, client: OAuthClient, asked: dt.datetime, before: dt.datetime | None
) -> dt.datetime | None:
    if tokens.grant_seconds:
        return asked + dt.timedelta(seconds=tokens.grant_seconds)
    if client.idle_days and tokens.refresh_token:
        return asked + dt.timedelta(days=client.idle_days)
    return before


def pause(tries: int) -> dt.timedelta:
    """How long an endpoint is left alone after so many tries in a row that brought no verdict."""
    return min(FIRST * int(2 ** min(tries, 10)), LONGEST)


@dataclass(frozen=True)
class Granted:
    """What a provider granted for a mailbox just now."""

    grant: Grant
    lives: Lifetimes


def keep(context: Context, conn: Connection, mailbox: tuple[int, str], granted: Granted | None) -> None:
    """The mailbox with this number and address signs in with that from now on, and has no password. None: with its password."""
    number, address = mailbox
    if granted is None:
        grants.drop(conn, number)
    else:
        mailboxes.change(conn, number, secret=b"")
        grants.put(conn, number, context.vault.seal(granted.grant.text(), f"grant/{address}"), granted.lives)
    mailboxes.change(conn, number, sign_in=(SignInKind.OAUTH if granted else SignInKind.PASSWORD).value)
