"""Many mailboxes connected at once, as their organisation's administrator has allowed: in the background, with a result for each."""

from __future__ import annotations

from starlette.datastructures import UploadFile
from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.views.long_work import jobs
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.roles import Permission
from relance.wording import Text

LONGEST = 1_000_000
ROOM = 64 * 1024  # of a form beside its file


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
    dry_run = visit.text("dry_run", 5) == "yes"
    try:
        job = visit.app.jobs.connect_mailboxes(visit.text("provider", 20), _given(visit), dry_run=dry_run)
    except errors.Forbidden:
        raise
    except errors.WrongUse as refused:
        return _shown(visit, str(refused.on_page))
    return visit.go(jobs.link(job), Text("The mailboxes are tried one after the other."))


def _given(visit: Visit) -> bytes:
    """The file that was chosen, else what was pasted."""
    given = visit.form.get("file")
    data = given.file.read(LONGEST + 1) if isinstance(given, UploadFile) and given.filename else b""
    data = data or visit.text("mailboxes", LONGEST).encode()
    if not data.strip():
        raise errors.Invalid(Text("Paste the mailboxes, or choose a file."))
    if len(data) > LONGEST:
        raise errors.Invalid(Text("The file is larger than {size} KB. Split it.", size=LONGEST // 1000))
    return data


PAGES = (
    Page("/mailboxes/connect", form, Permission.MAILBOXES),
    Page("/mailboxes/connect", start, Permission.MAILBOXES, "POST", largest=LONGEST + ROOM),
)
