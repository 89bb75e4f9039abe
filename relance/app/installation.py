"""An open installation: what salespeople, other services and the daemons do with it."""

from __future__ import annotations

import contextlib
import dataclasses
import zoneinfo
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Any

from relance import config, errors, late, wording
from relance.app import building
from relance.app.operation import LateOperation, Noun, Operation
from relance.clock import Clock, elapsed, machine_now
from relance.config import Settings
from relance.engine.db import connection_refused, migrate
from relance.engine.db.database import Database
from relance.engine.event_log import actors
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.mailboxes import leaving
from relance.engine.ports import Telemetry
from relance.engine.processes import attendance, heartbeats
from relance.engine.processes.attendance import Attendance
from relance.engine.roles import Viewer
from relance.engine.runtime.unmeasured import Unmeasured
from relance.engine.sending.doubt import recovery, restore_guard
from relance.engine.store.processes import Process
from relance.wording import Text, typed

if TYPE_CHECKING:
    from relance.app import people, permitted, services
    from relance.engine import tick as engine_tick
    from relance.engine import turn as engine_turn
    from relance.engine import turn_stages
    from relance.engine.engagement import hits
    from relance.engine.jobs import work as job_work
    from relance.engine.mailboxes import idle
    from relance.engine.mailboxes.health import checking as health_checking
    from relance.engine.mailboxes.health import watching as health_watching
    from relance.engine.mailboxes.sign_ins import renewing, resealing
    from relance.engine.reporting import explain as reporting_explain
    from relance.engine.reporting import sequence_report, step_outcomes
    from relance.engine.reporting import status as engine_status
    from relance.engine.reporting import timeline as timelines
    from relance.engine.restore import journal_replay
    from relance.engine.sending import copies as sent_copies
    from relance.engine.sequences import control
    from relance.engine.sequences import enroll as sequences_enroll
    from relance.tracking import web
else:
    people, permitted, services, engine_tick, engine_turn, turn_stages, hits, idle, sent_copies, web = (
        late.modules(
            "relance.app.people",
            "relance.app.permitted",
            "relance.app.services",
            "relance.engine.tick",
            "relance.engine.turn",
            "relance.engine.turn_stages",
            "relance.engine.engagement.hits",
            "relance.engine.mailboxes.idle",
            "relance.engine.sending.copies",
            "relance.tracking.web",
        )
    )
    reporting_explain, sequence_report, step_outcomes, engine_status, timelines = late.modules(
        "relance.engine.reporting.explain",
        "relance.engine.reporting.sequence_report",
        "relance.engine.reporting.step_outcomes",
        "relance.engine.reporting.status",
        "relance.engine.reporting.timeline",
    )
    (
        journal_replay,
        control,
        sequences_enroll,
        job_work,
        renewing,
        resealing,
        health_checking,
        health_watching,
    ) = late.modules(
        "relance.engine.restore.journal_replay",
        "relance.engine.sequences.control",
        "relance.engine.sequences.enroll",
        "relance.engine.jobs.work",
        "relance.engine.mailboxes.sign_ins.renewing",
        "relance.engine.mailboxes.sign_ins.resealing",
        "relance.engine.mailboxes.health.checking",
        "relance.engine.mailboxes.health.watching",
    )

BEAT_SECONDS = 60.0
# How often the epoch is counted up, in machine time.


def _speak(settings: Settings) -> None:
    """From now on this process speaks the installation's language, by its clock."""
    wording.speak(settings.language)
    wording.show_times_in(zoneinfo.ZoneInfo(settings.zone))


