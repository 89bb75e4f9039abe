"""The tracking server's place in a daemon: uvicorn in a thread, on sockets that are bound before it starts."""

from __future__ import annotations

import contextlib
import enum
import errno
import logging
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import uvicorn

from relance import clock, config, errors
from relance.app import building
from relance.complete import complete
from relance.scheduler.app_protocol import App
from relance.scheduler.daemon.watchdog import Pulse
from relance.scheduler.web_server import connection_limits, forwarded, open_files
from relance.wording import N_, Text, plainly

START_SECONDS = 30.0
BACKLOG = 2048
# How many may wait in the kernel.
STILL_SECONDS, END_SECONDS = 60.0, 120.0  # nothing in there computes for so long


class Listening(enum.StrEnum):
    """What listens, by the beginning of its settings' names."""

    WEB = "web"
    CONSOLE = "console"


def listen(host: str, port: int, what: Listening = Listening.WEB, *, by_option: bool = True) -> socket.socket:
    """A bound socket; port 0 lets the system pick one. `by_option`: the command has --host and --port for it.

    Raises `errors.Unreachable` with the reason, the setting and what to do.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        both = host == "::" and socket.has_dualstack_ipv6()
        return socket.create_server((host, port), family=family, backlog=BACKLOG, dualstack_ipv6=both)
    except OSError as refused:
        cannot = Text(_CANNOT[what], host=host, port=port, strerror=plainly(refused))
        raise errors.Unreachable(
            Text.together(cannot, _advice(refused, what, by_option=by_option))
        ) from refused


_CANNOT = complete(
    Listening,
    {
        Listening.WEB: N_("The web server cannot listen on {host} port {port}: {strerror}."),
        Listening.CONSOLE: N_("The web console cannot listen on {host} port {port}: {strerror}."),
    },
)


def _advice(refused: OSError, what: Listening, *, by_option: bool) -> Text:
    of_host = isinstance(refused, socket.gaierror) or refused.errno == errno.EADDRNOTAVAIL
    setting = f"{what}_host" if of_host else f"{what}_port"
    named = Text("{setting} (or {option})", setting=setting, option="--host" if of_host else "--port")
    where = named if by_option else Text.prose(setting)
    if of_host:
        return Text("Set {setting} to an address of this computer, such as 127.0.0.1.", setting=where)
    return Text("Set {setting} to a free one; 0 lets the system choose.", setting=where)


def address(bound: socket.socket) -> str:
    """How to reach a bound socket from this machine."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def of(app: App, sockets: Sequence[socket.socket], *, turns: int = 0, ears: int = 0) -> Web:
    """The server of an installation, in a process that also does so many turns and listens to so many mailboxes."""
    return Web(app.web_app(), sockets, _rules(app.settings, turns, ears))


def _rules(settings: config.Settings, turns: int = 0, ears: int = 0) -> connection_limits.ConnectionLimits:
    kept = open_files.of_mail(turns, ears) + connection_limits.UNSEEN
    return connection_limits.ConnectionLimits(
        most=open_files.room(settings.web_connections, kept),
        most_each=settings.web_connections_each,
        trusted=settings.trusted_proxies,
    )


@contextlib.contextmanager
def meanwhile(settings: config.Settings, bound: socket.socket) -> Iterator[None]:
    """While it lasts, visitors are served as well as can be without a database; the socket stays open behind it."""
    with _lasting(Web(building.waiting_web_app(settings), [bound.dup()], _rules(settings))):
        yield


@contextlib.contextmanager
def console_meanwhile(application: Any, bound: socket.socket, settings: config.Settings) -> Iterator[None]:
    """The same for the console's socket, by an application that needs no database."""
    with _lasting(Console(application, bound.dup(), settings)):
        yield


@contextlib.contextmanager
def _lasting(server: Web) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.stop(15.0)


OPEN = connection_limits.ConnectionLimits()
log = logging.getLogger(__name__)


class _Server(uvicorn.Server):
    """Says ten times a second that it moves. Its own `callback_notify` counts in wall time: after a clock was set back
    it is silent until the clock has come by again, and a server at work would pass for one that stands still."""

    def __init__(self, settings: uvicorn.Config, moved: Callable[[], None]) -> None:
        super().__init__(settings)
        self._moved = moved

    async def on_tick(self, counter: int) -> bool:
        """Once more round uvicorn's main loop; True ends it."""
        self._moved()
        return await super().on_tick(counter)


class Web:
    """A part of a daemon."""

    name = "web"

    def __init__(
        self,
        application: Any,
        sockets: Sequence[socket.socket],
        rules: connection_limits.ConnectionLimits = OPEN,
    ) -> None:
        self.sockets = list(sockets)
        self.moved = clock.elapsed()
        entrance: Any = connection_limits.Door(rules).protocol()
        self.server = _Server(
            uvicorn.Config(
                forwarded.BehindProxies(application, rules.trusted),
                http=entrance,
                ws="none",
                log_config=None,
                access_log=False,  # it would name people's tokens and addresses
                server_header=False,
                headers=[("connection", "close")],  # one request each: nobody keeps a place for a next one
                proxy_headers=False,  # ours knows Forwarded, too, and believes neither where they differ
                h11_max_incomplete_event_size=connection_limits.LARGEST_HEAD,
                backlog=connection_limits.ACCEPTED_AT_ONCE,
                timeout_graceful_shutdown=10,
            ),
            self._moved,
        )
        self.thread = threading.Thread(
            target=self.server.run, kwargs={"sockets": self.sockets}, name="relance-web", daemon=True
        )

    def _moved(self) -> None:
        self.moved = clock.elapsed()

    def pulses(self) -> list[Pulse]:
        """Whether the server looks at its requests."""
        return [Pulse("web", "the web server", clock.elapsed() - self.moved, STILL_SECONDS, END_SECONDS)]

    def start(self) -> None:
        """Serve; returns when requests are answered."""
        self.moved = clock.elapsed()
        self.thread.start()
        deadline = clock.elapsed() + START_SECONDS
        while not self.server.started:
            self.thread.join(0.01)
            if not self.thread.is_alive() or clock.elapsed() > deadline:
                raise errors.Broken(Text("The web server did not start; the log says why."))
        for bound in self.sockets:
            bound.listen(BACKLOG)  # the loop has set it to what it takes at once

    def trouble(self) -> str | None:
        """What is wrong with this part, if anything."""
        return None if self.thread.is_alive() else "the web server has stopped"

    def stop(self, seconds: float) -> None:
        """Finish the requests under way and stop."""
        self.server.should_exit = True
        self.thread.join(min(seconds, 15.0))
        for bound in self.sockets:
            bound.close()


class Console(Web):
    """The web console beside the work: where it stops, mail goes on."""

    name = "console"

    def __init__(self, application: Any, bound: socket.socket, settings: config.Settings) -> None:
        super().__init__(
            application,
            [bound],
            connection_limits.ConnectionLimits(most=64, trusted=settings.trusted_proxies),
        )
        self.url = settings.console_url
        self._said = False

    def trouble(self) -> str | None:
        """It is no reason to stop mailing; the log tells."""
        if not self.thread.is_alive() and not self._said:
            self._said = True
            log.error("the web console has stopped; start Relance again to have it back")
        return None
