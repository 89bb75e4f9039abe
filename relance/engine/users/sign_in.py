"""Signing in: the password, the code of a second factor, how long to wait after tries that failed, and the session."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.engine import Connection

from relance import errors
from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.store.users import accounts, attempts, audit, sessions
from relance.engine.store.users.accounts import User
from relance.engine.store.users.attempts import Failures
from relance.engine.users import passwords, totp
from relance.wording import Text

IDLE = dt.timedelta(hours=24)
MAX_SESSION = dt.timedelta(days=14)
# A session ends when it was not used for so long, and in any case after so long.
SEEN_EVERY = dt.timedelta(seconds=60)
VISIT = dt.timedelta(hours=1)
# Who comes back after a longer pause than that begins a new visit.
HALF_WAY = dt.timedelta(minutes=5)
# From the password to the code.
OF_ACCOUNT, OF_NETWORK, OF_ANYWHERE = 5, 20, 100
# Tries that cost no wait; after them each doubles it: for an account from one network, for a network, and for an account
# from all networks together. The last is high, so that nobody who knows an address keeps its owner out, and does not concern
# the networks where its owner is signed in.
MAX_WAIT = dt.timedelta(minutes=15)


class SignInAnswer(StrEnum):
    """The result of a try."""

    IN = "in"
    CODE = "code"  # the password is right, and a code is asked for
    REFUSED = "refused"
    LATER = "later"  # too many tries: nothing was looked at


@dataclass(frozen=True)
class SignIn:
    """The result of a try. `token` is what the cookie holds, `half` what the second form brings back."""

    answer: SignInAnswer
    token: str = ""
    half: str = ""
    wait: dt.timedelta = dt.timedelta(0)


@dataclass(frozen=True)
class Origin:
    """Where somebody comes from, as far as it is kept."""

    network: str = ""  # a network, not an address
    browser: str = ""


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in, and by which session."""

    user: User
    session: int


def wait(counted: Failures | None, free: int, now: dt.datetime) -> dt.timedelta:
    """How long until the next try is looked at: nothing for the first `free`, then 2, 4, 8 … seconds. Pure."""
    if counted is None or counted.failures < free:
        return dt.timedelta(0)
    pause = min(dt.timedelta(seconds=2 ** min(counted.failures - free + 1, 20)), MAX_WAIT)
    return max(dt.timedelta(0), counted.at + pause - now)


def sign_in(context: Context, email: str, password: str, origin: Origin) -> SignIn:
    """Try a password. Says the same of an address nobody has as of a wrong password, and takes as long."""
    email = email.strip().lower()
    with context.database.read() as conn:
        user = accounts.by_email(conn, email)
        known = sessions.known_network(conn, user.id if user else 0, origin.network)
    parties = _parties(email, origin, known=known)
    left = counted(context, parties)
    if left:
        return SignIn(SignInAnswer.LATER, wait=left)
    stored = user.password if user is not None and user.active else ""
    if not passwords.fits(password, stored) or user is None:
        _refused(context, user, origin)
        return SignIn(SignInAnswer.REFUSED)
    if user.totp is not None:
        return SignIn(SignInAnswer.CODE, half=_half(context, user, machine_now()))
    return _let_in(context, user, origin, parties)


def finish(context: Context, half: str, code: str, origin: Origin) -> SignIn:
    """The second form: the code that belongs to a password that was right a few minutes ago."""
    user = _half_way(context, half)
    if user is None or user.totp is None:
        return SignIn(SignInAnswer.REFUSED)
    with context.database.read() as conn:
        known = sessions.known_network(conn, user.id, origin.network)
    parties = _parties(user.email, origin, known=known)
    left = counted(context, parties)
    if left:
        return SignIn(SignInAnswer.LATER, half=half, wait=left)
    if not take_code(context, user, code):
        _refused(context, user, origin, "session.code_refused")
        return SignIn(SignInAnswer.CODE, half=half)
    return _let_in(context, user, origin, parties)


def take_code(context: Context, user: User, code: str) -> bool:
    """Whether this is a code of the user's second factor that was not taken before."""
    if user.totp is None:
        return False
    key = context.vault.open(user.totp, totp_place(user.id))
    step = totp.step_of(key, code, machine_now().timestamp())
    if step is None:
        return False
    with context.database.write() as conn:
        return accounts.taken_step(conn, user.id, step)


def totp_place(number: int) -> str:
    """Where the vault keeps a user's second factor."""
    return f"totp/{number}"


