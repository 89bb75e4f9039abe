"""A mailbox's owner signs in at their provider, and comes back here. No password is stored.

The way there is a page of ours that leads on by itself: a form may send a browser nowhere but to us (`form-action`), and a provider may send
it on to the organisation's own pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.requests import security
from relance.console.views.mailboxes import adding, looking, trying
from relance.console.visit import Visit
from relance.engine.mailboxes.settings.signing_in import TestStep
from relance.engine.roles import Permission
from relance.wording import Text

RETURN = "/mailboxes/signed-in"


def begin(visit: Visit) -> Response:
    """Of one that is there: its owner's own, too."""
    address = visit.text("address", 320)
    try:
        url = visit.app.mailboxes.begin_sign_in(address, *_back(visit))
    except (errors.NotFound, errors.Forbidden):
        raise
    except errors.WrongUse as refused:
        return visit.go(looking.path(address), refused.on_page, "bad")
    return _on_the_way(visit, url, address)


def begin_new(visit: Visit) -> Response:
    """Of one that is being added."""
    try:
        owner = adding.owner(visit)
        spec = adding.spec(visit, adding.of_provider(visit))
        url = visit.app.mailboxes.begin_new_sign_in(spec, *_back(visit), owner)
    except errors.Invalid as refused:
        return adding.again(visit, refused)
    except errors.Forbidden:
        raise
    except errors.WrongUse as refused:
        return adding.again(visit, errors.Invalid(refused.on_page))
    return _on_the_way(visit, url, spec.address)


def _on_the_way(visit: Visit, url: str, address: str) -> Response:
    return visit.show("to_provider.html", url=url, address=address)


def return_address(visit: Visit) -> str:
    """Where a provider sends browsers back to, as it has to be registered there."""
    host, grounds = visit.request.headers.get("host", ""), visit.site.grounds
    here = not grounds.secure and security.loopback(host)
    return (f"http://{host}" if here else grounds.url).rstrip("/") + RETURN


def _back(visit: Visit) -> tuple[int, str]:
    return visit.session or 0, return_address(visit)


def finish(visit: Visit) -> Response:
    """The browser is back. (A GET, for a provider sends it here by a redirect; that it was us who began it is known by the state.)"""
    query, session, steps = visit.request.url.query, visit.session or 0, list[TestStep]()
    begun = visit.app.mailboxes.sign_in_begun(query, session)
    try:
        address = visit.app.mailboxes.end_sign_in(query, session, steps.append).address
    except errors.RelanceError as trouble:
        return visit.go(_after(visit, begun, steps), trouble.on_page, "bad")
    visit.site.watch.forget()
    return visit.go(_after(visit, (address, False), steps), Text("Signed in to {address}.", address=address))


def _after(visit: Visit, begun: tuple[str, bool] | None, steps: Sequence[TestStep]) -> str:
    """Where it goes on: with the form of one that is not added yet, else on the mailbox's page, with what was tried."""
    if begun is None:
        return "/mailboxes"
    address, new = begun
    if new:
        return f"/mailboxes/new?address={quote(address)}"
    tested = trying.ended(visit, address, steps) if steps else {}
    return looking.path(address) + (f"?{urlencode(tested)}" if tested else "")


PAGES = (
    Page("/mailboxes/sign-in", begin, Permission.WORK, "POST"),
    Page("/mailboxes/sign-in/new", begin_new, Permission.MAILBOXES, "POST"),
    Page(RETURN, finish, Permission.WORK, part=True),
)
