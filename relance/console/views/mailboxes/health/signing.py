"""The key that signs a mailbox's mails (DKIM), on the mailbox's page: made, published, taken away once that is confirmed."""

from __future__ import annotations

from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page
from relance.console.views.mailboxes import adding, looking
from relance.console.views.mailboxes.looking import Mistakes
from relance.console.visit import Visit
from relance.engine.mailboxes.settings.signing_mail import SigningRequest
from relance.engine.roles import Permission
from relance.wording import Text

FIELDS = ("dkim_selector", "dkim_domain", "dkim_kind")


def sign(visit: Visit) -> Response:
    """Makes a key that signs every mail from now on."""
    address = visit.text("address", 320)
    written = {name: visit.text(name, 253) for name in FIELDS}
    selector, domain, kind = written.values()
    try:
        visit.app.mailboxes.sign_mails(address, SigningRequest("", selector, domain, kind))
    except errors.Invalid as refused:
        wrong = Mistakes(*adding.mistakes(refused, FIELDS))
        return looking.shown(visit, address, refused=wrong, written=written)
    said = Text("The key is made, and signs mail from now on. Publish its public half in DNS next.")
    return visit.go(f"{lists.stay(visit, looking.path(address))}#dkim", said)


def stop(visit: Visit) -> Response:
    """Signs no longer; without `sure` it says first what that does."""
    address = visit.text("address", 320)
    if visit.text("sure", 5) != "yes":
        return looking.shown(visit, address, written={"unsign": "yes"})
    visit.app.mailboxes.stop_signing(address)
    said = Text("The mails of {address} are not signed with DKIM here.", address=address)
    return visit.go(lists.stay(visit, looking.path(address)), said)


PAGES = (
    Page("/mailboxes/dkim", sign, Permission.MAILBOXES, "POST"),
    Page("/mailboxes/dkim-stop", stop, Permission.MAILBOXES, "POST"),
)
