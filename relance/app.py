"""Relance: the rooms, built once from the settings and offered as one object.

Everything the command line, the daemons and other services do goes through here. What a method returns is a frozen
value; what it raises is an `errors.RelanceError` whose text is a sentence a person can act on.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from relance.clock import Clock, elapsed, machine_now
from relance.config import Settings
from relance.engine import (
    accounts,
    engagement,
    enrolling,
    epochs,
    explaining,
    importing,
    inbox,
    keeping,
    migrating,
    people,
    progress,
    publishing,
    recovery,
    rejudging,
    reports,
    turn,
    unknowns,
    vault,
    verdicts,
)
from relance.engine import (
    timeline as timelines,
)
from relance.engine.database import Database
from relance.engine.house import House, Options
from relance.engine.journal import Journal
from relance.engine.migrating import SchemaState
from relance.engine.sequence import Sequence
from relance.engine.store import contacts, suppressions, tasks
from relance.engine.zones import Workspace
from relance.mailbox.imap import Inbox
from relance.mailbox.smtp import Outbox
from relance.tracking import web
from relance.tracking.links import Links
from relance.tracking.tokens import Signer

Progress = Callable[[int], None]
BEAT_SECONDS = 60.0
# How often the epoch is counted up, in machine time.


class Relance:
    """An open installation. A context manager; safe to share between threads."""

    def __init__(self, settings: Settings | None = None, *, clock: Clock | None = None) -> None:
        """Open the database of `settings` (by default: of the environment and `relance.toml`).

        An SQLite database migrates itself; for PostgreSQL `relance db upgrade` does it, so that an operator decides when.
        """
        self.settings = settings or Settings()
        self.clock = clock or self.settings.clock()
        database = Database(self.settings.database_url)
        if database.embedded:
            migrating.upgrade(database)
        else:
            migrating.require(database)
        self._house = _house(self.settings, self.clock, database)
        self._epoch_file = self.settings.home / "epoch.json"
        self._beaten = elapsed()
        if epochs.beat(database, self._epoch_file) is None:
            recovery.replay(self._house)  # not into a restored database: it waits for a person
        self.contacts = Contacts(self._house)
        self.sequences = Sequences(self._house)
        self.mailboxes = Mailboxes(self._house)
        self.tasks = Tasks(self._house)
        self.unknown = Unknown(self._house)
        self.inbox = Answers(self._house)

    def __enter__(self) -> Relance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the journal; may be called twice."""
        self._house.journal.close()
        self._house.database.close()

    # What a salesperson does.

    def enroll(
        self,
        sequence: str,
        emails: Iterable[str] | None = None,
        *,
        mailboxes: Iterable[str] | None = None,
        also_elsewhere: bool = False,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> enrolling.EnrollReport:
        """Start a sequence for these contacts (None: for everybody), spread over these mailboxes (None: over all)."""
        wish = enrolling.Wish(
            sequence,
            None if emails is None else tuple(emails),
            None if mailboxes is None else tuple(mailboxes),
            also_elsewhere=also_elsewhere,
        )
        return enrolling.enroll(self._house, wish, dry_run=dry_run, progress=progress)

    def pause(
        self, email: str, sequence: str | None = None, reason: str = ""
    ) -> list[enrolling.EnrollmentView]:
        """Send a contact nothing more until resumed."""
        return enrolling.pause(self._house, email, sequence, reason)

    def resume(self, email: str, sequence: str | None = None) -> list[enrolling.EnrollmentView]:
        """Go on with a paused or held contact."""
        return enrolling.resume(self._house, email, sequence)

    def stop(
        self, email: str, sequence: str | None = None, reason: str = ""
    ) -> list[enrolling.EnrollmentView]:
        """End a contact's sequences for good."""
        return enrolling.stop(self._house, email, sequence, reason)

    # What people look at.

    def status(self) -> reports.Status:
        """How the whole installation stands."""
        return reports.status(self._house)

    def held(self, limit: int = 100) -> list[reports.HeldView]:
        """Whoever waits for a person to decide, with the reason."""
        return reports.held(self._house, limit)

    def report(self, sequence: str) -> reports.Report:
        """What became of a sequence, step by step."""
        return reports.report(self._house, sequence)

    def due_steps(self) -> list[accounts.StepAccount]:
        """Every step that fell due so far, for everybody: what became of it, and why."""
        return accounts.due_steps(self._house)

    def explain(self, email: str, sequence: str | None = None) -> list[explaining.Explanation]:
        """Why a contact stands where they stand, and what comes next and when."""
        return explaining.explain(self._house, email, sequence)

    def timeline(self, email: str) -> list[timelines.EventView]:
        """Everything that happened to a contact, oldest first."""
        return timelines.of_contact(self._house, email)

    def events(self, after: str = "", limit: int = 100) -> timelines.EventPage:
        """What happened since a cursor; every event is served once, in order, to who keeps the cursor of each page."""
        return timelines.page(self._house, after, limit)

    # What daemons do.

    def due_mailboxes(self, limit: int) -> list[int]:
        """Mailboxes with something to do that nobody works for, most overdue first."""
        return turn.due(self._house, limit)

    def turn(self, mailbox_id: int, stop: Callable[[], bool] = lambda: False) -> turn.TurnReport:
        """Do one mailbox's turn; `stop` is asked between mails."""
        return turn.take_turn(self._house, mailbox_id, stop)

    def tick(self) -> progress.TickReport:
        """Do what is due and needs no mailbox."""
        if elapsed() - self._beaten > BEAT_SECONDS:
            self._beaten = elapsed()
            epochs.beat(self._house.database, self._epoch_file)
        return progress.tick(self._house)

    def next_wake(self) -> dt.datetime | None:
        """When something falls due next (business time)."""
        return progress.next_wake(self._house)

    def halted(self) -> str | None:
        """Why nothing is sent at all, if so: the database seems to have been restored from a backup."""
        return epochs.halted(self._house.database)

    def confirm_restore(self, *, hold_due: bool = True) -> int:
        """Go on after a restore; what fell due is held for a person first, for it may have been sent already."""
        return epochs.confirm(self._house, self._epoch_file, hold_due=hold_due)

    def web_app(self) -> Any:
        """The ASGI application that serves pixel, links and unsubscribe."""
        house = self._house
        return web.build(engagement.TrackingDesk(house), _signer(self.settings), now=self.clock.now)


class Contacts:
    """The people and who may not be written to."""

    def __init__(self, house: House) -> None:
        self._house = house

    def import_file(
        self,
        path: Path | str,
        *,
        dry_run: bool = False,
        errors_to: Path | None = None,
        progress: Progress | None = None,
    ) -> importing.ImportReport:
        """Take a CSV file's people; rows that cannot be used go to a file of their own, with the reason."""
        return importing.import_file(
            self._house, Path(path), dry_run=dry_run, errors_to=errors_to, progress=progress
        )

    def add(self, email: str, **fields: str) -> contacts.Contact:
        """One contact; known ones get the fields that are given."""
        return people.add(self._house, email, fields)

    def list(
        self, search: str | None = None, limit: int = 100, after: str | None = None
    ) -> list[contacts.Contact]:
        """Contacts by address, a page at a time: `after` is the last address of the page before."""
        return people.page(self._house, search=search, limit=limit, after=after)

    def show(self, email: str) -> contacts.Contact:
        """One contact."""
        return people.show(self._house, email)

    def suppress(self, value: str, reason: str = "asked by a person") -> suppressions.Suppression:
        """Never write to an address or a domain again, from now on."""
        return people.suppress(self._house, value, reason)

    def unsuppress(self, value: str) -> bool:
        """Lift a suppression; False when there was none. What it stopped stays stopped."""
        return people.unsuppress(self._house, value)

    def suppressions(self) -> tuple[suppressions.Suppression, ...]:
        """Every suppression."""
        return tuple(people.suppressed(self._house))


class Sequences:
    """What is said to whom and when."""

    def __init__(self, house: House) -> None:
        self._house = house

    def check(self, source: Path | str | Sequence) -> publishing.Checked:
        """Every mistake and every doubt in a sequence, without storing anything."""
        return publishing.check(self._house, source)

    def publish(self, source: Path | str | Sequence) -> publishing.Published:
        """Store a new version; whoever is enrolled stays on theirs."""
        return publishing.publish(self._house, source)

    def list(self) -> list[publishing.SequenceSummary]:
        """Every sequence with its counts."""
        return publishing.summaries(self._house)

    def show(self, name: str, version: int | None = None) -> publishing.SequenceDetail:
        """One sequence, as it was written."""
        return publishing.show(self._house, name, version)

    def pause(self, name: str, reason: str = "") -> None:
        """Nothing of this sequence leaves until it is resumed."""
        publishing.pause(self._house, name, reason)

    def resume(self, name: str) -> None:
        """Go on with a paused sequence."""
        publishing.resume(self._house, name)


class Mailboxes:
    """The salespeople's own mailboxes."""

    def __init__(self, house: House) -> None:
        self._house = house

    def add(self, spec: keeping.MailboxSpec) -> keeping.MailboxView:
        """Take a mailbox in; its password is sealed before it is stored."""
        return keeping.add(self._house, spec)

    def list(self) -> list[keeping.MailboxView]:
        """Every mailbox."""
        return keeping.every(self._house)

    def show(self, address: str) -> keeping.MailboxView:
        """One mailbox."""
        return keeping.show(self._house, address)

    def test(self, address: str) -> keeping.MailboxTest:
        """Log in to both servers for real and say how it went."""
        return keeping.test(self._house, address)

    def pause(self, address: str, reason: str = "") -> None:
        """Send nothing from this mailbox until it is resumed; it is still read."""
        keeping.pause(self._house, address, reason)

    def resume(self, address: str) -> None:
        """Send from it again."""
        keeping.resume(self._house, address)

    def remove(self, address: str, *, force: bool = False) -> None:
        """Forget a mailbox and its password. With open enrollments only by `force`, which holds them."""
        keeping.remove(self._house, address, force=force)


class Tasks:
    """What sequences ask of people."""

    def __init__(self, house: House) -> None:
        self._house = house

    def list(self, *, open_only: bool = True) -> list[tasks.Task]:
        """Tasks by due time."""
        with self._house.database.read() as conn:
            return tasks.every(conn, open_only=open_only)

    def done(self, task_id: int) -> None:
        """Tick a task off; a sequence that waited for it goes on."""
        progress.task_done(self._house, task_id)


class Unknown:
    """Mails that may have been delivered."""

    def __init__(self, house: House) -> None:
        self._house = house

    def list(self) -> list[unknowns.UnknownMail]:
        """All of them, oldest first."""
        return unknowns.every(self._house)

    def resolve(self, message_id: str, decision: str) -> None:
        """A person's word: `sent`, `not sent` (the same bytes go again) or `give up`."""
        unknowns.decide(self._house, message_id, decision)


class Answers:
    """What came back, over all mailboxes."""

    def __init__(self, house: House) -> None:
        self._house = house

    def list(
        self, wanted: inbox.Wanted | None = None, *, limit: int = 100, before: int | None = None
    ) -> list[inbox.AnswerView]:
        """Kept mails, the newest first; `before` is the last number of the page before."""
        return inbox.page(self._house, wanted or inbox.Wanted(), before=before, limit=limit)

    def show(self, number: int, *, mark_read: bool = False) -> inbox.AnswerView:
        """One kept mail with its judgement, the reason and the words it rests on."""
        return inbox.show(self._house, number, mark_read=mark_read)

    def correct(
        self,
        number: int,
        *,
        kind: str | None = None,
        intent: str | None = None,
        until: dt.date | None = None,
        contact: str | None = None,
        note: str = "",
    ) -> inbox.Corrected:
        """A person's word on what a mail is, or whose. Kept beside the judgement, and acted upon."""
        said = inbox.Correction(kind, intent, until, contact, note)
        return inbox.correct(self._house, number, said)

    def accept_substitute(self, number: int) -> contacts.Contact:
        """Make the person a mail names in its writer's place a contact."""
        return inbox.accept_substitute(self._house, number)

    def dismiss_substitute(self, number: int) -> None:
        """Offer that person no more."""
        inbox.dismiss_substitute(self._house, number)

    def rejudge(
        self,
        *,
        since: dt.datetime | None = None,
        apply: bool = False,
        reopen: bool = False,
        progress: Progress | None = None,
    ) -> rejudging.RejudgeReport:
        """Judge the kept mails again by the rules as they are now; without `apply` only shows what would change."""
        wish = rejudging.Wish(since, apply, reopen)
        return rejudging.rejudge(self._house, wish, progress=progress)


def judge_file(
    path: Path, *, received: dt.datetime | None = None, own: Iterable[str] = ()
) -> Iterator[verdicts.Specimen]:
    """Judge the raw mails of a file or folder; needs no installation. Raises only `OSError`."""
    return verdicts.of_file(path, now=machine_now(), received=received, own=tuple(own))


def upgrade_database(settings: Settings) -> tuple[SchemaState, SchemaState]:
    """Bring the database's schema to this release's; returns how it was and how it is."""
    database = Database(settings.database_url)
    try:
        return migrating.state(database), migrating.upgrade(database)
    finally:
        database.close()


def check_database(settings: Settings) -> SchemaState:
    """How far the database's schema is."""
    database = Database(settings.database_url)
    try:
        return migrating.state(database)
    finally:
        database.close()


def _house(settings: Settings, clock: Clock, database: Database) -> House:
    ring = settings.keyring()
    owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    options = Options(
        batch=settings.turn_batch,
        sync_every=dt.timedelta(seconds=settings.sync_seconds),
        keep_raw=dt.timedelta(days=settings.keep_raw_days),
        lease=dt.timedelta(seconds=settings.lease_seconds),
        allow_test_domains=settings.allow_test_domains,
    )
    return House(
        database=database,
        clock=clock,
        vault=vault.Vault(ring.keys, ring.current),
        links=Links(settings.base_url, _signer(settings)),
        journal=Journal(settings.home / "journal", owner),
        owner=owner,
        open_outbox=functools.partial(Outbox, helo=_helo()),
        open_inbox=Inbox,
        options=options,
        workspace=Workspace(settings.zone, settings.country),
    )


def _signer(settings: Settings) -> Signer:
    ring = settings.keyring()
    return Signer({number: vault.derive(key, "tracking") for number, key in ring.keys.items()}, ring.current)


def _helo() -> str:
    """This host's name as a mail server may hear it (RFC 5321, 4.1.4), or the loopback literal."""
    name = socket.gethostname()
    return name if name.isascii() and name.replace("-", "").replace(".", "").isalnum() else "[127.0.0.1]"
