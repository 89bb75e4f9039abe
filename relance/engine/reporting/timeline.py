"""What happened: to one person, or to everybody since a cursor."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from relance import errors
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.event_log.actors import Actor
from relance.engine.event_log.kinds import TITLES, EventKind
from relance.engine.reasons import Code, field_name
from relance.engine.reporting import codes
from relance.engine.states import TaskOutcome
from relance.engine.store import events, scopes
from relance.mailbox.parsing.inbound import Kind
from relance.wording import Text, _

_MAX_PAGE = 1000
_DIGITS = 19  # fewer fit a bigint


@dataclass(frozen=True)
class EventView:
    """One thing that happened. `kind` is one of those in docs/events.md, which says what its `data` holds; `title` and
    `words` are the same for people."""

    id: int
    at: dt.datetime
    kind: str
    title: str
    email: str | None
    step: str
    words: str
    data: Mapping[str, Any]
    actor: Actor | None  # who did it; None where an earlier release wrote it down
    answer: int | None = None  # the mail that came in behind it, as the inbox numbers it
    mail: int | None = None  # the mail of ours that it is about, as `messages` numbers it
    sequence: str = ""  # the one in which it happened; empty where it happened in none


@dataclass(frozen=True)
class EventPage:
    """Events in order, and the cursor to ask with next."""

    events: tuple[EventView, ...]
    cursor: str


def of_contact(context: Context, email: str, newest: int | None = None) -> list[EventView]:
    """Everything that happened to one person, or so many of the newest; oldest first. `errors.NotFound` when nobody knows them.
    Of what came to or from a mailbox that whoever looks may not see, only that it happened is told."""
    with context.database.read() as conn:
        contact = contact_service.get(conn, context, email)
        own, found = scopes.mailboxes(conn), events.of_contact(conn, contact.id, newest)
    return [view(each) if _seen(each, own) else _closed(each) for each in found]


def _seen(event: events.StoredEvent, own: Collection[int] | None) -> bool:
    return own is None or event.mailbox_id is None or event.mailbox_id in own


def _closed(event: events.StoredEvent) -> EventView:
    """A person may be written to from several mailboxes; what was written stays with whose mailbox it is."""
    words = _("in a colleague's mailbox")
    return dataclasses.replace(view(event), words=words, data={}, answer=None, mail=None)


def page(context: Context, after: str = "", limit: int = 100) -> EventPage:
    """What happened since a cursor ("" for the beginning); every event is served once, in order, to who keeps the cursor of each
    page: one is served only when nothing older can still appear."""
    with context.database.read() as conn:
        found = events.after(conn, _cursor(after), max(1, min(limit, _MAX_PAGE)))
    on = "-".join(map(str, found[-1].cursor)) if found else after or "0"
    return EventPage(tuple(view(event) for event in found), on)


def _cursor(cursor: str) -> events.Cursor:
    xact, _, number = (cursor or "0").rpartition("-")
    if not all(part.isascii() and part.isdigit() and len(part) < _DIGITS for part in (xact or "0", number)):
        raise errors.WrongUse(
            Text(
                '"{cursor}" is not a valid cursor: start with an empty one, then pass the one that the last page returned.',
                cursor=cursor,
            )
        )
    return int(xact or 0), int(number)


def view(event: events.StoredEvent) -> EventView:
    """An event as people are shown it."""
    title, words = _title(event), _words(event)
    return EventView(
        event.id,
        event.at,
        event.kind,
        title,
        event.email,
        event.step,
        words,
        event.data,
        event.actor,
        event.inbound_id,
        event.message_id,
        event.sequence,
    )


UNKNOWN = Text.within("event", "event of a later release")


def _title(event: events.StoredEvent) -> str:
    title, kind = str(TITLES.get(event.kind) or UNKNOWN), event.data.get("kind")
    if event.kind in _OF_TASKS and event.data.get("outcome") not in (None, TaskOutcome.DONE):
        return f"{title} ({codes.text('outcome', event.data['outcome'])})"
    if event.kind == EventKind.REPLY_CORRECTED:  # the words say what was decided, and by whom
        return title
    return title if kind in (None, _USUAL.get(event.kind)) else f"{title} ({codes.text('mail', kind)})"


_OF_TASKS = (EventKind.TASK_DONE, EventKind.TASK_NOTED)


_USUAL: Mapping[str, Kind] = {
    EventKind.REPLY_RECEIVED: Kind.HUMAN,
    EventKind.AUTO_REPLY_RECEIVED: Kind.AUTO_REPLY,
    EventKind.COMPLAINT_RECEIVED: Kind.COMPLAINT,
}
# The kind of mail that the title of its event names already.
_DEEDS = frozenset(
    {Code.PAUSED, Code.STOPPED, Code.RESUMED, Code.RELEASED, Code.REMOVED, Code.DO_NOT_CONTACT}
)


def _words(event: events.StoredEvent) -> str:
    data = event.data
    if event.kind == EventKind.CONTACT_CHANGED:
        return "; ".join(
            _changed(name, data["before"].get(name, ""), new) for name, new in sorted(data["after"].items())
        )
    if "whys" in data or event.kind == EventKind.MESSAGE_STOPPED_AT_GATE:
        return "; ".join(data["reasons"])
    why = data.get("why")
    if isinstance(why, Mapping) and why.get("code") in _DEEDS and "text" not in why.get("params", {}):
        return ""  # the title says what was done, and the actor who did it
    found = data.get("words") or data.get("reason") or data.get("subject") or ""
    if event.kind.startswith("task."):
        return _of_task(str(found), data)
    if "taken" in data:
        return f"{found}: {_('yes') if data['taken'] else _('no')}"
    return str(found)


def _of_task(asked: str, data: Mapping[str, Any]) -> str:
    """What a task asked for, and what was said or decided about it."""
    if data.get("note") and data.get("until"):
        return _(
            "{task} – due {time}, note: {note}", task=asked, time=_time(data["until"]), note=data["note"]
        )
    if data.get("note"):
        return _("{task} – note: {note}", task=asked, note=data["note"])
    if data.get("until"):
        return _("{task} – due {time}", task=asked, time=_time(data["until"]))
    if "assignee" in data:
        who = data["assignee"] or _("anyone")
        return _("{task} – for {who}", task=asked, who=who)
    return asked


def _time(kept: str) -> dt.datetime | str:
    """A time as it was kept; as it stands where a later release keeps it in another way."""
    try:
        return dt.datetime.fromisoformat(kept)
    except ValueError:
        return kept


def _changed(name: str, before: str, after: str) -> str:
    return f"{field_name(name)}: {before or '–'} → {after or '–'}"
