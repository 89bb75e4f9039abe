"""A text that was typed and is not kept: the draft says something else by now, or is gone. It is shown again, beside what is there."""

from __future__ import annotations

import secrets

from starlette.responses import Response

from relance import errors
from relance.console.requests import numbers
from relance.console.views.sequences import editor
from relance.console.views.sequences.comparing import against, changes
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.sequences.writing.drafts import Stale

EDITION = "relance-edition"  # header: the edition that a text was kept as
UNSAVED = "relance-unsaved"  # header: it was not


def new_page() -> str:
    """The name of a page that is shown: its saves belong together."""
    return secrets.token_hex(8)


def part(visit: Visit, unsaved: Stale | errors.NotFound) -> Response:
    """Beside the text, in place of its mistakes."""
    draft = unsaved.draft if isinstance(unsaved, Stale) else None
    answer = visit.part("sequence_unkept.html", "told", draft=draft)
    answer.headers[UNSAVED] = "stale" if draft else "gone"
    answer.status_code = UNPROCESSABLE
    return answer


def page(visit: Visit, unsaved: Stale | errors.NotFound) -> Response:
    """The text that was sent, and beside it the one that is kept; nothing of either is lost."""
    draft = unsaved.draft if isinstance(unsaved, Stale) else None
    mine = visit.text("text", 600_000).replace("\r\n", "\n")
    answer = editor.show(
        visit,
        "sequence_unkept.html",
        draft=draft,
        mine=mine,
        page=new_page(),
        name=draft.name if draft else visit.text("name", 200),
        base=draft.base if draft else numbers.row(visit.text("base")) or 0,
        digest=draft.digest if draft else visit.text("digest", 64),
        theirs=against(draft.text, mine) if draft else (),
        lines=changes(draft.text, mine) if draft else (),
    )
    answer.status_code = UNPROCESSABLE
    return answer
