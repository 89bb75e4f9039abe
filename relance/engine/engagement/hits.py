"""Opens, clicks and unsubscribes: recorded as they come, judged when they have settled."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import Connection

from relance import errors, late
from relance.clock import machine_now
from relance.engine.context import Context
from relance.engine.engagement import own_hits
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.event_log.of_mails import MessageClicked, MessageOpened
from relance.engine.event_log.of_people import EnrollmentUnsubscribed
from relance.engine.journal.opt_outs import OptOut, OptOuts
from relance.engine.reasons import Code, because
from relance.engine.states import Event
from relance.engine.store import events
from relance.engine.store.contacts import contacts, hits, suppressions
from relance.engine.store.contacts.hits import StoredHit
from relance.engine.store.events import NewEvent
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences import enrollments, tasks
from relance.engine.store.sequences.enrollments import Enrollment
from relance.engine.store.users import sessions
from relance.tracking import judge
from relance.tracking.desk import OptOutResult
from relance.tracking.hits import Hit
from relance.tracking.tokens import Purpose

if TYPE_CHECKING:
    from relance.tracking import pages
else:  # every command carries out what was written down; pages are for those who serve them
    (pages,) = late.modules("relance.tracking.pages")

log = logging.getLogger(__name__)

BATCH = 200
# Hits judged in one transaction.
MAX_HITS = 500
# Kept of one mail. Whoever asks for a link more often than that is no reader, and each is judged beside all the others.
MOST_OF_MACHINES = MAX_HITS // 2
# What is a machine's at first sight takes no more than half of a mail's room.
MOST_OF_A_NETWORK = 50
# Kept of one mail from one network: a reader has several.


@dataclass(frozen=True)
class TrackingDesk:
    """What the tracking pages ask of us. Called from many threads."""

    context: Context

    def record(self, found: Sequence[Hit]) -> None:
        """Keep opens and clicks, of mails that we know and that have room for them."""
        with self.context.database.note() as conn:
            _keep(conn, found)

    def clicked(self, hit: Hit) -> str | None:
        """Keep a click and say where it leads; None for a link we never made."""
        with self.context.database.write() as conn:
            _keep(conn, [hit])
            links = messages.links(conn, hit.message)
        return str(links[hit.index]["target"]) if 0 <= hit.index < len(links) else hit.carried or None

    def keep(self, hit: Hit) -> bool:
        """Write a no down on this host."""
        return keep(self.context.noes, hit)

    def unsubscribe(self, hit: Hit) -> OptOutResult:
        """Suppress the recipient and stop everything they are in; in force when this returns so."""
        with self.context.database.write() as conn:
            mail = messages.by_id(conn, hit.message)
            recipient = hit.carried or (mail.recipient if mail else "")
            if not recipient:
                return OptOutResult.UNKNOWN
            unsubscribe(conn, recipient, mail, hit.at)
        self.context.noes.drop(recipient)
        return OptOutResult.IN_FORCE

    def replay(self) -> None:
        """Carry out what was written down while the database was away."""
        replay(self.context)

    def contact_of(self, hit: Hit) -> str | None:
        """The recipient's address, masked."""
        if hit.carried:
            return pages.mask(hit.carried)
        with self.context.database.read() as conn:
            mail = messages.by_id(conn, hit.message)
        return pages.mask(mail.recipient) if mail else None


NOT_YET = "the database is not open yet"


@dataclass(frozen=True)
class WaitingDesk:
    """What the tracking pages can ask before there is a database: links lead on, and a no is written down."""

    noes: OptOuts

    def record(self, found: Sequence[Hit]) -> None:
        """Later."""
        del found
        raise errors.Unreachable(NOT_YET)

    def clicked(self, hit: Hit) -> str | None:
        """Where an older link leads stands in the database."""
        del hit
        raise errors.Unreachable(NOT_YET)

    def keep(self, hit: Hit) -> bool:
        """Write a no down on this host."""
        return keep(self.noes, hit)

    def unsubscribe(self, hit: Hit) -> OptOutResult:
        """Later."""
        del hit
        raise errors.Unreachable(NOT_YET)

    def replay(self) -> None:
        """Nothing can be carried out yet."""

    def contact_of(self, hit: Hit) -> str | None:
        """The recipient's address, masked."""
        return pages.mask(hit.carried) if hit.carried else None


def keep(noes: OptOuts, hit: Hit) -> bool:
    """Write a no down; False where that cannot be. A link that names nobody says too little to be kept."""
    if not hit.carried:
        return False
    try:
        noes.keep(OptOut(hit.carried, hit.message, hit.at))
    except OSError as refused:
        log.error("an unsubscribe request could not be recorded: %s", refused)
        return False
    return True


def replay(context: Context) -> int:
    """Carry out every no that the database has not heard; returns how many. Raises where the database is in the way."""
    count = 0
    for no in context.noes.waiting():
        try:
            with context.database.write() as conn:
                unsubscribe(conn, no.recipient, messages.by_id(conn, no.message), no.at)
        except errors.RelanceError:
            raise
        except Exception:
            log.exception("an unsubscribe request could not be applied; it is kept for later")
            continue
        context.noes.drop(no.recipient)
        count += 1
    return count


