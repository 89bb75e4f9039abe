"""Today: what asks for a decision, what leaves, what happened; for a new workspace, what is still to be done."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from relance.console.pages import Page, Rail
from relance.console.visit import Visit
from relance.engine.reporting.status import Status
from relance.engine.roles import Permission
from relance.wording import N_, Text


@dataclass(frozen=True)
class Line:
    """Something that asks for a decision."""

    icon: str
    tone: str
    words: Text
    path: str | None  # where it is decided


def show(visit: Visit) -> Response:
    """The page."""
    status = visit.site.watch.status(visit.language)
    return visit.show("today.html", lines=list(_lines(visit, status)), status=status)


def _lines(visit: Visit, status: Status) -> list[Line]:
    trouble = sum(1 for each in status.mailboxes if each.trouble)
    found = [
        (
            status.held,
            Line(
                "hand",
                "warn",
                Text.plural(
                    "{count} person is held until you decide",
                    "{count} people are held until you decide",
                    status.held,
                ),
                visit.site.link("/held"),
            ),
        ),
        (
            status.open_tasks,
            Line(
                "list-checks",
                "warn",
                Text.plural("{count} task is open", "{count} tasks are open", status.open_tasks),
                visit.site.link("/tasks"),
            ),
        ),
        (
            trouble,
            Line(
                "triangle-alert",
                "bad",
                Text.plural("{count} mailbox is in trouble", "{count} mailboxes are in trouble", trouble),
                visit.site.link("/mailboxes"),
            ),
        ),
    ]
    return [line for number, line in found if number]


PAGES = (Page("/", show, Permission.LOOK, rail=Rail(N_("Today"), "sun", 10, phone=True)),)
