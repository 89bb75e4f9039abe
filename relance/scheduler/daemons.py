"""The daemons: everything in one process, or worker, scheduler, web and console apart.

Each function runs until SIGTERM or SIGINT and returns an exit code. The first signal drains: no new turn, and every turn
under way ends after its mail. The second leaves at once.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Sequence

import dramatiq
import structlog

from relance import config, errors
from relance.engine.db import database
from relance.scheduler import actors, app_protocol, copies, listening, scheduler, signing_in
from relance.scheduler import jobs as long_work
from relance.scheduler import worker as scheduler_worker
from relance.scheduler.daemon import lifecycle, shared_parts, startup
from relance.scheduler.logging import logs
from relance.scheduler.monitoring import metrics
from relance.scheduler.queue import broker, coalescing, hints
from relance.scheduler.regular import health_checks
from relance.wording import Text


def run_all(
    app: app_protocol.App,
    *,
    sockets: Sequence[socket.socket] = (),
    threads: int | None = None,
    bell: lifecycle.Bell | None = None,
    console: lifecycle.ConsolePart | None = None,
) -> int:
    """Web server, scheduler and worker in this process, and the console. Without `sockets`, listens as the settings say."""
    from relance.scheduler import embedded
    from relance.scheduler.web_server import web

    settings, figures = app.settings, _figures(app.settings)
    logs.configure(settings)
    bound = list(sockets) or [web.listen(settings.web_host, settings.web_port)]
    parts = [
        *_board(settings, figures),
        *embedded.assemble(app, bound, threads or settings.worker_threads, figures),
        *([console] if console is not None else []),
    ]
    more = [f"console={console.url}"] if console is not None and console.url else []
    ready = _ready("run", web.address(bound[0]), *more)
    return lifecycle.stand(parts, bell or lifecycle.Bell(), settings.drain_seconds, ready=ready)


def run_worker(
    settings: config.Settings,
    open_app: app_protocol.OpenApp,
    *,
    threads: int | None = None,
    processes: int = 1,
) -> int:
    """Workers only; needs Redis. With several `processes` this one only watches over them."""
    needs_redis(settings, "worker")
    logs.configure(settings)
    bell = lifecycle.Bell()
    with startup.opened(settings, open_app, bell, "worker") as app:
        if app is None:
            return 0
        if processes == 1:
            return _work(settings, app, threads, bell)
    from relance.scheduler.daemon import supervisor

    # What the children need answers; they open it for themselves.
    shared = (*database.speakers(settings.database_url), "relance.scheduler.nursery")  # which closes the door
    brood = supervisor.Children(processes, _child, (settings, open_app, threads), shared=shared)
    bell.last = brood.kill
    # The children wait for their mails; this process waits a little longer for them.
    return lifecycle.stand(
        [brood],
        bell,
        settings.drain_seconds + 30,
        ready=_ready("worker", f"processes={processes}"),
    )


def run_scheduler(app: app_protocol.App, *, bell: lifecycle.Bell | None = None) -> int:
    """The loop only; needs Redis. Several may run: the others only make hints that find nothing to do."""
    settings, figures = app.settings, _figures(app.settings)
    needs_redis(settings, "scheduler")
    logs.configure(settings)
    carrier, under_way, sender = _hints(settings, figures)
    rounds = scheduler.Loop(app, sender, figures, long_work.JobFinder(app, carrier, under_way, figures))
    own: list[lifecycle.DaemonPart] = [
        rounds,
        *listening.parts(app, figures, rounds.wake),
        *copies.parts(app),
        *health_checks.parts(app),
        signing_in.SignIns(app),
    ]
    around = shared_parts.around(app, "scheduler", figures, own, hearts=[rounds.pulses], sender=sender)
    parts = [*_board(settings, figures), *around]
    return lifecycle.stand(parts, bell or lifecycle.Bell(), settings.drain_seconds, ready=_ready("scheduler"))


def run_web(
    app: app_protocol.App, *, sockets: Sequence[socket.socket] = (), bell: lifecycle.Bell | None = None
) -> int:
    """The tracking server only."""
    from relance.scheduler.web_server import (
        web,
    )  # as above: a worker has no use for a web server in its memory

    settings, figures = app.settings, _figures(app.settings)
    logs.configure(settings)
    bound = list(sockets) or [web.listen(settings.web_host, settings.web_port)]
    server = web.of(app, bound)
    around = shared_parts.around(app, "web", figures, [server], hearts=[server.pulses])
    parts = [*_board(settings, figures), *around]
    return lifecycle.stand(
        parts,
        bell or lifecycle.Bell(),
        settings.drain_seconds,
        ready=_ready("web", web.address(bound[0])),
    )


def run_console(
    app: app_protocol.App, console: lifecycle.DaemonPart, *, bell: lifecycle.Bell | None = None
) -> int:
    """The web console only, where the work is done by other processes."""
    settings = app.settings
    logs.configure(settings)
    ready = _ready("console", settings.console_url)
    return lifecycle.stand([console], bell or lifecycle.Bell(), 15.0, ready=ready)


def _work(
    settings: config.Settings,
    app: app_protocol.App,
    threads: int | None,
    bell: lifecycle.Bell,
    say: Callable[[str], None] = lifecycle.announce,
) -> int:
    figures = _figures(settings)
    carrier, under_way, sender = _hints(settings, figures)
    turns = actors.Turns(app, sender, figures)
    with contextlib.suppress(errors.Unreachable):  # the loop hints them, too, when their marks have faded
        sender.renew(app.due_mailboxes(scheduler.LIMIT))
    jobs = long_work.JobFinder(app, carrier, under_way, figures)
    worker = scheduler_worker.Hands(carrier, turns, threads or settings.worker_threads, figures, jobs)
    around = shared_parts.around(app, "worker", figures, [worker], hearts=[worker.pulses], sender=sender)
    parts = [*_board(settings, figures), *around]
    return lifecycle.stand(parts, bell, settings.drain_seconds, ready=_ready("worker"), say=say)


def _child(
    number: int,
    ready: Callable[[], None],
    settings: config.Settings,
    open_app: app_protocol.OpenApp,
    threads: int | None,
) -> None:
    """What a spawned worker process runs. Each serves its metrics and its health on ports of its own, one above the other."""
    logs.configure(settings)

    def say(line: str) -> None:
        lifecycle.announce(line)
        ready()

    ports = {name: getattr(settings, name) for name in ("metrics_port", "health_port")}
    settings = settings.model_copy(update={name: port + number for name, port in ports.items() if port})
    try:
        bell = lifecycle.ChildBell()
        with startup.opened(settings, open_app, bell, "worker") as app:
            code = 0 if app is None else _work(settings, app, threads, bell, say)
    except errors.RelanceError as trouble:
        structlog.get_logger(__name__).critical("a worker cannot work", reason=str(trouble))
        code = 1
    raise SystemExit(code)


def _hints(
    settings: config.Settings, figures: metrics.Meters
) -> tuple[dramatiq.Broker, coalescing.Marks, hints.Hints]:
    carrier, under_way = broker.build(settings, figures)
    return carrier, under_way, hints.Hints(carrier, under_way, figures)


def _figures(settings: config.Settings) -> metrics.Meters:
    return metrics.Meters(shown=settings.metrics_port is not None)


def _board(settings: config.Settings, figures: metrics.Meters) -> list[lifecycle.DaemonPart]:
    if settings.metrics_port is None or figures.registry is None:
        return []
    from relance.scheduler.monitoring import board  # as above: a web server of its own

    return [board.Board(figures.registry, settings.metrics_host, settings.metrics_port)]


def needs_redis(settings: config.Settings, what: str) -> None:
    """Raises `errors.Misconfigured` where no broker is set."""
    if settings.redis_url is None:
        raise errors.Misconfigured(
            Text(
                "`relance {what}` finds its work through Redis, and redis_url is not set. Set it "
                "(RELANCE_REDIS_URL), or use `relance run`, which needs no Redis.",
                what=what,
            )
        )


def _ready(what: str, *more: str) -> str:
    return " ".join((f"relance {what}: ready", f"pid={os.getpid()}", *more))
