"""Copies of sent mail, filed in Sent where the provider files none, so that people find there what was sent in their name.

Nothing waits for it and it waits for nothing: a thread of its own looks after the acceptance which mails are to be filed.
Which were is one place in the order they left in, so that a crash repeats at most one, and that one is looked for before.
Only what a server accepted with its own words is filed, never what a policy or a person assumed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from relance import clock, errors
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.reasons import Why
from relance.engine.store import installation
from relance.engine.store.mailboxes import copy_filing, mailboxes
from relance.engine.store.mailboxes.copy_filing import CopyMode, Filing, SentMail
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.users import audit
from relance.wording import Text

AT_ONCE = 50  # mails filed over one connection
LEASE = dt.timedelta(minutes=15)  # machine time after which a silent process's filing is another's
REST = dt.timedelta(minutes=15)  # after trouble
OLDEST = dt.timedelta(days=14)  # what left longer ago is not filed any more
MOST_TRIES = 5  # of a mail that the server refuses


@dataclass(frozen=True)
class SentCopies:
    """How it stands with the copies of a mailbox's sent mail."""

    address: str
    mode: str  # auto, on, off
    files_sent: bool | None  # whether the provider files them by itself; None: not known
    filing: bool  # whether we do
    trouble: str = ""  # what the last try met
    trouble_why: Why | None = None  # the same, for programs


def show(context: Context, address: str) -> SentCopies:
    """Whether copies are filed for a mailbox, and by whom."""
    with context.database.read() as conn:
        mailbox = mailboxes.named(conn, address)
        return _view(mailbox, copy_filing.of(conn, mailbox.id))


def _view(mailbox: Mailbox, filing: Filing) -> SentCopies:
    return SentCopies(
        mailbox.address,
        filing.mode.value,
        mailbox.files_sent,
        _wanted(mailbox, filing),
        str(filing.trouble),
        reasons.why_of(filing.trouble),
    )


def switch(context: Context, address: str, mode: str) -> SentCopies:
    """File copies always (`on`), never (`off`), or where the provider is known to file none (`auto`). What was sent before
    is not filed. Raises `errors.Invalid` for another word."""
    if mode not in set(CopyMode):
        raise errors.Invalid(Text("Choose one of {choices}.", choices=", ".join(CopyMode)))
    with context.database.write() as conn:
        installation.lock(conn)
        mailbox = mailboxes.named(conn, address)
        found = copy_filing.of(conn, mailbox.id)
        if found.mode != mode:
            before, found = found, Filing(CopyMode(mode), until=context.clock.now())
            copy_filing.put(conn, mailbox.id, found)
            told = {"before": {"sent_copies": before.mode.value}, "after": {"sent_copies": mode}}
            audit.write(conn, "mailboxes.file_copies", mailbox.address, clock.machine_now(), **told)
        return _view(mailbox, found)


def _wanted(mailbox: Mailbox, filing: Filing) -> bool:
    if filing.mode is CopyMode.AUTO:
        return mailbox.files_sent is False  # never where nobody knows yet
    return filing.mode is CopyMode.ON


def due(context: Context, limit: int) -> list[int]:
    """Mailboxes with copies to be filed that nobody files now and that can be read."""
    now, machine = context.clock.now(), clock.machine_now()
    found: list[int] = []
    with context.database.read() as conn:
        noted = copy_filing.every(conn)
        for mailbox in mailboxes.list_all(conn):
            filing = noted.get(mailbox.id, Filing())
            if _can_begin(mailbox, filing, machine) and (
                filing.until is None or copy_filing.left_since(conn, mailbox.id, *_from(filing, now), 1)
            ):
                found.append(mailbox.id)
    return found[:limit]


def _can_begin(mailbox: Mailbox, filing: Filing, machine: dt.datetime) -> bool:
    free = filing.busy_until is None or filing.busy_until <= machine
    readable = mailbox.synced_at is not None and not mailbox.locked_out and mailbox.state != "removed"
    return free and readable and _wanted(mailbox, filing)


