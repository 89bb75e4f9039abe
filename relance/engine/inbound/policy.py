"""What each kind of mail does to a sequence (what stops it, what a bounce does): one table, read top to bottom. Pure."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from relance.complete import complete
from relance.engine.reasons import Code
from relance.engine.schedule.waits import AWAY_DAYS, Wait
from relance.engine.states import Event
from relance.mailbox.failures import ABOUT_ADDRESS
from relance.mailbox.parsing.inbound import Classification, Kind, Speaker


class Certainty(StrEnum):
    """How sure we are whom a mail is from."""

    CERTAIN = "certain"  # it answers a mail of ours, or comes from the person's own address
    SOFT = "soft"  # somebody at the same company, about the same subject
    NONE = "none"


@dataclass(frozen=True)
class Consequence:
    """What is to be done. Nothing at all when every field is at its default."""

    event: Event | None = None
    suppress: bool = False  # the person's address goes on the suppression list
    tells_company: bool = False  # the rules about colleagues are asked
    pauses_mailbox: bool = False  # the server we send through refuses us
    refused_there: bool = False  # a receiving organisation refuses this mailbox's mail
    code: Code | None = None  # the reason that stands beside the state; `params` are its parameters
    params: Mapping[str, Any] = field(default_factory=dict)


NOTHING = Consequence()

CERTAIN: Mapping[Kind, Consequence] = complete(
    Kind,
    {
        Kind.HUMAN: Consequence(Event.REPLIED, tells_company=True, code=Code.ANSWERED),
        Kind.CALENDAR: Consequence(Event.REPLIED, tells_company=True, code=Code.ANSWERED_INVITATION),
        Kind.OPT_OUT: Consequence(Event.UNSUBSCRIBED, suppress=True, tells_company=True, code=Code.OPTED_OUT),
        Kind.COMPLAINT: Consequence(
            Event.COMPLAINED, suppress=True, tells_company=True, code=Code.COMPLAINED
        ),
        Kind.HARD_BOUNCE: Consequence(Event.BOUNCED, suppress=True, code=Code.ADDRESS_DEAD),
        Kind.BLOCKED: Consequence(Event.HELD, refused_there=True, code=Code.THEY_REFUSE_MAILBOX),
        Kind.SOFT_BOUNCE: Consequence(code=Code.CAME_BACK_FOR_NOW),
        Kind.OUT_OF_OFFICE: Consequence(Event.OUT_OF_OFFICE, code=Code.OUT_OF_OFFICE),
        Kind.LEFT_COMPANY: Consequence(Event.STOPPED, tells_company=True, code=Code.LEFT_COMPANY),
        Kind.UNREADABLE: Consequence(Event.HELD, code=Code.UNREADABLE),
        Kind.CHALLENGE: Consequence(Event.HELD, code=Code.CHALLENGED),
        Kind.AUTO_REPLY: Consequence(code=Code.AUTO_REPLY),
        Kind.RECEIPT: Consequence(code=Code.RECEIPT),
        Kind.LIST_MAIL: Consequence(code=Code.LIST_MAIL),
        Kind.OWN_COPY: NOTHING,
    },
)
"""For a mail that is certainly from, or about, the contact."""

SOFT: Mapping[Kind, Consequence] = complete(
    Kind,
    {
        Kind.HUMAN: Consequence(Event.HELD, code=Code.COMPANY_MAY_HAVE_ANSWERED),
        Kind.CALENDAR: Consequence(Event.HELD, code=Code.COMPANY_MAY_HAVE_ANSWERED),
        Kind.OPT_OUT: Consequence(Event.HELD, code=Code.COMPANY_MAY_HAVE_OPTED_OUT),
        Kind.UNREADABLE: Consequence(Event.HELD, code=Code.COMPANY_UNREADABLE),
        Kind.COMPLAINT: NOTHING,
        Kind.HARD_BOUNCE: NOTHING,
        Kind.BLOCKED: NOTHING,
        Kind.SOFT_BOUNCE: NOTHING,
        Kind.OUT_OF_OFFICE: NOTHING,
        Kind.LEFT_COMPANY: NOTHING,
        Kind.CHALLENGE: NOTHING,
        Kind.AUTO_REPLY: NOTHING,
        Kind.RECEIPT: NOTHING,
        Kind.LIST_MAIL: NOTHING,
        Kind.OWN_COPY: NOTHING,
    },
)
"""For a mail that only may be about the contact: what could be a person's answer holds, the rest says nothing."""

