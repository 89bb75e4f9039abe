"""Everything of a daemon inside another program: no signals, no ready line, stopped by leaving."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Sequence

from relance import errors
from relance.scheduler import actors, broker, care, hands, hints, listening, loop, meters, seams, watch, web

DRAIN_SECONDS = 30.0


class Embedded:
    """The running parts."""

    def __init__(self, parts: Sequence[watch.Part]) -> None:
        self._parts = parts

    def check(self) -> None:
        """Raise `errors.Broken` when a part has died."""
        for part in self._parts:
            words = part.trouble()
            if words:
                raise errors.Broken(f"the {part.name} stopped: {words}")


def assemble(
    app: seams.App, sockets: Sequence[socket.socket], threads: int, figures: meters.Meters
) -> list[watch.Part]:
    """Web server, workers and scheduler, to be started in this order and stopped in reverse: answers and unsubscribes
    are served until the last mail has left."""
    carrier, under_way = broker.build(app.settings, figures)
    sender = hints.Hints(carrier, under_way, figures)
    turns = actors.Turns(app, sender, figures)
    rounds = loop.Loop(app, sender, figures)
    turns.after = rounds.wake
    server = web.of(app, sockets, turns=2 * threads, ears=app.settings.listen_mailboxes)
    worker = hands.Hands(carrier, turns, threads, figures)
    own: list[watch.Part] = [server, worker, rounds, *listening.parts(app, figures, rounds.wake)]
    hearts = [server.pulses, worker.pulses, rounds.pulses]
    return care.around(app, "run", figures, own, hearts=hearts, sender=sender)


@contextlib.contextmanager
def running(app: seams.App, sockets: Sequence[socket.socket], threads: int) -> Iterator[Embedded]:
    """Web server, scheduler and workers of `app`, for as long as the context lasts; then they drain."""
    parts = assemble(app, sockets, threads, meters.Meters())
    started: list[watch.Part] = []
    try:
        for part in parts:
            part.start()
            started.append(part)
        yield Embedded(parts)
    finally:
        for part in reversed(started):
            part.stop(DRAIN_SECONDS)
