"""One box for everything: people by how their names begin, sequences and mailboxes by what is in theirs."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page
from relance.console.views.sequences import overview
from relance.console.visit import Visit
from relance.engine.mailboxes.service import MailboxView
from relance.engine.reporting import codes
from relance.engine.roles import Permission

SHOWN = 10
# Of each kind; the list of each kind has the rest.


def show(visit: Visit) -> Response:
    """What matches, each a link to its page."""
    asked = visit.asked("q").strip()
    found = visit.app.contacts.list(asked, SHOWN + 1, words=True) if asked else []
    return visit.show(
        "search.html",
        asked=asked,
        people=found[:SHOWN],
        more=len(found) > SHOWN,
        sequences=_among(visit.app.sequences.states(), asked),
        sequence=overview.link,
        mailboxes=[each for each in visit.app.mailboxes.list() if _meant(each, asked)][:SHOWN],
        codes=codes.text,
    )


def _among(states: Iterable[tuple[str, str]], asked: str) -> list[tuple[str, str]]:
    """The sequences in whose name every word stands, with their states. Pure."""
    return [(name, state) for name, state in states if lists.has_words(asked, name)][:SHOWN]


def _meant(mailbox: MailboxView, asked: str) -> bool:
    return mailbox.kept and lists.has_words(asked, f"{mailbox.address} {mailbox.name}")


PAGES = (Page("/search", show, Permission.LOOK),)
