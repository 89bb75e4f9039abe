"""The text of a sequence: read, written as a draft that is kept while it is typed, and begun from a starter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.requests import numbers, security
from relance.console.views.sequences import editor, unkept
from relance.console.views.sequences.overview import link, named
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.definition.starters.texts import PRACTICE
from relance.engine.roles import Permission
from relance.engine.sequences.publish import text_digest
from relance.engine.sequences.writing.drafts import BegunFrom, MadeFrom, Stale
from relance.engine.store.users.drafts import Draft
from relance.wording import N_, Text

LONGEST = 500_000  # characters
LARGEST = 4 * 1024 * 1024
# Of a form with such a text: a letter may take six bytes and more of it.
NEW = "/sequence-new"


@dataclass(frozen=True)
class Shown:
    """A mistake or a doubt with the line it stands in."""

    line: int
    written: str
    what: str
    hint: str


def read(visit: Visit) -> Response:
    """The latest version, for those who look."""
    found = visit.app.sequences.show(named(visit))
    return visit.show(
        "sequence_read.html",
        found=found,
        back=link(found.name),
        may_write=visit.me.may(Permission.SEQUENCES),
    )


def choose(visit: Visit) -> Response:
    """Which starter a new one begins from."""
    return _choice(visit)


def _choice(visit: Visit, code: int = 200, *, chosen: str = "", name: str = "", error: str = "") -> Response:
    starters = [each for each in visit.app.sequences.starters() if each.key != PRACTICE or _practises(visit)]
    first = next(iter(starters)).key
    return visit.show(
        "sequence_new.html", code, starters=starters, chosen=chosen or first, name=name, error=error
    )


def _practises(visit: Visit) -> bool:
    """Whether all there is to send from is on this computer: at any hour is no hour for real people."""
    servers = [each.smtp_server for each in visit.installation.mailboxes.list() if each.state != "removed"]
    return bool(servers) and all(each is not None and security.loopback(each.host) for each in servers)


def begin(visit: Visit) -> Response:
    """A draft of a new one."""
    key, name = visit.text("from"), " ".join(visit.text("name", 200).split())
    if name in dict(visit.app.sequences.states()):
        taken = Text("There is already a sequence with this name.")
        return _choice(visit, UNPROCESSABLE, chosen=key, name=name, error=str(taken))
    words = visit.app.sequences.starter(key, name, visit.language)
    return visit.go(draft_link(visit.app.drafts.begin(visit.me.user, text=words).id))


def edit(visit: Visit) -> Response:
    """The viewer's draft of one that is published."""
    return visit.go(draft_link(visit.app.drafts.begin(visit.me.user, visit.text("name")).id))


def write(visit: Visit) -> Response:
    """The draft, with everything that is wrong with it."""
    draft = opened(visit)
    return editor.show(
        visit, "sequence_text.html", **_told(visit, draft), back=_back(draft), page=unkept.new_page()
    )


def keep(visit: Visit) -> Response:
    """The draft is kept while it is typed; answers with what is wrong with it now, or with why it is not kept."""
    try:
        draft = kept(visit)
    except (Stale, errors.NotFound) as unsaved:
        return unkept.part(visit, unsaved)
    answer = visit.part("sequence_text.html", "told", **_told(visit, draft))
    answer.headers[unkept.EDITION] = draft.edition
    return answer


def save(visit: Visit) -> Response:
    """The draft is kept; then its plan, its mails, or the draft again."""
    try:
        draft = kept(visit)
    except (Stale, errors.NotFound) as unsaved:
        return unkept.page(visit, unsaved)
    there = visit.text("go")
    return visit.go(
        f"{draft_link(draft.id)}/{there}" if there in ("plan", "preview") else draft_link(draft.id)
    )


def begin_again(visit: Visit) -> Response:
    """The text of a draft that is gone becomes a new one, which goes on from the same version."""
    begun_from = BegunFrom(
        visit.text("name", 200), numbers.row(visit.text("base")) or 0, visit.text("digest", 64)
    )
    draft = visit.app.drafts.begin(visit.me.user, text=written(visit), begun_from=begun_from)
    return visit.go(draft_link(draft.id), Text("Your text is kept as a new draft."))


