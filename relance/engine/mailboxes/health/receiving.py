"""Who receives the mail of a domain: its MX records are asked for daily, for the domains that mails go to, and away from every mail.

A domain whose provider is not known, or not one of those we know, counts as itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance import clock
from relance.engine.context import Context
from relance.engine.store.mailboxes.rates import receivers
from relance.mailbox import providers

DAILY = dt.timedelta(days=1)
SOON = dt.timedelta(hours=1)  # where DNS was silent
FORGOTTEN = dt.timedelta(days=30)  # after the day on which a domain should have been asked for again
MOST_DOMAINS = 200  # domains of one round, those with the most mails first
SECONDS = 60.0  # for one round; what is left waits for the next


@dataclass(frozen=True, order=True)
class Receiver:
    """Whoever receives mail: a provider for many domains, or a domain for itself."""

    name: str  # the provider as people name it, or the domain
    many: bool = False  # a provider


@dataclass
class _Answers:
    """What DNS said in one round."""

    providers: dict[str, str] = field(default_factory=dict)
    silent: list[str] = field(default_factory=list)


def by_domain(conn: Connection, domains: Collection[str]) -> dict[str, Receiver]:
    """Who receives for each of these domains."""
    asked = receivers.of(conn, domains)
    return {each: _receiver(each, asked.get(each, "")) for each in domains}


def _receiver(domain: str, provider: str) -> Receiver:
    found = providers.of_domain(domain) or providers.KNOWN.get(provider)
    return Receiver(domain) if found is None else Receiver(found.receiver, many=True)


def ask(context: Context, domains: Sequence[str], stop: Callable[[], bool] = lambda: False) -> int:
    """Ask DNS about those of these domains for which it is due, the first first; returns how many there were. Waits for DNS, for a
    minute at most."""
    now = clock.machine_now()
    open_questions = [each for each in domains if providers.of_domain(each) is None]
    with context.database.read() as conn:
        wanted = receivers.due(conn, open_questions, now)[:MOST_DOMAINS]
    if not wanted:
        return 0
    said = _Answers()
    for domain in _in_time(wanted, stop):
        _ask(context, domain, said)
    with context.database.write() as conn:
        receivers.answered(conn, said.providers, now, now + DAILY)
        receivers.silent(conn, said.silent, now + SOON)
        receivers.forget(conn, now - FORGOTTEN)
    return len(said.providers) + len(said.silent)


def _in_time(domains: Sequence[str], stop: Callable[[], bool]) -> Iterator[str]:
    until = clock.elapsed() + SECONDS
    for domain in domains:
        if stop() or clock.elapsed() > until:
            return
        yield domain


def _ask(context: Context, domain: str, said: _Answers) -> None:
    answer = context.open_dns().ask(domain, "MX")
    if answer.silent:
        said.silent.append(domain)
        return
    found = providers.hosted(each.decode("ascii", "replace") for each in answer.records)
    said.providers[domain] = found.name if found else ""
