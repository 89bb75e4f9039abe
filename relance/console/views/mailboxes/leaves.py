"""Leave of a mailbox's owner: entered and cancelled on the mailbox's page."""

from __future__ import annotations

import datetime as dt

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page
from relance.console.views.mailboxes import looking
from relance.console.views.mailboxes.looking import NOTHING, Mistakes
from relance.console.visit import Visit
from relance.engine.mailboxes.settings.leaves import LeaveReport
from relance.engine.roles import Permission
from relance.wording import Text


def enter(visit: Visit) -> Response:
    """Nothing leaves on these days."""
    address, cover = visit.text("address", 320), visit.text("cover", 320)
    try:
        days = (_day(visit.text("first", 20)), _day(visit.text("last", 20)))
        done = visit.app.mailboxes.add_leave(address, *days, cover=cover or None)
    except errors.Invalid as wrong:
        return looking.shown(visit, address, refused=Mistakes(NOTHING, leave=str(wrong.on_page)))
    return visit.go(lists.stay(visit, looking.path(address)), _said(done))


def cancel(visit: Visit) -> Response:
    """It sends on these days."""
    address = visit.text("address", 320)
    try:
        visit.app.mailboxes.cancel_leave(address, _day(visit.text("first", 20)))
    except errors.Invalid as wrong:
        return looking.shown(visit, address, refused=Mistakes(NOTHING, leave=str(wrong.on_page)))
    return visit.go(lists.stay(visit, looking.path(address)), Text("The leave is cancelled."))


def _said(done: LeaveReport) -> Text:
    days = {"first": done.leave.first, "last": done.leave.last}
    waiting = Text.plural(
        "Nothing leaves from {first} to {last}. {count} person waits until then.",
        "Nothing leaves from {first} to {last}. {count} people wait until then.",
        done.waiting,
        **days,
    )
    if done.covered is None:
        return waiting
    moved = Text.plural(
        "{count} person was handed over.", "{count} people were handed over.", done.covered.moved
    )
    if done.later:
        moved = Text.plural(
            "{count} person is handed over when the leave begins, if nothing changes until then.",
            "{count} people are handed over when the leave begins, if nothing changes until then.",
            done.covered.moved,
        )
    return Text.together(waiting, moved)


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise errors.Invalid(Text("Enter the first and the last day.")) from None


PAGES = (
    Page("/mailboxes/leave", enter, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/leave-cancel", cancel, Permission.MAILBOXES, "POST"),
)
