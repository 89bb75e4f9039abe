"""Who may do what: permissions, the roles that have them, and whose rows somebody sees. Pure.

This is the one place where it is decided. `relance.app.permitted` asks it before anything is done for somebody who signed in,
whichever way they came.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum

from relance import errors
from relance.complete import complete
from relance.wording import Text


class Role(StrEnum):
    """What somebody is in an installation."""

    MANAGER = "manager"
    SALESPERSON = "salesperson"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What somebody may be allowed."""

    SELF = "self"  # one's own name, language, password and sessions
    LOOK = "look"  # people, mails, answers, tasks, reports: as far as one's scope goes
    WORK = "work"  # triage answers, do tasks, pause, resume and stop people: as far as one's scope goes
    CONTACTS = "contacts"  # add, import and change people, and put them on the do-not-contact list
    LIFT = "lift"  # take somebody off that list
    SEQUENCES = "sequences"  # publish and pause sequences
    MAILBOXES = "mailboxes"  # add, change, pause and remove mailboxes, and say whose they are
    OPERATE = "operate"  # settings, processes, a restored database
    USERS = "users"  # invite people, change roles, end sessions, read the audit log


_ALL = frozenset(Role)
_WORKS = frozenset({Role.MANAGER, Role.SALESPERSON})
_RUNS = frozenset({Role.MANAGER})

ROLES: Mapping[Permission, frozenset[Role]] = complete(
    Permission,
    {
        Permission.SELF: _ALL,
        Permission.LOOK: _ALL,
        Permission.WORK: _WORKS,
        Permission.CONTACTS: _WORKS,
        Permission.LIFT: _RUNS,
        Permission.SEQUENCES: _RUNS,
        Permission.MAILBOXES: _RUNS,
        Permission.OPERATE: _RUNS,
        Permission.USERS: _RUNS,
    },
)

ROLE_NAMES: Mapping[Role, Text] = complete(
    Role,
    {
        Role.MANAGER: Text.within("user role", "manager"),
        Role.SALESPERSON: Text.within("user role", "salesperson"),
        Role.VIEWER: Text.within("user role", "viewer"),
    },
)


def role_name(role: Role) -> Text:
    """A role as people read it; one that only a later release knows has no permission here, and no name."""
    return ROLE_NAMES.get(role) or Text.within("code", "of a later release")


@dataclass(frozen=True)
class Scope:
    """Whose rows somebody sees: everybody's (`user` is None), or what belongs to one user's own mailboxes."""

    user: int | None = None

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.user is None


EVERYBODY = Scope()
_LOOKING: ContextVar[Scope] = ContextVar("relance_scope", default=EVERYBODY)


def scope_now() -> Scope:
    """Whose rows whoever acts in this thread sees; everybody's unless somebody who signed in acts."""
    return _LOOKING.get()


@contextmanager
def seeing(scope: Scope) -> Iterator[None]:
    """What is listed and counted inside is kept to a scope (`relance.engine.store.scopes`)."""
    before = _LOOKING.set(scope)
    try:
        yield
    finally:
        _LOOKING.reset(before)


_SEES_ALL = frozenset({Role.MANAGER, Role.VIEWER})


@dataclass(frozen=True)
class Viewer:
    """Somebody who signed in, as far as decisions need to know them."""

    user: int
    email: str
    role: Role
    name: str = ""
    language: str = ""

    @property
    def scope(self) -> Scope:
        """Whose rows they see."""
        return EVERYBODY if self.role in _SEES_ALL else Scope(self.user)

    def may(self, permission: Permission) -> bool:
        """Whether their role has a permission."""
        return self.role in ROLES[permission]

    def require(self, permission: Permission) -> None:
        """Raises `errors.Forbidden` where their role does not have it."""
        if not self.may(permission):
            raise errors.Forbidden(
                Text("Your role ({role}) does not allow this. Ask a manager.", role=role_name(self.role))
            )
