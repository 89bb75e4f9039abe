"""Keeping users: invited by a link, given a password, changed, signed out, shut out. Each change is in the audit log."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.event_log import actors
from relance.engine.roles import Role
from relance.engine.store.users import accounts, audit, sessions
from relance.engine.store.users.accounts import User
from relance.engine.store.users.audit import AuditEntry, AuditFilter
from relance.engine.store.users.sessions import Session
from relance.engine.users import passwords, sign_in, totp
from relance.engine.users.sign_in import Origin
from relance.mailbox import address
from relance.wording import Text, languages
from relance.wording.sentence_codes import SentenceCode

LONGEST_NAME = 100
LINK_LASTS = dt.timedelta(hours=24)


@dataclass(frozen=True)
class UserView:
    """Somebody who may sign in, or is invited to. Times are machine time."""

    id: int
    email: str
    name: str
    role: Role
    active: bool
    joined: bool  # whether a password is set
    second_factor: bool
    visited_at: dt.datetime | None
    invited_until: dt.datetime | None  # how long the link that was made for them is good


@dataclass(frozen=True)
class Invitation:
    """A link for one person, to be used once: what stands behind the console's address."""

    email: str
    role: Role
    path: str
    until: dt.datetime


@dataclass(frozen=True)
class Profile:
    """What somebody sees of themselves."""

    user: UserView
    language: str
    sessions: tuple[Session, ...]


def anybody(context: Context) -> bool:
    """Whether there is anybody who can sign in."""
    with context.database.read() as conn:
        return accounts.anybody(conn)


def page(context: Context) -> list[UserView]:
    """All users by address."""
    with context.database.read() as conn:
        links = sessions.open_invitations(conn, machine_now())
        return [_view(each, links.get(each.id)) for each in accounts.list_all(conn)]


def invite(context: Context, email: str, role: str | None = None) -> Invitation:
    """Make a link by which somebody sets a password. The first one is a manager, others salespeople unless said otherwise.

    For somebody who has a password it is the way back: it sets a new one, and the second factor is asked for no more.
    Raises `errors.Invalid` for an address or a role that is none.
    """
    found = address.normalise(email, allow_test_domains=context.options.allow_test_domains).normalised
    now, token = machine_now(), secrets.token_urlsafe(24)
    with context.database.write() as conn:
        user = accounts.by_email(conn, found)
        wanted = _role(role) if role else (user.role if user else _first_role(conn))
        if user is None:
            user = accounts.by_id(conn, accounts.add(conn, found, wanted, now))
        else:
            _keep_a_manager(conn, user, wanted, active=True)
            accounts.change(conn, user.id, role=wanted.value, active=True)
        sessions.invite(conn, user.id, sign_in.digest(token), now, now + LINK_LASTS)
        audit.write(conn, "users.invite", found, now, after={"role": wanted.value})
    return Invitation(found, wanted, f"/welcome/{token}", now + LINK_LASTS)


def invited(context: Context, token: str) -> UserView | None:
    """Whom a link is for; None where it is not good, or no longer."""
    with context.database.read() as conn:
        number = sessions.invited(conn, sign_in.digest(token), machine_now())
        return None if number is None else _view(accounts.by_id(conn, number), None)


def accept(context: Context, token: str, name: str, password: str, origin: Origin) -> str:
    """Use a link: set the password, end older sessions, and sign in; returns what the cookie is to hold.

    Raises `errors.NotFound` where the link is not good, `errors.Invalid` for the password; the link stays good then.
    """
    known = invited(context, token)
    if known is None:
        raise errors.NotFound(_LINK_OVER)
    called = _called(name)
    passwords.require_good(password, known.email, called)
    stored, now = passwords.hashed(password), machine_now()
    with context.database.write() as conn:
        number = sessions.use_invitation(conn, sign_in.digest(token), now)
        if number is None:
            raise errors.NotFound(_LINK_OVER)
        sessions.end(conn, number)
        accounts.change(conn, number, password=stored, name=called, totp=None, totp_step=None)
        user = accounts.by_id(conn, number)
        with actors.acting(sign_in.acting(user)):
            audit.write(conn, "users.accept", user.email, now)
            return sign_in.begin(conn, user, origin, now)


def _called(name: str) -> str:
    """A name as it is kept."""
    found = " ".join(name.split())
    if len(found) > LONGEST_NAME:
        longer = Text("The name is longer than {most} characters.", most=LONGEST_NAME).coded(
            SentenceCode.VALUE_TOO_LONG
        )
        raise errors.Invalid([errors.Problem(longer, where="name")])
    return found


_LINK_OVER = Text(
    "This link has been used, or is older than 24 hours. Ask for a new one: a manager can create it on the Users page."
)


def change(context: Context, email: str, *, role: str | None = None, active: bool | None = None) -> UserView:
    """Change a user's role, or shut them out (which ends their sessions) or let them in again.

    Raises `errors.WrongUse` where no manager would be left.
    """
    now = machine_now()
    with context.database.write() as conn:
        user = named(conn, email)
        wanted = _role(role) if role else user.role
        allowed = user.active if active is None else active
        _keep_a_manager(conn, user, wanted, active=allowed)
        accounts.change(conn, user.id, role=wanted.value, active=allowed)
        if not allowed or wanted is not user.role:
            sessions.end(conn, user.id)
        before, after = _told(user.role, user.active), _told(wanted, allowed)
        audit.write(conn, "users.change", user.email, now, before=before, after=after)
        return _view(accounts.by_id(conn, user.id), None)


