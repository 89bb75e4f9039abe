"""Reading a mailbox: every new mail found, judged, matched and acted upon, in the transaction that moves the watermark.

A look counts only if everything that the folders hold is accounted for. What a server shows and does not give, counts and
does not show, or lets nobody open makes it incomplete: `synced_at` stays, and so do the follow-ups.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from relance import errors
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxFolderRenumbered, MailboxUnreadable
from relance.engine.inbound.reading import unread_mail, whole_folder
from relance.engine.mailboxes import watched_folders, watermarks
from relance.engine.mailboxes.look import Look
from relance.engine.mailboxes.watermarks import FolderPlan, Progress
from relance.engine.ports import Inbox
from relance.engine.reasons import Code, Reason
from relance.engine.sending.doubt import restore_guard
from relance.engine.store import events
from relance.engine.store.inbound import unread_mails
from relance.engine.store.inbound.unread_mails import Withheld
from relance.engine.store.mailboxes import aliases, leases, mailboxes
from relance.engine.store.mailboxes import folders as stored
from relance.engine.store.mailboxes.folders import Watermark
from relance.engine.store.mailboxes.leases import Lease
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending import messages
from relance.mailbox.account import Account
from relance.mailbox.imap.folders import Folder, FolderRefused, FolderRole
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

MAX_FIRST_SENT = 2000
# Mails of a Sent folder, the newest ones, that the first look into a mailbox reads: the database may be older than they.
MAX_PASSES = 6
# Looks over all folders in one sync, while anything new is found.


def sync(context: Context, lease: Lease, mailbox: Mailbox, account: Account) -> int:
    """Read everything new in every watched folder; returns how many mails concerned us.

    `synced_at` becomes the time this began, and only once every folder was read to its end. Raises
    `errors.Unreachable` or `errors.Broken`; what was read until then is kept.
    """
    now = context.clock.now()
    with context.database.read() as conn:
        own = aliases.own_addresses(conn)
        # Then what it forgot lies among the mails that were there before the first look.
        restored = mailbox.synced_at is None and restore_guard.restored(conn)
    look = Look(context, lease, mailbox, now, own, restored)
    try:
        with context.open_inbox(account) as inbox:
            count, roles = _folders(look, inbox)
    except errors.Trouble as trouble:
        _note_failure(look, trouble)
        raise
    with context.database.write() as conn:
        leases.renew(conn, lease)
        mailboxes.change(conn, mailbox.id, synced_at=now, sync_error="", locked_out=False)
        if not mailbox.files_sent or roles & {FolderRole.SENT, FolderRole.ALL}:
            # Where copies are filed, a look that did not see their folder is none: it could show no trace.
            messages.looked(conn, mailbox.id, now)
    return count


@dataclass
class _Round:
    """What one look has found out so far, over all its passes."""

    refused: list[FolderRefused] = field(default_factory=list)  # of the pass under way
    moved: set[str] = field(default_factory=set)  # folders that were numbered anew in this look


def _folders(look: Look, inbox: Inbox) -> tuple[int, set[FolderRole]]:
    """Folder by folder, again and again until none has anything new: a mail moved meanwhile, out of a folder that was
    not read yet into one that was, is found where it is now.

    A folder that refuses to be read keeps none of the others from it. Then the look is not complete, for the answer may
    lie there, and this is raised in the end.
    """
    count, seen, so_far = 0, None, _Round()
    for _ in range(MAX_PASSES):
        listed = inbox.folders(with_trash=True)
        with look.context.database.read() as conn:
            marks = stored.watermarks(conn, look.mailbox.id)
            rows = unread_mails.of_mailbox(conn, look.mailbox.id)
        folders = watched_folders.of_look(look, inbox, listed, marks)
        marks = watched_folders.doubted(look, listed, folders, marks)
        forgotten, missed = watched_folders.missing(look, listed, marks)
        known = {name: mark for name, mark in marks.items() if name not in forgotten}
        barred = [FolderRefused(each.refused, barred=True) for each in folders if each.refused]
        so_far.refused = [*barred, *missed]
        plans = {each: _plan(look, each, known, rows) for each in folders if not each.refused}
        if folders == seen or not any(plan.look for plan, _ in plans.values()):
            for folder, (plan, mark) in plans.items():
                _settle(look, folder, plan, mark)
            unread_mail.complain(so_far.refused)
            _wait(folders, rows)
            return count, _evidence(folders, rows)
        for folder, (plan, _) in plans.items():
            try:
                count += _folder(look, inbox, folder, plan, rows, so_far)
            except FolderRefused as trouble:
                so_far.refused.append(trouble)
        unread_mail.complain(so_far.refused)
        seen = folders
    raise errors.Unreachable(
        Text("mail arrived or moved while the mailbox was being read; it will be read again soon.").coded(
            SentenceCode.MAIL_MOVED_MEANWHILE
        )
    )


def _plan(
    look: Look, folder: Folder, known: Mapping[str, Watermark], rows: Sequence[Withheld]
) -> tuple[FolderPlan, Watermark | None]:
    mark = watermarks.of(folder, known.values())
    owed = unread_mail.owed(unread_mail.here(rows, folder), look.now)
    return watermarks.plan(folder, mark, owed), mark


def _settle(look: Look, folder: Folder, plan: FolderPlan, mark: Watermark | None) -> None:
    """Mails that were taken away are noted, or as many could come in their place without being noticed."""
    if mark is None or plan.look:
        return
    messages = mark.messages if folder.messages is None else folder.messages
    known = folder.object_id or mark.object_id
    now = dataclasses.replace(mark, messages=messages, object_id=known, missing_at=None)
    if now != mark:
        _advance(look, folder, now)


def _wait(folders: Sequence[Folder], rows: Sequence[Withheld]) -> None:
    waiting = unread_mail.waiting(rows, {each.name: each.role for each in folders})
    if waiting:
        raise FolderRefused(unread_mail.sentence(waiting))


def _evidence(folders: Sequence[Folder], rows: Sequence[Withheld]) -> set[FolderRole]:
    """The roles of the folders that were seen whole."""
    doubtful = {each.folder for each in rows if each.state == "aside"}
    return {each.role for each in folders if each.name not in doubtful}


def _note_failure(look: Look, trouble: errors.Trouble) -> None:
    if isinstance(trouble, errors.Superseded):
        return
    with look.context.database.write() as conn:
        leases.renew(conn, look.lease)
        mailboxes.change(conn, look.mailbox.id, sync_error=trouble.text)
        if not look.mailbox.sync_error:
            said = MailboxUnreadable(trouble.text)
            events.record_event(conn, said, look.now, mailbox_id=look.mailbox.id)


def _folder(
    look: Look, inbox: Inbox, folder: Folder, plan: FolderPlan, rows: Sequence[Withheld], so_far: _Round
) -> int:
    if not plan.look:
        return 0
    if look.mailbox.synced_at is None and not look.restored:
        if folder.role is not FolderRole.SENT:
            return _first(look, inbox, folder)
        plan = dataclasses.replace(plan, after=max(plan.after, folder.uidnext - 1 - MAX_FIRST_SENT))
    if plan.moved:
        _note_move(look, folder, plan.moved, so_far)
    mine = [each for each in rows if each.folder == folder.name]
    count, progress = whole_folder.read_whole(look, inbox, Progress(folder, plan), mine)
    if progress.unexplained:
        more, progress = whole_folder.read_whole(look, inbox, Progress(folder, watermarks.ANEW), mine)
        count += more
    return count


def _first(look: Look, inbox: Inbox, folder: Folder) -> int:
    """What was there before we wrote to anybody answers nothing of ours; but that it can be read is proved now."""
    watched_folders.prove(inbox, folder)
    _advance(
        look,
        folder,
        Progress(folder, FolderPlan(look=True, after=max(0, folder.uidnext - 1), counted=0)).end(),
    )
    return 0


def _note_move(look: Look, folder: Folder, moved: Reason, so_far: _Round) -> None:
    place = {"folder": folder.name, "address": look.mailbox.address}
    if folder.name in so_far.moved:
        raise FolderRefused(
            Text(
                "The folder {folder} of {address} cannot be read: the server renumbers it while it is being read ({moved}).",
                **place,
                moved=moved.text,
            ).coded(SentenceCode.FOLDER_RENUMBERED)
        )
    so_far.moved.add(folder.name)
    why = Reason(Code.FOLDER_RENUMBERED, {**place, "moved": moved})
    with look.context.database.write() as conn:
        leases.renew(conn, look.lease)
        moves = stored.moved(conn, look.mailbox.id, folder.name, moved.text, look.now)
        if moves <= stored.MOVES_MANY:  # from then on `status` says it, and the log is spared
            said = MailboxFolderRenumbered(folder.name, why)
            events.record_event(conn, said, look.now, mailbox_id=look.mailbox.id)


def _advance(look: Look, folder: Folder, mark: Watermark) -> None:
    with look.context.database.write() as conn:
        leases.renew(conn, look.lease)
        stored.mark(conn, look.mailbox.id, folder.role.value, mark)
