"""Reading one folder: its new mails, window by window, each in the transaction that moves the folder's watermark."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy.engine import Connection

from relance.engine.inbound import apply
from relance.engine.inbound.reading import read as inbound_read
from relance.engine.inbound.reading import rescan, sent_copies, unread_mail
from relance.engine.inbound.reading.sent_copies import Copy
from relance.engine.mailboxes import probe
from relance.engine.mailboxes.look import Look
from relance.engine.mailboxes.watermarks import Progress
from relance.engine.ports import Inbox
from relance.engine.runtime import unexpected_errors
from relance.engine.sending.doubt import forgotten_mails
from relance.engine.store.inbound import unread_mails
from relance.engine.store.inbound.unread_mails import Withheld
from relance.engine.store.mailboxes import aliases, leases
from relance.engine.store.mailboxes import folders as stored
from relance.mailbox.imap.folders import FolderRefused, FolderRole
from relance.mailbox.imap.responses import Fetched
from relance.mailbox.parsing.inbound import InboundMail
from relance.wording import Text, ended

T = TypeVar("T")
MAX_FETCHED = 10_000
# Mails asked for in one go; more are asked for again.
WINDOW = 50
# Mails applied in one transaction.


def read_whole(
    look: Look, inbox: Inbox, progress: Progress, rows: Sequence[Withheld]
) -> tuple[int, Progress]:
    """Read what is planned. Raises `FolderRefused` for a mail that is not given, when all others were read."""
    folder = progress.folder
    trouble = unread_mail.Troubles(
        look, progress, {each.uid: each for each in unread_mail.here(rows, folder)}
    )
    if folder.role is FolderRole.SENT:
        _sent_folder(look, inbox, progress, trouble)
        count = 0
    else:
        windows = _windows(_mails(look, inbox, progress, trouble))
        count = sum(_window(look, progress, window, trouble) for window in windows)
    with look.context.database.write() as conn:
        leases.renew(conn, look.lease)
        stored.mark(conn, look.mailbox.id, folder.role.value, progress.end())
        unread_mails.forget(conn, [each.id for each in rows if trouble.is_over(each)])
    if trouble.words:
        raise FolderRefused(ended(trouble.words))
    return count, progress


def _mails(look: Look, inbox: Inbox, progress: Progress, trouble: unread_mail.Troubles) -> Iterator[Fetched]:
    """Every mail that is planned, ascending; of those read before only what may concern us."""
    plan, folder, read = progress.plan, progress.folder, MAX_FETCHED
    after, again = plan.after, plan.again
    since = rescan.whole_since(look.context, look.mailbox) if plan.anew else None
    while read == MAX_FETCHED:
        read = 0
        for fetched in inbox.fetch_new(folder, after, MAX_FETCHED, whole_since=since, again=again):
            read, after = read + 1, max(after, fetched.uid)
            if fetched.only_headers and _may_concern(look, fetched):
                found = inbox.fetch_new(folder, fetched.uid - 1, 1)
            else:
                found = iter((fetched,))
            for each in found:
                if each.trouble:
                    if trouble.meets(each):
                        yield each
                    continue
                progress.saw(each.uid)
                if not each.only_headers:
                    yield each
        again = frozenset()


def _may_concern(look: Look, fetched: Fetched) -> bool:
    try:
        return inbound_read.may_concern(look, fetched)
    except Exception as fault:
        if not unexpected_errors.is_one(fault):
            raise
        return True  # read whole it is worked on alone


def _mark(conn: Connection, look: Look, progress: Progress, uid: int) -> None:
    stored.mark(conn, look.mailbox.id, progress.folder.role.value, progress.upto(uid))


def _window(look: Look, progress: Progress, window: Sequence[Fetched], trouble: unread_mail.Troubles) -> int:
    """Act upon some mails; where that fails unexpectedly, on each alone, so that one spoils only itself."""
    try:
        return _act(look, progress, window, trouble)
    except Exception as fault:
        if not unexpected_errors.is_one(fault):
            raise
        if len(window) > 1:
            return sum(_window(look, progress, [each], trouble) for each in window)
        _spoilt(look, progress, window[0], trouble, fault)
        return 0


def _spoilt(
    look: Look, progress: Progress, fetched: Fetched, trouble: unread_mail.Troubles, fault: Exception
) -> None:
    """A mail that no part of ours can work on is like one that the server does not give."""
    words = Text("it could not be processed ({fault})", fault=unexpected_errors.described(fault))
    if trouble.meets(dataclasses.replace(fetched, trouble=words)):
        with look.context.database.write() as conn:
            leases.renew(conn, look.lease)
            unread_mail.set_aside(conn, look, trouble.rows[fetched.uid], ())
            _mark(conn, look, progress, fetched.uid)


def _act(look: Look, progress: Progress, window: Sequence[Fetched], trouble: unread_mail.Troubles) -> int:
    folder = progress.folder
    fetched = ((each, inbound_read.read(each)) for each in window)
    read = [(each, mail) for each, mail in fetched if not probe.is_probe(mail, look.own)]
    forgotten_mails.adopt(
        look.context, look.lease, [shown for each in read for shown in inbound_read.shown(look, *each)]
    )
    with look.context.database.read() as conn:
        copies = inbound_read.copies(look, folder, read)
        items = list(inbound_read.items(conn, look, folder, read, inbound_read.threads(conn, look, copies)))
    if copies:
        with look.context.database.write() as conn:
            leases.renew(conn, look.lease)
            sent_copies.take(conn, look.context, look.mailbox.id, copies, look.now)
    with look.context.database.write() as conn:
        leases.renew(conn, look.lease)
        apply.act(conn, look.context, items, look.now)
        for each in window:
            if each.trouble:
                unread_mail.set_aside(conn, look, trouble.rows[each.uid], items)
        _mark(conn, look, progress, window[-1].uid)
    return len(items)


def _windows(found: Iterator[T]) -> Iterator[list[T]]:
    while window := list(itertools.islice(found, WINDOW)):
        yield window


def _sent_folder(look: Look, inbox: Inbox, progress: Progress, trouble: unread_mail.Troubles) -> None:
    """Copies of our own mails: evidence that they left, and the ids the provider gave them."""
    for window in _windows(_copies(inbox, progress, trouble)):
        _learn(look, progress, window, trouble)


def _learn(
    look: Look, progress: Progress, window: Sequence[tuple[int, InboundMail]], trouble: unread_mail.Troubles
) -> None:
    """Take some copies in; where that fails unexpectedly, each alone."""
    try:
        _take(look, progress, window)
    except Exception as fault:
        if not unexpected_errors.is_one(fault):
            raise
        if len(window) == 1:
            uid = window[0][0]
            _spoilt(look, progress, Fetched(uid, b"", 0, True, None, None), trouble, fault)
        for each in window if len(window) > 1 else ():
            _learn(look, progress, [each], trouble)


def _take(look: Look, progress: Progress, window: Sequence[tuple[int, InboundMail]]) -> None:
    folder = progress.folder
    copies = [
        Copy(mail, folder.name, folder.uidvalidity, uid, in_sent=True)
        for uid, mail in window
        if not probe.is_probe(mail, look.own)
    ]
    forgotten_mails.adopt(look.context, look.lease, sent_copies.shown(look.context, copies, look.now))
    with look.context.database.write() as conn:
        leases.renew(conn, look.lease)
        sent_copies.take(conn, look.context, look.mailbox.id, copies, look.now)
        others = {each.mail.from_address for each in copies} - look.own - set(look.mailbox.seen_from)
        if found := sorted(each for each in others if each):
            aliases.saw(conn, look.mailbox.id, found)
        _mark(conn, look, progress, window[-1][0])


def _copies(
    inbox: Inbox, progress: Progress, trouble: unread_mail.Troubles
) -> Iterator[tuple[int, InboundMail]]:
    look, plan, read = trouble.look, progress.plan, MAX_FETCHED
    after, again = plan.after, plan.again
    while read == MAX_FETCHED:
        read = 0
        for uid, mail in inbox.sent_ids(progress.folder, after, limit=MAX_FETCHED, again=again):
            read, after = read + 1, max(after, uid)
            if mail is not None:
                progress.saw(uid)
                yield uid, mail
            elif trouble.meets(
                Fetched(uid, b"", 0, True, None, None, Text("the server could not provide this copy"))
            ):
                with look.context.database.write() as conn:
                    leases.renew(conn, look.lease)
                    unread_mail.set_aside(conn, look, trouble.rows[uid], ())
        again = frozenset()
