"""`run`, `worker`, `scheduler`, `web`: the daemons. SIGTERM or Ctrl-C stops after the mails under way; twice, at once."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli.operations import console
from relance.cli.terminal import session

if TYPE_CHECKING:
    from relance.app import Relance

NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})

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

    with console.beside(ctx) as served:
        _serve(
            ctx,
            host,
            port,
            "run",
            functools.partial(_run, daemons.run_all, served, threads=threads),
            served.values,
        )


def _run(run_all: Callable[..., int], served: console.Beside, app: Relance, **more: Any) -> int:
    return run_all(app, console=served.part(app), **more)


def web(ctx: typer.Context, host: Host = None, port: Port = None) -> None:
    """Run the web server only: opens, clicks and unsubscribes."""
    from relance.scheduler import daemons

    _serve(ctx, host, port, "web", daemons.run_web)


def _serve(
    ctx: typer.Context,
    host: str | None,
    port: int | None,
    role: str,
    serve: Callable[..., int],
    values: Mapping[str, Any] = NOTHING_MORE,
) -> None:
    """Listen, open the installation, and let `serve` do its work until it ends."""
    from relance.scheduler.daemon import lifecycle, startup
    from relance.scheduler.logging import logs
    from relance.scheduler.web_server import web as server

    settings = session.of(ctx).settings(web_host=host, web_port=port)
    # Bound first: links carry the port, and the system may pick it.
    with contextlib.closing(server.listen(settings.web_host, settings.web_port)) as bound:
        settings = session.of(ctx).settings(web_host=host, web_port=bound.getsockname()[1], **values)
        logs.configure(settings)
        bell = lifecycle.Bell()
        meanwhile = functools.partial(server.meanwhile, settings, bound)
        with startup.opened(settings, session.open_app, bell, role, meanwhile) as app:
            code = 0 if app is None else serve(app, sockets=[bound], bell=bell)
    raise typer.Exit(code)


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