def drop(visit: Visit) -> Response:
    """The draft is thrown away; what is published stays."""
    draft = sent(visit)
    try:
        visit.app.drafts.drop(visit.me.user, draft.id, made_from(visit))
    except Stale as changed:
        return visit.go(draft_link(draft.id), Text("{why} Nothing was deleted.", why=changed.on_page), "warn")
    return visit.go(_back(draft), Text("Your draft has been deleted. The published version is unchanged."))


def opened(visit: Visit) -> Draft:
    """The viewer's draft that the path names."""
    return visit.app.drafts.show(visit.me.user, _number(str(visit.path["number"])))


def sent(visit: Visit) -> Draft:
    """The viewer's draft that a form names, as it is kept."""
    return visit.app.drafts.show(visit.me.user, _number(visit.text("draft")))


def kept(visit: Visit, begun_from: BegunFrom | None = None) -> Draft:
    """The draft of a form, with the text that was sent. Raises `Stale` where another tab saved one meanwhile."""
    number = _number(visit.text("draft"))
    return visit.app.drafts.save(visit.me.user, number, written(visit), begun_from, made_from(visit))


def made_from(visit: Visit) -> MadeFrom:
    """Which text the page showed that a form was sent from."""
    return MadeFrom(visit.text("of", 60), visit.text("page", 60), numbers.row(visit.text("save")) or 0)


def written(visit: Visit) -> str:
    """The text that was sent."""
    text = visit.text("text", LONGEST + 1).replace("\r\n", "\n").rstrip() + "\n"
    if len(text) > LONGEST:
        raise errors.Invalid(Text("This text is too long for a sequence."))
    return text


def _number(typed: str) -> int:
    return numbers.row(typed) or 0  # no draft has it


def _back(draft: Draft) -> str:
    return link(draft.name) if draft.name else "/sequences"


def _told(visit: Visit, draft: Draft) -> dict[str, object]:
    found = visit.app.sequences.check(draft.text)
    latest = visit.app.sequences.show(draft.name) if draft.name else None
    return {
        "draft": draft,
        "problems": shown(draft.text, found.problems),
        "warnings": shown(draft.text, found.warnings),
        "overtaken": latest.version if latest and latest.version > draft.base else 0,
        "reworded": bool(latest and draft.digest and text_digest(latest.yaml) != draft.digest),
        "others": visit.app.drafts.others(visit.me.user, draft.name),
    }


def shown(text: str, found: Sequence[errors.Problem]) -> list[Shown]:
    """Each with the line it stands in, as it is written. Pure."""
    lines = text.split("\n")
    return [
        Shown(
            each.line,
            lines[each.line - 1].strip()[:200] if 0 < each.line <= len(lines) else "",
            str(each.what),
            str(each.hint),
        )
        for each in found
    ]


def draft_link(number: int) -> str:
    """Where a draft is written."""
    return f"/sequence-drafts/{number}"


_KEYS = (
    ("c", N_("check the text")),
    ("p", N_("see what publishing does")),
    ("v", N_("preview the mails")),
    ("Ctrl S", N_("save the draft while you write")),
)
_WRITE = Permission.SEQUENCES
PAGES = (
    Page("/sequence-text/{name:path}", read, Permission.LOOK),
    Page(NEW, choose, _WRITE),
    Page(NEW, begin, _WRITE, method="POST"),
    Page("/sequence/edit", edit, _WRITE, method="POST"),
    Page("/sequence-drafts/{number}", write, _WRITE, keys=_KEYS),
    Page("/sequence/draft", save, _WRITE, method="POST", largest=LARGEST),
    Page("/sequence/draft/keep", keep, _WRITE, method="POST", largest=LARGEST, part=True),
    Page("/sequence/draft/new", begin_again, _WRITE, method="POST", largest=LARGEST),
    Page("/sequence/draft/drop", drop, _WRITE, method="POST"),
)
