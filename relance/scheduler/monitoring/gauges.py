"""How the whole installation stands, as figures and in the log: looked up once a minute by whoever schedules."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import structlog

from relance import clock, errors
from relance.engine.reporting.concerns import Concern, ConcernKind, InstallationFacts, concerns
from relance.engine.reporting.status import Status
from relance.scheduler import app_protocol
from relance.scheduler.monitoring import metrics

if TYPE_CHECKING:
    import prometheus_client

LOOK_SECONDS = 60.0
START_SECONDS = 30.0
# In which the other processes may be starting, too: until then it is not told that they are missing.


class Gauges:
    """A part of a daemon: figures of the database on the process's registry, and what is wrong in its log."""

    name = "gauges"

    def __init__(self, app: app_protocol.App, figures: metrics.Meters) -> None:
        self.app = app
        self.begun = clock.elapsed()
        self.known: dict[tuple[ConcernKind, str], Concern] = {}
        self.stopping = threading.Event()
        self.log = structlog.get_logger(__name__)
        self.thread = threading.Thread(target=self._run, name="relance-gauges", daemon=True)

        self.people = figures.gauge(
            "people", "People in sequences by state: active, held, bounced, replied, ...", "state"
        )
        self.held = figures.gauge("held", "People held for a person, by the code of the reason.", "reason")
        self.unknown = figures.gauge("unknown_mails", "Mails that may have been delivered.")
        self.oldest = figures.gauge(
            "oldest_due_seconds", "How long the oldest work waits that could be done now."
        )
        self.late = figures.gauge("late_mails", "Mails that should have left by now, by their plan.", "kind")
        self.late_seconds = figures.gauge(
            "late_seconds", "How long ago the oldest of them should have left.", "kind"
        )
        self.sent_late = figures.gauge(
            "sent_late_seconds",
            "By how much the mails of the last 24 hours left after their plan: by no more, half of them (0.5) and 95 of 100 (0.95).",
            "quantile",
        )
        self.mailboxes = figures.gauge("mailboxes", "Mailboxes by state: active, paused.", "state")
        self.unreadable = figures.gauge("mailboxes_unreadable", "Mailboxes that cannot be read.")
        self.sync_age = figures.gauge(
            "sync_age_seconds", "Since the active mailbox was read that was read longest ago."
        )
        self.concerns = figures.gauge("concerns", "How much is wrong, by kind; 0 where nothing is.", "kind")
        self.at_work = figures.gauge("at_work", "Processes at work, by role.", "role")

    def start(self) -> None:
        """Look, again and again, in a thread."""
        self.thread.start()

    def trouble(self) -> str | None:
        """Not to know is never a reason to stop mailing."""
        return None

    def stop(self, seconds: float) -> None:
        """Look no more."""
        self.stopping.set()
        self.thread.join(min(seconds, 1.0))

    def look(self) -> None:
        """One look. Never raises; what cannot be looked up stays as it was."""
        try:
            found = self.app.status()
        except errors.Unreachable:
            return  # the loop says so
        except errors.Unwritable as full:
            self._wrong(concerns(InstallationFacts(unwritable=str(full))))
            return
        except Exception as fault:
            self.log.error("the figures for the metrics could not be read", reason=repr(fault))
            return
        self._show(found)
        self._wrong(found.concerns)

    def _show(self, found: Status) -> None:
        _by_label(self.people, dict(found.states))
        _by_label(self.held, dict(found.held_by_code))
        self.unknown.set(found.unknown_mails)
        seconds = self.app.clock.machine_seconds
        self.oldest.set(seconds(found.now - found.waiting_since) if found.waiting_since else 0)
        _by_label(self.late, {"follow-up": found.late_follow_ups, "first mail": found.late_first_mails})
        since = {"follow-up": found.follow_ups_late_since, "first mail": found.first_mails_late_since}
        for kind, at in since.items():
            self.late_seconds.labels(kind).set(seconds(found.now - at) if at else 0)
        sent = found.sent_lateness
        for quantile, late in (("0.5", sent.median), ("0.95", sent.p95)):
            self.sent_late.labels(quantile).set(late or 0)
        _by_label(self.mailboxes, _counted(each.state for each in found.mailboxes))
        self.unreadable.set(sum(bool(each.sync_error) for each in found.mailboxes))
        read = [each.synced_at for each in found.mailboxes if each.state == "active" and each.synced_at]
        self.sync_age.set(max(0.0, seconds(found.now - min(read))) if read else 0)
        _by_label(self.at_work, _counted(each.role for each in found.attendance.processes))

    def _wrong(self, found: Sequence[Concern]) -> None:
        if clock.elapsed() - self.begun < START_SECONDS:
            found = [each for each in found if each.kind is not ConcernKind.ABSENT]
        counts = _counted(each.kind.value for each in found)
        _by_label(self.concerns, {kind.value: counts.get(kind.value, 0) for kind in ConcernKind})
        self._tell(found)

    def _tell(self, found: Sequence[Concern]) -> None:
        """What is new and what is over, once each."""
        now = {(each.kind, each.subject): each for each in found if each.told}
        for key in now.keys() - self.known.keys():
            self.log.warning("something is wrong", kind=key[0].value, reason=now[key].words)
        for key in self.known.keys() - now.keys():
            self.log.info("it is right again", kind=key[0].value, reason=self.known[key].words)
        self.known = now

    def _run(self) -> None:
        self.look()
        while not self.stopping.wait(LOOK_SECONDS):
            self.look()


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values))


def _by_label(gauge: prometheus_client.Gauge, counts: Mapping[str, int]) -> None:
    """Set one value a label; what is no more there goes."""
    gauge.clear()
    for label, count in counts.items():
        gauge.labels(label).set(count)
