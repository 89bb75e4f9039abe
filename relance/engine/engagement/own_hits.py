"""The opens and clicks of whoever sends the mails: their own look at a mail in Sent is no interest of the recipient's. Pure.

A network is never taken for a person: colleagues and recipients may share one with them. It was the owner of the mailbox only if the
request came from the same network and by the very same browser as a session of theirs in the console that was in use within the hour.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from relance.engine.store.contacts.hits import StoredHit
from relance.engine.store.users import sessions
from relance.engine.store.users.sessions import OwnersBrowser

AT_WORK = dt.timedelta(hours=1)
# How long before and after it was last known to be in use a session speaks for its browser.


def is_own(hit: StoredHit, browsers: Iterable[OwnersBrowser], at: dt.datetime) -> bool:
    """Whether a hit, which came `at` this machine time, was made by the owner of the mailbox that its mail left from."""
    return any(
        each.mailbox_id == hit.mailbox_id
        and each.network == hit.network
        and each.browser == hit.user_agent[: sessions.BROWSER_KEPT]
        and each.created_at - AT_WORK <= at <= each.seen_at + AT_WORK
        for each in browsers
    )
