"""Access tokens are renewed before they run out: away from all mail, and by one process at a time for each mailbox.

A provider may void a refresh token as soon as it is shown, so what it gives instead is stored before anything else, and the
new access token is only ever read from there. Whoever dies between its answer and that commit takes the new token along: the next
one to try finds the old one refused, and says so.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import functools
import threading
from collections.abc import Callable
from dataclasses import dataclass

from relance import clock, errors
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.mailboxes.sign_ins import lifetimes
from relance.engine.reasons import Code, Reason, because
from relance.engine.store.mailboxes import grants, mailboxes
from relance.engine.store.mailboxes.grants import StoredGrant
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox.account import Account
from relance.mailbox.auth import SignInKind
from relance.mailbox.oauth import applications
from relance.mailbox.oauth.grants import Grant, Tokens
from relance.mailbox.oauth.protocol import EndpointTrouble, Outcome, RefusedPart, TokenRefusal
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

STORING = (0.2, 1.0, 3.0, 10.0)
# Seconds between attempts to store what a provider gave, while the database is away. With what the endpoint takes they fit
# into the lease.
Ask = Callable[[Grant], Outcome]


@dataclass(frozen=True)
class _Taken:
    """A grant that is this process's to renew."""

    mailbox: Mailbox
    stored: StoredGrant
    grant: Grant
    interrupted: bool  # somebody began before, and never said how it ended


@actors.acting(Actor(ActorKind.SCHEDULE, "sign-in"))
def keep(context: Context, stop: Callable[[], bool] = lambda: False, ask: Ask = applications.renew) -> int:
    """Renew what is due; returns how many mailboxes have new tokens. An endpoint that was in trouble is asked by no other mailbox
    in this round. Raises `errors.Unreachable` where the database is away."""
    with context.database.read() as conn:
        due = grants.due(conn)
    renewed, in_trouble = 0, set[str]()
    for number in due:
        if stop():
            break
        taken = _take(context, number)
        if taken is None:
            continue
        if taken.grant.client.token_url in in_trouble:
            _later(context, taken, taken.stored.problem, tried=False)
            continue
        asked = clock.machine_now()
        outcome = ask(taken.grant)
        if isinstance(outcome, EndpointTrouble):
            in_trouble.add(taken.grant.client.token_url)
        renewed += _patiently(functools.partial(_end, context, taken, outcome, asked))
    return renewed


def _take(context: Context, number: int) -> _Taken | None:
    with context.database.write() as conn:
        taken = grants.take(conn, number, f"{context.owner}-{ids.token()}")
        if taken is None:
            return None
        stored, interrupted = taken
        mailbox = mailboxes.by_id(conn, number)
        try:
            grant = context.grant(mailbox, stored)
        except errors.Broken as broken:  # sealed with another key: that of before may come back
            grants.postponed(conn, stored, lifetimes.LONGEST, broken.text, tried=True)
            return None
    return _Taken(mailbox, stored, _as_set(context, grant), interrupted)


def _as_set(context: Context, grant: Grant) -> Grant:
    """With the secret that the settings have for its client now: a new one is set once, not for each mailbox."""
    own = next((each for each in context.options.own_clients.values() if each.id == grant.client.id), None)
    if own is None or grant.client.key:
        return grant
    with contextlib.suppress(errors.Misconfigured):  # its file is away: the one of before may still do
        if secret := own.secret():
            return dataclasses.replace(grant, client=dataclasses.replace(grant.client, secret=secret))
    return grant


def _patiently(store: Callable[[], bool]) -> bool:
    for seconds in STORING:
        try:
            return store()
        except errors.Unreachable:
            threading.Event().wait(seconds)
    return store()


def _end(context: Context, taken: _Taken, outcome: Outcome, asked: dt.datetime) -> bool:
    if isinstance(outcome, EndpointTrouble):
        _later(context, taken, Text.prose(outcome.words), tried=True)
        return False
    if isinstance(outcome, TokenRefusal):
        _give_up(context, taken, outcome)
        return False
    return _store(context, taken, outcome, asked)


def _later(context: Context, taken: _Taken, problem: Text, *, tried: bool) -> None:
    span = lifetimes.pause(taken.stored.tries)
    with context.database.write() as conn:
        grants.postponed(conn, taken.stored, span, problem, tried=tried)


def _store(context: Context, taken: _Taken, tokens: Tokens, asked: dt.datetime) -> bool:
    mailbox, stored = taken.mailbox, taken.stored
    grant = taken.grant.renewed(tokens)
    lives = lifetimes.of(tokens, grant.client, asked, stored.grant_until)
    sealed = context.vault.seal(grant.text(), f"grant/{mailbox.address}")
    with context.database.write() as conn:
        mailboxes.lock(conn, [mailbox.id])  # before its grant, as everybody does
        wanted = grants.waited_for(conn, stored)  # not as it was when it was taken: providers may be slow
        new = grants.renewed(conn, stored, sealed, lives)
        if new and wanted:
            mailboxes.schedule_turn(conn, [mailbox.id], context.clock.now())  # it waits for nothing else
    return new


def _give_up(context: Context, taken: _Taken, refusal: TokenRefusal) -> None:
    """Only a person can mend it: nothing leaves, and the server is not asked any more."""
    lost = taken.interrupted and bool(taken.grant.refresh_token)  # nothing else is voided by being shown
    why = reason(refusal, interrupted=lost, connected=not taken.grant.refresh_token)
    with context.database.write() as conn:
        mailboxes.lock(conn, [taken.mailbox.id])
        if not grants.refused(conn, taken.stored, Text.prose(refusal.words)):
            return
        mailboxes.pause(conn, taken.mailbox.id, why, context.clock.now(), locked_out=True)


def reason(refusal: TokenRefusal, *, interrupted: bool, connected: bool) -> Reason:
    """Why a mailbox sends nothing whose grant is not renewed any more; of one that an administrator `connected`, its owner cannot mend
    that. Pure."""
    if connected:
        return because(Code.CONNECTION_REFUSED, said=refusal.words)
    if refusal.about is RefusedPart.CLIENT:
        return because(Code.CLIENT_REFUSED, said=refusal.words)
    return because(Code.SIGN_IN_CUT_OFF if interrupted else Code.SIGN_IN_REFUSED, said=refusal.words)


def doubted(context: Context, account: Account | None, mailbox: Mailbox, words: Text) -> int | None:
    """The version of a mailbox's grant whose refused login is no verdict yet: its access token may have been withdrawn or have run
    out early, and a new one is asked for. None: it is one, as is that of a token that was asked for so."""
    if account is None or mailbox.sign_in != SignInKind.OAUTH or words.code != SentenceCode.LOGIN_REFUSED:
        return None
    with context.database.write() as conn:
        stored = grants.of(conn, mailbox.id)
        if stored is None or stored.renew_at is None:
            return None
        if context.grant(mailbox, stored).access_token != account.credentials.secret:
            return stored.version - 1  # renewed meanwhile
        if 0 < stored.doubted == stored.version - 1:
            return None
        grants.doubt(conn, stored)
    return stored.version
