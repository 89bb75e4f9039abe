"""What this room needs of the rest of the house, in one place; `relance.app.Relance` has all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, Protocol

from relance.clock import Clock
from relance.config import Settings
from relance.engine.ports import Telemetry
from relance.wording import Text

if TYPE_CHECKING:
    from relance.engine.reporting.status import Status  # with all that it asks: only whoever schedules does


class WorkReport(Protocol):
    """What a turn or a tick says of itself."""

    @property
    def more(self) -> bool:
        """True when something is due still that could be done at once."""


class TickReport(WorkReport, Protocol):
    """What a tick says of itself."""

    @property
    def words(self) -> Text:
        """Why nothing was done, where nothing was."""


class Usage(Protocol):
    """What a turn's mails took of their server."""

    @property
    def connections(self) -> int:
        """Dialled."""

    @property
    def logins(self) -> int:
        """Asked for."""

    @property
    def withdrawn(self) -> int:
        """A 354 whose body did not follow."""

    @property
    def bodies(self) -> int:
        """Begun."""


class TurnReport(WorkReport, Protocol):
    """What a turn says of itself."""

    @property
    def words(self) -> str:
        """What stopped it, where something did."""

    @property
    def smtp(self) -> Usage:
        """What its mails took of their server."""


class ListeningLine(Protocol):
    """A connection that listens to one mailbox."""

    @property
    def supports_idle(self) -> bool:
        """Whether the server announces new mail by itself."""

    def wait(self, seconds: float, stop: Callable[[], bool]) -> bool:
        """Whether new mail was announced within these seconds; ends soon after `stop()` is true."""


class App(Protocol):
    """The engine as a scheduler sees it. Every method may be called from several threads at once."""

    @property
    def settings(self) -> Settings:
        """The settings it was built from."""

    @property
    def clock(self) -> Clock:
        """Business time."""

    def due_mailboxes(self, limit: int) -> Sequence[int]:
        """Ids of mailboxes that have something to do now and are in nobody's hands, most pressing first."""

    def turn(self, mailbox_id: int, stop: Callable[[], bool]) -> TurnReport:
        """Serve one mailbox; once `stop()` is true, end after the mail under way."""

    def due_jobs(self, limit: int) -> Sequence[int]:
        """Numbers of jobs that are in nobody's hands, the oldest first."""

    def work(self, number: int, stop: Callable[[], bool]) -> bool:
        """Work on a job; once `stop()` is true, end after the batch under way. True while there is more to do."""

    def due_copies(self, limit: int) -> Sequence[int]:
        """Ids of mailboxes with sent mail whose copies are to be filed."""

    def file_copies(self, mailbox_id: int, stop: Callable[[], bool]) -> int:
        """File the copies of one mailbox's sent mail; once `stop()` is true, end after the one under way."""

    def ending(self) -> int:
        """Begin no mail's body any more; returns for how many mailboxes one is under way."""

    def let_go(self) -> int:
        """Give back the mailboxes of turns that only wait for a server; returns how many that were."""

    def hands(self, threads: int) -> None:
        """Hear how many turns may be under way in this process at the same time."""

    def tick(self) -> TickReport:
        """Advance what needs no mailbox."""

    def idle_candidates(self, most: int, but: Collection[int] = ()) -> Sequence[int]:
        """At most so many mailboxes that can be listened to."""

    def listen(self, mailbox_id: int) -> AbstractContextManager[ListeningLine]:
        """Connect to a mailbox and listen for new mail."""

    def call(self, mailbox_id: int, heard: dt.datetime) -> bool:
        """New mail was heard of then: bring the next turn forward; True once it was looked at since."""

    def keep_signed_in(self, stop: Callable[[], bool]) -> int:
        """Renew the access tokens of mailboxes that run out soon; returns of how many. Waits for their providers."""

    def check_health(self, stop: Callable[[], bool]) -> int:
        """Check the domains and links of mailboxes where that is due; returns how many that were. Waits for DNS."""

    def watch_rates(self, stop: Callable[[], bool]) -> int:
        """Pause the mailboxes with too many bounces, deferrals or complaints; returns how many."""

    def next_wake(self, *, after: dt.datetime | None = None) -> dt.datetime | None:
        """When something falls due next (business time), of what does after an instant; None when nothing waits."""

    def web_app(self) -> Any:
        """The ASGI application for opens, clicks and unsubscribes."""

    def status(self) -> Status:
        """How the whole installation stands."""

    def measure(self, telemetry: Telemetry) -> None:
        """From now on tell `telemetry` how long things last and how mails end."""

    def beat(self, role: str, *, broker_away: bool = False, broker_refuses: bool = False) -> str | None:
        """Say that this process is at work; returns why nothing is sent at all, if so."""

    def leave(self) -> None:
        """Say that it is at work no more."""

    def give_back(self) -> Sequence[int]:
        """End the leases nobody works under: of the dead of this home, and what this process could not give back; returns
        the mailboxes that are free by that."""

    def reconnect(self) -> None:
        """Let go of the connections to the database, for new ones."""

    def close(self) -> None:
        """Let go of the database."""


OpenApp = Callable[[Settings], App]
