"""The rates of every mailbox, watched away from every mail; one with too many bounces, deferrals or complaints is paused."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.mailboxes.health import receiving
from relance.engine.mailboxes.health.rates import RateCounts, RateLimits, too_many
from relance.engine.mailboxes.health.receiving import Receiver
from relance.engine.reasons import Reason
from relance.engine.store.inbound import failures as stored_failures
from relance.engine.store.inbound.failures import FailureSpan
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.rates import counts as rates
from relance.engine.store.mailboxes.rates.counts import Counted
from relance.mailbox import tls


@dataclasses.dataclass(frozen=True)
class MailboxRate:
    """Results of the mails to one receiving provider or domain, or to all (both empty)."""

    domain: str
    sent: int
    bounced: int
    deferred: int
    complained: int
    answered: int
    receiver: str = ""  # the provider that receives, as people name it: it counts for all its domains


def limits(context: Context) -> RateLimits:
    """As they are set."""
    options = context.options
    return RateLimits(options.bounce_limit, options.deferral_limit, options.complaint_limit)


def show(context: Context, address: str) -> list[MailboxRate]:
    """The rates of a mailbox in the last seven days: of all mails, then by receiving provider or domain, most mails first."""
    span = dt.timedelta(days=limits(context).days)
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        counted = rates.since(conn, context.clock.now() - span, mailbox.id)
        found = _by_mailbox(conn, counted).get(mailbox.id, {})
    whole = sum(found.values(), RateCounts())
    order = sorted(found.items(), key=lambda each: (-each[1].sent, each[0]))
    return [_rate(who, each) for who, each in [(Receiver(""), whole), *order]]


def _rate(who: Receiver, counts: RateCounts) -> MailboxRate:
    domain, provider = ("", who.name) if who.many else (who.name, "")
    return MailboxRate(domain, **dataclasses.asdict(counts), receiver=provider)


def failures(context: Context, address: str) -> Mapping[str, int]:
    """Why mails of a mailbox were refused, put off or came back in the last seven days: how many of each reason, the most first."""
    now = context.clock.now()
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        span = FailureSpan(now - dt.timedelta(days=limits(context).days), now, mailbox_id=mailbox.id)
        return stored_failures.counts(conn, span)


def look(context: Context, stop: Callable[[], bool] = lambda: False) -> int:
    """Pause the mailboxes whose rates are too high; returns how many. What left before a person resumed one is not counted again.
    Then DNS is asked who receives for the domains written to."""
    span = dt.timedelta(days=limits(context).days)
    with context.database.read() as conn:
        counted = rates.since(conn, context.clock.now() - span)
        found = _by_mailbox(conn, counted)
        real = {each.id for each in mailboxes.list_all(conn) if not tls.is_loopback(each.smtp.host)}
    bad = [number for number, each in found.items() if _bad(each, limits(context))]
    paused = sum(_paused(context, number, context.clock.now() - span) for number in bad if not stop())
    receiving.ask(context, _written_to(counted, real), stop)
    return paused


def _written_to(counted: Counted, mailbox_ids: Collection[int]) -> list[str]:
    """The domains to which these mailboxes wrote, most mails first."""
    mails: Counter[str] = Counter()
    for (number, domain), counts in counted.items():
        if number in mailbox_ids:
            mails[domain] += counts["sent"]
    return [domain for domain, _ in mails.most_common()]


def _bad(by_receiver: Mapping[Receiver, RateCounts], borne: RateLimits) -> Reason | None:
    return too_many(((who.name, each) for who, each in by_receiver.items()), borne)


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
    return _bad(_by_mailbox(conn, rates.since(conn, since, number)).get(number, {}), borne)


def _by_mailbox(conn: Connection, counted: Counted) -> Mapping[int, Mapping[Receiver, RateCounts]]:
    receivers = receiving.by_domain(conn, {domain for _, domain in counted})
    found: dict[int, dict[Receiver, RateCounts]] = defaultdict(lambda: defaultdict(RateCounts))
    for (number, domain), counts in counted.items():
        found[number][receivers[domain]] += RateCounts(**counts)
    return found
