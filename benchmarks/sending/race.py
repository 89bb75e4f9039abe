"""The run itself: workers and a scheduler of their own processes, from the first hint to the last recorded mail."""

from __future__ import annotations

import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from benchmarks.sending import meters, stock
from benchmarks.sending.ground import Ground
from relance import config
from relance.engine.db.database import Database
from relance.engine.db.tables import message
from relance.engine.states import MessageState
from tests.servers import command, ports, processes

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
DRAIN_SECONDS = 30.0


@dataclass(frozen=True)
class Result:
    """What was measured; costs are seconds of CPU, memory is bytes."""

    seconds: float
    costs: Mapping[str, meters.Cost]
    stages: Mapping[str, float]
    memory: tuple[int, ...]  # the peak of each worker
    taken: int  # mails the sink counted
    accepted: int  # messages the database calls accepted
    doubled: int  # steps with more than one accepted message, or mails offered more than once
    states: Mapping[str, int]
    size: int  # mean bytes of a mail


@dataclass(frozen=True)
class Plan:
    """How much, by how many, and for how long at most."""

    mails: int
    workers: int
    seconds: float


def run(ground: Ground, settings: config.Settings, plan: Plan) -> Result:
    """Start the workers, call every mailbox, wait for the last mail, and read what it cost."""
    database = Database(settings.database_url)
    with _daemons(ground, settings, plan.workers) as daemons:
        workers = [pid for name, pid in daemons.items() if name.startswith("worker")]
        groups = {"workers": workers, "scheduler": [daemons["scheduler"]]}
        groups |= {name: [pid] for name, pid in ground.servers.items()}
        before, taken = _costs(groups), ground.sink.taken()
        stock.call(database, settings.clock().now())
        started = time.perf_counter()
        _wait_for(lambda: ground.sink.taken() - taken >= plan.mails, plan.seconds)
        _wait_for(lambda: _states(database)[MessageState.ACCEPTED] >= plan.mails, DRAIN_SECONDS)
        seconds = time.perf_counter() - started
        after, memory = _costs(groups), tuple(map(meters.peak_memory, workers))
    costs = {name: after[name] - before[name] for name in groups}
    states, doubled, size = _states(database), _doubled(database), _size(database)
    database.close()
    return Result(
        seconds,
        costs,
        _stages(ground.folder),
        memory,
        ground.sink.taken() - taken,
        states[MessageState.ACCEPTED],
        doubled,
        states,
        size,
    )


@contextmanager
def _daemons(ground: Ground, settings: config.Settings, workers: int) -> Iterator[dict[str, int]]:
    """Process ids by name, every process ready; drained at the end."""
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "PYTHONPATH": str(ROOT),
        "RELANCE_HOME": str(settings.home),
        "RELANCE_DATABASE_URL": settings.database_url,
        "RELANCE_REDIS_URL": str(settings.redis_url),
        "RELANCE_CLOCK_ORIGIN": settings.clock_origin.isoformat(),
        "RELANCE_CLOCK_START": settings.clock_start.isoformat(),
        "RELANCE_LOG_LEVEL": "warning",
    }
    names = [*(f"worker{number}" for number in range(workers)), "scheduler"]
    started: dict[str, processes.Process] = {}
    try:
        for name in names:
            command = _command(name, ground.folder / f"{name}.stages")
            log = ground.folder / f"{name}.log"
            started[name] = processes.Process(processes.Program(command, log, environment=environment))
        for process in started.values():
            process.wait_ready(lambda process=process: ": ready" in process.log(), READY_SECONDS)  # type: ignore[misc]
        yield {name: process.pid for name, process in started.items()}
    finally:
        for process in started.values():
            process.stop(DRAIN_SECONDS)
        for name, process in started.items():
            words = process.log().splitlines()
            if len(words) > 2:
                print(f"{name} said:", *words[:40], sep="\n  ", file=sys.stderr)


def _command(name: str, stages: Path) -> list[str]:
    if name == "scheduler":
        return command.relance(name)
    return [sys.executable, "-m", "benchmarks.sending.hands", str(stages), "worker"]


def _wait_for(done: Callable[[], object], seconds: float) -> None:
    """Wait until it is done; what is not done by then shows in the figures."""
    try:
        ports.wait_until(done, seconds=seconds, what="the end")
    except TimeoutError:
        print(f"not done after {seconds:.0f} s", file=sys.stderr)


def _costs(groups: Mapping[str, list[int]]) -> dict[str, meters.Cost]:
    return {name: meters.cost(pids) for name, pids in groups.items()}


def _states(database: Database) -> Counter[str]:
    query = sa.select(message.c.state, sa.func.count()).group_by(message.c.state)
    with database.read() as conn:
        return Counter({state: count for state, count in conn.execute(query)})


def _doubled(database: Database) -> int:
    """Steps with two accepted mails, and mails that were marked for more than one attempt."""
    accepted = message.c.state == MessageState.ACCEPTED.value
    steps = (
        sa.select(message.c.enrollment_id).where(accepted).group_by(message.c.enrollment_id, message.c.step)
    )
    twice = sa.select(sa.func.count()).select_from(steps.having(sa.func.count() > 1).subquery())
    again = sa.select(sa.func.count()).where(message.c.attempts != 1)
    with database.read() as conn:
        return int(conn.execute(twice).scalar_one()) + int(conn.execute(again).scalar_one())


def _size(database: Database) -> int:
    with database.read() as conn:
        return int(conn.execute(sa.select(sa.func.avg(sa.func.length(message.c.raw)))).scalar_one() or 0)


def _stages(folder: Path) -> dict[str, float]:
    """Seconds of CPU by stage, over all workers."""
    sums: Counter[str] = Counter()
    for path in folder.glob("*.stages"):
        sums.update(json.loads(path.read_text()))
    return {stage: spent / 1e9 for stage, spent in sums.items()}
