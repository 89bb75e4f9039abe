"""Work in the background: what goes on, how far it is, its results. A page that shows a job asks for its bar until it is over."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page
from relance.console.requests import numbers
from relance.console.visit import Visit
from relance.engine.jobs.service import JobView
from relance.engine.reporting import codes
from relance.engine.roles import Permission
from relance.engine.store.jobs import JobKind, JobState
from relance.wording import N_, Text, _

IMPORTS = (JobKind.CHECK_CONTACTS, JobKind.IMPORT_CONTACTS)
TONES: Mapping[JobState, str] = {
    JobState.QUEUED: "grey",
    JobState.RUNNING: "blue",
    JobState.DONE: "green",
    JobState.FAILED: "red",
    JobState.CANCELLED: "grey",
}
SHOWN = 200
AT_ONCE = 200
# People who are changed while a page waits; more are in the background, with a bar.


def index(visit: Visit) -> Response:
    """The list, the newest first."""
    kinds, states = (table.get(visit.asked(name), ("", ()))[1] for name, table in _FILTERS.items())
    found = visit.app.jobs.list(
        kinds=kinds, states=states, search=visit.asked("q"), after=visit.asked(lists.AFTER), limit=lists.PAGE
    )
    return visit.show(
        "jobs.html",
        rows=[(each, lists.into(visit, link(each)), chip(each)) for each in found.jobs],
        pages=lists.pages(visit, found.cursor),
        search=visit.asked("q"),
        chips=[
            lists.chip(visit, name, key, _(words))
            for name, table in _FILTERS.items()
            for key, (words, _fits) in table.items()
        ],
        chosen=[(name, visit.asked(name)) for name in _FILTERS if visit.asked(name)],
    )


_FILTERS: Mapping[str, Mapping[str, tuple[str, Sequence[str]]]] = {
    "what": {
        "imports": (N_("Imports"), IMPORTS),
        "enrolling": (N_("Enrolling"), (JobKind.ENROLL,)),
        "changes": (
            N_("Changes"),
            (JobKind.CHANGE_ENROLLMENTS, JobKind.DECIDE_HELD, JobKind.HAND_OVER, JobKind.REMOVE_MAILBOX),
        ),
        "mailboxes": (N_("Mailboxes"), (JobKind.CONNECT_MAILBOXES,)),
    },
    "state": {
        "open": (N_("In progress"), (JobState.QUEUED, JobState.RUNNING)),
        "done": (N_("Finished"), (JobState.DONE,)),
        "failed": (N_("Failed"), (JobState.FAILED,)),
        "cancelled": (N_("Cancelled"), (JobState.CANCELLED,)),
    },
}
# By the name in the address; every kind and every state is behind one chip (a test compares).


def show(visit: Visit) -> Response:
    """One job; an import has a page of its own."""
    job = visit.app.jobs.show(number(visit))
    if job.kind in IMPORTS:
        return visit.go(lists.stay(visit, link(job)))
    stayed = visit.app.jobs.lines(job.id, "stayed", SHOWN)
    named = [(each["email"], each["sequence"], why(each)) for each in stayed]
    last = codes.last_mails(job.last_first_mail, job.last_mail, job.last_mail_code, job.last_mail_reason)
    into = job.about["sequence"] if job.kind is JobKind.ENROLL and job.counts else ""
    return visit.show("job.html", **shown(visit, job), stayed=named, into=into, last=last)


def why(stayed: Mapping[str, Any]) -> Text:
    """Why nothing was done with somebody: in the words of what was in the way, or by what they were found to be."""
    said = stayed.get("why")
    return Text.read(said) if said else codes.text("job result", stayed["code"])


def bar(visit: Visit) -> Response:
    """How far it is, where that is not what the page shows already; when it is over, the page is to be opened again."""
    job = visit.app.jobs.show(number(visit))
    if not job.open:
        return Response(status_code=204, headers={"hx-redirect": lists.stay(visit, link(job))})
    tag = mark(job)
    if tag in (visit.asked("seen"), visit.request.headers.get("if-none-match", "").strip('"')):
        return Response(status_code=204, headers={"etag": f'"{tag}"'})
    answer = visit.part("job.html", "progress", **shown(visit, job), stayed=())
    answer.headers["etag"] = f'"{tag}"'
    return answer


def cancel(visit: Visit) -> Response:
    """Go no further."""
    job = visit.app.jobs.cancel(number(visit))
    if job.state is JobState.CANCELLED:
        return visit.go(lists.stay(visit, link(job)), Text("Cancelled. What is done stays done."), "warn")
    return visit.go(lists.stay(visit, link(job)), Text("The work had already ended."), "warn")


def number(visit: Visit) -> int:
    """Of the job that the path names."""
    return numbers.row(visit.path["job"]) or 0  # no job has it


def shown(visit: Visit, job: JobView) -> dict[str, object]:
    """What the bar and what is around it are made of."""
    results = [(codes.text("job result", code), count) for code, count in job.counts.items()]
    return {
        "job": job,
        "origin": lists.origin(visit),
        "index": lists.back(visit, "/jobs", tuple(_FILTERS)),
        "tag": mark(job),
        "chip_of": chip(job),
        "results": results,
        "can_cancel": job.open and visit.me.may(Permission.WORK),
    }


def chip(job: JobView) -> tuple[str, str]:
    """The word of its state, and the tone."""
    return str(codes.text("job", job.state)), TONES.get(job.state, "grey")


def mark(job: JobView) -> str:
    """Tells whether anything is new."""
    told = f"{job.state} {job.done} {job.total} {job.still} {sorted(job.counts.items())}"
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def link(job: JobView) -> str:
    """Its page."""
    return f"/import/{job.id}" if job.kind in IMPORTS else f"/jobs/{job.id}"


PAGES = (
    Page("/jobs", index, Permission.LOOK),
    Page("/jobs/{job}", show, Permission.LOOK),
    Page("/jobs/{job}/bar", bar, Permission.LOOK, part=True),
    Page("/jobs/{job}/cancel", cancel, Permission.WORK, "POST"),
)
