"""Acting on judged mail: the stop, the suppression, the pause and the kept copy, all in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.engine import Connection

from relance.engine import absences, matching, news, states, unknowns
from relance.engine.house import House
from relance.engine.matching import Found
from relance.engine.news import Consequence, Match
from relance.engine.states import Event, MessageEvent, MessageState
from relance.engine.store import answers, enrollments, events, mailboxes, messages, suppressions, tasks
from relance.engine.store.enrollments import Enrollment
from relance.mailbox.inbound import Inbound, Judgement, Kind

WORDS_LIMIT = 20_000
# Characters of a person's answer that are kept as text.


@dataclass(frozen=True)
class Item:
    """One new mail that concerns us."""

    mailbox_id: int
    folder: str
    uidvalidity: int
    uid: int
    dedupe: str
    mail: Inbound
    raw: bytes
    received_at: dt.datetime
    found: Found
    judgement: Judgement
    words: str


def concerns_us(found: Found, judgement: Judgement) -> bool:
    """Whether a mail is kept: it is from or about a contact, or it is ours to worry about and cannot be read."""
    if judgement.kind is Kind.OWN_COPY:
        return False
    return found.match is not Match.NONE or judgement.kind is Kind.UNREADABLE


def act(conn: Connection, house: House, items: Sequence[Item], now: dt.datetime) -> None:
    """Apply what each mail means, oldest first."""
    touched = [(item, matching.concerned(conn, item.found)) for item in items]
    # Every row in one go and in order of id, so that two mailboxes reading at once never wait for each other in a ring.
    enrollments.for_sending(conn, {row.id for _, rows in touched for row in rows})
    for item, rows in touched:
        _one(conn, house, item, rows, now)


def _one(conn: Connection, house: House, item: Item, rows: Sequence[Enrollment], now: dt.datetime) -> None:
    result = news.consequence(item.found.match, item.judgement)
    said = _said(result, item)
    if item.found.message is not None and item.found.match is Match.CERTAIN:
        _delivered(conn, house, [item.found.message], now)
    for row in rows if result.event is not None else ():
        _apply(conn, house, item, row, result, now)
    if result.suppress and item.found.contact is not None:
        suppressions.add(conn, "address", item.found.contact.email, said, now)
    if result.stops_company:
        _stop_company(conn, house, item, said, now)
    if result.pauses_mailbox:
        mailboxes.change(conn, item.mailbox_id, state="paused", reason=said)
        events.add(
            conn, [events.News("mailbox paused", now, mailbox_id=item.mailbox_id, data={"reason": said})]
        )
    answers.add(conn, _row(item, rows, now))
    events.add(conn, [_line(item, rows, said, now)])


def _said(result: Consequence, item: Item) -> str:
    quoted = f': "{item.judgement.evidence[:120]}"' if item.judgement.evidence else ""
    return f"{result.words or item.judgement.kind.value}{quoted}"


def _apply(
    conn: Connection, house: House, item: Item, row: Enrollment, result: Consequence, now: dt.datetime
) -> None:
    result = news.absence(result, item.judgement, row.aways, now.date())
    if result.event is None:
        return
    values: dict[str, Any] = {}
    if result.event is Event.OUT_OF_OFFICE:
        values = absences.values(conn, house, row, item.judgement.until, now)
    applied = enrollments.apply(conn, [row.id], result.event, now, reason=_said(result, item), values=values)
    ended = [
        before.id for before, after in applied if after in states.FINAL and before.state not in states.FINAL
    ]
    if ended and result.event is not Event.REPLIED:
        tasks.drop_open(conn, ended, now)


def _stop_company(conn: Connection, house: House, item: Item, said: str, now: dt.datetime) -> None:
    """Whoever else is written to at the company, by sequences that say a colleague's answer ends them."""
    contact = item.found.contact
    if contact is None or not contact.organisation:
        return
    others = [
        row
        for row in enrollments.of_organisation(conn, contact.organisation)
        if row.contact_id != contact.id and row.state in states.OPEN
    ]
    stopped = [row.id for row in others if _rule_holds(house, conn, row, item.judgement)]
    enrollments.apply(conn, stopped, Event.STOPPED, now, reason=f"{contact.email} at the same company {said}")


def _rule_holds(house: House, conn: Connection, row: Enrollment, judgement: Judgement) -> bool:
    rule = house.library.script(conn, row.sequence_version_id).definition.stop.company
    return rule == "any reply" or (rule == "positive reply" and judgement.intent == "positive")


def _delivered(conn: Connection, house: House, mails: Sequence[messages.Message], now: dt.datetime) -> None:
    """An answer, a bounce or a Sent copy proves that a mail left, whatever its attempt's end looked like."""
    doubtful = [each for each in mails if each.state in (MessageState.UNKNOWN, MessageState.NOT_SENT)]
    unknowns.settle(conn, house, doubtful, MessageEvent.FOUND, "mail in the mailbox proves it", now)


def found_in_sent(conn: Connection, house: House, mails: Sequence[Inbound], now: dt.datetime) -> None:
    """Copies the provider filed: evidence of what left, and a chance to learn the ids it gave our mails."""
    keys = {key for mail in mails for key in (mail.message_id, *mail.aliases) if key}
    known = messages.by_keys(conn, keys)
    for mail in mails:
        names = [key for key in (mail.message_id, *mail.aliases) if key]
        ours = next((known[key] for key in names if key in known), None)
        if ours is not None:
            messages.add_keys(conn, ours.id, names)
            # We never file copies ourselves, so whoever has one of ours is a provider that does.
            mailboxes.change(conn, ours.mailbox_id, files_sent=True)
            _delivered(conn, house, [ours], now)


def _row(item: Item, rows: Sequence[Enrollment], now: dt.datetime) -> dict[str, Any]:
    judged = item.judgement
    rest = {
        "until": judged.until.isoformat() if judged.until else None,
        "recipient": judged.recipient,
        "status": judged.status,
        "intent": judged.intent,
        "language": judged.language,
        "substitute": judged.substitute,
    }
    return {
        "mailbox_id": item.mailbox_id,
        "dedupe": item.dedupe,
        "folder": item.folder,
        "uidvalidity": item.uidvalidity,
        "uid": item.uid,
        "from_address": item.mail.from_address or "",
        "subject": item.mail.subject,
        "received_at": item.received_at,
        "judged_at": now,
        "kind": judged.kind.value,
        "rule": judged.rule,
        "rules_version": judged.version,
        "evidence": judged.evidence,
        "judgement": {key: value for key, value in rest.items() if value is not None},
        "matched_by": item.found.by,
        "contact_id": item.found.contact_id,
        "enrollment_id": _spoken_of(item, rows),
        "message_id": item.found.message.id if item.found.message else None,
        "body": item.words[:WORDS_LIMIT],
        "raw": item.raw,
    }


def _spoken_of(item: Item, rows: Sequence[Enrollment]) -> int | None:
    if item.found.message is not None:
        return item.found.message.enrollment_id
    return rows[0].id if rows else None


def _line(item: Item, rows: Sequence[Enrollment], said: str, now: dt.datetime) -> events.News:
    data = {
        "from": item.mail.from_address,
        "folder": item.folder,
        "rule": item.judgement.rule,
        "matched_by": item.found.by,
        "words": said,
    }
    message = item.found.message
    return events.News(
        item.judgement.kind.value,
        now,
        _spoken_of(item, rows),
        item.found.contact_id,
        item.mailbox_id,
        message.id if message else None,
        step=message.step if message else "",
        data=data,
    )
