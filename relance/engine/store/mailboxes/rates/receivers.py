"""At which provider a domain receives its mail, as DNS said when it was asked, and when it is asked again. Times are machine time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.engine.db import database
from relance.engine.db.prepared import among
from relance.engine.db.tables import receiving_domain


def of(conn: Connection, domains: Collection[str]) -> dict[str, str]:
    """The provider's name, of those of them that are known to be at one."""
    query = sa.select(receiving_domain.c.domain, receiving_domain.c.provider)
    query = query.where(among(receiving_domain.c.domain, domains), receiving_domain.c.provider != "")
    return {row.domain: row.provider for row in conn.execute(query)}


def due(conn: Connection, domains: Sequence[str], now: dt.datetime) -> list[str]:
    """Those of them that are to be asked for now, in their order."""
    query = sa.select(receiving_domain.c.domain).where(among(receiving_domain.c.domain, domains))
    rested = {row.domain for row in conn.execute(query.where(receiving_domain.c.due_at > now))}
    return [each for each in domains if each not in rested]


def answered(conn: Connection, providers: Mapping[str, str], now: dt.datetime, due_at: dt.datetime) -> None:
    """What DNS said: by domain the provider's name, empty where it is none that we know."""
    for domain, provider in sorted(providers.items()):
        _put(conn, domain, provider=provider, asked_at=now, due_at=due_at)


def silent(conn: Connection, domains: Collection[str], due_at: dt.datetime) -> None:
    """DNS did not answer: what it said before stays."""
    for domain in sorted(domains):
        _put(conn, domain, due_at=due_at)


def _put(conn: Connection, domain: str, **values: object) -> None:
    if database.insert_new(conn, receiving_domain, [{"domain": domain, **values}]) == 0:
        here = sa.update(receiving_domain).where(receiving_domain.c.domain == domain)
        conn.execute(here.values(**values))


def forget(conn: Connection, before: dt.datetime) -> None:
    """Domains that nobody has written to since."""
    conn.execute(sa.delete(receiving_domain).where(receiving_domain.c.due_at < before))
