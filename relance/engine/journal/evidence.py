"""What a mail in a mailbox shows of mails of ours, by what it carries and by no row. Pure.

A copy shows that its own mail left, and when. Whatever names one of our Message-IDs (an answer, a bounce, a later mail of
the thread) shows that this one left, but not when.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from relance.engine.journal.own_message_ids import OwnMessageId, OwnMessageIds
from relance.mailbox.parsing import authorship
from relance.mailbox.parsing.inbound import InboundMail
from relance.tracking.links import Links
from relance.tracking.tokens import Claim

GRACE_PERIOD = dt.timedelta(minutes=30)
# Providers file Sent copies within seconds, but bounces and slow queues take longer.

_ADDRESS = re.compile(r"<(https?://[^<>\s]+)>")


@dataclass(frozen=True)
class Evidence:
    """One mail of ours that left. `own` is None where only its sealed link tells that it is ours."""

    own: OwnMessageId | None
    at: dt.datetime  # the copy's own date; else when the mail came that names it
    recipients: tuple[str, ...]  # who it may have gone to
    copy: bool = False
    answered: bool = False  # a mail that came in names it
    names: tuple[str, ...] = ()  # every id the copy bears
    subject: str = ""
    thread: str = ""  # the first of its References
    number: int | None = None  # of the message, as its links say


def link(links: Links, mail: InboundMail) -> Claim | None:
    """What the unsubscribe link in a mail's header says, where it is one of ours."""
    found = _ADDRESS.findall(mail.header("list-unsubscribe") or "")
    return next((claim for each in found if (claim := links.sealed(each)) is not None), None)


def of_copy(ids: OwnMessageIds, links: Links, mail: InboundMail, seen: dt.datetime) -> list[Evidence]:
    """What a mail from one of our own addresses shows: that it left itself, and what it carries on."""
    own = next(iter(ids.find_ours(_names(mail))), None)
    claim = link(links, mail)
    earlier = _named(ids, mail, seen, mail.to)
    if own is None and claim is None:
        return earlier
    carried = (claim.carried,) if claim and claim.carried else ()
    itself = Evidence(
        own,
        min(mail.date or seen, seen),
        tuple(dict.fromkeys((*mail.to, *carried))),
        copy=True,
        names=_names(mail),
        subject=mail.subject,
        thread=next(iter(mail.references), ""),
        number=claim.message if claim else None,
    )
    return [*(each for each in earlier if own is None or each.own != own), itself]


def of_incoming(ids: OwnMessageIds, mail: InboundMail, seen: dt.datetime) -> list[Evidence]:
    """What an answer or a bounce shows: the mails of ours it names."""
    about = [each for report in mail.reports for each in (report.original_recipient, report.final_recipient)]
    writers = (
        *authorship.sure(mail, ()),
        *authorship.possible(mail, ()),
        *(each.lower() for each in about if each),
    )
    found = _named(ids, mail, seen, tuple(dict.fromkeys(writers)))
    return [replace(each, answered=True) for each in found]


def _names(mail: InboundMail) -> tuple[str, ...]:
    return tuple(each for each in (mail.message_id, *mail.aliases) if each)


def _named(ids: OwnMessageIds, mail: InboundMail, at: dt.datetime, people: tuple[str, ...]) -> list[Evidence]:
    envelopes = [report.envelope_id for report in mail.reports if report.envelope_id]
    plus = [
        f"<{local.partition('+')[2]}@{home}>" for local, _, home in (each.rpartition("@") for each in mail.to)
    ]
    said = (*mail.references, *mail.in_reply_to, *mail.returned_ids, *mail.aliases, *envelopes, *plus)
    return [Evidence(own, at, people) for own in ids.find_ours(said)]


def gathered(found: Iterable[Evidence]) -> list[Evidence]:
    """Each mail once, oldest first: by its copy where there is one; answered if any mail that came in names it."""
    best: dict[object, Evidence] = {}
    for each in found:
        key = each.own.fingerprint if each.own else each.number
        known = best.get(key)
        chosen = each if known is None or (each.copy and not known.copy) else known
        best[key] = replace(chosen, answered=each.answered or (known is not None and known.answered))
    return sorted(best.values(), key=lambda each: each.at)


def ids_of(found: Sequence[Evidence]) -> set[str]:
    """Every id by which the database may know one of these."""
    return {key for each in found for key in (*each.names, *([each.own.message_id] if each.own else []))}


def shown_absent(before: dt.datetime, files_sent: bool | None, synced_at: dt.datetime | None) -> bool:
    """Whether a missing copy says that nothing left: the provider files every mail, and all was read since. Pure.

    A copy may come a while after its mail: a look earlier than that shows nothing.
    """
    return bool(files_sent) and synced_at is not None and synced_at >= before + GRACE_PERIOD