BLOCKED_HERE = Consequence(Event.HELD, pauses_mailbox=True, code=Code.PROVIDER_REFUSES)
"""For a mail that the server we send through gave back: a quota, an account. The next one will fare the same."""

BLOCKED_SOMEWHERE = Consequence(Event.HELD, refused_there=True, code=Code.REFUSED_SOMEWHERE)
"""For a refusal that either side may have spoken: mail to them is held, and a second organisation's is the mailbox's."""

DOUBTFUL = Consequence(
    Event.HELD,
    code=Code.CAME_BACK_DOUBTFUL,
)
"""For a hard bounce that names no clear reason: nobody is lost on one such word."""

_BLOCKED = complete(
    Speaker,
    {
        Speaker.OWN: BLOCKED_HERE,
        Speaker.RECEIVER: CERTAIN[Kind.BLOCKED],
        Speaker.UNKNOWN: BLOCKED_SOMEWHERE,
    },
)

_TABLES = complete(
    Certainty,
    {
        Certainty.CERTAIN: CERTAIN,
        Certainty.SOFT: SOFT,
        Certainty.NONE: complete(Kind, dict.fromkeys(Kind, NOTHING)),
    },
)


def consequence(match: Certainty, judgement: Classification) -> Consequence:
    """What a mail of this kind, matched this surely, leads to. What only a later release knows is as good as unreadable here: a person
    must look."""
    if match not in _TABLES or judgement.kind not in CERTAIN:
        return _TABLES.get(match, CERTAIN)[Kind.UNREADABLE]
    if match is Certainty.CERTAIN and judgement.kind is Kind.HARD_BOUNCE and not judgement.definite:
        return DOUBTFUL
    if match is Certainty.CERTAIN and judgement.kind is Kind.BLOCKED:
        return _BLOCKED[judgement.speaker]
    return _TABLES[match][judgement.kind]


AWAY_MOST = 3
# Absences that move one enrollment; the next one holds it, for a person to decide.
AWAY_LONGEST = dt.timedelta(days=120)
# A date further off is more likely misread than meant; a person decides.


@dataclass(frozen=True)
class Absences:
    """What is known of somebody's absences besides the reply at hand."""

    count: int  # how many have moved this enrollment
    said_again: bool = False  # an earlier reply named the same day of return: it is the same absence
    back_known: bool = False  # they are away already, until a time that is still ahead
    without_date: Wait | None = AWAY_DAYS
    # For how long the sequence takes somebody to be away who does not say until when; None: a person is asked.


def absence(
    consequence: Consequence, judgement: Classification, known: Absences, today: dt.date
) -> Consequence:
    """An out-of-office reply moves an enrollment only so often and only so far; then a person decides, and also where it names no day
    and the sequence wants that."""
    if consequence.event is not Event.OUT_OF_OFFICE:
        return consequence
    if known.count >= AWAY_MOST and not known.said_again:
        return Consequence(Event.HELD, code=Code.OUT_OF_OFFICE_AGAIN, params={"count": known.count + 1})
    if judgement.until is not None and judgement.until - today > AWAY_LONGEST:
        return Consequence(Event.HELD, code=Code.OUT_OF_OFFICE_LONG, params={"until": judgement.until})
    return (
        consequence if judgement.until is not None or known.back_known else _without_date(consequence, known)
    )


def _without_date(consequence: Consequence, known: Absences) -> Consequence:
    if known.without_date is None:
        return Consequence(Event.HELD, code=Code.OUT_OF_OFFICE_NO_DATE)
    wait = known.without_date.text
    return dataclasses.replace(consequence, code=Code.OUT_OF_OFFICE_ASSUMED, params={"wait": wait})


SOFT_BOUNCES_MOST = 3
# Mails of one enrollment that come back for now; then the address is likelier dead than busy.


def soft_bounces(consequence: Consequence, count: int) -> Consequence:
    """What a mail that came back for now leads to when it is the `count`th."""
    if count < SOFT_BOUNCES_MOST:
        return consequence
    return Consequence(Event.HELD, code=Code.CAME_BACK_OFTEN, params={"count": count})


def hard_bounces(
    consequence: Consequence, judgement: Classification, span: dt.timedelta | None
) -> Consequence:
    """What a doubtful hard bounce leads to. `span`: since the first one of the same person, if there was one. What is said of the
    address, and again days later, is proof; what nothing explains proves nothing however often it is said."""
    again = span is not None and span >= APART and judgement.failure in ABOUT_ADDRESS
    return CERTAIN[Kind.HARD_BOUNCE] if again else consequence


APART = dt.timedelta(days=2)
# A fault of a server's is said to everybody, and is over after days rather than weeks.
