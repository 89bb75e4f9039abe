"""The console beside the work, where its port is taken at the start: it is served as soon as the port is free.

A process that ends holds its port for some seconds, and somebody who started Relance a second time by mistake ends that one:
neither is a reason to start the mailing anew.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

from relance import errors
from relance.scheduler.daemon.watchdog import Pulse
from relance.scheduler.web_server import web

AGAIN_SECONDS = 15.0
# A port that is taken is asked for again so often.
log = logging.getLogger(__name__)


class LateConsole:
    """A part of a daemon. `bind` gives the socket, or raises `errors.Unreachable`; `serve` makes the console of it."""

    name = "console"
    url = ""  # nowhere yet

    def __init__(
        self,
        bind: Callable[[], socket.socket],
        serve: Callable[[socket.socket], web.Console],
        again_seconds: float = AGAIN_SECONDS,
    ) -> None:
        self._bind, self._serve, self._again_seconds = bind, serve, again_seconds
        self._stopped = threading.Event()
        self._served: web.Console | None = None
        self._thread = threading.Thread(target=self._wait, name="relance-console-port", daemon=True)

    def start(self) -> None:
        """Begin to ask for the port; the work does not wait for it."""
        self._thread.start()

    def _wait(self) -> None:
        while not self._stopped.wait(self._again_seconds):
            with contextlib.suppress(errors.Unreachable):
                self._open(self._bind())
                return

    def _open(self, bound: socket.socket) -> None:
        served = self._serve(bound)
        served.start()
        self._served = served
        log.info("the web console's port is free now: console=%s", web.address(bound))

    def pulses(self) -> list[Pulse]:
        """Whether the console looks at its requests, once it is served."""
        return self._served.pulses() if self._served is not None else []

    def trouble(self) -> str | None:
        """It is no reason to stop mailing."""
        return self._served.trouble() if self._served is not None else None

    def stop(self, seconds: float) -> None:
        """Ask no more, and stop what is served."""
        self._stopped.set()
        self._thread.join(seconds)
        if self._served is not None:
            self._served.stop(seconds)
