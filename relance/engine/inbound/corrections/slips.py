"""A wish for no more mail that was noted by a slip of the hand, and taken back at once by the one who noted it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.engine import Connection

from relance.engine.inbound.classification import EffectiveClassification
from relance.engine.reasons import Reason
from relance.engine.store import events
from relance.engine.store.contacts import suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.inbound.replies import Reply
from relance.mailbox.parsing.inbound import Kind

AT_ONCE = dt.timedelta(hours=1)
# Later a wish is lifted on the do-not-contact list, by a manager and with a reason.


def noted_at(
    answer: Reply, were: EffectiveClassification, reading: EffectiveClassification, now: dt.datetime
) -> dt.datetime | None:
    """When the wish was noted that is taken back now, for `lift`; None where it is none that can be: the rules or an earlier word
    say the same, or it is too late. Pure."""
    said = answer.correction or {}
    if said.get("kind", answer.kind) != Kind.OPT_OUT or not were.consequence.suppress:
        return None
    at = dt.datetime.fromisoformat(said["at"]) if said.get("at") else None
    return None if at is None or reading.consequence.suppress or now - at > AT_ONCE else at


def lift(conn: Connection, email: str, reason: Reason, since: dt.datetime) -> bool:
    """Take the wish off the do-not-contact list if it was noted since then by who acts now, and by nobody else. True when they
    may be written to again."""
    actor = events.acting(conn)
    return suppressions.take_back_wish(
        conn, email, reason, {"kind": actor.kind.value, "name": actor.name}, since
    )


def kept_on_list(
    conn: Connection,
    before: EffectiveClassification,
    after: EffectiveClassification,
    people: Mapping[int, Contact],
) -> str:
    """The address that stays on the do-not-contact list, though its mail is not taken for a wish for no more mail any more."""
    person = people.get(before.contact_id) if before.contact_id is not None else None
    if person is None or not before.is_wish or after.is_wish:
        return ""
    return person.email if suppressions.is_wished(conn, person.email) else ""
