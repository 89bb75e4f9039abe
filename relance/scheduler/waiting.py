"""A daemon that starts while the database or Redis is away: it waits, says so, and can be told to stop at any time."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import structlog

from relance import clock, config, errors
from relance.scheduler import broker, seams, watch

FIRST_SECONDS, LONGEST_SECONDS = 0.5, 5.0  # between two tries
SAY_SECONDS = 60.0  # between two lines of the log
LOOK_SECONDS = 0.1  # how soon a signal is heard


@dataclass
class _Try:
    """One try, made in a thread: what hangs in there must not keep a signal from being heard."""

    work: Callable[[], seams.App]
    over: threading.Event = field(default_factory=threading.Event)
    app: seams.App | None = None
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


@contextlib.contextmanager
def opened(
    settings: config.Settings, open_app: seams.OpenApp, bell: watch.Bell, *, broker_needed: bool = True
) -> Iterator[seams.App | None]:
    """The engine, once its database and its broker answer and its disk can be written; None when the process was told to stop before.

    What is wrong with a setting, and what only a person can mend, is raised at once.
    """
    bell.hang()
    app = _waited(functools.partial(_open, settings, open_app, broker_needed=broker_needed), bell)
    if app is None:
        yield None
        return
    with contextlib.closing(app):
        yield app


def _open(settings: config.Settings, open_app: seams.OpenApp, *, broker_needed: bool) -> seams.App:
    if broker_needed and settings.redis_url is not None:
        broker.knock(settings.redis_url)
    return open_app(settings)


def _waited(work: Callable[[], seams.App], bell: watch.Bell) -> seams.App | None:
    log = structlog.get_logger(__name__)
    pause, said, begun = FIRST_SECONDS, None, clock.elapsed()
    while not _told_to_stop(bell):
        one = _Try(work)
        threading.Thread(target=one.run, name="relance-open", daemon=True).start()
        while not one.over.wait(LOOK_SECONDS):
            if _told_to_stop(bell):
                one.unwanted = True
                return None
        if one.app is not None:
            if said is not None:
                log.info("it answers; going on", waited_seconds=round(clock.elapsed() - begun))
            return one.app
        if not isinstance(one.fault, (errors.Unreachable, errors.Unwritable)):
            raise one.fault or errors.Broken("The engine did not open.")
        if said is None or clock.elapsed() - said >= SAY_SECONDS:
            said = clock.elapsed()
            log.warning("waiting until it answers", reason=str(one.fault))
        bell.rung.wait(pause)
        pause = min(LONGEST_SECONDS, pause * 2)
    return None


def _told_to_stop(bell: watch.Bell) -> bool:
    return bell.rung.is_set() or bell.trouble() is not None