def _keep(conn: Connection, found: Sequence[Hit]) -> None:
    """Keep those hits whose mail we know, and has room for them."""
    kept = hits.kept(conn, {hit.message for hit in found})
    rows = []
    for hit in found:
        of_mail = kept.get(hit.message)
        if of_mail is not None and has_room(hit, of_mail.total(), of_mail[hit.network]):
            of_mail[hit.network] += 1
            rows.append(_row(hit))
    hits.add_all(conn, rows)


def has_room(hit: Hit, kept: int, of_network: int) -> bool:
    """Whether a mail of which so many hits are kept, so many of them from the hit's network, has room for one more."""
    if hit.network and of_network >= MOST_OF_A_NETWORK:
        return False
    if kept < min(MOST_OF_MACHINES, MAX_HITS):
        return True
    return kept < MAX_HITS and judge.at_first_sight(hit) is not judge.HitKind.MACHINE


def _row(hit: Hit) -> dict[str, Any]:
    return {
        "message_id": hit.message,
        "at": hit.at,
        "kind": hit.purpose.value,
        "link": hit.index,
        "method": hit.method,
        "user_agent": hit.user_agent,
        "network": hit.network,
        "language": hit.has_language,
        "prefetch": hit.prefetch,
        "reasons": [],
    }


BY_LINK = because(Code.UNSUBSCRIBED_BY_LINK)


_RECIPIENT = Actor(ActorKind.RECIPIENT)


@actors.acting(_RECIPIENT)
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
        about = (mail.enrollment_id, mail.contact_id, mail.mailbox_id, mail.id, mail.step)
        events.record_cause(conn, NewEvent(_SAID_NO, now, *about), [row.id for row in rows])
    else:
        for who in people:
            mine = [row.id for row in rows if row.contact_id == who]
            events.record_cause(conn, NewEvent(_SAID_NO, now, contact_id=who), mine)


_SAID_NO = EnrollmentUnsubscribed(BY_LINK)


def judge_settled(context: Context, now: dt.datetime) -> int:
    """Judge hits whose settling time is over; returns how many. They are read and judged without holding up any writer."""
    limits = context.options.hits
    with context.database.read() as conn:
        settled = hits.unjudged(conn, now - limits.settling, BATCH)
        found = verdicts(conn, settled, now, limits) if settled else []
    if not found:
        return 0
    with context.database.write() as conn:
        ours = hits.judge(conn, [(each.id, v.kind.value, v.reasons, v.rules_version) for each, v in found])
        told = [(each, v) for each, v in found if each.id in ours and v.kind is judge.HitKind.HUMAN]
        rows = {row.id: row for row in enrollments.by_ids(conn, [each.enrollment_id for each, _ in told])}
        with actors.acting(_RECIPIENT):
            events.record_events(conn, [_event(rows[each.enrollment_id], each, v) for each, v in told])
    return len(settled)


def verdicts(
    conn: Connection, settled: Sequence[StoredHit], now: dt.datetime, limits: judge.HitLimits
) -> list[tuple[StoredHit, judge.HitVerdict]]:
    """Each of these hits with its verdict by all that is known around it."""
    clicks = hits.clicks_of(conn, {each.message_id for each in settled})
    near = {number: judge.Nearby(found, limits.burst) for number, found in clicks.items()}
    browsers = sessions.of_owners(conn, {each.mailbox_id for each in settled})
    found = []
    for each in settled:
        around = _context(conn, each, near[each.message_id], now, limits)
        mine = own_hits.is_own(each, browsers, machine_now() - (now - each.at))
        found.append((each, judge.judge(_hit(each), dataclasses.replace(around, own=mine), limits)))
    return found


def _context(
    conn: Connection, hit: StoredHit, near: judge.Nearby, now: dt.datetime, limits: judge.HitLimits
) -> judge.HitContext:
    crowd = 1
    if hit.network:
        span = (hit.at - limits.crowd, hit.at + limits.crowd)
        crowd = max(1, hits.mails_from_network(conn, hit.network, *span, most=limits.crowd_size))
    links = near.links(hit.at) if hit.kind == Purpose.CLICK.value else 1
    return judge.HitContext(now, hit.accepted_at, links, crowd)


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


def _event(row: Enrollment, hit: StoredHit, verdict: judge.HitVerdict) -> NewEvent:
    told = MessageClicked if hit.kind == Purpose.CLICK.value else MessageOpened
    data = told(hit.link, list(verdict.reasons))
    return NewEvent.of(row, data, hit.at, message_id=hit.message_id, step=hit.step)


def settles_at(
    conn: Connection, context: Context, enrollment_id: int, now: dt.datetime
) -> dt.datetime | None:
    """When the last click on an enrollment's mails that nobody judged yet will have settled; None when there is none."""
    at = hits.last_unjudged(conn, enrollment_id)
    return None if at is None else max(at + context.options.hits.settling, now + dt.timedelta(seconds=1))


def next_settled(conn: Connection, context: Context) -> dt.datetime | None:
    """When the next hit may be judged."""
    at = hits.next_unjudged(conn)
    return None if at is None else at + context.options.hits.settling
