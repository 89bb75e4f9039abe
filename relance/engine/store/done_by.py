"""Who does what is being done, as a reason keeps it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.reasons import BY, BY_KIND, Code, Reason, because
from relance.engine.store import events
from relance.engine.store.users import accounts
from relance.wording import Text


def done(conn: Connection, code: Code, **params: Any) -> Reason:
    """The reason of that code, which names who acts now: a user by their full name, where they gave one."""
    actor = events.acting(conn)
    return because(code, **{**params, BY: named(conn, actor), BY_KIND: actor.kind.value})


def named(conn: Connection, actor: Actor) -> Text | str:
    """How people call an actor: a user by their full name, where they gave one."""
    if actor.kind is ActorKind.USER and (user := accounts.by_email(conn, actor.name)) is not None:
        return user.name or actor.name
    return actor.named()
