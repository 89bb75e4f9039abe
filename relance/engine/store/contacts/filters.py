"""People by where they stand: in a sequence or in none, what happened to it, by whose mailbox; and who may not be written to.

What is asked of enrollments is asked of those that whoever looks may see, so that no filter tells of another's.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db.tables import contact, enrollment, mailbox, sequence, suppression, user_account
from relance.engine.store import scopes
from relance.engine.store.contacts.search import fit_many


@dataclass(frozen=True)
class ContactFilter:
    """Which people are meant; every condition that is set must hold, of one and the same enrollment.

    `sequence`, `mailbox` and `owner` (of the mailbox, as they sign in) by name; `states` by their names ("replied"). `enrolled` is
    False for those who are not in any sequence. `suppressed`: who, or whose company, is on the do-not-contact list.
    """

    sequence: str = ""
    states: tuple[str, ...] = ()
    mailbox: str = ""
    owner: str = ""
    enrolled: bool | None = None
    suppressed: bool = False

    @property
    def of_enrollments(self) -> bool:
        """Whether people are found by their enrollments."""
        return bool(self.enrolled or any((self.sequence, self.states, self.mailbox, self.owner)))

    @property
    def scoped(self) -> bool:
        """Whether the filter alone leaves out a colleague's people: it asks for enrollments (the viewer's), or for none at all."""
        return self.of_enrollments or self.enrolled is False


def conditions(conn: Connection, wanted: ContactFilter) -> list[sa.ColumnElement[bool]]:
    """What a contact's row has to fulfil."""
    found = []
    if wanted.enrolled is False:
        found.append(scopes.nobody())
    elif wanted.of_enrollments:
        found.append(_stand(conn, _of_enrollments(conn, wanted)))
    if wanted.suppressed:
        found.append(_suppressed())
    return found


def _stand(conn: Connection, here: list[sa.ColumnElement[bool]]) -> sa.ColumnElement[bool]:
    """PostgreSQL knows by itself which way is shorter; SQLite is told."""
    of_them = sa.select(enrollment.c.id).where(enrollment.c.contact_id == contact.c.id, *here)
    if conn.dialect.name == "postgresql":
        return of_them.exists()
    if fit_many(conn, sa.select(enrollment.c.id).where(*here)):
        return of_them.exists()
    return contact.c.id.in_(sa.select(enrollment.c.contact_id).where(*here))


def _of_enrollments(conn: Connection, wanted: ContactFilter) -> list[sa.ColumnElement[bool]]:
    found = scopes.within(conn, enrollment.c.mailbox_id)
    if wanted.sequence:
        found.append(_named(enrollment.c.sequence_id, sequence.c.id, sequence.c.name == wanted.sequence))
    if wanted.states:
        found.append(enrollment.c.state.in_(wanted.states))
    if wanted.mailbox:
        address = wanted.mailbox.strip().lower()
        found.append(_named(enrollment.c.mailbox_id, mailbox.c.id, mailbox.c.address == address))
    if wanted.owner:
        user = sa.select(user_account.c.id).where(user_account.c.email == wanted.owner.strip().lower())
        own = mailbox.c.user_id == user.scalar_subquery()
        found.append(enrollment.c.mailbox_id.in_(sa.select(mailbox.c.id).where(own)))
    return found


def _named(
    column: sa.ColumnElement[int], key: sa.ColumnElement[int], named: sa.ColumnElement[bool]
) -> sa.ColumnElement[bool]:
    """A name that nobody has fits nobody: it is no secret which there are, nor told here."""
    return column == sa.select(key).where(named).scalar_subquery()


def _suppressed() -> sa.ColumnElement[bool]:
    value = suppression.c.value
    addresses = sa.select(value).where(suppression.c.kind == "address")
    domains = sa.select(value).where(suppression.c.kind == "domain")
    return sa.or_(contact.c.email.in_(addresses), contact.c.organisation.in_(domains))
