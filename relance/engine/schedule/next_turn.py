"""How a mailbox's turn ended, and when its next one is: what a server's silence, a refusal or a full day puts off. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from relance import clock
from relance.wording import Text

TROUBLE_MOST = dt.timedelta(hours=1)
# The longest a mailbox whose servers do not answer is left alone.
REFUSALS = 4
# Refusals in a row after which a mailbox is paused whose login worked before: providers say "wrong password" of an outage
# of their own, too. With the pauses between turns in trouble that is a quarter of an hour; more could lock the account.


class EndKind(StrEnum):
    """What ended a turn."""

    DONE = "done"  # everything that could be done
    PARTLY_SEEN = (
        "partly seen"  # the same, but not all of the mailbox was read: first mails went, follow-ups wait
    )
    DEFERRED = "deferred"  # a server is asked by other mailboxes first: it was not asked
    NOT_REACHED = "not reached"  # the servers were not reached, or did not let us work
    REFUSED = "refused"  # they refused what only a person can mend
    FAULT = "fault"  # an unexpected error of ours


TROUBLE = frozenset({EndKind.NOT_REACHED, EndKind.REFUSED, EndKind.FAULT})
"""After these the mailbox is left alone for a while."""


@dataclass(frozen=True)
class Continue:
    """A stage of a turn is over, and the next one follows; `reason` says what it could not do."""

    reason: Text | str = ""


@dataclass(frozen=True)
class EndTurn:
    """The turn is over. `wait`: seconds of machine time, where a server is to be asked later."""

    kind: EndKind
    reason: Text | str = ""
    wait: float = 0.0


Ending = Continue | EndTurn


def ended(last: Ending, reason: Text | str) -> EndTurn:
    """How a turn ended whose last stage said `last`; `reason` is what an earlier one could not do."""
    if isinstance(last, EndTurn):
        return EndTurn(last.kind, last.reason or reason, last.wait)
    return EndTurn(EndKind.PARTLY_SEEN if reason else EndKind.DONE, reason)


@dataclass(frozen=True)
class Run:
    """Turns in a row that were in trouble, and logins in a row that were refused."""

    troubles: int
    logins_refused: int


def give_up_at(*, worked_before: bool) -> int:
    """At the how-manieth refused login in a row a mailbox is paused."""
    return REFUSALS if worked_before else 1


def after(end: EndTurn, before: Run, *, granted: bool) -> Run:
    """The run with this turn in it. `granted`: the last server that was asked let us in, whatever came of the turn then."""
    if end.kind is EndKind.DEFERRED:  # nobody was asked: nothing is known that was not known before
        return before
    troubles = before.troubles + 1 if end.kind in TROUBLE or end.kind is EndKind.PARTLY_SEEN else 0
    if end.kind is EndKind.REFUSED:
        return Run(troubles, before.logins_refused + 1)
    # A commit that was lost takes nothing from a login that worked.
    return Run(troubles, before.logins_refused if end.kind in TROUBLE and not granted else 0)


@dataclass(frozen=True)
class Outlook:
    """What is known of a mailbox when a turn for it ends."""

    troubles: int  # turns in a row in trouble, with this one
    sent: int = 0
    more: bool = False  # something is due that could be done at once
    waiting: bool = False  # somebody's mail waits for another mailbox to be read
    locked_out: bool = False  # paused for a login that its server refuses
    allowed_at: dt.datetime | None = None  # when its pace lets the next mail go; None: at once
    due: dt.datetime | None = None  # when the next first mail is due
    read_at: dt.datetime | None = None  # when it was last read to its end
    reply_at: dt.datetime | None = (
        None  # when an answer that a person wrote is to leave, whatever the pace says
    )


@dataclass(frozen=True)
class Pauses:
    """How long a mailbox is left alone, in business time."""

    read_every: dt.timedelta
    trouble: dt.timedelta
    scale: float = 1.0  # seconds of business time in one of machine time


def next_turn(end: EndTurn, outlook: Outlook, pauses: Pauses, now: dt.datetime) -> dt.datetime:
    """When the mailbox's next turn is."""
    planned = _planned(end, outlook, pauses, now)
    if outlook.reply_at is None or end.kind is EndKind.DEFERRED or outlook.troubles:
        return planned
    return min(planned, max(outlook.reply_at, now))


def _planned(end: EndTurn, outlook: Outlook, pauses: Pauses, now: dt.datetime) -> dt.datetime:
    """When it is, but for what people wrote."""
    if end.kind is EndKind.DEFERRED:
        return now + dt.timedelta(seconds=end.wait * pauses.scale)
    if outlook.troubles:
        return _after_trouble(end, outlook, pauses, now)
    if outlook.more:
        return now
    if outlook.waiting:
        soon = now + pauses.trouble
        return min(soon, outlook.allowed_at or soon) if outlook.sent else soon
    if outlook.locked_out:
        return now + pauses.read_every  # or it would be asked for in every round
    reading = (outlook.read_at or now) + pauses.read_every
    if outlook.due is None:
        return reading
    return min(reading, max(outlook.due, outlook.allowed_at or outlook.due, now))


def time_to_read(synced_at: dt.datetime | None, now: dt.datetime, every: dt.timedelta) -> bool:
    """Whether a mailbox that was last read to its end then is to be read again, whatever is due."""
    last = clock.believed(synced_at, now)
    return last is None or now - last >= every


def _after_trouble(end: EndTurn, outlook: Outlook, pauses: Pauses, now: dt.datetime) -> dt.datetime:
    """Later and later; a mailbox that was only partly seen but sends goes on at its pace."""
    later = now + min(pauses.trouble * int(2 ** min(outlook.troubles - 1, 10)), TROUBLE_MOST)
    soon = now if outlook.more else outlook.allowed_at
    return min(later, soon) if outlook.sent and soon is not None and end.kind not in TROUBLE else later
