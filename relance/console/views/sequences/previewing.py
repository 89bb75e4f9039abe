"""A sequence's mails as they will be for a person: of what is published, and of a draft. And a mail that was sent, as it left."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlencode

from starlette.responses import Response

from relance import errors
from relance.console.pages import Page
from relance.console.requests import numbers, security
from relance.console.views.sequences.overview import link, named
from relance.console.views.sequences.text import draft_link, opened
from relance.console.visit import Visit
from relance.engine.roles import Permission
from relance.engine.sending.previews import shown
from relance.engine.sending.previews.shown import ShownStep
from relance.wording import N_, Text

PEOPLE = 50  # who can be gone through
LOOKED_AT = 20_000  # people among whom one is looked for who lacks something, while a page waits


@dataclass(frozen=True)
class _Place:
    """A preview's title, and the addresses of its page, of the HTML of its mails, and of where it was opened from."""

    title: str
    path: str
    html: str
    back: str
    draft: int | None = None


def of_sequence(visit: Visit) -> Response:
    """The latest version, or the one that the person keeps."""
    name = named(visit)
    there = quote(name, safe="")
    place = _Place(name, f"/sequence-preview/{there}", f"/sequence-preview-html/{there}", link(name))
    return _page(visit, {"name": name}, place)


def of_draft(visit: Visit) -> Response:
    """A text under way; one with mistakes is shown with them."""
    draft = opened(visit)
    back = draft_link(draft.id)
    try:
        place = _Place(draft.title, f"{back}/preview", f"{back}/preview/html", back, draft.id)
        return _page(visit, {"source": draft.text}, place)
    except errors.Invalid as wrong:
        said = Text.plural(
            "Correct {count} mistake first; then you see its mails.",
            "Correct {count} mistakes first; then you see its mails.",
            len(wrong.problems),
        )
        return visit.go(back, said if wrong.problems else wrong.on_page, "warn")


def html_of_sequence(visit: Visit) -> Response:
    """The HTML of one mail alone, for its frame."""
    return _html(visit, {"name": named(visit)})


def html_of_draft(visit: Visit) -> Response:
    """The same of a text under way."""
    return _html(visit, {"source": opened(visit).text})


def _page(visit: Visit, what: dict[str, Any], place: _Place) -> Response:
    if visit.asked("who") == "lacking":
        found = visit.app.sequences.lacking(**what, most=LOOKED_AT)
        if not found.fields:
            return visit.go(place.path, Text("Nobody lacks a field that the text needs."))
        return visit.go(f"{place.path}?{urlencode({'email': found.fields[0].emails[0]})}")
    people = visit.app.sequences.sample(**what, many=PEOPLE)
    email = visit.asked("email").strip().lower() or next(iter(people), "")
    error, seen = "", None
    if email:
        try:
            seen = visit.app.sequences.preview(email, **what)
        except errors.NotFound as unknown:
            error = str(unknown.on_page)
    answer = visit.show(
        "sequence_preview.html",
        place=place,
        key=secrets.token_hex(15),
        may_test=visit.me.may(Permission.WORK),
        email=email,
        error=error,
        seen=seen,
        frames=[_frame(place.html, email, each) for each in seen.steps] if seen else [],
        ways=_ways(place.path, people, email),
    )
    answer.headers["content-security-policy"] = security.with_frames()
    return answer


def _frame(path: str, email: str, each: ShownStep) -> str:
    return f"{path}?{urlencode({'email': email, 'step': each.step, 'variant': each.variant})}"


def _ways(path: str, people: Sequence[str], email: str) -> dict[str, str]:
    """To the person before and after."""
    here = people.index(email) if email in people else -1
    near = {"previous": here - 1 if here > 0 else None, "next": here + 1 if here + 1 < len(people) else None}
    return {
        name: f"{path}?{urlencode({'email': people[at]})}" if at is not None else ""
        for name, at in near.items()
    }


def _html(visit: Visit, what: dict[str, Any]) -> Response:
    seen = visit.app.sequences.preview(visit.asked("email"), **what, step=visit.asked("step"))
    found = [each for each in seen.steps if each.variant == visit.asked("variant")]
    if not found:
        raise errors.NotFound(Text("There is no such mail. The sequence's preview shows all of them."))
    return visit.framed(found[0].seen_html)


def send_test(visit: Visit) -> Response:
    """A mail of it goes to whoever looks at it."""
    draft = numbers.row(visit.text("draft", 20))
    email, name = visit.text("email", 320), visit.text("name", 200)
    what: dict[str, Any] = {"name": name}
    path = f"/sequence-preview/{quote(name, safe='')}"
    if draft is not None:
        what = {"source": visit.app.drafts.show(visit.me.user, draft).text}
        path = f"{draft_link(draft)}/preview"
    back = f"{path}?{urlencode({'email': email})}"
    which = {"step": visit.text("step", 100), "variant": visit.text("variant", 100)}
    try:
        done = visit.app.sequences.send_test(
            email, **what, **which, to=visit.me.email, key=visit.text("key", 60)
        )
    except errors.Invalid as refused:
        return visit.go(back, refused.on_page, "bad")
    if done.outcome == "accepted":
        return visit.go(
            back, Text("A test was sent from {mailbox} to {to}.", mailbox=done.mailbox, to=done.to)
        )
    said = _NOT_SENT.get(done.outcome, N_("The test was not sent to {to}: {reply}"))
    return visit.go(back, Text(said, to=done.to, reply=done.server_reply), "warn")


_NOT_SENT = {
    "repeated": N_("This test has been sent to {to} already, or may have been: nothing was sent."),
    "unknown": N_(
        "It is not known whether the test was sent to {to}. Look there before you send another one."
    ),
}


def mail(visit: Visit) -> Response:
    """One mail that was written, as it left or will."""
    found = visit.app.messages.show(_number(visit))
    answer = visit.show("message.html", found=found, frame=f"/messages/{found.message.id}/html")
    answer.headers["content-security-policy"] = security.with_frames()
    return answer


def html_of_mail(visit: Visit) -> Response:
    """Its HTML alone; whoever looks at it here has not opened it."""
    return visit.framed(shown.without_pixel(visit.app.messages.show(_number(visit)).opened.html))


def _number(visit: Visit) -> int:
    return numbers.row(cast(str, visit.path["number"])) or 0


PAGES = (
    Page("/sequence-preview/{name:path}", of_sequence, Permission.LOOK),
    Page("/sequence-preview-html/{name:path}", html_of_sequence, Permission.LOOK, part=True),
    Page("/sequence-drafts/{number}/preview", of_draft, Permission.SEQUENCES),
    Page("/sequence-drafts/{number}/preview/html", html_of_draft, Permission.SEQUENCES, part=True),
    Page("/sequence/test", send_test, Permission.WORK, method="POST"),
    Page("/messages/{number}", mail, Permission.LOOK),
    Page("/messages/{number}/html", html_of_mail, Permission.LOOK, part=True),
)
