"""Whose a mailbox may be."""

from __future__ import annotations

from relance.console.visit import Visit
from relance.engine.roles import Permission
from relance.engine.users.service import UserView


def possible_owners(visit: Visit) -> list[UserView]:
    """Who may be chosen; nobody, where whoever looks may not say whose a mailbox is."""
    if not (visit.me.may(Permission.MAILBOXES) and visit.me.may(Permission.USERS)):
        return []
    return [each for each in visit.app.users.list() if each.active]
