"""The other actor, `job(id)`: long work of people, done by the same threads, a job at a time in each process."""

from __future__ import annotations

import threading
from typing import Any

import dramatiq
import structlog

from relance import errors
from relance.scheduler import app_protocol
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker as brokers
from relance.scheduler.queue import coalescing, hints

LIMIT = 20  # jobs hinted in one round
BUSY_SECONDS = 2.0  # until a job is offered again to a process that works on another one
REST_SECONDS = 10.0  # after something of the world was in the way


class JobFinder:
    """Finds the jobs that nobody works on, and works on them."""

    def __init__(
        self,
        app: app_protocol.App,
        broker: dramatiq.Broker,
        under_way: coalescing.Marks,
        figures: metrics.Meters,
    ) -> None:
        self.app = app
        self.hints = hints.Hints(broker, under_way.apart("job"), figures, brokers.JOB_QUEUE)
        self.stopping = threading.Event()
        self.one = threading.Lock()
        self.log = structlog.get_logger(__name__)

    def hint(self) -> None:
        """A hint for each that is due."""
        self.hints.send(self.app.due_jobs(LIMIT))

    def run(self, number: int) -> None:
        """Work on one until it is over or the process stops. Lets nothing that goes wrong out into the worker's thread."""
        if not self.one.acquire(blocking=False):
            self.hints.rest(number, BUSY_SECONDS)
            return
        try:
            self.app.work(number, self.stopping.is_set)
        except errors.RelanceError as trouble:
            self.hints.rest(number, REST_SECONDS)
            self.log.warning("work in the background waits", job=number, reason=str(trouble))
        except Exception:
            self.hints.rest(number, REST_SECONDS)
            self.log.exception("work in the background failed with an unexpected error", job=number)
        else:
            self.hints.done(number)
        finally:
            self.one.release()


def declare(broker: dramatiq.Broker, jobs: JobFinder) -> dramatiq.Actor[Any, None]:
    """Make the broker's workers serve hints of jobs."""
    make = dramatiq.actor(broker=broker, actor_name=brokers.JOB_ACTOR, queue_name=brokers.JOB_QUEUE)
    return make(jobs.run)
