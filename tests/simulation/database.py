"""The database as the engine under way sees it: anything may happen before a transaction, in it, and at its commit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.db.database import Database
from tests.simulation import silence
from tests.simulation.sim import Sim


class Base(Database):
    """The database as one process sees it: anything may happen before a transaction, and at its commit."""

    def __init__(self, sim: Sim, real: Database) -> None:
        self.sim = sim
        self.url, self.dialect, self.engine = real.url, real.dialect, real.engine

    @contextmanager
    def read(self) -> Iterator[Connection]:
        self.sim.step("read")
        with silence.of_database(self.sim) as fate, self._inside(), super().read() as conn:
            fate.befalls(conn)
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        asked = self.sim.now
        self.sim.step("write")
        fault = self.sim.rng.choice(("undone", "unheard")) if self.sim.chance(self.sim.profile.commit) else ""
        with silence.of_database(self.sim, writes=True) as fate:
            with self._inside(), super().write() as conn:
                self.sim.me.commits.clear()
                fate.befalls(conn)
                yield conn
                if fault == "undone":
                    self._lost("before the commit")
                fate.ends()
            self._committed(asked)
            if fault == "unheard":
                self._lost("after the commit")

    @contextmanager
    def _inside(self) -> Iterator[None]:
        actor = self.sim.me
        actor.in_transaction = True
        try:
            yield
        finally:
            actor.in_transaction = False

    def _committed(self, asked: dt.datetime) -> None:
        actor = self.sim.me
        actor.last_commit, actor.last_commit_at = self.sim.note("commits"), asked
        meant, actor.resolved = actor.resolved, None
        for note in (*actor.commits, *((meant,) if meant else ())):
            note(actor.last_commit)
        actor.commits.clear()

    def _lost(self, when: str) -> None:
        self.sim.world.faults[f"database lost {when}"] += 1
        self.sim.note(f"database lost {when}")
        raise errors.Unreachable(f"simulated: the database went away {when}")
