"""Out of office: from when on a contact may be written to again."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.engine import Connection

from relance.engine.inbound import policy
from relance.engine.store.inbound import replies
from relance.engine.store.sequences.enrollments import Enrollment


def absences(conn: Connection, row: Enrollment, until: dt.date | None) -> policy.Absences:
    """What is known besides the reply that says `until` (it is among the kept mails already)."""
    again = until is not None and replies.returns(conn, row.contact_id).count(until) > 1
    return policy.Absences(row.aways, again)
