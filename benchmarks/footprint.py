"""What processes cost before they do anything: `python -m benchmarks.footprint`, or `make bench`.

The CPU of a command from its start to its end (`relance --help`, `relance status`), and the memory of a worker that waits for
work, as a user starts them, on an installation of two hundred mailboxes: one alone, and each of several under one command. The
limit is what its libraries weigh without the engine (`benchmarks.libraries`), in the same run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.sending import meters, stock
from relance import config
from relance.app import Relance, upgrade_database
from tests.servers import command, postgres, processes, redis

ROOT = Path(__file__).resolve().parents[1]
STATUS_BAR, IDLE_BAR = 0.4, 70.0
# Seconds of CPU, and megabytes (2**20) of resident memory.
READY_SECONDS = 60.0
SETTLE_SECONDS = 5.0
# Until a worker that is ready has asked the broker and the database whatever it asks first.
SEVERAL = 3


@dataclass(frozen=True)
class Figures:
    """Seconds of CPU, bytes of memory."""

    help: float
    status: float
    idle: int
    idle_alone: int  # without what other processes share with it
    several: int  # each of `SEVERAL` processes of one command
    several_alone: int
    libraries: int  # what a worker that waits has loaded, without the engine
    libraries_working: int  # and what it loads for its first mail


def main() -> int:
    options = _options()
    with _installation(options.database) as environment:
        idle, several = _idle(environment), _idle(environment, SEVERAL)
        helped, status = (_cpu(environment, options.rounds, words) for words in ("--help", "status"))
        found = Figures(helped, status, *idle, *several, *_libraries(environment))
    print(json.dumps(asdict(found), indent=2) if options.json else _words(options, found))
    return 0 if found.status <= STATUS_BAR and found.idle <= IDLE_BAR * 2**20 else 1


def _words(options: argparse.Namespace, found: Figures) -> str:
    return "\n".join(
        [
            f"{options.database}, the median of {options.rounds} runs",
            f"CPU of relance --help   {found.help:6.2f} s",
            f"CPU of relance status   {found.status:6.2f} s    the bar is {STATUS_BAR} s",
            f"a worker that waits     {found.idle / 2**20:6.1f} MB   the bar is {IDLE_BAR:.0f} MB",
            f"... what it has alone   {found.idle_alone / 2**20:6.1f} MB",
            f"its libraries alone     {found.libraries / 2**20:6.1f} MB   it is {found.idle / found.libraries:.2f} times that",
            f"... with a mail's       {found.libraries_working / 2**20:6.1f} MB",
            f"each of {SEVERAL} that wait     {found.several / 2**20:6.1f} MB   (worker --processes {SEVERAL})",
            f"... what it has alone   {found.several_alone / 2**20:6.1f} MB",
        ]
    )


def _cpu(environment: Mapping[str, str], rounds: int, *words: str) -> float:
    """The median of what a command uses of the CPU, its first run, which writes what Python compiles, left out."""
    return statistics.median([_once(environment, *words) for _ in range(rounds + 1)][1:])


def _once(environment: Mapping[str, str], *words: str) -> float:
    line = command.relance(*words)
    with Path(os.devnull).open("wb") as nowhere:
        output = [(os.POSIX_SPAWN_DUP2, nowhere.fileno(), number) for number in (1, 2)]
        pid = os.posix_spawn(line[0], line, environment, file_actions=output)
        _, _, used = os.wait4(pid, 0)
    return used.ru_utime + used.ru_stime


def _idle(environment: Mapping[str, str], several: int = 0) -> tuple[int, int]:
    """Of one worker, or of one of several: resident, and what it shares with nobody."""
    log = Path(environment["RELANCE_HOME"]) / f"worker{several}.log"
    words = ("--processes", str(several)) if several else ()
    process = processes.Process(
        processes.Program(command.relance("worker", *words), log, environment=environment)
    )
    try:
        process.wait_ready(lambda: len(_READY.findall(process.log())) > several, READY_SECONDS)
        time.sleep(SETTLE_SECONDS)
        ready = {int(pid) for pid in _READY.findall(process.log())}
        found = [meters.memory(pid) for pid in ready - ({process.pid} if several else set())]
        return max(whole for whole, _ in found), max(alone for _, alone in found)
    finally:
        process.stop(30.0)


def _libraries(environment: Mapping[str, str]) -> tuple[int, int]:
    where = (environment["RELANCE_DATABASE_URL"], environment["RELANCE_REDIS_URL"])
    line = [sys.executable, "-m", "benchmarks.libraries", *where]
    told = json.loads(subprocess.run(line, env=dict(environment), check=True, stdout=subprocess.PIPE).stdout)
    return told["idle"], told["working"]


_READY = re.compile(r": ready pid=(\d+)")


@contextlib.contextmanager
def _installation(database: str) -> Iterator[dict[str, str]]:
    """The environment of its commands."""
    with contextlib.ExitStack() as stack:
        folder = processes.scratch("footprint")
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = f"sqlite:///{folder / 'relance.db'}"
        if database == "postgresql":
            url = stack.enter_context(stack.enter_context(postgres.private()).fresh())
        broker = stack.enter_context(redis.private())
        config.make_home(folder / "home")
        settings = config.Settings(home=folder / "home", database_url=url)
        upgrade_database(settings)
        with Relance(settings) as relance:
            stock.fill(relance._context, 2000, 200, 1)
        yield {
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": str(ROOT),
            "RELANCE_HOME": str(settings.home),
            "RELANCE_DATABASE_URL": url,
            "RELANCE_REDIS_URL": broker.url,
        }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.footprint", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
