"""Opens, clicks and unsubscribes: recorded as they come, judged when they have settled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine.house import House
from relance.engine.states import Event
from relance.engine.store import contacts, enrollments, events, hits, messages, suppressions, tasks
from relance.engine.store.hits import StoredHit
from relance.engine.store.messages import Message
from relance.tracking import judge, pages
from relance.tracking.desk import Heard
from relance.tracking.hits import Hit
from relance.tracking.tokens import Purpose

BATCH = 500
# Hits judged in one transaction.
MOST_HITS = 500
# Kept of one mail. Whoever asks for a link more often than that is no reader, and each is judged beside all the others.


@dataclass(frozen=True)
class TrackingDesk:
    """What the tracking pages ask of us. Called from many threads."""

    house: House

    def opened(self, hit: Hit) -> None:
        """Keep an open."""
        self._keep(hit, "open")

    def clicked(self, hit: Hit) -> str | None:
        """Keep a click and say where it leads; None for a link we never made."""
        message = self._keep(hit, "click")
        if message is None or not 0 <= hit.index < len(message.links):
            return hit.carried or None
        return str(message.links[hit.index]["target"])

    def unsubscribe(self, hit: Hit) -> Heard:
        """Suppress the recipient and stop everything they are in; in force when this returns so."""
        with self.house.database.write() as conn:
            mail = messages.by_id(conn, hit.message)
            recipient = hit.carried or (mail.recipient if mail else "")
            if not recipient:
                return Heard.UNKNOWN
            unsubscribe(conn, recipient, mail, hit.at)
        return Heard.IN_FORCE

    def contact_of(self, hit: Hit) -> str | None:
        """The recipient's address, masked."""
        if hit.carried:
            return pages.mask(hit.carried)
        with self.house.database.read() as conn:
            mail = messages.by_id(conn, hit.message)
        return pages.mask(mail.recipient) if mail else None

    def _keep(self, hit: Hit, kind: str) -> Message | None:
        with self.house.database.write() as conn:
            message = messages.by_id(conn, hit.message)
            if message is not None and hits.count(conn, message.id) < MOST_HITS:
                hits.add(
                    conn,
                    message_id=message.id,
                    at=hit.at,
                    kind=kind,
                    link=hit.index,
                    method=hit.method,
                    user_agent=hit.user_agent,
                    network=hit.network,
                    language=hit.has_language,
                    prefetch=hit.prefetch,
                )
        return message


BY_LINK = "asked for no more mail by the link in it"


def unsubscribe(conn: Connection, recipient: str, mail: Message | None, now: dt.datetime) -> None:
    """One person wants no more: suppress, stop, drop what was planned. Repeating changes nothing.

    Without the `mail` whose link it was (a database put back from a backup forgot it) the address alone says who.
    """
    known = contacts.by_emails(conn, [recipient]).values()
    people = sorted({each.id for each in known} | ({mail.contact_id} if mail else set()))
    rows = enrollments.of_contact(conn, people)
    enrollments.apply(conn, [row.id for row in rows], Event.UNSUBSCRIBED, now, reason=BY_LINK)
    if not suppressions.insist(conn, recipient, BY_LINK, now):
        return
    tasks.drop_open(conn, [row.id for row in rows], now)
    if mail is not None:
        events.add(conn, [_said_no(mail, now)])
    else:
        events.add(conn, [events.News("unsubscribed", now, contact_id=who, data=_WHY) for who in people])


_WHY = {"reason": BY_LINK}


def _said_no(mail: Message, now: dt.datetime) -> events.News:
    return events.News(
        "unsubscribed", now, mail.enrollment_id, mail.contact_id, mail.mailbox_id, mail.id, mail.step, _WHY
    )


def judge_settled(house: House, now: dt.datetime) -> int:
    """Judge hits whose settling time is over; returns how many."""
    limits = house.options.hits
    with house.database.write() as conn:
        settled = hits.unjudged(conn, now - limits.settling, BATCH)
        verdicts = [(each, _verdict(conn, each, now, limits)) for each in settled]
        hits.judge(conn, [(each.id, v.kind.value, v.reasons, v.rules_version) for each, v in verdicts])
        events.add(conn, [_line(conn, each, v) for each, v in verdicts if v.kind is judge.Kind.HUMAN])
    return len(settled)


def _verdict(conn: Connection, hit: StoredHit, now: dt.datetime, limits: judge.Limits) -> judge.Verdict:
    value = _hit(hit)
    crowd = 1
    if hit.network:
        crowd = hits.mails_from_network(conn, hit.network, hit.at - limits.crowd, hit.at + limits.crowd)
    around = [_hit(each) for each in hits.around(conn, hit.message_id)]
    context = judge.context_of(value, around, now=now, accepted_at=hit.accepted_at, limits=limits)
    wider = judge.HitContext(
        now, hit.accepted_at, context.links_nearby, max(crowd, context.recipients_nearby)
    )
    return judge.judge(value, wider, limits)


def _hit(hit: StoredHit) -> Hit:
    return Hit(
        purpose=Purpose(hit.kind),
        message=hit.message_id,
        index=hit.link,
        at=hit.at,
        method=hit.method,
        user_agent=hit.user_agent,
        network=hit.network,
        has_language=hit.language,
        prefetch=hit.prefetch,
    )


def _line(conn: Connection, hit: StoredHit, verdict: judge.Verdict) -> events.News:
    row = enrollments.by_ids(conn, [hit.enrollment_id])[0]
    kind = "clicked" if hit.kind == "click" else "opened"
    data = {"link": hit.link, "reasons": list(verdict.reasons)}
    return events.News(kind, hit.at, row.id, row.contact_id, row.mailbox_id, hit.message_id, hit.step, data)


def settles_at(conn: Connection, house: House, enrollment_id: int, now: dt.datetime) -> dt.datetime | None:
    """When the last click on an enrollment's mails that nobody judged yet will have settled; None when there is none."""
    at = hits.last_unjudged(conn, enrollment_id)
    return None if at is None else max(at + house.options.hits.settling, now + dt.timedelta(seconds=1))


def next_settled(conn: Connection, house: House) -> dt.datetime | None:
    """When the next hit may be judged."""
    at = hits.next_unjudged(conn)
    return None if at is None else at + house.options.hits.settling
