"""Many mailboxes connected at once, as their organisation's administrator has allowed: in the background, with a result for each."""

from __future__ import annotations

import csv

from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.views.long_work import jobs
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.roles import Permission
from relance.wording import Text

LONGEST = 1_000_000


def form(visit: Visit) -> Response:
    """The empty form."""
    return _shown(visit, "")


def _shown(visit: Visit, whole: str) -> Response:
    return visit.show(
        "mailbox_connect.html",
        UNPROCESSABLE if whole else 200,
        whole=whole,
        providers=tuple(visit.app.mailboxes.sign_in_choices()),
        provider=visit.text("provider", 20),
        mailboxes=visit.text("mailboxes", LONGEST),
        dry_run=visit.text("dry_run", 5) == "yes" or visit.request.method == "GET",
    )


def start(visit: Visit) -> Response:
    """Begun in the background; its page shows how far it is."""
    wanted = listed(visit.text("mailboxes", LONGEST))
    dry_run = visit.text("dry_run", 5) == "yes"
    try:
        job = visit.app.jobs.connect_mailboxes(visit.text("provider", 20), wanted, dry_run=dry_run)
    except errors.Forbidden:
        raise
    except errors.WrongUse as refused:
        return _shown(visit, str(refused.on_page))
    return visit.go(jobs.link(job), Text("The mailboxes are tried one after the other."))


def listed(text: str) -> list[tuple[str, str]]:
    """Addresses with the sender's names, one a line, by whatever parts them; each address once, and no headings. Pure."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        mark = next((each for each in ("\t", ";") if each in line), ",")
        cells = [each.strip() for each in next(csv.reader([line], delimiter=mark), [])]
        if cells and "@" in cells[0]:
            found[cells[0].lower()] = cells[1] if len(cells) > 1 else ""
    return list(found.items())


PAGES = (
    Page("/mailboxes/connect", form, Permission.MAILBOXES),
    Page("/mailboxes/connect", start, Permission.MAILBOXES, "POST"),
)
