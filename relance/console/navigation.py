"""What stands around every page: the rail with its counts, one sentence on how things stand, and the keys of the page."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relance.console.asked import Asked
from relance.engine.reporting.concerns import ConcernKind
from relance.engine.reporting.status import Status
from relance.engine.roles import Permission
from relance.wording import Text, _, brief

if TYPE_CHECKING:
    from relance.console.pages import Rail


@dataclass(frozen=True)
class Place:
    """A place in the rail, as somebody sees it now."""

    path: str
    label: str
    icon: str
    here: bool
    phone: bool
    count: int | None = None  # None: nothing is counted there


@dataclass(frozen=True)
class OverallState:
    """How things stand, in one sentence. `tone`: good, warn, bad."""

    tone: str
    words: str


def rail(visit: Asked) -> list[Place]:
    """The places that the viewer may go to."""
    if visit.viewer is None:
        return []
    numbers, path = counts(visit), visit.request.url.path
    found = []
    for page in visit.site.in_rail:
        if page.rail is not None and page.open_to(visit.viewer):
            here = path == page.path or (page.path != "/" and path.startswith(f"{page.path}/"))
            found.append(_place(page.path, page.rail, here, numbers))
    return found


def _place(path: str, rail: Rail, here: bool, numbers: Mapping[str, int]) -> Place:
    return Place(path, _(rail.label), rail.icon, here, rail.phone, numbers.get(rail.count))


def counts(visit: Asked) -> Mapping[str, int]:
    """What is counted in the rail, by the names that pages give (`Watch.counts`)."""
    if visit.viewer is None or not visit.viewer.may(Permission.LOOK):
        return {}
    return visit.site.watch.counts(visit)


def state(visit: Asked) -> OverallState | None:
    """How things stand, for somebody who is signed in; a salesperson is told of their own mailboxes only."""
    if visit.viewer is None or not visit.viewer.may(Permission.LOOK):
        return None
    if visit.site.installation.clock.stands:
        return OverallState(
            "warn", _("This demo has ended and its clock stands still: nothing is sent any more.")
        )
    found = visit.site.watch.status(visit.language)
    if not visit.viewer.scope.everything:
        return sentence(
            _of_mailboxes(found, visit.site.watch.own_mailboxes(visit)), any_mailbox=bool(found.mailboxes)
        )
    return sentence(found)


def _of_mailboxes(found: Status, own: Collection[str]) -> Status:
    """What it says of these mailboxes and of the whole, and of no other mailbox. Pure."""
    others = {each.address for each in found.mailboxes if each.address not in own}
    return dataclasses.replace(
        found,
        mailboxes=tuple(each for each in found.mailboxes if each.address in own),
        concerns=tuple(each for each in found.concerns if each.subject not in others),
    )


def sentence(status: Status, *, any_mailbox: bool = False) -> OverallState:
    """In one sentence; `any_mailbox`: there is one, whoever's it is. Pure."""
    if status.halted:
        return OverallState("bad", _("Nothing is being sent: {why}", why=status.halted))
    grave = next((each for each in status.concerns if each.grave), None)
    if grave is not None:
        return OverallState("bad", grave.plain or grave.words)
    unsure = next((each for each in status.concerns if each.kind in _UNSURE), None)
    if unsure is not None:
        return OverallState("warn", unsure.words)
    if not status.mailboxes and any_mailbox:
        return OverallState("warn", _("None of the mailboxes is yours. A manager can assign one to you."))
    if not status.mailboxes:
        return OverallState("warn", _("Nothing is being sent yet: there is no mailbox."))
    if (room_at := _all_full_until(status)) and status.due_now:
        return OverallState("warn", str(_full(status, room_at)))
    return OverallState("good", str(Text.together(_sent(status), _next(status))))


_UNSURE = (ConcernKind.TAKEOVER, ConcernKind.UNHEARD)
# What makes it untrue to say that mail is being sent, though nothing is wrong for long.


def _all_full_until(status: Status) -> dt.datetime | None:
    """When the first mailbox may send again; None where one may now."""
    full = [each.room_at for each in status.mailboxes if each.state == "active"]
    times = [each for each in full if each is not None]
    return min(times) if times and len(times) == len(full) else None


def _full(status: Status, room_at: dt.datetime) -> Text:
    reached = Text(
        "The limit of mails in 24 hours has been reached; sending continues at {time}.",
        time=brief(room_at, status.now),
    )
    waiting = Text.plural("{count} step waits for it.", "{count} steps wait for it.", status.due_now)
    return Text.together(reached, waiting)


def _sent(status: Status) -> Text:
    sent = sum(each.sent_today for each in status.mailboxes)
    caps = [each.daily_cap for each in status.mailboxes if each.state == "active"]
    if caps and all(each is not None for each in caps):
        return Text(
            "Sending. {sent} of {cap} mails in 24 hours.",
            sent=sent,
            cap=sum(each or 0 for each in caps),
        )
    return Text.plural("Sending. {count} mail in 24 hours.", "Sending. {count} mails in 24 hours.", sent)


def _next(status: Status) -> Text | str:
    if status.due_now:
        return Text.plural("{count} step is due now.", "{count} steps are due now.", status.due_now)
    if status.next_due is None:
        return Text("Nothing is planned.")
    return Text("Next step: {time}.", time=brief(status.next_due, status.now))


def keys(visit: Asked) -> list[tuple[str, str]]:
    """The keys of this page and what they do, those of every page last."""
    page = visit.site.page_of(visit.request)
    own = [(key, _(what)) for key, what in page.keys] if page is not None else []
    return [*own, ("/", _("search")), ("?", _("show these shortcuts"))]
