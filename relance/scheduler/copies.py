"""The filer: a thread that puts copies of sent mail into Sent where no provider does. No mail waits for it."""

from __future__ import annotations

import threading

import structlog

from relance import errors
from relance.scheduler import app_protocol

LOOK_SECONDS = 20.0  # between two looks at which mailboxes have copies to be filed
LIMIT = 50  # mailboxes seen to in one look, one after the other
GOODBYE_SECONDS = 1.0


def parts(app: app_protocol.App) -> list[Filer]:
    """The filer. A clock that does not run as the machine's belongs to a play or a test."""
    return [Filer(app)] if app.clock.scale == 1 else []


class Filer:
    """A part of a daemon. Several may run at once: each mailbox's copies are filed by one at a time."""

    name = "filer"

    def __init__(self, app: app_protocol.App) -> None:
        self.app = app
        self.stopping = threading.Event()
        self.log = structlog.get_logger(__name__)
        self.thread = threading.Thread(target=self.run, name="relance-filer", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self.thread.start()

    def trouble(self) -> str | None:
        """Not to file is never a reason to stop mailing."""
        return None

    def stop(self, seconds: float) -> None:
        """File no further mail; a server that is slow just now is left behind."""
        self.stopping.set()
        self.thread.join(min(seconds, GOODBYE_SECONDS))

    def run(self) -> None:
        """Look again and again, until told to stop."""
        while not self.stopping.wait(LOOK_SECONDS):
            self.look()

    def look(self) -> None:
        """See to each mailbox that has copies to be filed. Never raises."""
        try:
            for number in self.app.due_copies(LIMIT):
                if self.stopping.is_set():
                    return
                self.app.file_copies(number, self.stopping.is_set)
        except errors.RelanceError as trouble:
            self.log.debug("copies of sent mail could not be filed", reason=str(trouble))
        except Exception:
            self.log.exception("the filer failed with an unexpected error")
