"""The sign-ins of mailboxes: access tokens are renewed here, away from every mail, before they run out. Several may run: only one
renews a mailbox's."""

from __future__ import annotations

from relance.scheduler.regular.periodic import Periodic


class SignIns(Periodic):
    """A part of a daemon."""

    name = "sign-ins"
    seconds = 5.0  # between two looks at what is to be renewed
    doing = "renewing sign-ins"

    def work(self) -> int:
        """Renew what is due."""
        return self.app.keep_signed_in(self.stopping.is_set)
