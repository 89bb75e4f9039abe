"""The normal case: many mailboxes with a pace, a mail a turn: `python -m benchmarks.paced`.

Each mailbox has two first mails due and a gap between them; their first turns are spread over one gap, so that as many mailboxes
fall due each second as in a day's work. What counts is the CPU of one mail, everything in, how long after its gap a second mail
leaves, and that a turn opens one connection. Behind them, in the same run, the same mailboxes send as many mails without a
gap: what a mail costs in bulk, which says more on a busy machine than any figure alone. Servers, scheduler and workers are
those of `benchmarks.send`. In small: `--mailboxes 200 --gap 20`.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from benchmarks import send
from benchmarks.sending import ground, meters, race, stock
from relance import config
from relance.app import Relance, upgrade_database
from relance.engine.db.database import Database
from relance.engine.db.tables import mailbox, message
from relance.engine.store.mailboxes import mailboxes

CPU_BAR, LAG_BAR = 0.006, 2.0
# Seconds of CPU a mail, and seconds behind their gap at the 99th percentile.
EACH = 2  # mails of one mailbox that keep its gap
BULK = 10  # ... and that leave at once, afterwards


@dataclass(frozen=True)
class Result:
    """Seconds of CPU by who spent them, and how late second mails were, in seconds."""

    costs: Mapping[str, float]
    lags: Sequence[float]
    sent: int
    bulk: float = 0.0  # seconds of CPU of one mail without a gap

    @property
    def cpu(self) -> float:
        return sum(self.costs.values()) / max(1, self.sent)

    @property
    def ratio(self) -> float:
        """Of a mail in bulk."""
        return self.cpu / self.bulk if self.bulk else float("nan")


def main() -> int:
    options = _options()
    lacking = ground.missing(options.database)
    if lacking:
        print("\n".join(lacking), file=sys.stderr)
        return 2
    with ground.laid(options.database) as servers:
        settings = send._settings(servers)
        _fill(servers, settings, options)
        result = _run(servers, settings, options)
    late = statistics.quantiles(result.lags, n=100)[98] if len(result.lags) > 1 else float("inf")
    print(_json(options, result, late) if options.json else _words(options, result, late))
    whole = result.sent >= options.mailboxes * EACH
    return 0 if whole and result.cpu <= CPU_BAR and late <= LAG_BAR else 1


def _fill(servers: ground.Ground, settings: config.Settings, options: argparse.Namespace) -> None:
    upgrade_database(settings)
    with Relance(settings) as relance:
        context = relance._context
        stock.fill(context, options.mailboxes * (EACH + BULK), options.mailboxes, servers.sink.port)
        with context.database.write() as conn:
            conn.execute(sa.update(mailbox).values(gap_seconds=options.gap))


def _run(servers: ground.Ground, settings: config.Settings, options: argparse.Namespace) -> Result:
    database, wanted = Database(settings.database_url), options.mailboxes * EACH
    with race._daemons(servers, settings, options.workers) as daemons:
        groups = {"workers": [pid for name, pid in daemons.items() if name.startswith("worker")]}
        groups |= {"scheduler": [daemons["scheduler"]]} | {
            name: [pid] for name, pid in servers.servers.items()
        }
        begun, began = servers.sink.taken(), settings.clock().now()
        paced = Phase(begun + wanted, 3 * options.gap + 120)
        costs, sent = _spent(servers, groups, paced, lambda: _call(database, began, options.gap))
        lags = _lags(database, options.gap)
        rest = options.mailboxes * BULK
        bulk = Phase(begun + wanted + rest, rest / send.SLOWEST + 60)
        others, many = _spent(servers, groups, bulk, lambda: _unpaced(database, settings.clock().now()))
    database.close()
    return Result(costs, lags, sent, sum(others.values()) / max(1, many))


@dataclass(frozen=True)
class Phase:
    """Until the sink has taken so many mails since it began, and so many seconds at most."""

    until: int
    seconds: float


def _spent(
    servers: ground.Ground, groups: Mapping[str, list[int]], phase: Phase, call: Callable[[], None]
) -> tuple[dict[str, float], int]:
    """Call the mailboxes and wait for the mails: the CPU by who spent it, and how many there were."""
    before, taken = race._costs(groups), servers.sink.taken()
    call()
    race._wait_for(lambda: servers.sink.taken() >= phase.until, phase.seconds)
    after, sent = race._costs(groups), servers.sink.taken() - taken
    costs: dict[str, meters.Cost] = {name: after[name] - before[name] for name in groups}
    return {name: cost.whole for name, cost in costs.items()}, sent


def _unpaced(database: Database, now: dt.datetime) -> None:
    with database.write() as conn:
        conn.execute(sa.update(mailbox).values(gap_seconds=0))
    stock.call(database, now)


def _call(database: Database, now: dt.datetime, gap: float) -> None:
    """First turns, spread over one gap."""
    with database.write() as conn:
        every = mailboxes.list_all(conn)
        for place, each in enumerate(every):
            at = now + dt.timedelta(seconds=gap * place / len(every))
            mailboxes.schedule_turn(conn, [each.id], at)


def _lags(database: Database, gap: float) -> list[float]:
    """How long after their gap second mails left."""
    query = sa.select(message.c.mailbox_id, message.c.transmitting_at).order_by(message.c.transmitting_at)
    left: dict[int, list[dt.datetime]] = {}
    with database.read() as conn:
        for number, at in conn.execute(query):
            left.setdefault(number, []).append(at)
    pairs = [times[:EACH] for times in left.values() if len(times) >= EACH]
    return [(second - first).total_seconds() - gap for first, second in pairs]


def _words(options: argparse.Namespace, result: Result, late: float) -> str:
    lines = [
        f"{options.mailboxes} mailboxes, a gap of {options.gap} s, {options.workers} workers, {options.database}",
        f"mails                 {result.sent:9}   of {options.mailboxes * EACH}",
        f"CPU a mail            {result.cpu * 1e3:9.1f}   ms; the bar is {CPU_BAR * 1e3:.0f}",
        *(f"  {name:20}{spent / max(1, result.sent) * 1e3:9.1f}" for name, spent in result.costs.items()),
        f"a mail in bulk        {result.bulk * 1e3:9.1f}   ms in the same run: a paced one costs {result.ratio:.1f} times that",
        f"behind their gap      {statistics.median(result.lags):9.2f}   s (p50), {late:.2f} s (p99); the bar is {LAG_BAR:.0f}",
    ]
    return "\n".join(lines)


def _json(options: argparse.Namespace, result: Result, late: float) -> str:
    told = {
        "options": vars(options),
        "costs": result.costs,
        "sent": result.sent,
        "cpu": result.cpu,
        "bulk": result.bulk,
        "ratio": result.ratio,
    }
    return json.dumps(told | {"p50": statistics.median(result.lags), "p99": late}, indent=2)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.paced", description=__doc__.splitlines()[0])
    parser.add_argument("--mailboxes", type=int, default=2000)
    parser.add_argument("--gap", type=int, default=60, help="seconds between two mails of a mailbox")
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
