"""Long work as people see it: started, listed, shown, cancelled; its results as codes and counts."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.engine import Connection

from relance import errors
from relance.clock import machine_now
from relance.engine import roles
from relance.engine.contacts import columns, csv_reader, importer
from relance.engine.context import Context
from relance.engine.db.database import opened_by
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor
from relance.engine.jobs import changing, connecting, handing, importing, titles, work
from relance.engine.jobs.deciding import HeldDeed, HeldPerson
from relance.engine.mailboxes import handing_over
from relance.engine.mailboxes import remove as removing
from relance.engine.mailboxes.sign_ins import wanted as wanted_table
from relance.engine.mailboxes.sign_ins.wanted import WantedMailbox
from relance.engine.reasons import Why, why_of
from relance.engine.sequences import bulk, publish
from relance.engine.sequences.bulk import BulkAction
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.sequences.senders import choice
from relance.engine.sequences.senders.choice import Senders
from relance.engine.store import cursor, jobs
from relance.engine.store.jobs import Job, JobConditions, JobKind, JobState
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.users import accounts
from relance.mailbox import address
from relance.wording import Text

AT_ONCE_SECONDS = 1.0
# Whoever starts a job works on it so long: a short one is done with the answer.
KEEP_FILES = dt.timedelta(days=30)
MAX_PAGE = 1000
LARGEST_UPLOAD = 16 * 1024 * 1024
_CURSOR = "j"


@dataclass(frozen=True)
class Upload:
    """A file that somebody gave: its name, and what is in it."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class JobView:
    """A job. `counts`: its results so far, by code (`BulkOutcome`, `RowOutcome`, `SkipCode`, "enrolled"); `total`: 0 where it is
    not known yet; `still`: it has not moved for a while; `about`: what it is about, such as the name of a file."""

    id: int
    kind: JobKind
    state: JobState
    actor: Actor
    about: Mapping[str, Any]
    done: int
    total: int
    counts: Mapping[str, int]
    reason: Text
    created_at: dt.datetime
    began_at: dt.datetime | None
    ended_at: dt.datetime | None
    still: bool = False
    why: Why | None = None  # what `reason` says, for programs
    last_first_mail: dt.date | None = None  # of people who were enrolled: as in `EnrollReport`
    last_mail: dt.date | None = None
    last_mail_code: str = ""
    last_mail_reason: Text | None = None
    last_mail_why: Why | None = None

    @property
    def open(self) -> bool:
        """Whether it is still to be worked on."""
        return self.state in jobs.OPEN

    @property
    def title(self) -> Text:
        """What it does, for people."""
        return titles.of(self.kind, self.about)


@dataclass(frozen=True)
class JobPage:
    """Some jobs, the newest first, and the cursor of the next page; empty where this is the last."""

    jobs: tuple[JobView, ...]
    cursor: str


@dataclass(frozen=True)
class ImportSheet:
    """What was found in a file of contacts: the known fields and the contacts' own by the columns they stand in."""

    name: str
    encoding: str
    delimiter: str
    known: Mapping[str, str]
    own: Mapping[str, str]


def page(
    context: Context,
    *,
    kinds: Sequence[str] = (),
    states: Sequence[str] = (),
    search: str = "",
    after: str = "",
    limit: int = 50,
) -> JobPage:
    """A page of jobs; a salesperson's own. `search` is found in who began it, in the name of its file or of its sequence. Raises
    `errors.WrongUse` for a cursor that is none."""
    number = cursor.read(_CURSOR, after)
    size = max(1, min(limit, MAX_PAGE))
    with context.database.read() as conn:
        wanted = JobConditions(tuple(map(JobKind, kinds)), tuple(map(JobState, states)), search)
        found = jobs.page(conn, wanted, before=number[0] if number else None, limit=size + 1)
    more = len(found) > size
    here = tuple(_view(each) for each in found[:size])
    return JobPage(here, cursor.written(_CURSOR, found[size - 1].id) if more else cursor.BEGINNING)