def signed_in(context: Context, token: str, *, visiting: bool = True) -> SignedIn | None:
    """Who a cookie stands for; None where the session is over or the user may not sign in any more. `visiting`: a person
    asks; a page that renews itself is no visit, however long it stays open."""
    now = machine_now()
    with context.database.read() as conn:
        session = sessions.by_token(conn, digest(token))
        if session is None or session.seen_at + IDLE < now or session.created_at + MAX_SESSION < now:
            return None
        user = accounts.by_id(conn, session.user_account_id)
    if not user.active:
        return None
    visits = visiting and (user.visited_at is None or now - user.visited_at > SEEN_EVERY)
    if visits or now - session.seen_at > SEEN_EVERY:
        user = _seen(context, user, session.id, now, visits=visits)
    return SignedIn(user, session.id)


def begin(conn: Connection, user: User, origin: Origin, now: dt.datetime) -> str:
    """A session of a user whose identity is proved; returns what the cookie is to hold."""
    token = secrets.token_urlsafe(32)
    sessions.forget(conn, created_before=now - MAX_SESSION, seen_before=now - IDLE)
    sessions.begin(conn, user.id, digest(token), now, network=origin.network, browser=origin.browser)
    accounts.change(conn, user.id, **_visit(user, now))
    audit.write(conn, "session.begin", user.email, now, after={"network": origin.network})
    return token


def digest(token: str) -> str:
    """What is stored of a token: who reads the database cannot sign in by it."""
    return hashlib.sha256(token.encode()).hexdigest()


def acting(user: User) -> Actor:
    """A user, as events and the audit log name them."""
    return Actor(ActorKind.USER, user.email)


def require_password(context: Context, user: User, password: str) -> None:
    """Somebody who is signed in proves that it is them. Raises `errors.Forbidden` for a wrong one, and after many of them."""
    party = {digest(f"proof {user.id}"): OF_ACCOUNT}
    left = counted(context, party)
    if left:
        raise errors.Forbidden(Text("Too many attempts. Wait {time}, then try again.", time=left))
    if not passwords.fits(password, user.password):
        with context.database.write() as conn:
            audit.write(conn, "users.proof_refused", user.email, machine_now())
        raise errors.Forbidden(Text("That is not your current password."))
    with context.database.write() as conn:
        attempts.forgive(conn, party)


def _refused(context: Context, user: User | None, origin: Origin, action: str = "session.refused") -> None:
    """A try that failed is written down; an address that nobody has is not: people type passwords into the wrong field."""
    with context.database.write() as conn:
        after = {"network": origin.network}
        audit.write(conn, action, user.email if user else "", machine_now(), after=after)


def _let_in(context: Context, user: User, origin: Origin, parties: Mapping[str, int]) -> SignIn:
    with actors.acting(acting(user)), context.database.write() as conn:
        attempts.forgive(conn, parties)
        return SignIn(SignInAnswer.IN, token=begin(conn, user, origin, machine_now()))


def _parties(email: str, origin: Origin, *, known: bool) -> Mapping[str, int]:
    """What tries are counted against, whether there is such an account or not, with the tries that are free; not kept in words."""
    found = {
        digest(f"account {email} network {origin.network}"): OF_ACCOUNT,
        digest(f"network {origin.network}"): OF_NETWORK,
    }
    return found if known else {**found, digest(f"account {email}"): OF_ANYWHERE}


def counted(context: Context, parties: Mapping[str, int]) -> dt.timedelta:
    """How long to wait; where nothing is to be waited for, the try is counted. `parties`: the tries that are free to each."""
    now = machine_now()
    with context.database.write() as conn:
        failed = attempts.of(conn, parties)
        waits = [wait(failed.get(party), free, now) for party, free in parties.items()]
        if any(waits):
            return max(waits)
        attempts.count(conn, parties, now)
    return dt.timedelta(0)


def _seen(context: Context, user: User, session: int, now: dt.datetime, *, visits: bool) -> User:
    with context.database.write() as conn:
        sessions.seen(conn, session, now)
        if visits:
            accounts.change(conn, user.id, **_visit(user, now))
        return accounts.by_id(conn, user.id)


def _visit(user: User, now: dt.datetime) -> dict[str, dt.datetime | None]:
    new = user.visited_at is not None and now - user.visited_at > VISIT
    return {"visited_at": now, **({"visit_before": user.visited_at} if new else {})}


def _half(context: Context, user: User, now: dt.datetime) -> str:
    """The password was right: sealed, so that nobody else can say so, and good for a few minutes."""
    return context.vault.seal(f"{user.id} {(now + HALF_WAY).timestamp():.0f}", "half way in").hex()


def _half_way(context: Context, half: str) -> User | None:
    try:
        number, until = context.vault.open(bytes.fromhex(half), "half way in").split()
    except (ValueError, errors.Broken):
        return None
    if float(until) < machine_now().timestamp():
        return None
    with context.database.read() as conn:
        user = accounts.by_id(conn, int(number))
    return user if user.active else None
