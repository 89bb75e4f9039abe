"""Things that will be done at a business time, by a thread that waits for it, or by hand where time stands still."""

from __future__ import annotations

import datetime as dt
import heapq
import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from relance import clock as clocks

Deed = Callable[[], None]

LONGEST_WAIT = 5.0
# Machine seconds: a clock handed over from elsewhere may be set anew; look at it now and then.


@dataclass(order=True)
class Appointment:
    """One planned deed. `cancel` makes it void; a deed under way is not called back."""

    due: dt.datetime
    number: int
    deed: Deed = field(compare=False)
    void: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Do not do it after all."""
        self.void = True


class Agenda:
    """Deeds in order of their time; those of the same time in the order they were planned."""

    def __init__(self, clock: clocks.Clock) -> None:
        self._clock = clock
        self._changed = threading.Condition()
        self._heap: list[Appointment] = []
        self._numbers = itertools.count()
        self._under_way = 0
        self._thread: threading.Thread | None = None
        self._stopped = False

    def plan(self, due: dt.datetime, deed: Deed) -> Appointment:
        """Do `deed` at `due`, or at once where that is past. Deeds must not raise."""
        appointment = Appointment(due, next(self._numbers), deed)
        with self._changed:
            heapq.heappush(self._heap, appointment)
            self._changed.notify_all()
        return appointment

    def run_due(self) -> int:
        """Do everything that is due now, also what those deeds plan for now; return how many were done."""
        done = 0
        while (appointment := self._take()) is not None:
            appointment.deed()
            self._finish()
            done += 1
        return done

    def start(self) -> None:
        """Wait for the deeds' times in a thread. Pointless with a clock that stands still: call `run_due` there."""
        self._thread = threading.Thread(target=self._run, name="sandbox-prospects", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Do nothing more; returns when the deed under way is done."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()

    def quiet(self) -> bool:
        """Whether nothing is under way and nothing is due."""
        with self._changed:
            return self._under_way == 0 and self._seconds_to_next() > 0

    def next_due(self) -> dt.datetime | None:
        """When the next deed is due, or None where none is planned."""
        with self._changed:
            self._drop_void()
            return self._heap[0].due if self._heap else None

    def _run(self) -> None:
        while not self._stopped:
            self.run_due()
            with self._changed:
                wait = self._seconds_to_next()
                if wait > 0 and not self._stopped:
                    self._changed.wait(min(wait, LONGEST_WAIT))

    def _take(self) -> Appointment | None:
        with self._changed:
            if self._stopped or self._seconds_to_next() > 0:
                return None
            self._under_way += 1
            return heapq.heappop(self._heap)

    def _finish(self) -> None:
        with self._changed:
            self._under_way -= 1

    def _seconds_to_next(self) -> float:
        """Machine seconds until the next deed; zero or less where one is due."""
        self._drop_void()
        if not self._heap:
            return float("inf")
        left = self._heap[0].due - self._clock.now()
        return self._clock.machine_seconds(left) if left > dt.timedelta() else 0.0

    def _drop_void(self) -> None:
        while self._heap and self._heap[0].void:
            heapq.heappop(self._heap)
