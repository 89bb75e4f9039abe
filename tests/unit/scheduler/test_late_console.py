"""A console whose port is taken at the start: it asks again, and ends when the daemon ends."""

from __future__ import annotations

import socket
import threading
from typing import Any, cast

from relance import errors
from relance.scheduler.web_server import late_console, web


class Served:
    """Stands for the console that is served at last."""

    def __init__(self) -> None:
        self.begun, self.stopped = threading.Event(), False

    def start(self) -> None:
        self.begun.set()

    def stop(self, seconds: float) -> None:
        self.stopped = True

    def trouble(self) -> str | None:
        return "it has stopped"

    def pulses(self) -> list[Any]:
        return ["its pulse"]


def made(bind: Any, served: Served) -> late_console.LateConsole:
    return late_console.LateConsole(bind, lambda _bound: cast(web.Console, served), again_seconds=0.001)


def test_it_asks_again_until_the_port_is_free() -> None:
    served, asked = Served(), []

    with socket.create_server(("127.0.0.1", 0)) as free:

        def bind() -> socket.socket:
            asked.append(1)
            if len(asked) < 3:
                raise errors.Unreachable("taken")
            return free

        part = made(bind, served)
        assert (part.url, part.trouble(), part.pulses()) == ("", None, [])
        part.start()
        assert served.begun.wait(30)
        part.stop(30)
    assert served.stopped
    assert len(asked) == 3
    assert (part.trouble(), part.pulses()) == ("it has stopped", ["its pulse"])


def test_it_ends_while_the_port_is_still_taken() -> None:
    asked = threading.Event()

    def bind() -> socket.socket:
        asked.set()
        raise errors.Unreachable("taken")

    part = made(bind, Served())
    part.start()
    assert asked.wait(30)
    part.stop(30)
    assert not part._thread.is_alive()
