"""Today: what asks for a decision, what leaves by the hour, what happened; for a new workspace, what is still to be done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from relance.console.charts import Bar
from relance.console.pages import Page, Rail
from relance.console.visit import Visit
from relance.engine.reporting.today import Beginning, Day, NewsKind
from relance.engine.roles import Permission
from relance.wording import N_, Text, brief, clock_time, date_of

LOOK_BACK = dt.timedelta(days=7)
# What happened before is no news.
FIRST_LOOK = dt.timedelta(hours=24)
# What is news to somebody who was never here.
OFFICE_HOURS = range(7, 19)
# Shown even where nothing leaves in them.


@dataclass(frozen=True)
class TodayLine:
    """Something that asks for a decision, that happened, or that is to be done."""

    icon: str
    tone: str
    words: Text
    path: str | None = None  # where it is looked at


def show(visit: Visit) -> Response:
    """The page."""
    found = visit.site.watch.counted(visit, ("day",), visit.app.today.day)
    began = visit.app.today.beginning()
    steps = list(_steps(visit, began)) if visit.me.may(Permission.MAILBOXES) and not began.done else []
    since, heading = _since(visit)
    return visit.show(
        "today.html",
        lines=list(_waiting(visit)),
        day=found,
        bars=_bars(found),
        limit=_limit(found),
        news=list(_news(visit, visit.app.today.news(since))),
        heading=heading,
        steps=steps,
        enrolled=began.enrolled,
    )


def state(visit: Visit) -> Response:
    """The sentence on top, for the page to renew."""
    return visit.part("base.html", "state")


def _since(visit: Visit) -> tuple[dt.datetime, Text]:
    """From when on there is news (business time), and what that time is called: the last visit's, if there was one lately."""
    clock = visit.installation.clock
    now = clock.now()
    if visit.since is None:
        return now - FIRST_LOOK, Text("In the last 24 hours")
    last = min(clock.at(visit.since), now)
    if last < now - LOOK_BACK:
        days = Text("In the last 7 days; your last visit was on {day}", day=date_of(last))
        return now - LOOK_BACK, days
    return last, Text("Since your last visit, {time}", time=brief(last, now))


def _waiting(visit: Visit) -> Iterator[TodayLine]:
    waits, boxes = visit.app.today.waiting(), visit.app.mailboxes.list()
    trouble = sum(1 for each in boxes if each.trouble or each.state == "paused")
    found = (
        (waits.unread, "inbox", "amber", _unread, "/inbox"),
        (waits.held, "hand", "amber", _held, "/held"),
        (waits.tasks, "list-checks", "amber", _tasks, "/tasks"),
        (trouble, "triangle-alert", "red", _trouble, "/mailboxes"),
        (waits.replies, "send", "blue", _replies, "/inbox?unsent=yes"),
    )
    for number, icon, tone, words, path in found:
        if number:
            yield TodayLine(icon, tone, words(number), visit.site.link(path.partition("?")[0]) and path)


def _replies(count: int) -> Text:
    return Text.plural(
        "{count} of our replies has not been sent yet", "{count} of our replies have not been sent yet", count
    )


def _unread(count: int) -> Text:
    return Text.plural("{count} answer to read", "{count} answers to read", count)


def _held(count: int) -> Text:
    return Text.plural("{count} person held until you decide", "{count} people held until you decide", count)


def _tasks(count: int) -> Text:
    return Text.plural("{count} task to do by today", "{count} tasks to do by today", count)


def _trouble(count: int) -> Text:
    return Text.plural(
        "{count} mailbox paused or with a problem", "{count} mailboxes paused or with a problem", count
    )


def _news(visit: Visit, found: Mapping[NewsKind, int]) -> Iterator[TodayLine]:
    for kind, count in found.items():
        icon, tone, words = _NEWS[kind](count)
        yield TodayLine(icon, tone, words, visit.site.link(_SHOWN_AT[kind]) if kind in _SHOWN_AT else None)


_SHOWN_AT = {NewsKind.ANSWERED: "/inbox", NewsKind.SUPPRESSED: "/suppressions"}


_NEWS: Mapping[NewsKind, Callable[[int], tuple[str, str, Text]]] = {
    NewsKind.ANSWERED: lambda count: (
        "reply",
        "green",
        Text.plural("{count} answer came in", "{count} answers came in", count),
    ),
    NewsKind.OPTED_OUT: lambda count: (
        "ban",
        "grey",
        Text.plural("{count} person asked for no more mail", "{count} people asked for no more mail", count),
    ),
    NewsKind.SUPPRESSED: lambda count: (
        "ban",
        "grey",
        Text.plural(
            "{count} person was stopped by the do-not-contact list",
            "{count} people were stopped by the do-not-contact list",
            count,
        ),
    ),
    NewsKind.CAME_BACK: lambda count: (
        "undo-2",
        "grey",
        Text.plural("{count} mail came back", "{count} mails came back", count),
    ),
    NewsKind.SENT: lambda count: (
        "send",
        "grey",
        Text.plural("{count} mail was sent", "{count} mails were sent", count),
    ),
}


def _bars(found: Day) -> list[Bar]:
    """The office hours, and every other hour in which something leaves."""
    used = [number for number, each in enumerate(found.hours) if each.sent or each.planned]
    if not used:
        return []
    shown = range(min(*used, OFFICE_HOURS.start), max(*used, OFFICE_HOURS.stop) + 1)
    return [
        Bar(clock_time(each.at)[:5], each.sent, each.planned)
        for number, each in enumerate(found.hours)
        if number in shown
    ]


def _limit(found: Day) -> int | None:
    """What can leave in an hour, where it is near enough to what does to be drawn."""
    most = max((each.sent + each.planned for each in found.hours), default=0)
    return found.most_an_hour if found.most_an_hour and found.most_an_hour <= 4 * most else None


def _steps(visit: Visit, began: Beginning) -> Iterator[tuple[bool, Text, Text, str | None]]:
    """What a new workspace needs: whether it is there, what it is, how to do it, and the page for it."""
    link = visit.site.link
    yield (
        began.mailbox,
        Text("A mailbox to send from"),
        _ADD_MAILBOX,
        link("/mailboxes/new") or link("/mailboxes"),
    )
    yield began.address, Text("An address for the links in your mails"), _SET_ADDRESS, link("/settings")
    yield began.people, Text("People to contact"), _IMPORT, link("/import")
    yield began.sequence, Text("A sequence: what is sent to them, and when"), _PUBLISH, link("/sequences")
    yield began.enrolled, Text("The first people in it"), _ENROLL, link("/import")


_ADD_MAILBOX = Text(
    "An address and its password are enough: the servers are found, and a test shows whether it works."
)
_SET_ADDRESS = Text(
    "The person who runs the server sets the web address at which recipients can open links. Settings shows how."
)
_IMPORT = Text("Upload a list as a CSV file. You see what would happen to each row before anything is saved.")
_PUBLISH = Text("Start from a template or from an empty text. Mistakes are marked on the line they are in.")
_ENROLL = Text("Once a list is imported, you can enroll these people from its page.")

PAGES = (
    Page("/", show, Permission.LOOK, rail=Rail(N_("Today"), "sun", 10, phone=True)),
    Page("/state", state, Permission.SELF, part=True),
)
