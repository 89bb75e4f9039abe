"""What happened to somebody, the newest first, with the mails themselves where they are at hand. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from relance.console.views.people import machine_hits
from relance.engine.event_log.actors import KINDS, ActorKind
from relance.engine.event_log.kinds import EventKind
from relance.engine.inbound.corrections.inbox import AnswerView
from relance.engine.reporting.history.messages import MessageDetail
from relance.engine.reporting.timeline import EventView
from relance.engine.store.contacts.hits import MachineHit
from relance.engine.store.sending import messages
from relance.wording import _, capital, n_

SIGNS: Mapping[str, tuple[str, str]] = {  # the first that the kind begins with: icon, tone
    EventKind.MESSAGE_OPENED: ("eye", "green"),
    EventKind.MESSAGE_CLICKED: ("external-link", "green"),
    EventKind.MESSAGE_OPEN_DISPROVED: ("eye", "grey"),
    EventKind.MESSAGE_CLICK_DISPROVED: ("external-link", "grey"),
    EventKind.MESSAGE_REFUSED: ("triangle-alert", "red"),
    EventKind.MESSAGE_UNKNOWN: ("triangle-alert", "amber"),
    "message.": ("send", "blue"),
    EventKind.REPLY_WRITTEN: ("send", "blue"),
    EventKind.REPLY_TAKEN_BACK: ("undo-2", "grey"),
    EventKind.REPLY_GIVEN_UP: ("triangle-alert", "red"),
    EventKind.BOUNCE_RECEIVED: ("undo-2", "red"),
    EventKind.COMPLAINT_RECEIVED: ("ban", "red"),
    "reply.": ("reply", "green"),
    "auto_reply.": ("clock", "grey"),
    "notice.": ("info", "grey"),
    "substitute.": ("user-plus", "grey"),
    "task.": ("list-checks", "grey"),
    "suppression.": ("ban", "red"),
    EventKind.ENROLLMENT_HELD: ("hand", "amber"),
    EventKind.ENROLLMENT_PAUSED: ("pause", "grey"),
    EventKind.ENROLLMENT_UNSUBSCRIBED: ("ban", "red"),
    EventKind.ENROLLMENT_FINISHED: ("check", "green"),
    EventKind.ENROLLMENT_STOPPED: ("square", "grey"),
    EventKind.ENROLLMENT_CREATED: ("user-plus", "grey"),
    EventKind.CONTACT_CHANGED: ("circle-user", "grey"),
    "": ("circle", "grey"),
}
_OUTGOING = ("message.", EventKind.REPLY_WRITTEN, EventKind.REPLY_TAKEN_BACK, EventKind.REPLY_GIVEN_UP)
_BY_A_PERSON = (EventKind.MESSAGE_OPENED, EventKind.MESSAGE_CLICKED)
_BY_ITSELF = (ActorKind.RULE, ActorKind.SCHEDULE)


@dataclass(frozen=True)
class Item:
    """A line of the history. `mail` is a mail of ours as it left, `answer` one that came in: each stands at one line only."""

    at: dt.datetime
    icon: str
    tone: str
    title: str
    words: str
    step: str
    who: str
    mail: MessageDetail | None = None
    answer: AnswerView | None = None
    machines: tuple[
        tuple[dt.datetime, str], ...
    ] = ()  # when, and what by: opens and clicks that no person made


def history(
    events: Sequence[EventView],
    mails: Mapping[int, MessageDetail],
    answers: Mapping[int, AnswerView],
    hits: Sequence[MachineHit] = (),
    *,
    whole: bool = True,
) -> list[Item]:
    """`mails` and `answers` by their numbers. `hits` of machines are one line for each mail; where `events` are not the `whole`
    of it, none that is older than they are."""
    since = events[0].at if events and not whole else None
    told = _told(events, mails, answers) + _of_machines(hits, since)
    return sorted(told, key=lambda each: each.at)[::-1]


def _of_machines(hits: Sequence[MachineHit], since: dt.datetime | None) -> list[Item]:
    alike: dict[tuple[bool, int], list[MachineHit]] = {}
    for each in sorted(hits, key=lambda each: each.at):
        alike.setdefault(("own" in each.reasons, each.message_id), []).append(each)
    found = [_own(here) if own else _machines(here) for (own, _mail), here in alike.items()]
    return [each for each in found if since is None or each.at >= since]


def _own(here: Sequence[MachineHit]) -> Item:
    title = n_(
        "{count} open or click by the mailbox's owner",
        "{count} opens and clicks by the mailbox's owner",
        len(here),
    )
    words = _("They came from the browser with which the owner uses the console. They are not counted.")
    return Item(here[0].at, "eye", "grey", title, words, here[0].step, "")


def _machines(here: Sequence[MachineHit]) -> Item:
    title = n_("{count} open or click by a machine", "{count} opens and clicks by machines", len(here))
    words = _(
        "Mail filters and mail programs load pictures and follow links by themselves. No person did this."
    )
    return Item(here[0].at, "eye", "grey", title, words, here[0].step, "", machines=machine_hits.lines(here))


def _told(
    events: Sequence[EventView], mails: Mapping[int, MessageDetail], answers: Mapping[int, AnswerView]
) -> list[Item]:
    found, told = [], set()
    for each in events:
        key = ("mail", each.mail) if each.kind.startswith(_OUTGOING) else ("answer", each.answer)
        new = key[1] is not None and key not in told
        told.add(key)
        mail = mails.get(each.mail or 0) if new and key[0] == "mail" else None
        answer = answers.get(each.answer or 0) if new and key[0] == "answer" else None
        found.append(_item(each, mail, answer))
    return found


def _item(event: EventView, mail: MessageDetail | None, answer: AnswerView | None) -> Item:
    icon, tone = next(sign for kind, sign in SIGNS.items() if event.kind.startswith(kind))
    title = capital(event.title)
    step = "" if messages.is_reply(event.step) else event.step
    return Item(event.at, icon, tone, title, event.words, step, _who(event), mail, answer)


def _who(event: EventView) -> str:
    """Whoever did it; our own rules and schedules are nobody to name."""
    if event.kind in _BY_A_PERSON:
        return _("by a person")
    if event.actor is None or event.actor.kind in _BY_ITSELF:
        return ""
    known = event.actor.name if event.actor.kind in KINDS else ""
    return known or str(event.actor)
