"""Whose words a reason quotes: those of a mail that came to somebody else's mailbox are not shown to a salesperson. That somebody asked
for no more mail is told to everybody; how they put it stays with whoever may read their mail."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.db.tables import contact, enrollment, inbound
from relance.engine.event_log.actors import ActorKind
from relance.engine.reasons import Code, Reason
from relance.engine.store import scopes
from relance.wording import Text

_QUOTES = ("quote", "intent")
# Parameters without which the sentence stands by itself.
_WORDS = ("said", "fault", "subject", "sender")
# Those that are the sentence, or most of it.
_TYPED = frozenset({ActorKind.PERSON, ActorKind.USER, ActorKind.PROGRAM})
# Whoever put somebody on the list by hand said why to everybody.


_AT_ONCE = 500
# Addresses in one statement.


def heard_elsewhere(conn: Connection, emails: Iterable[str]) -> set[str]:
    """Those of these addresses (as they are stored) whose mail came to, or whose sequence runs from, a mailbox that whoever looks may
    not see; nobody where all are seen."""
    own, asked = scopes.mailboxes(conn), sorted(set(emails))
    if own is None or not asked:
        return set()
    elsewhere = [
        sa.select(each.c.id).where(each.c.contact_id == contact.c.id, each.c.mailbox_id.not_in(own)).exists()
        for each in (inbound, enrollment)
    ]
    query = sa.select(contact.c.email).where(sa.or_(*elsewhere))
    some = (asked[start : start + _AT_ONCE] for start in range(0, len(asked), _AT_ONCE))
    return {
        email for each in some for email in conn.execute(query.where(contact.c.email.in_(each))).scalars()
    }


def discreet(conn: Connection, found: Mapping[str, Reason]) -> dict[str, Reason]:
    """Reasons by the address that they are about, as whoever looks may read them."""
    unseen = heard_elsewhere(conn, found)
    return {email: without_words(why) if email in unseen else why for email, why in found.items()}


def without_words(reason: Reason, by: ActorKind | None = None) -> Reason:
    """The same without what it quotes. `by`: who gave it, where that is known. Pure."""
    nested = {
        name: without_words(each, by) for name, each in reason.params.items() if isinstance(each, Reason)
    }
    kept = {name: each for name, each in {**reason.params, **nested}.items() if name not in _QUOTES}
    typed = "text" in kept and (by in _TYPED or reason.code is not Code.PROSE)
    if any(name in kept for name in _WORDS) or ("text" in kept and not typed):
        return reasons.because(Code.PROSE, cause=reason.cause, text=Text("known from a colleague's mail"))
    return dataclasses.replace(reason, params=kept)
