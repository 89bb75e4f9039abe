"""A draft is published by way of its plan only, and only if nobody published meanwhile: then both texts stand beside each other."""

from __future__ import annotations

import contextlib
import hashlib
import hmac

from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.requests import numbers
from relance.console.views.sequences import editor, unkept
from relance.console.views.sequences.comparing import against, changes
from relance.console.views.sequences.overview import link
from relance.console.views.sequences.text import LARGEST, draft_link, kept, opened, sent, shown
from relance.console.visit import Visit
from relance.engine.reporting import codes
from relance.engine.roles import Permission
from relance.engine.sequences.publish import Overtaken, text_digest
from relance.engine.sequences.writing.drafts import BegunFrom, MadeFrom, Stale
from relance.engine.sequences.writing.planning import PublishPlan
from relance.engine.store.users.drafts import Draft
from relance.wording import Text


def plan(visit: Visit) -> Response:
    """What publishing it would do; a draft with mistakes is shown with them."""
    draft = opened(visit)
    try:
        found = visit.app.sequences.plan(draft.text)
    except errors.Invalid as wrong:
        first = Text.plural(
            "Correct {count} mistake first; then you see what publishing does.",
            "Correct {count} mistakes first; then you see what publishing does.",
            len(wrong.problems),
        )
        return visit.go(draft_link(draft.id), first, "warn")
    base, digest = _begun_from(draft, found)
    if found.latest != base or digest not in ("", found.digest):
        return _conflict(visit, draft, found.name)
    return _planned(visit, draft, found)


def publish(visit: Visit) -> Response:
    """It is published, if this is the text whose plan was seen and nobody else published meanwhile."""
    draft = sent(visit)
    again = f"{draft_link(draft.id)}/plan"
    if not hmac.compare_digest(visit.text("seen"), _seen(visit, draft)):
        return visit.go(
            again, Text("The draft has changed since you saw it, so nothing was published."), "warn"
        )
    try:
        found = visit.app.sequences.plan(draft.text)
        base, digest = _begun_from(draft, found)
        done = visit.app.sequences.publish(draft.text, base=base, digest=digest)
    except (errors.Invalid, Overtaken):
        return visit.go(again)  # which says what is in the way
    with contextlib.suppress(Stale):  # another tab wrote on: that text stays a draft
        visit.app.drafts.drop(visit.me.user, draft.id, MadeFrom(draft.edition))
    said = (
        Text("Version {version} of {name} is published.", version=done.version, name=done.name)
        if done.changed
        else Text(
            "The text of version {version} of {name} is kept as you wrote it.",
            version=done.version,
            name=done.name,
        )
    )
    return visit.go(link(done.name), said)


def settle(visit: Visit) -> Response:
    """Both texts were seen: the draft goes on from the other version."""
    base = numbers.row(visit.text("base")) or 0
    try:
        draft = kept(visit, BegunFrom(visit.text("name", 200), base, visit.text("digest", 64)))
    except (Stale, errors.NotFound) as unsaved:
        return unkept.page(visit, unsaved)
    return visit.go(f"{draft_link(draft.id)}/plan")


def _begun_from(draft: Draft, found: PublishPlan) -> tuple[int, str]:
    """The version of the sequence that the text names, and its text's digest; another name is begun from nothing."""
    return (draft.base, draft.digest) if found.name == draft.name else (0, "")


def _seen(visit: Visit, draft: Draft) -> str:
    """Proves that this session was shown the plan of this text."""
    said = f"plan\n{draft.id}\n{draft.base}\n{draft.digest}\n{draft.name}\n{draft.text}".encode()
    return hmac.new(visit.token.encode(), said, hashlib.sha256).hexdigest()


def _planned(visit: Visit, draft: Draft, found: PublishPlan) -> Response:
    before = visit.app.sequences.show(found.name).yaml if found.latest else ""
    return visit.show(
        "sequence_plan.html",
        draft=draft,
        plan=found,
        warnings=shown(draft.text, found.warnings),
        lines=changes(before, draft.text) if found.latest else [],
        renamed=bool(draft.name) and found.name != draft.name,
        reworded=not found.changed and before != draft.text,
        seen=_seen(visit, draft),
        words=codes.text,
    )


def _conflict(visit: Visit, draft: Draft, name: str) -> Response:
    theirs = visit.app.sequences.show(name)
    return editor.show(
        visit,
        "sequence_conflict.html",
        draft=draft,
        page=unkept.new_page(),
        published=against(theirs.yaml, draft.text),
        theirs=theirs,
        taken=draft.name != name,
        reworded=draft.base == theirs.version,
        digest=text_digest(theirs.yaml),
        lines=changes(theirs.yaml, draft.text),
    )


PAGES = (
    Page("/sequence-drafts/{number}/plan", plan, Permission.SEQUENCES),
    Page("/sequence/publish", publish, Permission.SEQUENCES, method="POST"),
    Page("/sequence/draft/settle", settle, Permission.SEQUENCES, method="POST", largest=LARGEST),
)