def _from(filing: Filing, now: dt.datetime) -> tuple[dt.datetime, int]:
    until = filing.until or now
    return (until, filing.until_id) if until >= now - OLDEST else (now - OLDEST, 0)


def file(context: Context, mailbox_id: int, stop: Callable[[], bool] = lambda: False) -> int:
    """File what is to be filed of one mailbox; returns how many mails were seen to. Trouble is noted, and not raised."""
    mine = _begun(context, mailbox_id)
    if mine is None:
        return 0
    task = _Task(context, mailbox_id, mine)
    try:
        task.run(stop)
    except errors.Superseded:
        return task.count
    except errors.Trouble as trouble:
        task.rest(trouble.text)
    except BaseException:
        task.end()
        raise
    else:
        task.end()
    return task.count


def _begun(context: Context, mailbox_id: int) -> Filing | None:
    """The mailbox's filing, taken by this process alone; None where somebody has it, or nothing is to be filed."""
    machine = clock.machine_now()
    with context.database.write() as conn:
        installation.lock(conn)
        mailbox, found = mailboxes.by_id(conn, mailbox_id), copy_filing.of(conn, mailbox_id)
        if not _can_begin(mailbox, found, machine):
            return None
        if found.until is None:  # what was sent before stays as it is
            copy_filing.put(conn, mailbox_id, dataclasses.replace(found, until=context.clock.now()))
            return None
        mine = dataclasses.replace(found, busy_until=machine + LEASE, worker=secrets.token_hex(8))
        copy_filing.put(conn, mailbox_id, mine)
    return mine


@dataclass
class _Task:
    """The filing of one mailbox under way."""

    context: Context
    mailbox_id: int
    state: Filing
    count: int = 0

    def run(self, stop: Callable[[], bool]) -> None:
        """Until all is filed, the server refuses one, or `stop()` says so."""
        now, began = self.context.clock.now(), clock.elapsed()
        with self.context.database.read() as conn:
            mailbox = mailboxes.by_id(conn, self.mailbox_id)
            mails = copy_filing.left_since(conn, self.mailbox_id, *_from(self.state, now), AT_ONCE)
        if not any(mail.accepted_by_server for mail in mails):
            self._seen_to(mails)
            return
        with self.context.open_sent(self.context.account(mailbox)) as sent:
            for mail in mails:
                if stop() or clock.elapsed() - began > LEASE.total_seconds() / 2:
                    return
                words = sent.file(mail.message_id, mail.raw, mail.left_at) if mail.accepted_by_server else ""
                if words and self.state.tries + 1 < MOST_TRIES:
                    self.rest(words, tries=self.state.tries + 1)
                    return
                self._seen_to([mail])

    def _seen_to(self, mails: list[SentMail]) -> None:
        if mails:
            last = mails[-1]
            self._put(until=last.left_at, until_id=last.id, tries=0, trouble=copy_filing.NOTHING)
            self.count += len(mails)

    def rest(self, words: Text | str, tries: int | None = None) -> None:
        """Nobody files for a while."""
        told = words if isinstance(words, Text) else Text.prose(words)
        tries = self.state.tries if tries is None else tries
        self._put(trouble=told, tries=tries, worker="", busy_until=clock.machine_now() + REST)

    def end(self) -> None:
        """Let go of it, unless it rests."""
        if self.state.worker:
            self._put(worker="", busy_until=None)

    def _put(self, **values: Any) -> None:
        """Note how far it is. Raises `errors.Superseded` where it was taken over, or switched, meanwhile."""
        with self.context.database.write() as conn:
            installation.lock(conn)
            if copy_filing.of(conn, self.mailbox_id).worker != self.state.worker:
                raise errors.Superseded(Text("Somebody else files the copies of this mailbox now."))
            self.state = dataclasses.replace(self.state, **values)
            copy_filing.put(conn, self.mailbox_id, self.state)
