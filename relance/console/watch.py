"""What stands around every page, looked at once for many pages: who opens one does not wait for the whole installation."""

from __future__ import annotations

import contextvars
import logging
import threading
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from relance.clock import elapsed
from relance.engine.reporting.status import Status
from relance.engine.roles import Viewer

if TYPE_CHECKING:
    from relance.app import Relance

log = logging.getLogger(__name__)
FRESH_SECONDS = 5.0
# What is older is renewed, while the page shows it as it was.
STALE_SECONDS = 60.0
# What is older than this is waited for.
FEW = 2000
# Enrollments that are counted in a moment.


class Looking(Protocol):
    """Whoever opens a page."""

    language: str

    @property
    def app(self) -> Relance:
        """The installation, as they may use it."""

    @property
    def me(self) -> Viewer:
        """Who they are."""


class ConsoleWatch:
    """The status once a language, counts once a viewer. Shared by all threads of the console."""

    def __init__(self, installation: Relance) -> None:
        self._installation = installation
        self._kept: dict[tuple[str, object], tuple[float, Any]] = {}
        self._renewing: set[tuple[str, object]] = set()
        self._forgotten = 0

    def status(self, language: str) -> Status:
        """How the whole installation stands."""
        found: Status = self.look(("status", language), self._installation.status)
        return found

    def counts(self, visit: Looking) -> Mapping[str, int]:
        """What waits, of what the viewer may see."""

        def count() -> Mapping[str, int]:
            waits = visit.app.today.waiting()
            trouble = sum(1 for each in visit.app.mailboxes.list() if each.trouble)
            return {
                "inbox": waits.unread,
                "held": waits.held,
                "tasks": waits.tasks,
                "mailboxes": trouble,
                "replies": waits.replies,
            }

        found: Mapping[str, int] = self.look(("counts", visit.me), count)
        return found

    def own_mailboxes(self, visit: Looking) -> Collection[str]:
        """The addresses of the viewer's mailboxes."""
        found: Collection[str] = self.look(
            ("mailboxes", visit.me), lambda: {each.address for each in visit.app.mailboxes.list()}
        )
        return found

    def counted(self, visit: Looking, what: tuple[str, ...], ask: Callable[[], Any]) -> Any:
        """What is counted over everybody: anew for each page while there are few, else as `look` does. `what` names it."""
        if sum(self.status(visit.language).states.values()) <= FEW:
            return ask()
        return self.look(_counted(visit, what), ask)

    def takes_long(self, visit: Looking, what: tuple[str, ...]) -> bool:
        """Whether `counted` would make a page wait for what counts a while."""
        if sum(self.status(visit.language).states.values()) <= FEW:
            return False
        at, found = self._kept.get(_counted(visit, what), (0.0, None))
        return found is None or elapsed() - at > STALE_SECONDS

    def forget(self) -> None:
        """Something was changed: the next page looks anew."""
        self._forgotten += 1
        self._kept.clear()

    def look(self, key: tuple[str, object], ask: Callable[[], Any]) -> Any:
        """What `ask` said a short while ago, or says now."""
        at, found = self._kept.get(key, (0.0, None))
        age = elapsed() - at
        if found is None or age > STALE_SECONDS:
            return self._ask(key, ask)
        if age > FRESH_SECONDS and key not in self._renewing:
            self._renewing.add(key)
            here = contextvars.copy_context()  # the language, and who looks
            threading.Thread(
                target=here.run, args=(self._renew, key, ask), name="relance-look", daemon=True
            ).start()
        return found

    def _ask(self, key: tuple[str, object], ask: Callable[[], Any]) -> Any:
        before = self._forgotten
        found = ask()
        if before == self._forgotten:  # else it may be from before the change
            self._kept[key] = elapsed(), found
        return found

    def _renew(self, key: tuple[str, object], ask: Callable[[], Any]) -> None:
        try:
            self._ask(key, ask)
        except Exception:
            log.warning("how things stand could not be looked at; pages show it as it was", exc_info=True)
        finally:
            self._renewing.discard(key)


def _counted(visit: Looking, what: tuple[str, ...]) -> tuple[str, object]:
    return "counted", (what, visit.me, visit.language)
