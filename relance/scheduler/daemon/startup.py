"""A daemon that starts while the database or Redis is away: it waits, says so, and can be told to stop at any time."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import structlog

from relance import clock, config, errors, late
from relance.engine.processes.attendance import NEEDED
from relance.engine.reporting.concerns import Concern, ConcernKind
from relance.engine.store.processes import DUTIES
from relance.scheduler import app_protocol
from relance.scheduler.daemon import lifecycle
from relance.scheduler.queue import broker
from relance.wording import Text

if TYPE_CHECKING:
    from relance.scheduler.monitoring import health
else:  # a web server of its own, where a port is set for it
    (health,) = late.modules("relance.scheduler.monitoring.health")

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 5.0  # between two tries
SAY_SECONDS = 60.0  # between two lines of the log
MOMENT_SECONDS = 1.0  # a start that takes longer waits for something
WaitsFor = Callable[[], ConcernKind | None]
# What was in the way at the last try; None: nothing was, and it takes its time.
Meanwhile = Callable[[WaitsFor], contextlib.AbstractContextManager[None]]
LOOK_SECONDS = 0.1  # how soon a signal is heard


@dataclass
class _Try:
    """One try, made in a thread: what hangs in there must not keep a signal from being heard."""

    work: Callable[[], app_protocol.App]
    over: threading.Event = field(default_factory=threading.Event)
    app: app_protocol.App | None = None
    fault: BaseException | None = None
    unwanted: bool = False

    def run(self) -> None:
        try:
            self.app = self.work()
        except BaseException as fault:
            self.fault = fault
        self.over.set()
        if self.unwanted and self.app is not None:
            self.app.close()


class StartupWait:
    """What has to answer before a process of this role can begin, and what it waits for now."""

    def __init__(self, settings: config.Settings, open_app: app_protocol.OpenApp, role: str) -> None:
        self.settings = settings
        self.open_app = open_app
        self.role = role
        self.duties = DUTIES.get(role, {role})
        self.asked = ConcernKind.DATABASE
        self.words = "it is opened"
        self.met: ConcernKind | None = None
        self.log = structlog.get_logger(__name__)
        self.said: float | None = None  # when it was told last that the broker is away

    def open(self) -> app_protocol.App:
        """The engine, or the reason why not."""
        self._knock()
        self.asked = ConcernKind.DATABASE
        return self.open_app(self.settings)

    def _knock(self) -> None:
        """Ask whether Redis answers, where this role has a use for it. Who does more than wait for hints goes on without:
        links, unsubscribes and the console are served, and mail waits in the database."""
        if self.settings.redis_url is None or self.duties.isdisjoint(NEEDED):
            return
        self.asked = ConcernKind.BROKER
        try:
            broker.knock(self.settings.redis_url)
        except errors.Unreachable as away:
            if "web" not in self.duties:
                raise
            if self.said is None or clock.elapsed() - self.said >= SAY_SECONDS:
                self.said = clock.elapsed()
                self.log.warning(
                    "starting without the broker; nothing is sent until it answers", reason=str(away)
                )

    def failed(self, fault: errors.RelanceError) -> None:
        """It did not open: what health says until the next try."""
        self.words = str(fault)
        if isinstance(fault, errors.Unwritable):
            self.asked = ConcernKind.UNWRITABLE
        self.met = self.asked

    def waits_for(self) -> ConcernKind | None:
        """What was in the way at the last try."""
        return self.met

    def answer(self, path: str) -> health.HealthAnswer:
        """Health of a process that waits: it lives, and is not ready."""
        return health.answer(path, self.role, self.duties, [Concern(self.asked, self.words)], ())

    @contextlib.contextmanager
    def shown(self) -> Iterator[None]:
        """Health is answered meanwhile."""
        if self.settings.health_port is None:
            yield
            return
        board = health.Health(self.settings.health_host, self.settings.health_port, self.answer)
        board.start()
        try:
            yield
        finally:
            board.stop(1.0)


@contextlib.contextmanager
def opened(
    settings: config.Settings,
    open_app: app_protocol.OpenApp,
    bell: lifecycle.Bell,
    role: str,
    meanwhile: Meanwhile = lambda _waits_for: contextlib.nullcontext(),
) -> Iterator[app_protocol.App | None]:
    """The engine, once its database answers (and its broker, where the role does nothing else) and its disk can be written; None
    when the process was told to stop before.

    What is wrong with a setting, and what only a person can mend, is raised at once. Where it takes more than a moment,
    `meanwhile` is entered for the time.
    """
    bell.hang()
    opening = StartupWait(settings, open_app, role)
    with opening.shown(), contextlib.ExitStack() as stack:
        app = _waited(opening, bell, lambda: stack.enter_context(meanwhile(opening.waits_for)))
    if app is None:
        yield None
        return
    with contextlib.closing(app):
        yield app


class _StandIn:
    """Enters what serves meanwhile, once, where opening fails or takes more than a moment."""

    def __init__(self, enter: Callable[[], object]) -> None:
        self.enter = enter
        self.begun = clock.elapsed()
        self.entered = False

    def look(self, *, failed: bool = False) -> None:
        if not self.entered and (failed or clock.elapsed() - self.begun > MOMENT_SECONDS):
            self.entered = True
            self.enter()


def _waited(
    opening: StartupWait, bell: lifecycle.Bell, meanwhile: Callable[[], object]
) -> app_protocol.App | None:
    pause, said, begun = FIRST_SECONDS, None, clock.elapsed()
    stand_in = _StandIn(meanwhile)
    while not _told_to_stop(bell):
        one = _Try(opening.open)
        threading.Thread(target=one.run, name="relance-open", daemon=True).start()
        while not one.over.wait(LOOK_SECONDS):
            stand_in.look()
            if _told_to_stop(bell):
                one.unwanted = True
                return None
        if one.app is not None:
            if said is not None:
                opening.log.info("it answers; going on", waited_seconds=round(clock.elapsed() - begun))
            return one.app
        if not isinstance(one.fault, (errors.Unreachable, errors.Unwritable)):
            raise one.fault or errors.Broken(Text("The engine did not start."))
        opening.failed(one.fault)
        if said is None or clock.elapsed() - said >= SAY_SECONDS:
            said = clock.elapsed()
            opening.log.warning("waiting until it answers", reason=str(one.fault))
        stand_in.look(failed=True)
        bell.rung.wait(pause)
        pause = min(LONGEST_SECONDS, pause * 2)
    return None


def _told_to_stop(bell: lifecycle.Bell) -> bool:
    return bell.rung.is_set() or bell.trouble() is not None