def end_sessions(context: Context, email: str) -> int:
    """Sign a user out everywhere; returns how many sessions that were."""
    with context.database.write() as conn:
        user = named(conn, email)
        count = sessions.end(conn, user.id)
        if count:
            audit.write(conn, "users.sign_out", user.email, machine_now(), after={"sessions": count})
    return count


def log(
    context: Context, wanted: AuditFilter | None = None, *, before: int | None = None, limit: int = 50
) -> list[AuditEntry]:
    """The audit log, newest first: what fits a filter, before an entry."""
    with context.database.read() as conn:
        return audit.page(conn, wanted or AuditFilter(), before=before, limit=limit)


# What somebody does about themselves.


def profile(context: Context, number: int) -> Profile:
    """A user as they see themselves."""
    with context.database.read() as conn:
        user = accounts.by_id(conn, number)
        return Profile(_view(user, None), user.language, tuple(sessions.of_user(conn, number)))


def describe(context: Context, number: int, *, name: str | None = None, language: str | None = None) -> None:
    """Change one's own name or language (empty: as the browser asks). Raises `errors.Invalid`."""
    if language and language not in languages():
        raise errors.Invalid(Text("There is no such language."))
    values = {"name": _called(name) if name is not None else None, "language": language}
    wanted = {key: value for key, value in values.items() if value is not None}
    with context.database.write() as conn:
        user = accounts.by_id(conn, number)
        before = {key: getattr(user, key) for key in wanted}
        if before == wanted:
            return
        accounts.change(conn, number, **wanted)
        audit.write(conn, "users.describe", user.email, machine_now(), before=before, after=wanted)


def change_password(context: Context, number: int, old: str, new: str, *, keep: int) -> None:
    """Set a new password, and end every session but one. Raises `errors.Forbidden` for the old one, `errors.Invalid` for the new."""
    with context.database.read() as conn:
        user = accounts.by_id(conn, number)
    sign_in.require_password(context, user, old)
    passwords.require_good(new, user.email, user.name)
    stored = passwords.hashed(new)
    with context.database.write() as conn:
        accounts.change(conn, number, password=stored)
        sessions.end(conn, number, but=keep)
        audit.write(conn, "users.password", user.email, machine_now())


def sign_out(context: Context, number: int, session: int | None = None, *, but: int | None = None) -> None:
    """End one session of one's own, or all (but one)."""
    with context.database.write() as conn:
        user = accounts.by_id(conn, number)
        count = sessions.end(conn, number, session, but=but)
        if count:
            audit.write(conn, "session.end", user.email, machine_now(), after={"sessions": count})


def offer_second_factor(context: Context, number: int) -> tuple[str, str]:
    """A new key for an app, and the address that says so; nothing is stored before a code of it is typed."""
    with context.database.read() as conn:
        email = accounts.by_id(conn, number).email
    key = totp.new_key()
    return key, totp.address(key, email, "Relance")


def use_second_factor(context: Context, number: int, key: str, code: str, password: str) -> None:
    """From now on ask for a code of this key. Raises `errors.Forbidden` for a wrong password, `errors.Invalid` where the
    code is none of the key's."""
    with context.database.read() as conn:
        sign_in.require_password(context, accounts.by_id(conn, number), password)
    step = totp.step_of(key, code, machine_now().timestamp())
    if step is None:
        raise errors.Invalid(Text("This code is not valid. Type the one that the app shows now."))
    sealed = context.vault.seal(key, sign_in.totp_place(number))
    with context.database.write() as conn:
        user = accounts.by_id(conn, number)
        accounts.change(conn, number, totp=sealed, totp_step=step)
        audit.write(conn, "users.second_factor", user.email, machine_now(), after={"on": True})


def drop_second_factor(context: Context, number: int, password: str) -> None:
    """Ask for no code any more. Raises `errors.Forbidden` for a wrong password."""
    with context.database.read() as conn:
        user = accounts.by_id(conn, number)
    sign_in.require_password(context, user, password)
    with context.database.write() as conn:
        accounts.change(conn, number, totp=None, totp_step=None)
        audit.write(conn, "users.second_factor", user.email, machine_now(), after={"on": False})


def named(conn: Connection, email: str) -> User:
    """The user of an address. Raises `errors.NotFound`."""
    found = accounts.by_email(conn, email.strip().lower())
    if found is None:
        raise errors.NotFound(
            Text("There is no user {email}.", email=email),
            command=Text("`relance console invite {email}` adds one.", email=email),
            page=Text("The Users page shows all users."),
        )
    return found


def _first_role(conn: Connection) -> Role:
    return Role.SALESPERSON if accounts.anybody(conn) else Role.MANAGER


def _role(name: str) -> Role:
    errors.require_one_of(name, [each.value for each in Role])
    return Role(name)


def _keep_a_manager(conn: Connection, user: User, role: Role, *, active: bool) -> None:
    manages = user.role is Role.MANAGER and user.active and bool(user.password)
    if manages and not (active and role is Role.MANAGER) and accounts.managers(conn) == 1:
        raise errors.WrongUse(
            Text("{email} is the only manager. Make somebody else a manager first.", email=user.email)
        )


def _told(role: Role, active: bool) -> Mapping[str, Any]:
    return {"role": role.value, "active": active}


def _view(user: User, invited_until: dt.datetime | None) -> UserView:
    joined, second = bool(user.password), user.totp is not None
    return UserView(
        user.id,
        user.email,
        user.name,
        user.role,
        user.active,
        joined,
        second,
        user.visited_at,
        invited_until,
    )
