"""A House for tests: a database, a clock that stands still, throw-away keys."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from relance.clock import ManualClock
from relance.engine.context import Context, Options
from relance.engine.db import database, ids, tables
from relance.engine.db.vault import Vault
from relance.engine.journal.journal import Journal
from relance.engine.journal.opt_outs import OptOuts
from relance.engine.journal.own_message_ids import OwnMessageIds
from relance.engine.schedule.timezones import Workspace
from relance.engine.sequences import control
from relance.engine.states import MessageState
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sending import messages
from relance.engine.store.sending.messages import Message
from relance.engine.store.sequences.enrollments import Enrollment
from relance.mailbox.imap.client import Inbox
from relance.mailbox.smtp.client import Outbox
from relance.tracking.links import Links
from relance.tracking.tokens import Signer
from tests.servers import migrated

MONDAY = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)  # nine in Warsaw, no holiday near
SECRET = b"only for tests, thirty-two bytes"
PASSWORD = "correct horse ż"
TRIAL = """
sequence: Trial
steps:
  - {id: intro, subject: "Hello", body: "Hello"}
  - {id: bump, after: 3 business days, thread: reply, body: "Again?"}
"""
# The shortest sequence with a follow-up.


@contextmanager
def build(url: str, folder: Path, now: dt.datetime = MONDAY, **options: object) -> Iterator[Context]:
    """A house on a database with nobody in it (`migrated_url` is the quick one); `options` are fields of `context.Options`."""
    migrated.build(url)
    base = database.Database(url)
    journal = Journal(folder / "journal", "test")
    try:
        yield Context(
            database=base,
            clock=ManualClock(now),
            vault=Vault({1: SECRET}, 1),
            links=Links("http://127.0.0.1:9", Signer({1: SECRET}, 1)),
            own_ids=OwnMessageIds({1: SECRET}, 1),
            journal=journal,
            noes=OptOuts(None),
            owner="test",
            open_outbox=functools.partial(Outbox, helo="localhost"),
            open_inbox=Inbox,
            options=dataclasses.replace(Options(), **options),  # type: ignore[arg-type]
            workspace=Workspace("Europe/Warsaw", "PL"),
        )
    finally:
        journal.close()
        base.close()


def clock(house: Context) -> ManualClock:
    """The house's clock, to be moved."""
    assert isinstance(house.clock, ManualClock)
    return house.clock


def add_mailbox(house: Context, address: str = "ada@sales.example", **values: object) -> int:
    """A mailbox row as it stands after its first sync; returns its id."""
    now = house.clock.now()
    row: dict[str, object] = {
        "address": address,
        "name": "Ada Lovelace",
        "username": address,
        "secret": house.vault.seal(PASSWORD, f"mailbox/{address}"),
        "smtp_host": "localhost",
        "smtp_port": 1,
        "smtp_security": "starttls",
        "imap_host": "localhost",
        "imap_port": 1,
        "imap_security": "starttls",
        "created_at": now,
        "synced_at": now,
    }
    with house.database.write() as conn:
        return mailboxes.add(conn, **{**row, **values})


def add_message(house: Context, row: Enrollment, state: MessageState, **values: object) -> Message:
    """A mail of an enrollment's step, in any state; returns it. `values` are its other columns."""
    now = house.clock.now()
    number = ids.message(now)
    offered = None if state is MessageState.PREPARED else now
    mail = Message(
        id=number,
        enrollment_id=row.id,
        step=row.step or "",
        variant="main",
        contact_id=row.contact_id,
        mailbox_id=row.mailbox_id,
        state=state,
        message_id=f"<{number}@sales.example>",
        thread=f"<{number}@sales.example>",
        recipient="somebody@acme.example",
        subject="Hello",
        body="Hello",
        raw=b"",
        links=[],
        attempts=1,
        fence=1,
        prepared_at=now,
        transmitting_at=offered,
        settled_at=offered,
    )
    mail = dataclasses.replace(mail, **values)  # type: ignore[arg-type]
    with house.database.write() as conn:
        messages.add(conn, [mail])
    return mail


def add_hit(conn: Connection, **values: object) -> None:
    """A hit as it came in."""
    conn.execute(sa.insert(tables.hit), {"reasons": [], **values})


def hand_over(house: Context, email: str, mailbox: str) -> None:
    """Another mailbox goes on with somebody who is under way."""
    control.pause(house, email)
    control.resume(house, email, mailbox=mailbox, same_thread=True)
