"""Out of office: from when on a contact may be written to again, or that a person is asked."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine.context import Context
from relance.engine.inbound import policy
from relance.engine.inbound.policy import Consequence
from relance.engine.reasons import Code
from relance.engine.sequences import away
from relance.engine.states import Event, State
from relance.engine.store.inbound import replies
from relance.engine.store.sequences import changing
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.parsing.inbound import Classification


def answered(
    conn: Connection,
    context: Context,
    row: Enrollment,
    consequence: Consequence,
    judgement: Classification,
    now: dt.datetime,
) -> tuple[Consequence, Mapping[str, Any]]:
    """What such a reply means for an enrollment, and the columns that are set with it. The mail is among the kept ones already."""
    until = judgement.until
    again = until is not None and replies.returns(conn, row.contact_id).count(until) > 1
    known = absences(conn, context, row, now, said_again=again)
    result = policy.absence(consequence, judgement, known, now.date())
    if result.event is not Event.OUT_OF_OFFICE:
        return result, {}
    values: dict[str, Any] = {"aways": row.aways + (not again)}
    if until is not None or not known.back_known:
        values |= away.values(conn, context, row, until, now)
    if until is not None and _is_assumed(row):
        values |= changing.told_anew(row, dataclasses.replace(row.news[0], code=Code.OUT_OF_OFFICE))
    return result, values


def _is_assumed(row: Enrollment) -> bool:
    return row.state is State.AWAY and {each.code for each in row.why} == {Code.OUT_OF_OFFICE_ASSUMED}


def absences(
    conn: Connection, context: Context, row: Enrollment, now: dt.datetime, *, said_again: bool
) -> policy.Absences:
    """What is known besides the reply at hand."""
    ahead = row.state is State.AWAY and row.resume_at is not None and row.resume_at > now
    ahead = ahead and not _is_assumed(row)
    return policy.Absences(row.aways, said_again, ahead, away.without_date(conn, context, row))


def corrected(
    conn: Connection, context: Context, row: Enrollment, judgement: Classification, now: dt.datetime
) -> Consequence:
    """What the reply that made somebody absent, or had a person asked about it, means when it names another day, or none, after all."""
    known = policy.Absences(0, without_date=away.without_date(conn, context, row))
    return policy.absence(policy.CERTAIN[judgement.kind], judgement, known, now.date())


def asks_for_the_day(row: Enrollment) -> bool:
    """Whether somebody is held for the day of their return alone."""
    return row.state is State.HELD and {each.code for each in row.news} <= ASKING


ASKING = frozenset({Code.OUT_OF_OFFICE_NO_DATE, Code.OUT_OF_OFFICE_LONG})