class Relance:
    """An open installation. A context manager; safe to share between threads."""

    contacts = Noun(lambda: services.Contacts)
    sequences = Noun(lambda: services.Sequences)
    drafts = Noun(lambda: services.Drafts)
    enrollments = Noun(lambda: services.Enrollments)
    mailboxes = Noun(lambda: services.Mailboxes)
    messages = Noun(lambda: services.Messages)
    tasks = Noun(lambda: services.Tasks)
    unknown = Noun(lambda: services.Unknown)
    reports = Noun(lambda: services.Reports)
    restored = Noun(lambda: services.Restored)
    inbox = Noun(lambda: services.Answers)
    today = Noun(lambda: services.Today)
    jobs = Noun(lambda: services.Jobs)
    users = Noun(lambda: people.Users)
    myself = Noun(lambda: people.Myself)
    entrance = Noun(lambda: people.Entrance)

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        actor: Actor | str = "",
        look_only: bool = False,
        because: str = "",
        foreign: str = "",
    ) -> None:
        """Open the database of `settings` (by default: of the environment and `relance.toml`).

        An SQLite database migrates itself; for PostgreSQL `relance db upgrade` does it, so that an operator decides when.
        `actor` is who does what is done by way of it, as events name them: the name of your program (by default that of the
        running script), or an `Actor`.
        `look_only` writes nothing, for when nothing can be written; what would change something raises `errors.Unwritable`.
        `because` says why nobody can, `foreign` why this user cannot, which `status` repeats.
        """
        if settings is not None and not isinstance(settings, Settings):
            raise errors.Invalid(
                Text("{given} is not Settings. Write Relance(Settings(home=…)).", given=typed(settings))
            )
        self.settings = settings or Settings()
        self.clock = clock or self.settings.clock()
        _speak(self.settings)
        config.require_closed(self.settings)
        building.require_database(self.settings)
        database = Database(
            self.settings.database_url,
            answer_seconds=self.settings.database_answer_seconds,
            look_only=look_only,
            actor=building.actor(actor),
        )
        database.refused = because
        with contextlib.ExitStack() as undo:
            undo.callback(database.close)
            self._foreign = foreign
            self._move_in(database, look_only=look_only)
            undo.pop_all()

    def _move_in(self, database: Database, *, look_only: bool) -> None:
        with connection_refused.told(database.url):
            if database.embedded and not look_only:
                migrate.upgrade(database)
            else:
                migrate.require(database)
        self._context = building.context(self.settings, self.clock, database)
        self._epoch_file = building.epoch_file(self.settings)
        self._beaten = elapsed()
        self._me: Process | None = None
        self._home_refused = ""  # why the epoch could not be written here
        if not look_only:
            self._take_up()

    def _take_up(self) -> None:
        """What an earlier process left is written down first."""
        with actors.acting(Actor(ActorKind.SCHEDULE, "startup")):
            self._write_down()

    def _write_down(self) -> None:
        if restore_guard.beat(self._context.database, self._epoch_file) is None:
            recovery.replay(self._context)  # not into a restored database: it waits for a person
            recovery.give_back(self._context)
        if any(self._context.noes.waiting()):
            hits.replay(self._context)

    def __enter__(self) -> Relance:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database and the journal; may be called twice."""
        self._context.journal.close()
        self._context.database.close()

    def seen_by(self, viewer: Viewer) -> Relance:
        """The installation as somebody who signed in may use it: what their role does not allow raises `errors.Forbidden`,
        and what is done is done in their name."""
        return permitted.seen_by(self, viewer)

    # What a salesperson does.

    def enroll(
        self,
        sequence: str,
        emails: Iterable[str] | None = None,
        *,
        mailboxes: Iterable[str] | Mapping[str, int] | None = None,
        also_elsewhere: bool = False,
        dry_run: bool = False,
        progress: services.Progress | None = None,
    ) -> sequences_enroll.EnrollReport:
        """Start a sequence for these contacts (None: for everybody), shared out among these mailboxes: equally, or by {address: share}.
        None: as the sequence says, and where it says nothing among all that are active."""
        wish = sequences_enroll.EnrollRequest(
            sequence,
            emails,
            mailboxes,
            also_elsewhere=also_elsewhere,
        )
        return sequences_enroll.enroll(self._context, wish, dry_run=dry_run, progress=progress)

    pause = LateOperation(lambda: control.pause)
    resume = LateOperation(lambda: control.resume)
    stop = LateOperation(lambda: control.stop)

    # What people look at.

    def status(self) -> engine_status.Status:
        """How the whole installation stands."""
        return engine_status.status(
            self._context, unwritable=self._home_refused, foreign=self._foreign, me=self._me
        )

    def attendance(self) -> Attendance:
        """Who is at work, and which part of the work nobody does."""
        with self._context.database.read() as conn:
            return heartbeats.read(conn, self._context, me=self._me)

    held = LateOperation(lambda: engine_status.held)
    held_groups = LateOperation(lambda: engine_status.held_groups)
    held_marks = LateOperation(lambda: engine_status.held_marks)
    report = LateOperation(lambda: sequence_report.report)
    due_steps = LateOperation(lambda: step_outcomes.due_steps)
    explain = LateOperation(lambda: reporting_explain.explain)
    timeline = LateOperation(lambda: timelines.of_contact)
    events = LateOperation(lambda: timelines.page)

    # What daemons do.

    def beat(self, role: str, *, broker_away: bool = False, broker_refuses: bool = False) -> str | None:
        """This process is at work as `role`; returns why nothing is sent at all, if so."""
        if self._me is None:
            self._me = attendance.myself(self._context.owner, role, machine_now())
        # Kept here as well: this process is asked about Redis also while its heartbeat cannot be written.
        self._me = dataclasses.replace(self._me, broker_away=broker_away, broker_refuses=broker_refuses)
        with contextlib.suppress(errors.Unwritable):  # the work goes on without this proof of its end
            self._context.journal.live()
        heartbeats.beat(self._context, self._me)
        return self.halted()

    def measure(self, telemetry: Telemetry) -> None:
        """From now on tell `telemetry` how long things last and how mails end; it is told at once how they ended so far."""
        before, self._context = (
            self._context.telemetry,
            dataclasses.replace(self._context, telemetry=telemetry),
        )
        if isinstance(before, Unmeasured):
            before.hand_over(telemetry)

    def leave(self) -> None:
        """This process is at work no more, nor for any mailbox that it does not work for now."""
        if self._me is not None:
            recovery.give_back_own(self._context)
            heartbeats.leave(self._context, self._me)

    due_mailboxes = LateOperation(lambda: engine_turn.due)
    give_back = Operation(recovery.give_back)

    def turn(self, mailbox_id: int, stop: Callable[[], bool] = lambda: False) -> turn_stages.TurnReport:
        """Do one mailbox's turn; `stop` is asked between mails."""
        return engine_turn.take_turn(self._context, mailbox_id, stop)

    due_jobs = LateOperation(lambda: job_work.due)
    work = LateOperation(lambda: job_work.work)
    due_copies = LateOperation(lambda: sent_copies.due)
    file_copies = LateOperation(lambda: sent_copies.file)
    ending = Operation(leaving.leave)
    let_go = Operation(leaving.let_go)

    def hands(self, threads: int) -> None:
        """So many turns may be under way in this process at the same time: no silent server gets all of them."""
        self._context.servers.threads = threads

    idle_candidates = LateOperation(lambda: idle.candidates)

    def listen(self, mailbox_id: int) -> AbstractContextManager[Any]:
        """A connection that hears of a mailbox's new mail: what `relance.scheduler.app_protocol.ListeningLine` says."""
        return idle.listening(self._context, mailbox_id)

    call = LateOperation(lambda: idle.call)

    def keep_signed_in(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Renew the access tokens of mailboxes that run out soon; returns of how many. Waits for their providers."""
        return renewing.keep(self._context, stop)

    def check_health(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Check the domains and links of mailboxes where that is due; returns how many that were. Waits for DNS."""
        return health_checking.look(self._context, stop)

    def watch_rates(self, stop: Callable[[], bool] = lambda: False) -> int:
        """Pause the mailboxes with too many bounces, deferrals or complaints; returns how many."""
        return health_watching.look(self._context, stop)

    def tick(self) -> engine_tick.TickReport:
        """Do what is due and needs no mailbox."""
        trouble = self._count_up()
        report = engine_tick.tick(self._context)
        if trouble is not None:
            raise trouble
        return report

    def _count_up(self) -> errors.Unwritable | None:
        """The epoch, once a minute. What cannot be written here is told, and tried again in the next round; a database
        elsewhere is worked on all the same."""
        if elapsed() - self._beaten > BEAT_SECONDS:
            try:
                restore_guard.beat(self._context.database, self._epoch_file)
            except errors.Unwritable as trouble:
                self._home_refused = str(trouble)
                return trouble
            self._home_refused = ""
            self._beaten = elapsed()
        return None

    def reconnect(self) -> None:
        """Let go of the connections to the database, for new ones."""
        self._context.database.reconnect()

    next_wake = LateOperation(lambda: engine_tick.next_wake)

    def halted(self) -> str | None:
        """Why nothing is sent at all, if so: the database seems to have been restored from a backup."""
        found = restore_guard.halted(self._context.database)
        return None if found is None else str(found)

    def rotate_key(self) -> resealing.KeyRotation:
        """Seal every password, token and second factor again, with the newest key."""
        return resealing.rotate(self._context)

    def confirm_restore(self, *, hold_due: bool = True) -> int:
        """Go on after a restore; what fell due is held for a person first, for it may have been sent already."""
        held = restore_guard.confirm(self._context, self._epoch_file, hold_due=hold_due)
        journal_replay.hear(self._context)
        return held

    def web_app(self) -> Any:
        """The ASGI application that serves pixel, links and unsubscribe."""
        context = self._context
        desk = hits.TrackingDesk(context)
        signer = building.signer(self.settings)
        return web.build(desk, signer, now=self.clock.now, language=self.settings.language)
