"""What happened each day, by the workspace's days: a row a day, also where nothing did."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass

from relance import errors
from relance.engine.context import Context
from relance.engine.event_log.kinds import EventKind
from relance.engine.sequences import listing, publish
from relance.engine.store import events
from relance.wording import Text

MAX_DAYS = 366


@dataclass(frozen=True)
class DayCounts:
    """One day. `sent`: mails that a server accepted; `answered`: answers that people wrote; `bounced`: mails that came back or were
    refused; `opened`, `clicked`: by people, not by machines, each time counted."""

    day: dt.date
    sent: int
    answered: int
    bounced: int
    opened: int
    clicked: int


_COUNTED: Mapping[str, tuple[EventKind, ...]] = {
    "sent": (EventKind.MESSAGE_ACCEPTED,),
    "answered": (EventKind.REPLY_RECEIVED,),
    "bounced": (EventKind.BOUNCE_RECEIVED, EventKind.MESSAGE_REFUSED),
    "opened": (EventKind.MESSAGE_OPENED,),
    "clicked": (EventKind.MESSAGE_CLICKED,),
}
_DISPROVED: Mapping[str, EventKind] = {
    "opened": EventKind.MESSAGE_OPEN_DISPROVED,
    "clicked": EventKind.MESSAGE_CLICK_DISPROVED,
}
# Told at the time of what they take back, which may have been told, taken back and told again.


def by_day(
    context: Context,
    since: dt.date,
    until: dt.date,
    *,
    sequence: str | None = None,
    mailbox: str | None = None,
) -> tuple[DayCounts, ...]:
    """Each day from `since` to `until`, both included. Raises `errors.Invalid` for too many days or none, `errors.NotFound` for a
    sequence or mailbox there is not."""
    if not 0 <= (until - since).days < MAX_DAYS:
        raise errors.Invalid(
            Text("Ask for at least one day and at most {most}, the first day first.", most=MAX_DAYS)
        )
    zone = zoneinfo.ZoneInfo(context.workspace.zone)
    with context.database.read() as conn:
        of_sequence = None if sequence is None else publish.versions_of(conn, sequence)[0].sequence_id
        of_mailbox = None if mailbox is None else listing.mailbox_id(conn, mailbox)
        found = []
        for number in range((until - since).days + 1):
            day = since + dt.timedelta(days=number)
            counted = events.counts(
                conn,
                [*(each for kinds in _COUNTED.values() for each in kinds), *_DISPROVED.values()],
                (midnight(day, zone), midnight(day + dt.timedelta(days=1), zone)),
                sequence_id=of_sequence,
                mailbox_id=of_mailbox,
            )
            numbers = {name: sum(counted.get(each, 0) for each in kinds) for name, kinds in _COUNTED.items()}
            for name, kind in _DISPROVED.items():
                numbers[name] -= counted.get(kind, 0)
            found.append(DayCounts(day, **numbers))
    return tuple(found)


def midnight(day: dt.date, zone: zoneinfo.ZoneInfo) -> dt.datetime:
    """When a day begins there, in UTC."""
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)
