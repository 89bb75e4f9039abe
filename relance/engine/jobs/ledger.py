"""What is written while a job goes on: where it is, its results, and that somebody works on it."""

from __future__ import annotations

import contextlib
import datetime as dt
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.store import jobs
from relance.engine.store.jobs import Job
from relance.wording import Text

LEASE = dt.timedelta(seconds=60)
# Machine time: who writes nothing for so long has lost the job to whoever takes it up next. A batch lasts a second at most.
RENEW_SECONDS = 10.0
LONGEST_SECONDS = 600.0
# What is outside is waited for no longer: whoever hangs loses the job, like whoever dies.


@dataclass
class Ledger:
    """The record of one job under way. Each batch is recorded in its own transaction, so that nothing is counted twice."""

    context: Context
    job: Job
    done: int = 0
    total: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    place: Mapping[str, Any] = field(default_factory=dict)
    renewed: dt.datetime = field(default_factory=machine_now)

    def __post_init__(self) -> None:
        self.done, self.total = self.job.done, self.job.total
        self.counts, self.place = Counter(self.job.counts), self.job.place

    def record(
        self, conn: Connection, done: int, outcomes: Iterable[str], place: Mapping[str, Any], total: int = 0
    ) -> None:
        """So many more are dealt with, and these came of it; the next batch begins at `place`. Raises `errors.Superseded`
        where the job was cancelled or taken over: the batch is taken back, then."""
        self.done += done
        self.counts.update(outcomes)
        self.total, self.place = max(total, self.total, self.done), dict(place)
        values: dict[str, Any] = {"done": self.done, "counts": dict(+self.counts), "place": dict(place)}
        self._write(conn, **values, total=self.total, moved_at=machine_now(), tries=0)

    def expect(self, total: int) -> None:
        """So many will have to be dealt with."""
        self.total = total
        with self.context.database.write() as conn:
            self._write(conn, total=total)

    def live(self, *, at_once: bool = False) -> None:
        """Still at it, though nothing is done yet. Raises `errors.Superseded` as `record` does; `at_once`: whatever was said a moment ago."""
        if at_once or (machine_now() - self.renewed).total_seconds() > RENEW_SECONDS:
            with self.context.database.write() as conn:
                self._write(conn)

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """While somebody outside takes their time, the job stays with who works on it: for `LONGEST_SECONDS` at most, then it is another's."""
        over = threading.Event()
        keeper = threading.Thread(target=self._keep, args=(over,), name="job-keeper", daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def _keep(self, over: threading.Event) -> None:
        end = machine_now() + dt.timedelta(seconds=LONGEST_SECONDS)
        while not over.wait(RENEW_SECONDS) and machine_now() < end:
            try:
                self.live(at_once=True)
            except errors.Superseded:  # who works finds it out at the next word of it
                return
            except (
                errors.Trouble
            ):  # the database is away: the lease may lapse, and then somebody else goes on
                continue

    def note(self, conn: Connection, part: str, lines: Sequence[Any]) -> None:
        """Lines about this batch, as JSON; call before `record`."""
        jobs.add_lines(conn, self.job.id, part, self.done, lines)

    def _write(self, conn: Connection, **values: Any) -> None:
        now = machine_now()
        if not jobs.renew(conn, self.job.id, self.job.holder, held_until=now + LEASE, **values):
            raise errors.Superseded(Text("The work was cancelled, or another process has taken it over."))
        self.renewed = now
