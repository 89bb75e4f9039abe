"""Why mails were refused, put off or came back in a span, by the workspace's days."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Mapping

from relance.engine.context import Context
from relance.engine.reporting.history import daily
from relance.engine.sequences import listing, publish
from relance.engine.store.inbound import failures
from relance.engine.store.inbound.failures import FailureSpan


def by_reason(
    context: Context,
    since: dt.date,
    until: dt.date,
    *,
    sequence: str | None = None,
    mailbox: str | None = None,
) -> Mapping[str, int]:
    """How many of each reason, the most first, from `since` to `until`, both included. Raises `errors.NotFound` for a sequence or
    mailbox there is not."""
    zone = zoneinfo.ZoneInfo(context.workspace.zone)
    first, last = (daily.midnight(day, zone) for day in (since, until + dt.timedelta(days=1)))
    with context.database.read() as conn:
        of_sequence = None if sequence is None else publish.versions_of(conn, sequence)[0].sequence_id
        of_mailbox = None if mailbox is None else listing.mailbox_id(conn, mailbox)
        return failures.counts(conn, FailureSpan(first, last, of_sequence, of_mailbox))
