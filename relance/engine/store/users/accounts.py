"""Users: one row each, never deleted, so that what they did keeps its name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from relance import errors
from relance.complete import stored
from relance.engine.db.tables import user_account
from relance.engine.roles import Role, Viewer
from relance.wording import Text


@dataclass(frozen=True)
class User:
    """Somebody who may sign in. Times are machine time."""

    id: int
    email: str
    name: str
    role: Role
    language: str
    active: bool
    created_at: dt.datetime
    visited_at: dt.datetime | None
    visit_before: dt.datetime | None
    password: str = field(repr=False)  # its hash; empty: none is set
    totp: bytes | None = field(repr=False)  # sealed
    totp_step: int | None = None

    @property
    def viewer(self) -> Viewer:
        """As decisions need to know them."""
        return Viewer(self.id, self.email, self.role, self.name, self.language)


_COLUMNS = [column for column in user_account.c if column.name in User.__dataclass_fields__]


def add(conn: Connection, email: str, role: Role, now: dt.datetime) -> int:
    """A new user without a password; returns their number."""
    row = {"email": email, "role": role.value, "created_at": now}
    done = conn.execute(sa.insert(user_account).values(**row).returning(user_account.c.id))
    return int(done.scalar_one())


def by_email(conn: Connection, email: str) -> User | None:
    """The user who has this address (lower case)."""
    found = conn.execute(sa.select(*_COLUMNS).where(user_account.c.email == email)).one_or_none()
    return _user(found) if found else None


def by_id(conn: Connection, number: int) -> User:
    """Raises `errors.NotFound`."""
    found = conn.execute(sa.select(*_COLUMNS).where(user_account.c.id == number)).one_or_none()
    if found is None:
        raise errors.NotFound(Text("There is no such user. The Users page shows all users."))
    return _user(found)


def list_all(conn: Connection) -> list[User]:
    """All users by address; there are tens of them, not thousands."""
    return [_user(row) for row in conn.execute(sa.select(*_COLUMNS).order_by(user_account.c.email))]


def change(conn: Connection, number: int, **values: Any) -> None:
    """Write these columns."""
    conn.execute(sa.update(user_account).where(user_account.c.id == number).values(**values))


def managers(conn: Connection) -> int:
    """How many active managers there are."""
    asked = sa.select(sa.func.count()).where(
        user_account.c.role == Role.MANAGER.value, user_account.c.active, user_account.c.password != ""
    )
    return int(conn.execute(asked).scalar_one())


def anybody(conn: Connection) -> bool:
    """Whether anybody can sign in."""
    asked = sa.select(sa.exists().where(user_account.c.active, user_account.c.password != ""))
    return bool(conn.execute(asked).scalar_one())


def taken_step(conn: Connection, number: int, step: int) -> bool:
    """Mark a code's time step as used; False where it, or a later one, was used before."""
    table = user_account.c
    fresh = sa.or_(table.totp_step.is_(None), table.totp_step < step)
    done = conn.execute(sa.update(user_account).where(table.id == number, fresh).values(totp_step=step))
    return done.rowcount == 1


def _user(row: Row[Any]) -> User:
    values = dict(row._mapping)
    return User(**{**values, "role": stored(Role, values["role"])})
