"""The sign-ins of mailboxes: access tokens are renewed here, away from every mail, before they run out. Several may run: only one
renews a mailbox's."""

from __future__ import annotations

import threading

import structlog

from relance import errors
from relance.scheduler import app_protocol

LOOK_SECONDS = 5.0  # between two looks at what is to be renewed


class SignIns:
    """A part of a daemon."""

    name = "sign-ins"

    def __init__(self, app: app_protocol.App) -> None:
        self.app = app
        self.stopping = threading.Event()
        self.log = structlog.get_logger(__name__)
        self.failing = False
        self.thread = threading.Thread(target=self.run, name="relance-sign-ins", daemon=True)

    def start(self) -> None:
        """Begin to look; in a thread of its own, for providers may be slow."""
        self.thread.start()

    def run(self) -> None:
        """Look until told to stop."""
        while not self.stopping.is_set():
            self.look()
            self.stopping.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Renew what is due. Never raises: what fails is told once, and tried again."""
        try:
            renewed = self.app.keep_signed_in(self.stopping.is_set)
        except errors.RelanceError as trouble:
            self._failed(str(trouble))
        except Exception as fault:
            if not self.failing:
                self.log.exception("renewing sign-ins failed with an unexpected error")
            self._failed(type(fault).__name__)
        else:
            self.failing = False
            if renewed:
                self.log.info("sign-ins were renewed", mailboxes=renewed)

    def _failed(self, reason: str) -> None:
        if not self.failing:
            self.log.warning("sign-ins cannot be renewed; trying again until they can", reason=reason)
        self.failing = True

    def trouble(self) -> str | None:
        """What is wrong with this part, if anything."""
        return None if self.thread.is_alive() else "the thread that renews sign-ins has died"

    def stop(self, seconds: float) -> None:
        """Begin no further renewal; one under way ends within the bounds of an endpoint."""
        self.stopping.set()
        self.thread.join(seconds)
