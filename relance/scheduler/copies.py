"""The filer: a thread that puts copies of sent mail into Sent where no provider does. No mail waits for it."""

from __future__ import annotations

from relance.scheduler import app_protocol
from relance.scheduler.regular.periodic import Periodic

LIMIT = 50  # mailboxes seen to in one look, one after the other


def parts(app: app_protocol.App) -> list[Filer]:
    """The filer. A clock that does not run as the machine's belongs to a play or a test."""
    return [Filer(app)] if app.clock.scale == 1 else []


class Filer(Periodic):
    """A part of a daemon. Several may run at once: each mailbox's copies are filed by one at a time."""

    name = "filer"
    seconds = 20.0  # between two looks at which mailboxes have copies to be filed
    doing = "filing copies of sent mail"
    silent = True  # as often as mails leave
    first_wait = seconds  # what leaves first is mail
    matters = False  # not to file is never a reason to stop mailing
    goodbye = 1.0  # a server that is slow just now is left behind

    def work(self) -> int:
        """See to each mailbox that has copies to be filed; returns for how many something was filed."""
        return sum(self._file(number) for number in self.app.due_copies(LIMIT))

    def _file(self, number: int) -> bool:
        return not self.stopping.is_set() and bool(self.app.file_copies(number, self.stopping.is_set))
