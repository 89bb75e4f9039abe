"""A mailbox that signs in by OAuth 2.0, at a token service of the tests."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.db.tables import oauth_grant
from relance.engine.mailboxes.sign_ins import lifetimes
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.engine.store.mailboxes import grants, mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox.oauth.grants import Grant, OAuthClient
from tests import engine_house
from tests.servers import dovecot
from tests.servers.token_service import CLIENT, SECRET, Service

ADA = dovecot.USER


def granted(house: Context, at: Service, *, due: bool = True, **values: object) -> Grant:
    """Ada's mailbox, signed in to; its token runs out within the minute where it is `due`."""
    given = at.issue(ADA)
    grant = Grant(
        OAuthClient(CLIENT, f"{at.url}/token", ("mail",), SECRET),
        given["refresh_token"],
        given["access_token"],
    )
    now = machine_now()
    lives = grants.Lifetimes(
        now + dt.timedelta(minutes=1 if due else 50), now + dt.timedelta(minutes=-1 if due else 40), None
    )
    engine_house.add_mailbox(house, ADA, **values)
    with house.database.write() as conn:
        lifetimes.keep(house, conn, (1, ADA), Granted(grant, lives))
    return grant


def the(house: Context) -> Mailbox:
    with house.database.read() as conn:
        return mailboxes.by_id(conn, 1)


def kept(house: Context) -> tuple[grants.StoredGrant, Grant]:
    with house.database.read() as conn:
        stored = grants.of(conn, 1)
    assert stored is not None
    return stored, house.grant(the(house), stored)


def set_grant(house: Context, **values: object) -> None:
    with house.database.write() as conn:
        conn.execute(sa.update(oauth_grant).values(**values))


def past() -> dt.datetime:
    return machine_now() - dt.timedelta(seconds=1)
