"""Pages for what did not work: where, what, and what to do, in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from relance import errors
from relance.wording import N_, _, begun

if TYPE_CHECKING:
    from relance.console.visit import Visit

WORDS = {
    403: (
        N_("This page is not available to you"),
        N_("Your role does not include this page. Ask a manager."),
    ),
    404: (N_("There is nothing here"), N_("The page may have moved, or the address may be mistyped.")),
    401: (N_("You have been signed out"), N_("You have been signed out. Sign in again to continue.")),
    405: (N_("That did not work"), N_("This address cannot be used that way.")),
    413: (N_("That is too large"), N_("The form or the file is larger than this page accepts.")),
    500: (
        N_("Something went wrong in Relance"),
        N_("Nothing was changed unless this page says so. Try again; the server's log has the details."),
    ),
    503: (N_("This cannot be done right now"), N_("Try again in a minute.")),
}
STATUS = (
    (errors.NotFound, 404),
    (errors.Forbidden, 403),
    (errors.WrongUse, 422),
    (errors.Trouble, 503),
)


def told(visit: Visit, trouble: errors.RelanceError) -> Response:
    """An error of ours, in its own words."""
    status = next((number for kind, number in STATUS if isinstance(trouble, kind)), 500)
    return page(visit, status, str(trouble.on_page))


def page(visit: Visit, status: int, words: str = "") -> Response:
    """A whole page; where no more than a part was asked for, the words alone."""
    title, usual = WORDS.get(status, (N_("That did not work"), N_("Go back and try again.")))
    said = begun(words) or _(usual)
    if visit.partial:
        answer = visit.part("mishap.html", "told", words=said)
        answer.status_code = status
        return answer
    return visit.show("mishap.html", status, title=_(title), words=said)
