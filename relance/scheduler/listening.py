"""The listener: hears of new mail by IDLE and brings that mailbox's turn forward. A hint: without it, mail is found at
the regular looks."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from relance import clock, errors
from relance.scheduler import app_protocol
from relance.scheduler.monitoring import metrics

LOOK_SECONDS = 20.0  # between two looks at which mailboxes there are
SPAN_SECONDS = 25 * 60.0  # one wait; the mail room renews IDLE more often than the 29 minutes of RFC 2177
ASK_SECONDS = (
    3.0  # after news, until the next time its mailbox is asked for; also what a burst of mails is spread over
)
ASK_MOST = 200  # a mailbox that is not looked at for so long has a reason that no hint can mend
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 5.0, 900.0
DEAF_SECONDS = 24 * 3600.0  # until a server that could not announce is asked again
HEALTHY_SECONDS = 600.0  # a line that stood so long failed of something new
GOODBYE_SECONDS = 1.0


@dataclass
class _Place:
    """One mailbox listened to, by a thread of its own."""

    mailbox_id: int
    leave: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class Listeners:
    """A part of a daemon: at most `most` connections, one thread each."""

    name = "listener"

    def __init__(
        self,
        app: app_protocol.App,
        most: int,
        figures: metrics.Meters,
        wake: Callable[[], None] = lambda: None,
    ) -> None:
        self.app = app
        self.most = most
        self.figures = figures
        self.wake = wake  # called when a mailbox's turn was brought forward
        self.stopping = threading.Event()
        self.places: dict[int, _Place] = {}
        self.resting: dict[int, float] = {}  # mailboxes that are not listened to, until when
        self.rng = random.Random()  # noqa: S311 - spreads connections, guards nothing
        self.log = structlog.get_logger(__name__)
        self.thread = threading.Thread(target=self.run, name="relance-listeners", daemon=True)

    def start(self) -> None:
        """Begin to listen; the connections are made in the background."""
        self.thread.start()

    def trouble(self) -> str | None:
        """Not to hear is never a reason to stop mailing: mail is found at the regular looks."""
        return None

    def stop(self, seconds: float) -> None:
        """Hang up. A connection that does not say goodbye within a second is left behind."""
        self.stopping.set()
        for place in list(self.places.values()):
            place.leave.set()
        deadline = clock.elapsed() + min(seconds, GOODBYE_SECONDS)
        for thread in (self.thread, *(place.thread for place in list(self.places.values()))):
            if thread is not None:
                thread.join(max(0.0, deadline - clock.elapsed()))

    def run(self) -> None:
        """Keep a thread for each mailbox that can be listened to, until told to stop."""
        while not self.stopping.is_set():
            try:
                self._arrange()
            except errors.RelanceError as trouble:
                self.log.debug("the mailboxes to listen to could not be read", reason=str(trouble))
            except Exception:
                self.log.exception("the listeners failed with an unexpected error")
            self.stopping.wait(LOOK_SECONDS)

    def _arrange(self) -> None:
        now = clock.elapsed()
        self.resting = {number: until for number, until in self.resting.items() if until > now}
        self.places = {number: place for number, place in self.places.items() if _alive(place)}
        wanted = set(self.app.idle_candidates(self.most, tuple(self.resting)))
        for number, place in self.places.items():
            if number not in wanted:
                place.leave.set()
        for number in sorted(wanted - self.places.keys())[: max(0, self.most - len(self.places))]:
            self._place(number)
        self.figures.listening.set(len(self.places))

    def _place(self, number: int) -> None:
        place = self.places[number] = _Place(number)
        place.thread = threading.Thread(
            target=self._listen, args=(place,), name=f"relance-listener-{number}", daemon=True
        )
        place.thread.start()

    def _listen(self, place: _Place) -> None:
        """One mailbox, over as many connections as it takes."""
        failures = 0
        while not place.leave.is_set():
            began = clock.elapsed()
            try:
                self._connection(place)
                return
            except errors.Unreachable as away:
                self.log.debug(
                    "the connection to a mailbox broke", mailbox=place.mailbox_id, reason=str(away)
                )
            except errors.RelanceError as trouble:
                self.log.info("a mailbox is not listened to", mailbox=place.mailbox_id, reason=str(trouble))
                self._rest(place, LONGEST_REST_SECONDS)
                return
            except Exception:
                self.log.exception("listening failed with an unexpected error", mailbox=place.mailbox_id)
            failures = 1 if clock.elapsed() - began > HEALTHY_SECONDS else failures + 1
            longest = min(LONGEST_REST_SECONDS, FIRST_REST_SECONDS * 2 ** (min(failures, 10) - 1))
            place.leave.wait(self.rng.uniform(longest / 2, longest))

    def _connection(self, place: _Place) -> None:
        """One connection; returns when there is no reason to make another one."""
        with self.app.listen(place.mailbox_id) as line:
            if not line.supports_idle:
                self._rest(place, DEAF_SECONDS)
                return
            while not place.leave.is_set():
                if line.wait(SPAN_SECONDS, place.leave.is_set):
                    self._news(place)

    def _news(self, place: _Place) -> None:
        """Ask for a turn until one has looked since now: the one under way may have looked a moment before."""
        heard = self.app.clock.now()
        self.figures.news.inc()
        for _ in range(ASK_MOST):
            if self.app.call(place.mailbox_id, heard):
                return
            self.wake()
            if place.leave.wait(ASK_SECONDS):
                return

    def _rest(self, place: _Place, seconds: float) -> None:
        self.resting[place.mailbox_id] = clock.elapsed() + seconds


def parts(app: app_protocol.App, figures: metrics.Meters, wake: Callable[[], None]) -> list[Listeners]:
    """The listener, or nothing where it is switched off. A clock that does not run as the machine's belongs to a play or
    a test, where mail comes when the play says so."""
    most = app.settings.listen_mailboxes
    return [Listeners(app, most, figures, wake)] if most and app.clock.scale == 1 else []


def _alive(place: _Place) -> bool:
    return place.thread is not None and place.thread.is_alive()
