"""The health of a mailbox: checked now, or overruled."""

from __future__ import annotations

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page
from relance.console.views.mailboxes import looking
from relance.console.visit import Visit
from relance.engine.roles import Permission
from relance.wording import Text


def health(visit: Visit) -> Response:
    """Checks a mailbox; with `anyway` first mails leave whatever is found, with `obey` no longer."""
    address = visit.text("address", 320)
    anyway, obey = (visit.text(name, 5) == "yes" for name in ("anyway", "obey"))
    if anyway or obey:
        visit.app.mailboxes.let_first_mails_go(address, anyway=anyway)
        said = (
            Text("First mails leave from {address} whatever the checks find.", address=address)
            if anyway
            else Text("First mails leave from {address} as the checks find it.", address=address)
        )
    else:
        visit.app.mailboxes.check_health(address)
        said = Text("{address} was checked.", address=address)
    return visit.go(lists.stay(visit, looking.path(address)), said)


PAGES = (Page("/mailboxes/health", health, Permission.MAILBOXES, "POST"),)
