"""Many enrollments changed by a filter, and many people enrolled, a batch at a time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.jobs.ledger import Ledger
from relance.engine.schedule.outlook import LastMails
from relance.engine.sequences import bulk, enroll, outlook
from relance.engine.sequences.bulk import BulkAction, BulkResult
from relance.engine.sequences.enroll import EnrollRequest, Skipped
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import BulkOutcome
from relance.engine.store import jobs

PEOPLE, STAYED = "people", "stayed"
# Parts of a job's files: who is to be enrolled; with whom nothing was done, and why.
ENROLLED = "enrolled"


def params(action: BulkAction, wanted: EnrollmentFilter, reason: str) -> dict[str, Any]:
    """As a job keeps them."""
    return {"action": action.value, "filter": dataclasses.asdict(wanted), "reason": reason}


def wanted(params: Mapping[str, Any]) -> EnrollmentFilter:
    """The filter again."""
    return EnrollmentFilter(**{**params["filter"], "states": tuple(params["filter"]["states"])})


def change(context: Context, ledger: Ledger) -> Iterator[None]:
    """Pause, resume, stop or release. Yields after each batch."""
    job = ledger.job
    action = BulkAction(job.params["action"])
    if not ledger.done:
        ledger.expect(bulk.count(context, action, wanted(job.params)))

    def note(conn: Connection, results: Sequence[BulkResult]) -> None:
        stayed = [each for each in results if each.outcome is not BulkOutcome.CHANGED]
        ledger.note(conn, STAYED, [_stayed(each.email, each.outcome.value, each.sequence) for each in stayed])
        ledger.record(conn, len(results), [each.outcome.value for each in results], {"after": results[-1].id})

    after = int(job.place.get("after", 0))
    yield from bulk.batches(context, action, wanted(job.params), job.params["reason"], after=after, note=note)


def enroll_all(context: Context, ledger: Ledger) -> Iterator[None]:
    """Enroll people. Each batch is recorded in the transaction that enrolls it: whatever ends this, the counts are what happened."""
    job = ledger.job
    with context.database.read() as conn:
        people = list(jobs.lines(conn, job.id, PEOPLE))
    for start in range(ledger.done, len(people), enroll.BATCH):
        batch = people[start : start + enroll.BATCH]
        wish = EnrollRequest(job.params["sequence"], batch, job.params["mailboxes"])
        enroll.enroll(context, wish, note=_noting(ledger, batch, start + len(batch), len(people)))
        yield
    joined = ledger.place.get("joined", {})
    if not joined:
        return
    told = enroll.last_mails(context, job.params["sequence"], joined)
    with context.database.write() as conn:
        days = {name: value for name, value in outlook.told(told).items() if not name.startswith(_BOUND)}
        last: dict[str, Any] = {name: str(value) for name, value in days.items()}
        if isinstance(told, LastMails) and told.bound is not None:
            last["bound"] = told.bound.row()
        ledger.record(conn, 0, (), {**ledger.place, "last": last})


def _noting(ledger: Ledger, batch: Sequence[str], place: int, total: int) -> enroll.Noted:
    def note(conn: Connection, joined: Mapping[str, int], skipped: Sequence[Skipped]) -> None:
        codes = [ENROLLED] * sum(joined.values()) + [each.code.value for each in skipped]
        ledger.note(conn, STAYED, [_stayed(each.email, each.code.value) for each in skipped])
        all_joined = Counter(ledger.place.get("joined", {})) + Counter(joined)
        ledger.record(conn, len(batch), codes, {"people": place, "joined": dict(all_joined)}, total)

    return note


def last_mails(place: Mapping[str, Any]) -> dict[str, Any]:
    """What a job that enrolled people found at its end: the fields that `outlook.told` names."""
    last = place.get("last", {})
    days = {
        name: dt.date.fromisoformat(last[name]) for name in ("last_first_mail", "last_mail") if name in last
    }
    code = {"last_mail_code": last["last_mail_code"]} if "last_mail_code" in last else {}
    return {**days, **code, **outlook.bound_by(reasons.of_row(last["bound"]) if "bound" in last else None)}


_BOUND = ("last_mail_reason", "last_mail_why")


def _stayed(email: str, code: str, sequence: str = "") -> dict[str, str]:
    return {"email": email, "code": code, "sequence": sequence}
