"""How a mailbox's sign-in stands: until when it is good, and what its owner or the provider has to do before it ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.db.machine_time import beside
from relance.engine.store.mailboxes import grants
from relance.engine.store.mailboxes.grants import StoredGrant
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox.auth import SignInKind
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode

NOTICE = dt.timedelta(days=3)  # before a grant ends: over a weekend its owner hears of it still
FAILING = 2  # renewals in a row that brought nothing; a single question that gets lost is no news


@dataclass(frozen=True)
class SignInStanding:
    """Of a mailbox that signs in by a grant. `until`: when its owner has to sign in again, where that is known. `warning`: what
    is wrong before it stops any mail."""

    until: dt.datetime | None = None
    warning: Text | None = None

    def shown(self) -> dict[str, Any]:
        """As the fields of a mailbox's view have it."""
        warning = self.warning or Text.prose("")
        why = reasons.why_of(warning)
        return {"sign_in_until": self.until, "sign_in_warning": str(warning), "sign_in_why": why}


def standing(address: str, grant: StoredGrant | None, now: dt.datetime) -> SignInStanding:
    """Of what is stored. Pure; `now` is machine time. A grant that was refused has paused its mailbox, which says so itself."""
    if grant is None or grant.renew_at is None:
        return SignInStanding()
    return SignInStanding(grant.grant_until, _warning(address, grant, now))


def _warning(address: str, grant: StoredGrant, now: dt.datetime) -> Text | None:
    if grant.tries >= FAILING and grant.problem:
        return _failing(address, grant, now)
    if grant.grant_until is None or grant.grant_until - now > NOTICE:
        return None
    return Text(
        "The sign-in of {address} at its provider ends on {at}. Its owner has to sign in again before that; otherwise nothing is sent or read any more.",
        address=address,
        at=grant.grant_until,
    ).coded(SentenceCode.SIGN_IN_ENDS)


def _failing(address: str, grant: StoredGrant, now: dt.datetime) -> Text:
    told = {"address": address, "words": ended(grant.problem), "at": grant.token_until}
    if grant.token_until <= now:
        said = Text(
            "The sign-in of {address} cannot be renewed: {words} Its access token ran out on {at}; nothing is sent or read until a renewal works. It is tried again every few minutes.",
            **told,
        )
    else:
        said = Text(
            "The sign-in of {address} cannot be renewed: {words} It is tried again every few minutes; if that does not help, nothing is sent or read from {at} on.",
            **told,
        )
    return said.coded(SentenceCode.RENEWAL_FAILS)


def standings(conn: Connection, found: Sequence[Mailbox]) -> dict[int, SignInStanding]:
    """How the sign-ins of those stand that sign in by a grant, by mailbox."""
    by_grant = [each for each in found if each.sign_in == SignInKind.OAUTH]
    if not by_grant:
        return {}
    stored, now = grants.by_mailbox(conn), beside(conn)
    return {each.id: standing(each.address, stored.get(each.id), now) for each in by_grant}
