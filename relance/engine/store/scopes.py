"""Lists kept to what somebody may see: the rows of their own mailboxes, and people nobody else writes to.

A list that a salesperson may open adds these conditions; for everybody else they are none.
"""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine import roles
from relance.engine.db.prepared import among
from relance.engine.db.tables import contact, enrollment, inbound, mailbox, message, task
from relance.engine.roles import Scope


def mailboxes(conn: Connection, scope: Scope | None = None) -> tuple[int, ...] | None:
    """The mailboxes whose rows are seen; None: all of them. A salesperson has a few."""
    seen = roles.scope_now() if scope is None else scope
    if seen.everything:
        return None
    return tuple(conn.execute(sa.select(mailbox.c.id).where(mailbox.c.user_id == seen.user)).scalars())


def within(
    conn: Connection, column: sa.ColumnElement[int] | sa.ColumnElement[int | None]
) -> list[sa.ColumnElement[bool]]:
    """Conditions that keep rows to those mailboxes; none where all are seen."""
    own = mailboxes(conn)
    return [] if own is None else [column.in_(own)]


def of_enrollments(conn: Connection, column: sa.ColumnElement[int]) -> list[sa.ColumnElement[bool]]:
    """Conditions that keep rows to the enrollments of those mailboxes, by their numbers: an index alone tells these."""
    own = mailboxes(conn)
    if own is None:
        return []
    return [column.in_(sa.select(enrollment.c.id).where(enrollment.c.mailbox_id.in_(own)))]


def people(conn: Connection, scope: Scope | None = None) -> list[sa.ColumnElement[bool]]:
    """The same for contacts: who is (or was) written to by those mailboxes, and whom nobody writes to yet."""
    own = mailboxes(conn, scope)
    return [] if own is None else [sa.or_(_theirs(own), nobody())]


def nobody() -> sa.ColumnElement[bool]:
    """Whether a contact is in no sequence: by an index, in the order of addresses, and then by the enrollments, which decide."""
    of_them = sa.select(enrollment.c.id).where(enrollment.c.contact_id == contact.c.id)
    return sa.and_(contact.c.enrolled_at.is_(None), of_them.limit(1).scalar_subquery().is_(None))


def _theirs(own: Sequence[int]) -> sa.ColumnElement[bool]:
    # A value and not `exists`: PostgreSQL would read all enrollments of these mailboxes for one page.
    of_them = sa.select(enrollment.c.id).where(enrollment.c.contact_id == contact.c.id)
    return of_them.where(enrollment.c.mailbox_id.in_(own)).limit(1).scalar_subquery().is_not(None)


FEW = 4000
# People of one's own who are looked up by number; of more, a page is soon full whatever its order.


def people_apart(conn: Connection) -> list[sa.ColumnElement[bool]]:
    """The same as one condition for each way to find them, so that a page is not looked for among everybody's: nobody fits two."""
    own = mailboxes(conn)
    if own is None:
        return [sa.true()]
    written_to = enrollment.c.mailbox_id.in_(own)
    # Counted first, which an index alone tells.
    many = conn.execute(sa.select(enrollment.c.id).where(written_to).limit(1).offset(FEW)).first()
    if many is not None:
        return [nobody(), _theirs(own)]
    numbers = set(conn.execute(sa.select(enrollment.c.contact_id).where(written_to)).scalars())
    return [nobody(), among(contact.c.id, sorted(numbers))]


def written_to(conn: Connection, numbers: Sequence[int]) -> set[int]:
    """Those of these contacts who are (or were) written to by those mailboxes."""
    own = mailboxes(conn)
    if own is None or not numbers:
        return set(numbers)
    of_them = sa.select(enrollment.c.contact_id).where(among(enrollment.c.contact_id, sorted(numbers)))
    return set(conn.execute(of_them.where(enrollment.c.mailbox_id.in_(own))).scalars().all())


def has_person(conn: Connection, scope: Scope, email: str) -> bool:
    """Whether an address (as it is stored) is one of those people's."""
    known = sa.select(contact.c.id).where(contact.c.email == email)
    return conn.execute(known.where(*people(conn, scope))).first() is not None


def of_others(conn: Connection, emails: Sequence[str]) -> set[str]:
    """Those of these addresses (as they are stored) that are people of others alone: a salesperson neither sees nor changes them."""
    if mailboxes(conn) is None or not emails:
        return set()
    known = sa.select(contact.c.email).where(contact.c.email.in_(emails))
    seen = set(conn.execute(known.where(*people(conn))).scalars())
    return set(conn.execute(known).scalars()) - seen


def has_rows(conn: Connection, scope: Scope, noun: str, numbers: Sequence[int]) -> bool:
    """Whether all of these rows (`answer`, `message`, `task`, `enrollment`) are of those mailboxes; those that are not there are not."""
    own = mailboxes(conn, scope)
    if own is None:
        return True
    key, of, joined = _ROWS[noun]
    asked = sa.select(sa.func.count()).select_from(joined).where(key.in_(numbers), of.in_(own))
    return int(conn.execute(asked).scalar_one()) == len(set(numbers))


_ROWS = {
    "answer": (inbound.c.id, inbound.c.mailbox_id, inbound),
    "message": (message.c.id, message.c.mailbox_id, message),
    "enrollment": (enrollment.c.id, enrollment.c.mailbox_id, enrollment),
    "task": (
        task.c.id,
        enrollment.c.mailbox_id,
        task.join(enrollment, enrollment.c.id == task.c.enrollment_id),
    ),
}
