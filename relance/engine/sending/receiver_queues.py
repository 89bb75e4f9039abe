"""Who waits for whom at receiving domains and companies that get only so many mails, as it looks now. Read only; an estimate."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from relance import late
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.reasons import Reason
from relance.engine.schedule import throttle
from relance.engine.schedule.pace import queues, receivers
from relance.engine.schedule.pace.queues import Opens, QueuedGroup, QueuedMail, QueuePlace, ReceiverQueue
from relance.engine.schedule.throttle import Window
from relance.engine.schedule.timezones import ContactZone
from relance.engine.sending import receiver_room
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import arrivals
from relance.engine.store.sending.arrivals import ToArrive
from relance.engine.store.sequences.enrollments import Enrollment

if TYPE_CHECKING:
    from relance.mailbox import address
else:  # for those who send
    (address,) = late.modules("relance.mailbox.address")

MAX_WAITING = 5_000
# Of those who wait at the receivers that are asked about, who are looked at.


class ReceiverQueues:
    """The queues of some receivers."""

    def __init__(self, found: Mapping[str, ReceiverQueue]) -> None:
        self._found = found

    def full(self, email: str) -> Reason | None:
        """Why no more may go to an address now; None: one may."""
        queue = self._found.get(address.receiver(email))
        return None if queue is None or queue.full is None else _told(email, queue.full)

    def place(self, number: int, email: str, at: dt.datetime, opens: Opens) -> QueuePlace | None:
        """Of an enrollment's next mail, which goes at `at` at the earliest; None: nothing bounds what its receiver gets."""
        queue = self._found.get(address.receiver(email))
        return None if queue is None else queue.place(number) or queue.after(at, opens)

    def later(
        self, email: str, at: dt.datetime, opens: Opens, besides: Sequence[dt.datetime] = ()
    ) -> QueuePlace | None:
        """Of a mail that follows somebody's next one, which leaves at `besides`, as others of theirs do."""
        queue = self._found.get(address.receiver(email))
        return None if queue is None else queue.after(at, opens, besides)


def seen(
    conn: Connection, context: Context, addresses: Collection[str], now: dt.datetime
) -> ReceiverQueues | None:
    """At the receivers of these addresses. None: nothing bounds mail to any of them, and nothing was asked."""
    caps = context.options.receivers
    bounded = [] if caps is None else caps.bounded(addresses)
    if caps is None or not bounded:
        return None
    left = arrivals.left_since(conn, bounded, now - throttle.DAY)
    waiting = _waiting(conn, context, bounded, now)
    found = {
        name: ReceiverQueue(caps.windows(name), left[name], waiting.get(name, ()), now) for name in bounded
    }
    return ReceiverQueues(found)


def opening(script: CompiledSequence, step: str, place: ContactZone) -> Opens:
    """When a step lets mail go to somebody."""
    return lambda at: script.opening(step, place, at).at


def is_put_off(row: Enrollment) -> bool:
    """Whether somebody's mail found no place at its receiver when it was tried."""
    return any(each["kind"] == receiver_room.BOUND for each in row.bound)


def why(row: Enrollment, email: str, window: Window | None) -> Reason:
    """What of its receiver keeps a mail: this, or where nothing does now what put it off (`is_put_off`)."""
    return reasons.binding(row.bound[0]) if window is None else _told(email, window)


def _told(email: str, window: Window) -> Reason:
    return receivers.told(address.receiver(email), window)


def _waiting(
    conn: Connection, context: Context, receivers: Sequence[str], now: dt.datetime
) -> Mapping[str, list[QueuedGroup]]:
    people = arrivals.to_arrive(conn, receivers, now + queues.AHEAD, MAX_WAITING)
    on_leave = mailboxes.on_leave(conn, {each.mailbox_id for each in people}) if people else {}
    groups = defaultdict[tuple[str, Opens], list[QueuedMail]](list)
    hours: dict[object, Opens] = {}
    for each in people:
        script = context.library.script(conn, each.version_id)
        place = script.place(each, context.workspace, on_leave.get(each.mailbox_id, ()))
        alike = hours.setdefault((each.version_id, each.step, place), opening(script, each.step, place))
        groups[address.receiver(each.email), alike].append(_who(each, now))
    found = defaultdict[str, list[QueuedGroup]](list)
    for (receiver, alike), members in groups.items():
        found[receiver].append(QueuedGroup(alike, members))
    return found


def _who(each: ToArrive, now: dt.datetime) -> QueuedMail:
    return QueuedMail(each.id, each.follows, each.plan, max(now, each.due_at))
