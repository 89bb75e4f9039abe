"""What a daemon shows over HTTP beside its work, on a port of its own: health and figures alike."""

from __future__ import annotations

import socketserver
import threading
from abc import ABC, abstractmethod

from relance import errors
from relance.wording import Text, plainly


class Listener(ABC):
    """A part of a daemon. `setting` names its port's; `path` is what its address ends with."""

    name: str
    what: str  # as a sentence begins with it
    setting: str
    path = ""

    def __init__(self, host: str, port: int) -> None:
        self.host, self.port = host, port
        self.address = ""

    @abstractmethod
    def opened(self) -> socketserver.TCPServer:
        """Bound to its host and port, and not serving yet. Raises `OSError`."""

    def start(self) -> None:
        """Listen. Raises `errors.Unreachable` when the port cannot be had."""
        try:
            self.server = self.opened()
        except OSError as refused:
            raise errors.Unreachable(
                Text(
                    "{what} cannot be served on {host} port {port}: {strerror}. Set {setting} to a free one.",
                    what=self.what,
                    host=self.host,
                    port=self.port,
                    strerror=plainly(refused),
                    setting=self.setting,
                )
            ) from refused
        self.address = f"http://{self.host}:{self.server.server_address[1]}{self.path}"
        self.thread = threading.Thread(
            target=self.server.serve_forever, name=f"relance-{self.name}", daemon=True
        )
        self.thread.start()

    def trouble(self) -> str | None:
        """Not to be asked is never a reason to stop mailing."""
        return None

    def stop(self, seconds: float) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(seconds)
