"""The rates of every mailbox, watched away from every mail; one with too many bounces, deferrals or complaints is paused."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.mailboxes.health.rates import RateCounts, RateLimits, too_many
from relance.engine.reasons import Reason
from relance.engine.store.mailboxes import mailboxes, rates
from relance.engine.store.mailboxes.rates import Counted


@dataclasses.dataclass(frozen=True)
class MailboxRate:
    """Results of the mails to one receiving domain, or to all (`domain` empty)."""

    domain: str
    sent: int
    bounced: int
    deferred: int
    complained: int
    answered: int


def limits(context: Context) -> RateLimits:
    """As they are set."""
    options = context.options
    return RateLimits(options.bounce_limit, options.deferral_limit, options.complaint_limit)


def show(context: Context, address: str) -> list[MailboxRate]:
    """The rates of a mailbox in the last seven days: of all mails, then by receiving domain, most mails first."""
    span = dt.timedelta(days=limits(context).days)
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        found = _by_mailbox(rates.since(conn, context.clock.now() - span, mailbox.id)).get(mailbox.id, {})
    whole = sum(found.values(), RateCounts())
    order = sorted(found.items(), key=lambda each: (-each[1].sent, each[0]))
    return [MailboxRate(domain, **dataclasses.asdict(each)) for domain, each in [("", whole), *order]]


def look(context: Context, stop: Callable[[], bool] = lambda: False) -> int:
    """Pause the mailboxes whose rates are too high; returns how many. What left before a person resumed one is not counted again."""
    span = dt.timedelta(days=limits(context).days)
    with context.database.read() as conn:
        found = _by_mailbox(rates.since(conn, context.clock.now() - span))
    bad = [number for number, each in found.items() if too_many(each.items(), limits(context))]
    return sum(_paused(context, number, context.clock.now() - span) for number in bad if not stop())


def _paused(context: Context, number: int, since: dt.datetime) -> bool:
    with context.database.write() as conn:
        mailboxes.lock(conn, [number])
        if mailboxes.by_id(conn, number).state != "active":
            return False
        why = _reason(conn, number, rates.resumed_at(conn, number, since) or since, limits(context))
        if why is None:
            return False
        mailboxes.pause(conn, number, why, context.clock.now())
        return True


def _reason(conn: Connection, number: int, since: dt.datetime, borne: RateLimits) -> Reason | None:
    return too_many(_by_mailbox(rates.since(conn, since, number)).get(number, {}).items(), borne)


def _by_mailbox(counted: Counted) -> Mapping[int, Mapping[str, RateCounts]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    for (number, domain), counts in counted.items():
        found[number][domain] = RateCounts(**counts)
    return found