def show(context: Context, number: int) -> JobView:
    """One job. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        return _view(_known(conn, number))


def cancel(context: Context, number: int) -> JobView:
    """Go no further with it; what is done stays done. Raises `errors.NotFound`; one that is over is left as it is."""
    with context.database.write() as conn:
        _known(conn, number)
        jobs.cancel(conn, number, context.clock.now())
        return _view(_known(conn, number))


def lines(context: Context, number: int, part: str, limit: int = 200) -> list[Any]:
    """The first lines that a job kept about a code of its counts, or about whom nothing was done with ("stayed")."""
    with context.database.read() as conn:
        _known(conn, number)
        return list(jobs.lines(conn, number, part, limit))


def refused(context: Context, number: int, limit: int = 200) -> list[importer.RejectedRow]:
    """The first rows of an import that cannot be used."""
    found = lines(context, number, importing.REFUSED, limit)
    return [importer.rejected(importing.refusal(each)) for each in found]


def refused_file(context: Context, number: int) -> bytes:
    """All rows of an import that cannot be used, as a file with the reasons."""
    with context.database.read() as conn:
        sheet = _read(conn, _known(conn, number))
        rejected = map(importing.refusal, jobs.lines(conn, number, importing.REFUSED))
        return importer.rejected_file(sheet, rejected)


def sheet(context: Context, number: int) -> ImportSheet:
    """What was found in the file of an import. Raises `errors.NotFound` once it is forgotten."""
    with context.database.read() as conn:
        job = _known(conn, number)
        read = _read(conn, job)
    named = columns.read(read.header, job.params["name"], read.start)
    known = {name: read.header[index].strip() for name, index in named.known.items()}
    return ImportSheet(job.params["name"], read.encoding, read.delimiter, known, dict(named.own_titles))


def _read(conn: Connection, job: Job) -> csv_reader.Sheet:
    data = jobs.whole(conn, job.params.get("source") or job.id, importing.FILE)
    if not data:
        raise errors.NotFound(Text("The file is no longer kept. Import it again."))
    return csv_reader.read(data, job.params["name"])


def no_such() -> errors.NotFound:
    """What is said of a job that is not there."""
    return errors.NotFound(
        Text("There is no such job."),
        command=Text("`relance jobs list` shows all jobs."),
        page=Text("The Background work page shows all jobs."),
    )


# Starting.


def check_contacts(context: Context, upload: Upload) -> JobView:
    """Look through a file of contacts: what importing it would do. Raises `errors.Invalid` for a file that cannot be used."""
    if len(upload.data) > LARGEST_UPLOAD:
        raise errors.Invalid(
            Text("The file is larger than {size} MB. Split it.", size=LARGEST_UPLOAD // 1024 // 1024)
        )
    read = csv_reader.read(upload.data, upload.name)
    columns.read(read.header, upload.name, read.start)
    params = {"name": upload.name, "source": None}
    return _start(context, JobKind.CHECK_CONTACTS, params, {importing.FILE: upload.data})


def import_contacts(context: Context, number: int) -> JobView:
    """Import the file that a job has looked through. Raises `errors.NotFound`."""
    with context.database.read() as conn:
        checked = _known(conn, number)
        if checked.kind is not JobKind.CHECK_CONTACTS:
            raise no_such()
        _read(conn, checked)
    params = {"name": checked.params["name"], "source": checked.id}
    return _start(context, JobKind.IMPORT_CONTACTS, params)


def change_enrollments(
    context: Context, action: str, wanted: EnrollmentFilter, *, reason: str = ""
) -> JobView:
    """Pause, resume, stop or release everybody who fits a filter. Raises `errors.NotFound` and `errors.Invalid` for what the filter
    names and is not there, `errors.WrongUse` for another action."""
    errors.require_one_of(action, [each.value for each in BulkAction])
    what = BulkAction(action)
    bulk.count(context, what, wanted)
    return _start(context, JobKind.CHANGE_ENROLLMENTS, changing.params(what, wanted, reason))


def enroll(
    context: Context,
    sequence: str,
    emails: Iterable[str],
    *,
    mailboxes: Senders | None = None,
) -> JobView:
    """Start a sequence for these contacts, shared out among these mailboxes as `Relance.enroll` does."""
    asked = choice.wanted(mailboxes)
    with context.database.read() as conn:
        publish.versions_of(conn, sequence)
    params = {"sequence": sequence, "mailboxes": asked}  # an earlier release reads the addresses of it
    return _start(context, JobKind.ENROLL, params, lines=list(address.several(emails) or ()))


def decide_held(
    context: Context,
    deed: str,
    people: Iterable[HeldPerson],
    *,
    mailbox: str = "",
    same_thread: bool = False,
) -> JobView:
    """Fill in what held people lack ("fill"), let them go on from another `mailbox` ("move"), or say what happened to mail before a
    restore ("sent", "not sent"). Whose next mail continues a conversation stays held, unless `same_thread` lets the other mailbox write in it. Raises `errors.WrongUse` for another deed, `errors.NotFound` for a mailbox that is not there."""
    errors.require_one_of(deed, [each.value for each in HeldDeed])
    if deed == HeldDeed.MOVE:
        if not roles.scope_now().everything:
            raise errors.Forbidden(Text("Only a manager can let people go on from another mailbox."))
        with context.database.read() as conn:
            mailboxes.named(conn, mailbox)
    lines = [[each.enrollment, dict(each.values)] for each in people]
    params = {"deed": deed, "mailbox": mailbox, "same_thread": same_thread}
    return _start(context, JobKind.DECIDE_HELD, params, lines=lines)


def hand_over(context: Context, address: str, to: str, *, new_threads: bool = False) -> JobView:
    """Let the mailbox `to` go on with people whom `address` writes to, as `mailboxes.hand_over` does; its counts are the fields of
    `HandOver`."""
    wish = handing_over.wished(context, address, to, new_threads=new_threads)
    return _start(context, JobKind.HAND_OVER, handing.params(wish))


def remove_mailbox(context: Context, address: str, to: str = "", *, new_threads: bool = False) -> JobView:
    """The same, and then remove the first, as `mailboxes.remove` does: whoever does not go on from the other is held; without another, all are.
    Raises `errors.NotFound`, and `errors.WrongUse` while a mail of it is leaving."""
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        removing.refuse_in_flight(conn, mailbox)
    if not to:
        return _start(context, JobKind.REMOVE_MAILBOX, {"mailbox": mailbox.address})
    wish = handing_over.wished(context, address, to, new_threads=new_threads, leaving=True)
    return _start(context, JobKind.HAND_OVER, handing.params(wish))


MOST_MAILBOXES = 10_000


def connect_mailboxes(
    context: Context, provider: str, wanted: Iterable[WantedMailbox] | bytes, *, dry_run: bool = False
) -> JobView:
    """Connect mailboxes at that provider ("google", "microsoft"), as the client that is set: the address and the sender's name of each and,
    in a mapping, its own `smtp_host`, `smtp_port`, `smtp_security`, the same of `imap`, and `ca_file` (PEM), where it has any; or a CSV
    file with these columns. `dry_run`: try each, and save nothing. No server is asked before this returns. Raises `errors.WrongUse` for
    none or too many of them, and where what is set is not enough."""
    lines = wanted_table.read(wanted) if isinstance(wanted, bytes) else list(wanted)
    if not 0 < len(lines) <= MOST_MAILBOXES:
        raise errors.WrongUse(
            Text("Name at least one mailbox, and no more than {count}.", count=MOST_MAILBOXES)
        )
    connecting.require(context, provider, lines)
    params = {"provider": provider, "dry_run": dry_run}
    return _start(context, JobKind.CONNECT_MAILBOXES, params, lines=lines, at_once=False)


def imported(context: Context, number: int) -> list[str]:
    """The addresses that an import brought, new or known."""
    return list(lines(context, number, importing.PEOPLE, csv_reader.MAX_ROWS))


def _start(
    context: Context,
    kind: JobKind,
    params: Mapping[str, Any],
    files: Mapping[str, bytes] | None = None,
    lines: Sequence[Any] = (),
    *,
    at_once: bool = True,
) -> JobView:
    now = context.clock.now()
    with context.database.write() as conn:
        jobs.forget_files(conn, now - KEEP_FILES)
        actor = actors.acting_now() or opened_by(conn)
        number = jobs.add(conn, kind, params, actor, _user(conn, actor), (now, machine_now()))
        for part, data in (files or {}).items():
            jobs.put(conn, number, part, data)
        jobs.add_lines(conn, number, changing.PEOPLE, 0, lines)
    with contextlib.suppress(errors.Trouble):  # the workers go on with it
        if at_once:
            work.work(context, number, work.deadline(AT_ONCE_SECONDS))
    return show(context, number)


def _user(conn: Connection, actor: Actor) -> int | None:
    """Whose it is: a salesperson's scope names them, of others who signed in their address does."""
    scope = roles.scope_now()
    if scope.user is not None:
        return scope.user
    user = accounts.by_email(conn, actor.name) if actor.kind is actors.ActorKind.USER else None
    return user.id if user else None


def _known(conn: Connection, number: int) -> Job:
    found = jobs.by_id(conn, number)
    if found is None:
        raise no_such()
    return found


def _view(job: Job) -> JobView:
    silent = machine_now() - job.moved_at > jobs.STILL
    return JobView(
        job.id,
        job.kind,
        job.state,
        job.actor,
        job.params,
        job.done,
        job.total,
        job.counts,
        job.reason,
        job.created_at,
        job.began_at,
        job.ended_at,
        still=job.open and silent,
        why=why_of(job.reason),
        **changing.last_mails(job.place),
    )
