"""`run`, `worker`, `scheduler`, `web`: the daemons. SIGTERM or Ctrl-C stops after the mails under way; twice, at once."""

from __future__ import annotations

import contextlib
import functools
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli.operations import console
from relance.cli.terminal import session
from relance.wording import Text

if TYPE_CHECKING:
    from relance.app import Relance
    from relance.config import Settings
    from relance.scheduler.daemon import startup

Host = Annotated[str | None, typer.Option(help="The address the web server listens on.")]
Port = Annotated[int | None, typer.Option(min=0, max=65535, help="Its port; 0 lets the system choose.")]
Threads = Annotated[int | None, typer.Option(min=1, max=256, help="How many mailboxes are served at once.")]


def add_to(root: typer.Typer) -> None:
    """Hang the commands into the tree."""
    for command in (run, worker, scheduler, web):
        root.command()(command)


def run(ctx: typer.Context, host: Host = None, port: Port = None, threads: Threads = None) -> None:
    """Run everything in one process: scheduler, worker, web server and console. Needs only the home folder."""
    from relance.scheduler import daemons

    with (
        _listening(ctx, host, port, console.fault_beside) as bound,
        console.beside(ctx, bound.getsockname()[1]) as served,
    ):
        serve = functools.partial(_run, daemons.run_all, served, threads=threads)
        _serve(ctx, {"web_host": host, "web_port": port}, bound, "run", serve, served)


def _run(run_all: Callable[..., int], served: console.Beside, app: Relance, **more: Any) -> int:
    return run_all(app, console=served.part(app), **more)


def web(ctx: typer.Context, host: Host = None, port: Port = None) -> None:
    """Run the web server only: opens, clicks and unsubscribes."""
    from relance.scheduler import daemons

    with _listening(ctx, host, port) as bound:
        _serve(ctx, {"web_host": host, "web_port": port}, bound, "web", daemons.run_web, console.Beside())


@contextlib.contextmanager
def _listening(
    ctx: typer.Context,
    host: str | None,
    port: int | None,
    also: Callable[[typer.Context, int], Text | None] = lambda _ctx, _port: None,
) -> Iterator[socket.socket]:
    """The web server's socket, bound first: links carry the port, and the system may pick it. Where it cannot be, `also` says
    what else could not, so that nobody starts a second time to hear of it."""
    from relance import errors
    from relance.scheduler.web_server import web as server

    settings = session.of(ctx).settings(web_host=host, web_port=port)
    try:
        bound = server.listen(settings.web_host, settings.web_port)
    except errors.Unreachable as taken:
        more = also(ctx, settings.web_port)
        if more is None:
            raise
        raise errors.Unreachable(Text.together(taken.text, more, by="\n")) from taken
    with contextlib.closing(bound):
        yield bound


def _serve(
    ctx: typer.Context,
    typed: Mapping[str, str | int | None],
    bound: socket.socket,
    role: str,
    serve: Callable[..., int],
    beside: console.Beside,
) -> None:
    """Open the installation, and let `serve` do its work on what is bound until it ends."""
    from relance.scheduler.daemon import lifecycle, startup
    from relance.scheduler.logging import logs

    ports = {"web_port": bound.getsockname()[1], **beside.values}
    settings = session.of(ctx).settings(ports, **typed)
    logs.configure(settings)
    bell = lifecycle.Bell()
    meanwhile = functools.partial(_meanwhile, settings, bound, beside)
    with startup.opened(settings, session.open_app, bell, role, meanwhile) as app:
        code = 0 if app is None else serve(app, sockets=[bound], bell=bell)
    raise typer.Exit(code)


@contextlib.contextmanager
def _meanwhile(
    settings: Settings, bound: socket.socket, beside: console.Beside, waits_for: startup.WaitsFor
) -> Iterator[None]:
    """While the database is not open, both sockets are served as well as can be."""
    from relance.scheduler.web_server import web as server

    with server.meanwhile(settings, bound), beside.meanwhile(settings, waits_for):
        yield


def worker(
    ctx: typer.Context,
    threads: Threads = None,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Worker processes under this one.")] = 1,
) -> None:
    """Run workers only. Needs Redis (RELANCE_REDIS_URL) and a scheduler."""
    from relance.app import Relance
    from relance.scheduler import daemons

    raise typer.Exit(
        daemons.run_worker(session.of(ctx).settings(), Relance, threads=threads, processes=processes)
    )


def scheduler(ctx: typer.Context) -> None:
    """Run the scheduler only. It finds the mailboxes that have something to do; needs Redis (RELANCE_REDIS_URL)."""
    from relance.scheduler import daemons
    from relance.scheduler.daemon import lifecycle, startup
    from relance.scheduler.logging import logs

    settings, bell = session.of(ctx).settings(), lifecycle.Bell()
    daemons.needs_redis(settings, "scheduler")
    logs.configure(settings)
    with startup.opened(settings, session.open_app, bell, "scheduler") as app:
        code = 0 if app is None else daemons.run_scheduler(app, bell=bell)
    raise typer.Exit(code)
