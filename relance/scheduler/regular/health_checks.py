"""The health of mailboxes: the records of their domains and the host of the links are looked at daily, and before the first mail:
first mails of a new mailbox wait for it, for some minutes at most. No other mail does."""

from __future__ import annotations

from relance.scheduler import app_protocol
from relance.scheduler.regular.periodic import Periodic


def parts(app: app_protocol.App) -> list[Periodic]:
    """The checks. A clock that does not run as the machine's belongs to a play or a test."""
    return [HealthChecks(app), RateWatch(app)] if app.clock.scale == 1 else []


class HealthChecks(Periodic):
    """A part of a daemon."""

    name = "health-checks"
    seconds = 20.0  # between two looks at what is due
    doing = "checking the health of mailboxes"
    matters = False  # not to check is never a reason to stop mailing
    goodbye = 1.0  # a DNS server that is slow just now is left behind

    def work(self) -> int:
        """Check what is due."""
        return self.app.check_health(self.stopping.is_set)


class RateWatch(HealthChecks):
    """The rates of mailboxes, counted again and again."""

    name = "rate-watch"
    seconds = 600.0  # what is counted is a week's mail
    doing = "watching the rates of mailboxes"

    def work(self) -> int:
        """Pause whose rates are too high."""
        return self.app.watch_rates(self.stopping.is_set)
