"""How fast mail leaves, and where the time goes: `python -m benchmarks.send`, or `make bench`.

Due first steps over many mailboxes without pace: personalised text and HTML with four tracked links. Worker processes and
a scheduler as in production, on a private PostgreSQL (fsync on) and a private Redis, into Postfix's smtp-sink. The limit
is smtp-source against the same sink in the same run, before and after: no content, no database, the same bytes a mail.

A worker under watch is a `relance worker` with clocks around its stages; they cost it about 1 %.

What it leaves out: TLS and login (the sink has neither) and IMAP (a first mail needs no look into the mailbox).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import platform
import sys
from dataclasses import asdict, dataclass

from benchmarks.sending import ground, meters, race, stages, stock
from relance import clock, config
from relance.app import Relance, upgrade_database

BAR = 0.04
# Of smtp-source's rate. A build that sends one mail a task with smtplib and an ORM reaches half of it.
SLOWEST = 50
# Mails a second; a run that is slower is given up.


@dataclass(frozen=True)
class Limits:
    """smtp-source before and after the run."""

    before: ground.Limit
    after: ground.Limit

    @property
    def rate(self) -> float:
        return (self.before.rate + self.after.rate) / 2

    @property
    def cpu(self) -> float:
        return (self.before.cpu + self.after.cpu) / 2


def main() -> int:
    options = _options()
    lacking = ground.missing(options.database)
    if lacking:
        print("\n".join(lacking), file=sys.stderr)
        return 2
    with ground.laid(options.database) as servers:
        settings = _settings(servers)
        _fill(servers, settings, options)
        before = servers.limit(options.mails, options.size)
        plan = race.Plan(options.mails, options.workers, options.mails / SLOWEST + 30)
        result = race.run(servers, settings, plan)
        limits = Limits(before, servers.limit(options.mails, result.size or options.size))
    show = _json if options.json else _words
    print(show(options, result, limits))
    return 0 if _right(options, result) else 1


def _settings(servers: ground.Ground) -> config.Settings:
    config.make_home(servers.folder / "home")
    return config.Settings(
        home=servers.folder / "home",
        database_url=servers.database_url,
        redis_url=servers.redis_url,
        base_url="https://go.sales.example",
        clock_origin=clock.machine_now(),
        clock_start=stock.MONDAY,
    )


def _fill(servers: ground.Ground, settings: config.Settings, options: argparse.Namespace) -> None:
    upgrade_database(settings)
    with Relance(settings) as relance:
        stock.fill(relance._context, options.mails, options.mailboxes, servers.sink.port)


def _right(options: argparse.Namespace, result: race.Result) -> bool:
    return result.taken == result.accepted == options.mails and result.doubled == 0


def _words(options: argparse.Namespace, result: race.Result, limits: Limits) -> str:
    rate = options.mails / result.seconds
    cpu = sum(cost.whole for cost in result.costs.values()) / options.mails
    what = f"{options.mails} mails of {result.size} bytes, {options.mailboxes} mailboxes, {options.workers} workers"
    return "\n".join(
        [
            f"{what}, {options.database}, Python {platform.python_version()}",
            "no TLS, no login, no IMAP (first mails need none); "
            + (
                "PostgreSQL with fsync on" if options.database == "postgresql" else "SQLite, synchronous=FULL"
            ),
            "",
            f"mails a second        {rate:9.0f}   in {result.seconds:.1f} s",
            f"smtp-source           {limits.rate:9.0f}   {limits.before.rate:.0f} before, {limits.after.rate:.0f} after",
            f"of smtp-source        {rate / limits.rate:9.1%}   the bar is {BAR:.0%}",
            f"the same by CPU       {limits.cpu / cpu:9.1%}   {limits.cpu * 1e6:.0f} us a mail against {cpu * 1e6:.0f}: steadier on a busy machine",
            f"peak memory           {max(result.memory) / 2**20:9.0f}   MiB, the larger worker",
            "",
            *_cpu(options.mails, result),
            "",
            *_stages(options.mails, result),
            "",
            _verdict(options, result),
        ]
    )


def _cpu(mails: int, result: race.Result) -> list[str]:
    lines = ["CPU a mail, us         whole      user    system"]
    for name, cost in result.costs.items():
        lines.append(_row(name, mails, cost))
    lines.append(_row("everything", mails, sum(result.costs.values(), meters.NOTHING)))
    return lines


def _row(name: str, mails: int, cost: meters.Cost) -> str:
    figures = (cost.whole, cost.user, cost.system)
    return f"{name:18}" + "".join(f"{figure / mails * 1e6:10.0f}" for figure in figures)


def _stages(mails: int, result: race.Result) -> list[str]:
    other = result.costs["workers"].whole - sum(result.stages.values())
    lines = ["workers by stage, us of CPU a mail"]
    for stage in stages.ORDER:
        lines.append(f"  {stage:16}{result.stages.get(stage, 0.0) / mails * 1e6:10.0f}")
    return [*lines, f"  {'broker and rest':16}{other / mails * 1e6:10.0f}"]


def _verdict(options: argparse.Namespace, result: race.Result) -> str:
    if _right(options, result):
        return f"checked: {result.taken} mails in the sink, {result.accepted} accepted in the database, each once"
    return (
        f"WRONG: of {options.mails} mails the sink took {result.taken}, the database calls {result.accepted} accepted, "
        f"{result.doubled} were offered twice; states: {dict(result.states)}"
    )


def _json(options: argparse.Namespace, result: race.Result, limits: Limits) -> str:
    rate = options.mails / result.seconds
    return json.dumps(
        asdict(result)
        | {
            "states": dict(result.states),  # `asdict` would count a Counter's items once more
            "options": vars(options),
            "mails_per_second": rate,
            "smtp_source": asdict(limits),
            "ratio": rate / limits.rate,
            "ratio_by_cpu": limits.cpu * options.mails / sum(cost.whole for cost in result.costs.values()),
            "right": _right(options, result),
            "python": platform.python_version(),
            "at": dt.datetime.now(dt.UTC).isoformat(),
        },
        indent=2,
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.send", description=__doc__.splitlines()[0])
    parser.add_argument("--mails", type=int, default=20_000)
    parser.add_argument("--mailboxes", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2, help="worker processes")
    parser.add_argument("--database", choices=("postgresql", "postgres", "sqlite"), default="postgresql")
    parser.add_argument("--size", type=int, default=4600, help="bytes of a mail for smtp-source's first run")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    options = parser.parse_args()
    options.database = "postgresql" if options.database == "postgres" else options.database
    return options


if __name__ == "__main__":
    sys.exit(main())
