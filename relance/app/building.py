"""Building the rooms from the settings, and what can be done without an open installation."""

from __future__ import annotations

import datetime as dt
import os
import secrets
import socket
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from relance import late
from relance.clock import Clock, machine_now
from relance.config import Settings
from relance.engine.context import Context, Options
from relance.engine.db import connection_refused, migrate, vault
from relance.engine.db.database import Database
from relance.engine.db.migrate import SchemaState
from relance.engine.event_log.actors import Actor, ActorKind
from relance.engine.journal.journal import Journal
from relance.engine.journal.opt_outs import OptOuts
from relance.engine.journal.own_message_ids import OwnMessageIds
from relance.engine.schedule.timezones import Workspace
from relance.engine.sending.doubt import restore_guard
from relance.mailbox import greeting
from relance.mailbox.account import Account
from relance.tracking.links import Links
from relance.tracking.tokens import Signer

if TYPE_CHECKING:
    from relance.app import own_clients
    from relance.engine.engagement import hits
    from relance.engine.schedule.pace import receivers
    from relance.mailbox.classification import files
    from relance.mailbox.imap import client as imap
    from relance.mailbox.imap import filing
    from relance.mailbox.smtp import client as smtp
    from relance.tracking import web
else:  # most commands send nothing and read nothing; Starlette is for those who serve
    files, hits, imap, filing, own_clients, receivers, smtp, web = late.modules(
        "relance.mailbox.classification.files",
        "relance.engine.engagement.hits",
        "relance.mailbox.imap.client",
        "relance.mailbox.imap.filing",
        "relance.app.own_clients",
        "relance.engine.schedule.pace.receivers",
        "relance.mailbox.smtp.client",
        "relance.tracking.web",
    )

MIGRATION_SECONDS = 3600.0
# A change of a large table takes its time, and another process may be at it.


def context(settings: Settings, clock: Clock, database: Database) -> Context:
    """Everything the flows need, from the settings."""
    ring = settings.keyring()
    owner = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
    options = Options(
        batch=settings.turn_batch,
        sync_every=dt.timedelta(seconds=settings.sync_seconds),
        keep_raw=dt.timedelta(days=settings.keep_raw_days),
        lease=dt.timedelta(seconds=settings.lease_seconds),
        skip_folders=settings.skip_folders,
        watch_folders=settings.watch_folders,
        allow_test_domains=settings.allow_test_domains,
        bounce_limit=settings.bounce_limit_percent,
        deferral_limit=settings.deferral_limit_percent,
        complaint_limit=settings.complaint_limit_percent,
        receivers=_receiver_caps(settings),
        own_clients=own_clients.of(settings) if settings.client_ids() else {},
    )
    longest = settings.mail_answer_seconds

    def outbox(account: Account) -> smtp.Outbox:
        return smtp.Outbox(
            account, helo=greeting.of_host(socket.gethostname()), limits=smtp.Limits().within(longest)
        )

    def inbox(account: Account) -> imap.Inbox:
        return imap.Inbox(account, timeouts=imap.Timeouts().within(longest))

    def sent_folder(account: Account) -> filing.SentFolder:
        return filing.SentFolder(account, timeouts=imap.Timeouts().within(longest))

    return Context(
        database=database,
        clock=clock,
        vault=vault.Vault(ring.keys, ring.current),
        links=Links(settings.base_url, signer(settings)),
        own_ids=OwnMessageIds(
            {number: vault.derive(key, "message ids") for number, key in ring.keys.items()}, ring.current
        ),
        journal=Journal(settings.home / "journal", owner),
        noes=_noes(settings),
        owner=owner,
        open_outbox=outbox,
        open_inbox=inbox,
        open_ear=inbox,
        open_sent=sent_folder,
        options=options,
        workspace=Workspace(settings.zone, settings.country),
    )


def _receiver_caps(settings: Settings) -> receivers.ReceiverCaps | None:
    caps = (
        settings.domain_daily_cap,
        settings.domain_hourly_cap,
        settings.company_daily_cap,
        settings.company_hourly_cap,
    )
    return receivers.ReceiverCaps(*(each or None for each in caps)) if any(caps) else None


def epoch_file(settings: Settings) -> Path:
    """Where the database's epoch is copied to, outside it."""
    return settings.home / "epoch.json"


def require_database(settings: Settings) -> None:
    """`errors.Misconfigured` where the database that this home worked with is gone; `first_tables` makes a new one."""
    restore_guard.require_kept(settings.database_url, epoch_file(settings))


def actor(named: Actor | str) -> Actor:
    """Who acts where a caller says so by name, or not at all: a program."""
    if isinstance(named, Actor):
        return named
    return Actor(ActorKind.PROGRAM, named or Path(sys.argv[0]).name or "python")


def waiting_web_app(settings: Settings) -> Any:
    """The tracking pages of an installation whose database is not open yet."""
    desk = hits.WaitingDesk(_noes(settings))
    return web.build(desk, signer(settings), now=settings.clock().now, language=settings.language)


def _noes(settings: Settings) -> OptOuts:
    return OptOuts(settings.home / "noes")


def signer(settings: Settings) -> Signer:
    """What signs the links in mails."""
    ring = settings.keyring()
    return Signer({number: vault.derive(key, "tracking") for number, key in ring.keys.items()}, ring.current)


def judge_file(
    path: Path, *, received: dt.datetime | None = None, own: Iterable[str] = ()
) -> Iterator[files.ClassifiedMail]:
    """Judge the raw mails of a file or folder; needs no installation. Raises only `OSError`."""
    return files.of_file(path, now=machine_now(), received=received, own=tuple(own))


def upgrade_database(settings: Settings) -> tuple[SchemaState, SchemaState]:
    """Bring the database's schema to this release's; returns how it was and how it is."""
    require_database(settings)
    database = Database(settings.database_url, answer_seconds=MIGRATION_SECONDS)
    try:
        with connection_refused.told(database.url):
            return migrate.state(database), migrate.upgrade(database)
    finally:
        database.close()


def first_tables(settings: Settings) -> tuple[SchemaState, SchemaState]:
    """Make the tables where there are none yet: nobody works on them, so that nobody is surprised. What an earlier release
    made on PostgreSQL waits for `upgrade_database`. Returns how it was and how it is."""
    database = Database(settings.database_url, answer_seconds=MIGRATION_SECONDS)
    try:
        with connection_refused.told(database.url):
            before = migrate.state(database)
        ours = database.embedded or before.current is None
        return before, migrate.upgrade(database) if ours else before
    finally:
        database.close()


def check_database(settings: Settings) -> SchemaState:
    """How far the database's schema is."""
    require_database(settings)
    database = Database(settings.database_url)
    try:
        with connection_refused.told(database.url):
            return migrate.state(database)
    finally:
        database.close()
