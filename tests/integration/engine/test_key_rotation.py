"""Everything that an old key sealed is sealed anew with the newest one; what no key opens is named and left as it is."""

from __future__ import annotations

import dataclasses

import pytest
import sqlalchemy as sa

from relance import errors
from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.db.tables import mailbox, user_account
from relance.engine.db.vault import Vault
from relance.engine.mailboxes.sign_ins import lifetimes, renewing, resealing
from relance.engine.mailboxes.sign_ins.lifetimes import Granted
from relance.engine.mailboxes.sign_ins.resealing import KeyRotation
from relance.engine.store.mailboxes import grants, mailboxes, sealed
from relance.mailbox.oauth.grants import Grant, OAuthClient, Tokens
from relance.mailbox.oauth.protocol import Outcome
from tests import engine_house

ADA, BEN = "ada@sales.example", "ben@sales.example"
NEW = b"another key for tests, 32 bytes!"
GRANT = Grant(OAuthClient("id", "https://a.example/token", ("mail",)), "rt-one", "at-one")


@pytest.fixture
def old(house: Context) -> Context:
    """A house with a password, a grant and a second factor under the first key."""
    engine_house.add_mailbox(house, ADA)
    number = engine_house.add_mailbox(house, BEN)
    now = machine_now()
    with house.database.write() as conn:
        lives = grants.Lifetimes(now, now, None)
        lifetimes.keep(house, conn, (number, BEN), Granted(GRANT, lives))
        factor = house.vault.seal("JBSWY3DP", "totp/1")
        conn.execute(
            sa.insert(user_account).values(id=1, email=ADA, role="manager", totp=factor, created_at=now)
        )
    return house


@pytest.fixture
def both(old: Context) -> Context:
    """The same once the second key is there, too."""
    return dataclasses.replace(old, vault=Vault({1: engine_house.SECRET, 2: NEW}, 2))


def opened(house: Context) -> dict[str, str]:
    with house.database.read() as conn:
        return {each.place: house.vault.open(each.sealed, each.place) for each in sealed.everything(conn)}


def test_everything_opens_without_the_old_key_then(old: Context, both: Context) -> None:
    before = opened(old)
    assert len(before) == 3
    assert resealing.rotate(both) == KeyRotation(2, 3, 0)
    assert opened(dataclasses.replace(both, vault=Vault({2: NEW}, 2))) == before
    assert resealing.rotate(both) == KeyRotation(2, 0, 3)


def test_what_no_key_opens_is_named_and_stays(both: Context) -> None:
    with both.database.write() as conn:
        mailboxes.change(conn, 1, secret=b"\x09lost")
    assert resealing.rotate(both) == KeyRotation(2, 2, 0, (ADA,))
    with both.database.read() as conn:
        assert conn.execute(sa.select(mailbox.c.secret).where(mailbox.c.id == 1)).scalar_one() == b"\x09lost"


def test_a_renewal_under_way_is_neither_lost_nor_undone(both: Context) -> None:
    def rotated(_: Grant) -> Outcome:
        resealing.rotate(both)
        return Tokens("at-two", 3600, "rt-two")

    assert renewing.keep(both, ask=rotated) == 1
    found = opened(dataclasses.replace(both, vault=Vault({2: NEW}, 2)))
    assert "rt-two" in found[f"grant/{BEN}"]


def test_a_secret_that_is_stored_meanwhile_wins(both: Context) -> None:
    with both.database.read() as conn:
        before = sealed.everything(conn)[0]
    fresh = both.vault.seal("battery staple", before.place)
    with both.database.write() as conn:
        mailboxes.change(conn, 1, secret=fresh)
        assert not sealed.replace(conn, before, both.vault.seal("old", before.place))
    assert opened(both)[before.place] == "battery staple"
    with pytest.raises(errors.Broken):
        both.vault.open(fresh, "mailbox/other")
