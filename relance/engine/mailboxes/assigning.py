"""Whose a mailbox is, of those who sign in: a salesperson sees and works on what goes through their own."""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.db.tables import mailbox, user_account
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.users import audit
from relance.engine.users import service as users


def assign(context: Context, address: str, email: str | None) -> None:
    """From now on the mailbox is this user's (None: nobody's). Raises `errors.NotFound` for either."""
    with context.database.write() as conn:
        found = mailboxes.named(conn, address)
        user = users.named(conn, email) if email else None
        before = conn.execute(_OWNER.where(mailbox.c.id == found.id)).scalar_one_or_none()
        mailboxes.change(conn, found.id, user_id=user.id if user else None)
        after = {"user": user.email if user else None}
        audit.write(
            conn, "mailboxes.assign", found.address, machine_now(), before={"user": before}, after=after
        )


def owners(context: Context) -> Mapping[str, str]:
    """Whose each mailbox is: its address and the user's; those of nobody are left out."""
    query = sa.select(mailbox.c.address, user_account.c.email)
    with context.database.read() as conn:
        found = conn.execute(query.join(user_account, user_account.c.id == mailbox.c.user_id))
        return {row.address: row.email for row in found}


_OWNER = sa.select(user_account.c.email).join_from(
    mailbox, user_account, user_account.c.id == mailbox.c.user_id
)
