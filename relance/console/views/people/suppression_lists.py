"""A do-not-contact list taken in: pasted or as a file, looked through first, and taken back as long as it is known which it was."""

from __future__ import annotations

import base64
import binascii

from starlette.datastructures import UploadFile
from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.contacts.suppression_list import SuppressionImport
from relance.engine.roles import Permission
from relance.wording import Text

LARGEST = 512 * 1024
# Bytes of a list that is taken in while the page waits; the command takes larger ones.
SHOWN = 200


def form(visit: Visit) -> Response:
    """Where a list is pasted or chosen; behind an import, where it is taken back."""
    return _shown(visit)


def check(visit: Visit) -> Response:
    """What importing it would do."""
    try:
        data = _given(visit)
        reason = visit.text("reason", 300)
        found = visit.app.contacts.suppress_list(data, reason=reason, dry_run=True)
    except errors.Invalid as wrong:
        return _shown(visit, wrong.on_page)
    return _shown(visit, found=found, data=base64.b64encode(data).decode("ascii"))


def _shown(
    visit: Visit, error: Text | str = "", found: SuppressionImport | None = None, data: str = ""
) -> Response:
    return visit.show(
        "suppression_list.html",
        UNPROCESSABLE if error else 200,
        error=error,
        found=found,
        refused=found.refused[:SHOWN] if found else (),
        data=data,
        reason=visit.text("reason", 300),
        written=visit.text("list", LARGEST) if error else "",
        done=visit.asked("done", 40),
        can_lift=visit.me.may(Permission.LIFT),
    )


def _given(visit: Visit) -> bytes:
    given = visit.form.get("file")
    data = given.file.read(LARGEST + 1) if isinstance(given, UploadFile) and given.filename else b""
    data = data or visit.text("list", LARGEST + 1).encode()
    if not data.strip():
        raise errors.Invalid(Text("Paste a list, or choose a file."))
    if len(data) > LARGEST:
        raise errors.Invalid(
            Text("The list is larger than {size} KB. Split it, or use the command.", size=LARGEST // 1024)
        )
    return data


def add(visit: Visit) -> Response:
    """Import what was looked through."""
    try:
        data = base64.b64decode(visit.text("data", 2 * LARGEST), validate=True)
    except (binascii.Error, ValueError):
        raise errors.Invalid(Text("Check the list again.")) from None
    done = visit.app.contacts.suppress_list(data, reason=visit.text("reason", 300))
    if not done.number:
        return visit.go("/suppressions", Text("All of them were on the list already."), "warn")
    said = Text.plural("{count} entry was added.", "{count} entries were added.", done.added)
    return visit.go(f"/suppressions/import?done={done.number}", said)


def undo(visit: Visit) -> Response:
    """Off the list with what one import added."""
    count = visit.app.contacts.undo_list(visit.text("number", 40))
    return visit.go(
        "/suppressions",
        Text.plural(
            "{count} entry was taken off the list.", "{count} entries were taken off the list.", count
        ),
    )


PAGES = (
    Page("/suppressions/import", form, Permission.CONTACTS),
    Page("/suppressions/import/check", check, Permission.CONTACTS, "POST"),
    Page("/suppressions/import", add, Permission.CONTACTS, "POST"),
    Page("/suppressions/import/undo", undo, Permission.LIFT, "POST"),
)
