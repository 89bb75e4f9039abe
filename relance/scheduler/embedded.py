"""Everything of a daemon inside another program: no signals, no ready line, stopped by leaving."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence

from relance import errors
from relance.scheduler import actors, app_protocol, copies, listening, scheduler, signing_in
from relance.scheduler import jobs as long_work
from relance.scheduler import worker as scheduler_worker
from relance.scheduler.daemon import lifecycle, shared_parts
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, hints
from relance.scheduler.regular import health_checks
from relance.scheduler.web_server import web
from relance.wording import Text

DRAIN_SECONDS = 30.0


class Embedded:
    """The running parts."""

    def __init__(self, parts: Sequence[lifecycle.DaemonPart]) -> None:
        self._parts = parts

    def check(self) -> None:
        """Raise `errors.Broken` when a part has died."""
        for part in self._parts:
            words = part.trouble()
            if words:
                raise errors.Broken(Text("the {name} stopped: {words}", name=part.name, words=words))


def assemble(
    app: app_protocol.App, sockets: Sequence[socket.socket], threads: int, figures: metrics.Meters
) -> list[lifecycle.DaemonPart]:
    """Web server, workers and scheduler, to be started in this order and stopped in reverse: answers and unsubscribes
    are served until the last mail has left."""
    carrier, under_way = broker.build(app.settings, figures)
    sender = hints.Hints(carrier, under_way, figures)
    turns = actors.Turns(app, sender, figures)
    jobs = long_work.JobFinder(app, carrier, under_way, figures)
    rounds = scheduler.Loop(app, sender, figures, jobs)
    turns.after = rounds.wake
    server = web.of(app, sockets, turns=2 * threads, ears=app.settings.listen_mailboxes)
    worker = scheduler_worker.Hands(carrier, turns, threads, figures, jobs)
    own: list[lifecycle.DaemonPart] = [
        *(server, worker, rounds),
        *listening.parts(app, figures, rounds.wake),
        *copies.parts(app),
        *health_checks.parts(app),
        signing_in.SignIns(app),
    ]
    hearts = [server.pulses, worker.pulses, rounds.pulses]
    return shared_parts.around(app, "run", figures, own, hearts=hearts, sender=sender)


@contextlib.contextmanager
def running(app: app_protocol.App, sockets: Sequence[socket.socket], threads: int) -> Iterator[Embedded]:
    """Web server, scheduler and workers of `app`, for as long as the context lasts; then they drain."""
    parts = assemble(app, sockets, threads, metrics.Meters(shown=False))
    started: list[lifecycle.DaemonPart] = []
    try:
        for part in parts:
            part.start()
            started.append(part)
        yield Embedded(parts)
    finally:
        for part in reversed(started):
            part.stop(DRAIN_SECONDS)
