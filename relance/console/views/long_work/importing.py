"""Import: a file is looked through, what would come of it is shown, and then it is imported in the background."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import PurePosixPath, PureWindowsPath

from starlette.datastructures import UploadFile
from starlette.responses import Response

from relance import errors
from relance.console import lists
from relance.console.pages import Page, Rail
from relance.console.views.long_work import jobs
from relance.console.visit import UNPROCESSABLE, Visit
from relance.engine.contacts.rows import RowOutcome
from relance.engine.jobs.service import LARGEST_UPLOAD, ImportSheet, JobView, Upload, no_such
from relance.engine.roles import Permission
from relance.engine.store.jobs import JobKind, JobState
from relance.wording import N_, _

ROOM = 64 * 1024  # of a form beside its file
SUPPRESSED = "suppressed"
_GROUPS = (
    (RowOutcome.ADDED.value, N_("New")),
    (RowOutcome.UPDATED.value, N_("Changed")),
    (RowOutcome.UNCHANGED.value, N_("Known, nothing new")),
    (RowOutcome.REFUSED.value, N_("Cannot be used")),
    (SUPPRESSED, N_("On the do-not-contact list")),
)
FIELDS: Mapping[str, str] = {
    "email": N_("email address"),
    "first_name": N_("first name"),
    "last_name": N_("last name"),
    "company": N_("company"),
    "title": N_("job title"),
    "phone": N_("phone"),
    "country": N_("country"),
    "language": N_("language"),
    "zone": N_("time zone"),
}
_UNDER_WAY = (JobState.QUEUED, JobState.RUNNING, JobState.DONE)
_DELIMITERS = {",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("vertical bar")}


def index(visit: Visit, error: str = "") -> Response:
    """The way in, and the imports before."""
    search, after = visit.asked("q"), visit.asked(lists.AFTER)
    kinds = [JobKind.IMPORT_CONTACTS]
    found = visit.app.jobs.list(kinds=kinds, search=search, after=after, limit=lists.PAGE)
    rows = [(each, jobs.link(each), jobs.chip(each)) for each in found.jobs]
    return visit.show(
        "import.html",
        UNPROCESSABLE if error else 200,
        rows=rows,
        search=search,
        pages=lists.pages(visit, found.cursor),
        error=error,
        largest=LARGEST_UPLOAD // 1024 // 1024,
        can_import=visit.me.may(Permission.CONTACTS),
    )


def upload(visit: Visit) -> Response:
    """Look through a file."""
    given = visit.form.get("file")
    if not isinstance(given, UploadFile) or not given.filename:
        return index(visit, _("Choose a file first."))
    data = given.file.read(LARGEST_UPLOAD + 1)
    try:
        job = visit.app.jobs.check_contacts(Upload(named(given.filename), data))
    except errors.Invalid as wrong:
        return index(visit, str(wrong.on_page))
    return visit.go(jobs.link(job))


def named(name: str) -> str:
    """A file's name without folders and without what cannot be seen. Pure."""
    last = PureWindowsPath(PurePosixPath(name).name).name
    kept = "".join(each for each in last if unicodedata.category(each)[0] != "C")
    return kept[-120:] or "people.csv"


def show(visit: Visit) -> Response:
    """What was found in a file, or the results of its import."""
    job = _import(visit)
    group = _group(visit, job)
    rows = []
    if group == RowOutcome.REFUSED.value:
        rows = list(visit.app.jobs.refused(job.id, jobs.SHOWN))
    elif group and job.kind is JobKind.CHECK_CONTACTS:
        rows = visit.app.jobs.lines(job.id, group, jobs.SHOWN)
    return visit.show(
        "imported.html" if job.kind is JobKind.IMPORT_CONTACTS else "checked.html",
        **jobs.shown(visit, job),
        sheet=_sheet(visit, job),
        fields={name: _(label) for name, label in FIELDS.items()},
        delimiters={sign: _(label) for sign, label in _DELIMITERS.items()},
        group=group,
        groups=_groups(visit, job, group),
        rows=rows,
        good=sum(job.counts.get(each, 0) for each in ("added", "updated")),
        begun=_begun(visit, job),
        can_import=visit.me.may(Permission.CONTACTS) and job.state is JobState.DONE,
        may_enroll=_may_enroll(visit, job),
        may_write=visit.me.may(Permission.SEQUENCES),
        sequences=[name for name, _state in visit.app.sequences.states()] if _may_enroll(visit, job) else [],
    )


def _may_enroll(visit: Visit, job: JobView) -> bool:
    return job.state is JobState.DONE and visit.me.may(Permission.WORK)


def _groups(visit: Visit, job: JobView, group: str) -> list[lists.Chip]:
    known = [(code, label) for code, label in _GROUPS if job.counts.get(code)]
    if job.kind is JobKind.IMPORT_CONTACTS:
        known = [each for each in known if each[0] == RowOutcome.REFUSED.value]
    return [
        lists.Chip(_(label), lists.link(visit, show=code), code == group, job.counts[code])
        for code, label in known
    ]


def _group(visit: Visit, job: JobView) -> str:
    """Which rows are shown: those that are asked for, else the first that are there, what needs a person before all."""
    order = [RowOutcome.REFUSED.value, *(code for code, _ in _GROUPS)]
    if job.kind is JobKind.IMPORT_CONTACTS:
        order = [RowOutcome.REFUSED.value]
    there = [code for code in order if job.counts.get(code)]
    asked = visit.asked("show")
    return asked if asked in there else next(iter(there), "")


def _sheet(visit: Visit, job: JobView) -> ImportSheet | None:
    try:
        return visit.app.jobs.sheet(job.id)
    except errors.NotFound:
        return None  # forgotten after a while


def start(visit: Visit) -> Response:
    """Import what was looked through; where that has begun, its page is led to."""
    job = _import(visit)
    return visit.go(_begun(visit, job) or jobs.link(visit.app.jobs.import_contacts(job.id)))


def _begun(visit: Visit, job: JobView) -> str:
    """The page of the import that followed this check, unless it came to nothing; empty where none did."""
    kinds = [JobKind.IMPORT_CONTACTS]
    found = visit.app.jobs.list(kinds=kinds, states=_UNDER_WAY, search=str(job.about.get("name", "")))
    return next((jobs.link(each) for each in found.jobs if each.about.get("source") == job.id), "")


def refused_file(visit: Visit) -> Response:
    """The rows that cannot be used, to be corrected and imported."""
    job = _import(visit)
    return visit.file(visit.app.jobs.refused_file(job.id), "rejected.csv")


def _import(visit: Visit) -> JobView:
    job = visit.app.jobs.show(jobs.number(visit))
    if job.kind not in jobs.IMPORTS:
        raise no_such()
    return job


PAGES = (
    Page("/import", index, Permission.CONTACTS, rail=Rail(N_("Import"), "upload", 55)),
    Page("/import", upload, Permission.CONTACTS, "POST", largest=LARGEST_UPLOAD + ROOM),
    Page("/import/{job}", show, Permission.LOOK),
    Page("/import/{job}/start", start, Permission.CONTACTS, "POST"),
    Page("/import/{job}/rejected.csv", refused_file, Permission.LOOK, part=True),
)
