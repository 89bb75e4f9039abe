"""`console`: the web console by itself, and the link by which somebody gets into it."""

from __future__ import annotations

import contextlib
import functools
import importlib
import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli.terminal import session, show
from relance.cli.terminal.choices import UserRole
from relance.wording import Text, _

if TYPE_CHECKING:
    from relance.app import Relance
    from relance.config import Settings
    from relance.scheduler.daemon import startup

group = typer.Typer(help="The web console: pages for salespeople.")


@group.callback(invoke_without_command=True)
def serve(
    ctx: typer.Context,
    host: Annotated[str | None, typer.Option(help="The address it listens on.")] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Its port; 0 lets the system choose.")
    ] = None,
) -> None:
    """Serve the web console by itself, where the work is done by other processes; `relance run` serves it as well."""
    if ctx.invoked_subcommand is not None:
        return
    from relance.scheduler import daemons
    from relance.scheduler.daemon import lifecycle, startup
    from relance.scheduler.logging import logs

    with listening(ctx, host, port) as served:
        settings = session.of(ctx).settings(served.values, console_host=host, console_port=port)
        logs.configure(settings)
        bell = lifecycle.Bell()
        meanwhile = functools.partial(served.meanwhile, settings)
        with startup.opened(settings, session.open_app, bell, "console", meanwhile) as app:
            code = 0 if app is None else daemons.run_console(app, served.part(app), bell=bell)
    raise typer.Exit(code)


@dataclass(frozen=True)
class Beside:
    """A console that is about to be served, on a socket that is bound; or as soon as it can be bound; or none."""

    bound: socket.socket | None = None
    later: Callable[[], socket.socket] | None = None

    @property
    def values(self) -> Mapping[str, int]:
        """The port, as a setting: the system may have picked it."""
        return {"console_port": self.bound.getsockname()[1]} if self.bound is not None else {}

    def part(self, app: Any) -> Any:
        """What serves it, in a daemon."""
        from relance.scheduler.web_server import late_console, web

        def serve(bound: socket.socket) -> web.Console:
            return web.Console(application(app), bound, app.settings)

        if self.bound is not None:
            return serve(self.bound)
        return late_console.LateConsole(self.later, serve) if self.later is not None else None

    @contextlib.contextmanager
    def meanwhile(self, settings: Settings, waits_for: startup.WaitsFor) -> Iterator[None]:
        """While the database is not open: pages that say so."""
        if self.bound is None:
            yield
            return
        from relance.scheduler.web_server import web

        pages = importlib.import_module("relance.console.views.outage").build(settings, waits_for)
        with web.console_meanwhile(pages, self.bound, settings):
            yield


def application(app: Relance) -> Any:
    """The pages of an open installation, by name: this room and that one stand side by side, and neither may know the other."""
    return importlib.import_module("relance.console.server").build(app)


def signed_in_link(served: Any, app: Relance, email: str) -> str:
    """The path of a link that signs its first visitor in to these pages as a manager who is made for it, with a password
    that nobody knows: for an installation that goes when the console closes."""
    from relance.engine.users.sign_in import Origin

    made = app.users.invite(email, "manager")
    session = app.entrance.accept(made.path.rpartition("/")[2], "", secrets.token_urlsafe(24), Origin())
    path: str = importlib.import_module("relance.console.server").sign_in_link(served, session)
    return path


@contextlib.contextmanager
def listening(ctx: typer.Context, host: str | None = None, port: int | None = None) -> Iterator[Beside]:
    """The console's socket, bound. Raises `errors.Unreachable` where its port is taken."""
    from relance.scheduler.web_server import web

    settings = session.of(ctx).settings(console_host=host, console_port=port)
    with contextlib.closing(
        web.listen(settings.console_host, settings.console_port, web.Listening.CONSOLE)
    ) as bound:
        yield Beside(bound)


@contextlib.contextmanager
def beside(ctx: typer.Context, web_port: int) -> Iterator[Beside]:
    """The same for `relance run`, whose work does not depend on it: where the port is taken, that is said, mail goes on, and the port is
    asked for again. `web_port` is the one that the web server has."""
    from relance import errors

    with contextlib.ExitStack() as stack:
        served = Beside()
        settings = session.of(ctx).settings()
        if settings.console:
            try:
                served = Beside(stack.enter_context(contextlib.closing(_bound_beside(settings, web_port))))
            except errors.Unreachable as taken:
                without = Text("Relance runs without its console.")
                if settings.console_port != web_port:  # that stays taken as long as Relance runs
                    served = Beside(later=functools.partial(_bound_beside, settings, web_port))
                    without = Text(
                        "Relance runs without its console for now, and tries again every few seconds."
                    )
                show.note(str(Text.together(taken.text, without)))
        yield served


def fault_beside(ctx: typer.Context, web_port: int) -> Text | None:
    """Why the console could not be served either, for a `relance run` whose web server cannot listen; None where it could."""
    from relance import errors

    settings = session.of(ctx).settings()
    if not settings.console:
        return None
    try:
        _bound_beside(settings, web_port).close()
    except errors.Unreachable as taken:
        return taken.text
    return None


def _bound_beside(settings: Settings, web_port: int) -> socket.socket:
    from relance import errors
    from relance.scheduler.web_server import web

    if settings.console_port == web_port:
        same = Text(
            "web_port and console_port are both {port}, and each needs a port of its own. Set console_port to another one; 0 lets the system choose.",
            port=str(web_port),
        )
        raise errors.Unreachable(same)
    return web.listen(settings.console_host, settings.console_port, web.Listening.CONSOLE, by_option=False)


@group.command()
def invite(
    ctx: typer.Context,
    email: Annotated[str, typer.Argument(metavar="EMAIL", help="Who the link is for.")],
    role: Annotated[
        UserRole | None,
        typer.Option(help="What they may do. The first one is a manager, others are salespeople."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Print a link with which somebody sets a password for the console. It works once, within 24 hours.

    Anyone who already has a password can set a new one with it.
    """
    from relance.engine.roles import role_name

    with session.of(ctx).open() as app:
        made = app.users.invite(email, role and role.value)
        link = app.settings.console_url.rstrip("/") + made.path
    if as_json:
        show.data({"email": made.email, "role": made.role, "link": link, "until": made.until})
        return
    show.say(link)
    show.note(
        _(
            "For {email} ({role}). It works once, until {until}.",
            email=made.email,
            role=role_name(made.role),
            until=made.until,
        )
    )


@group.command()
def assign(
    ctx: typer.Context,
    mailbox: Annotated[str, typer.Argument(metavar="MAILBOX", help="The mailbox's address.")],
    email: Annotated[str | None, typer.Argument(metavar="EMAIL", help="The user (default: nobody).")] = None,
) -> None:
    """Set who owns a mailbox. Salespeople see what goes through their own mailboxes."""
    with session.of(ctx).open() as app:
        app.mailboxes.assign(mailbox, email)
    if email is None:
        show.say(_("Nobody owns {mailbox}.", mailbox=mailbox))
    else:
        show.say(_("{mailbox} belongs to {email}.", mailbox=mailbox, email=email))
