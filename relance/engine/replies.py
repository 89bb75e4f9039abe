"""Reading a mailbox: every new mail found, judged, matched and acted upon, in the transaction that moves the watermark."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import acting, matching, probes, rereading, sent_copies, verdicts
from relance.engine.acting import Item
from relance.engine.house import House
from relance.engine.matching import Found
from relance.engine.post import Inbox
from relance.engine.sent_copies import Copy
from relance.engine.store import answers, events, mailboxes, messages
from relance.engine.store.mailboxes import Lease, Mailbox, Watermark
from relance.mailbox import parse
from relance.mailbox.account import Account
from relance.mailbox.folders import Folder, FolderRefused, Role
from relance.mailbox.imap_answers import Fetched
from relance.mailbox.inbound import Inbound, Judgement, Kind

T = TypeVar("T")
Read = tuple[Fetched, Inbound]
MOST = 10_000
# Mails asked for in one go; more are asked for again.
WINDOW = 50
# Mails applied in one transaction.
PASSES = 5
# Looks over all folders in one sync, while anything new is found.
RAW_LIMIT = 512 * 1024
# Bytes of a mail that are kept for judging it again.
MEND = "Let this user read it, or name it in the setting skip_folders if no answer can ever come there."


@dataclass(frozen=True)
class _Look:
    """One look into one mailbox."""

    house: House
    lease: Lease
    mailbox: Mailbox
    now: dt.datetime
    own: frozenset[str]


def sync(house: House, lease: Lease, mailbox: Mailbox, account: Account) -> int:
    """Read everything new in every watched folder; returns how many mails concerned us.

    `synced_at` becomes the time this began, and only once every folder was read to its end. Raises
    `errors.Unreachable` or `errors.Broken`; what was read until then is kept.
    """
    now = house.clock.now()
    with house.database.read() as conn:
        own = frozenset(each.address for each in mailboxes.every(conn))
    look = _Look(house, lease, mailbox, now, own)
    try:
        with house.open_inbox(account) as inbox:
            count, roles = _folders(look, inbox)
    except errors.Trouble as trouble:
        _note_failure(look, trouble)
        raise
    with house.database.write() as conn:
        mailboxes.hold(conn, lease)
        mailboxes.change(conn, mailbox.id, synced_at=now, sync_error="")
        if not mailbox.files_sent or roles & {Role.SENT, Role.ALL}:
            # Where copies are filed, a look that did not see their folder is none: it could show no trace.
            messages.looked(conn, mailbox.id, now)
    return count


def _folders(look: _Look, inbox: Inbox) -> tuple[int, set[Role]]:
    """Folder by folder, again and again until none has anything new: a mail moved meanwhile, out of a folder that was
    not read yet into one that was, is found where it is now.

    A folder that refuses to be read keeps none of the others from it. Then the look is not complete, for the answer may
    lie there, and this is raised in the end.
    """
    count, seen = 0, None
    for _ in range(PASSES):
        folders = watched(look.house, inbox)
        refused = [FolderRefused(each.refused) for each in folders if each.refused]
        readable = [each for each in folders if not each.refused]
        with look.house.database.read() as conn:
            marks = mailboxes.watermarks(conn, look.mailbox.id)
        if folders == seen or not any(_has_news(each, marks.get(each.name)) for each in readable):
            _complain(refused)
            return count, {each.role for each in folders}
        for folder in readable:
            try:
                count += _folder(look, inbox, folder, marks.get(folder.name))
            except FolderRefused as trouble:
                refused.append(trouble)
        _complain(refused)
        seen = folders
    raise errors.Unreachable("mails came in or moved as long as the mailbox was read; it is read again soon")


def watched(house: House, inbox: Inbox) -> list[Folder]:
    """Every folder where an answer can be, but those that the settings name as never looked at."""
    return [each for each in inbox.folders(with_trash=True) if not _skipped(house, each.name)]


def _skipped(house: House, name: str) -> bool:
    """`Shared/*` stands for all that begin so."""
    return any(
        name.startswith(said[:-1]) if said.endswith("*") else name == said
        for said in house.options.skip_folders
    )


def _complain(refused: Sequence[FolderRefused]) -> None:
    if refused:
        more = f" So it is with {len(refused) - 1} more." if len(refused) > 1 else ""
        raise FolderRefused(
            f"{refused[0]}{more} An answer may lie there, so no follow-up is sent. {MEND}"
        ) from refused[0]


def _has_news(folder: Folder, mark: Watermark | None) -> bool:
    return not folder.uidnext or folder.uidnext > _after(folder, mark) + 1


def _after(folder: Folder, mark: Watermark | None) -> int:
    return mark.last_uid if mark is not None and mark.uidvalidity == folder.uidvalidity else 0


def _note_failure(look: _Look, trouble: errors.Trouble) -> None:
    if isinstance(trouble, errors.Superseded):
        return
    with look.house.database.write() as conn:
        mailboxes.hold(conn, look.lease)
        mailboxes.change(conn, look.mailbox.id, sync_error=str(trouble))
        if not look.mailbox.sync_error:
            data = {"reason": str(trouble)}
            events.add(
                conn, [events.News("mailbox unreadable", look.now, mailbox_id=look.mailbox.id, data=data)]
            )


def _folder(look: _Look, inbox: Inbox, folder: Folder, mark: Watermark | None) -> int:
    if look.mailbox.synced_at is None:
        # What was there before we wrote to anybody answers nothing of ours.
        _advance(look, folder, max(0, folder.uidnext - 1))
        return 0
    after = _after(folder, mark)
    if not _has_news(folder, mark):
        return 0
    if folder.role is Role.SENT:
        return _sent_folder(look, inbox, folder, after)
    count, since = 0, rereading.whole_since(look.house, look.mailbox, mark, folder)
    for window in _windows(_mails(look, inbox, folder, after, since)):
        count += _window(look, folder, window)
        after = window[-1].uid
    if folder.uidnext:
        _advance(look, folder, max(after, folder.uidnext - 1))
    return count


def _mails(
    look: _Look, inbox: Inbox, folder: Folder, after: int, since: dt.datetime | None
) -> Iterator[Fetched]:
    """Every mail above a UID, ascending; of those before `since` only what may concern us."""
    read = MOST
    while read == MOST:
        read = 0
        found = inbox.fetch_new(folder, after, MOST, whole_since=since)
        for fetched in found:
            read, after = read + 1, fetched.uid
            if not fetched.only_headers:
                yield fetched
            elif _may_concern(look, fetched):
                yield from inbox.fetch_new(folder, fetched.uid - 1, 1)


def _may_concern(look: _Look, fetched: Fetched) -> bool:
    mail = _read(fetched)
    if mail.from_address in look.own or rereading.of_a_machine(mail):
        return True
    seen = matching.Seen(look.mailbox.id, fetched.internal_date or look.now, look.own, fetched.thread_id)
    with look.house.database.read() as conn:
        if answers.known(conn, look.mailbox.id, [_dedupe(fetched, mail)]):
            return False
        return matching.find(conn, mail, seen) != matching.NOBODY


def _advance(look: _Look, folder: Folder, uid: int) -> None:
    with look.house.database.write() as conn:
        mailboxes.hold(conn, look.lease)
        _mark(conn, look, folder, uid)


def _mark(conn: Connection, look: _Look, folder: Folder, uid: int) -> None:
    mailboxes.mark(conn, look.mailbox.id, folder.role.value, Watermark(folder.name, folder.uidvalidity, uid))


def _window(look: _Look, folder: Folder, window: Sequence[Fetched]) -> int:
    fetched = ((each, _read(each)) for each in window)
    read = [(each, mail) for each, mail in fetched if not probes.is_probe(mail, look.own)]
    with look.house.database.read() as conn:
        copies = _copies(look, folder, read)
        items = list(_items(conn, look, folder, read, _threads(conn, look, copies)))
    if copies:
        with look.house.database.write() as conn:
            mailboxes.hold(conn, look.lease)
            sent_copies.take(conn, look.house, look.mailbox.id, copies, look.now)
    with look.house.database.write() as conn:
        mailboxes.hold(conn, look.lease)
        acting.act(conn, look.house, items, look.now)
        _mark(conn, look, folder, window[-1].uid)
    return len(items)


def _copies(look: _Look, folder: Folder, read: Sequence[Read]) -> list[Copy]:
    """Mails of our own that lie among the others: in an inbox we wrote to ourselves, in Gmail's All Mail."""
    return [
        Copy(mail, folder.name, folder.uidvalidity, fetched.uid, in_sent=False, thread_id=fetched.thread_id)
        for fetched, mail in read
        if mail.from_address in look.own
    ]


def _threads(conn: Connection, look: _Look, copies: Sequence[Copy]) -> dict[str, messages.Message]:
    """Which conversations these copies belong to, for answers that were read together with them."""
    ours = sent_copies.known(conn, look.mailbox.id, copies)
    found = ((copies[place].thread_id, mail) for place, mail in ours.items())
    return {thread: mail for thread, mail in found if thread is not None}


def _items(
    conn: Connection,
    look: _Look,
    folder: Folder,
    read: Sequence[Read],
    threads: Mapping[str, messages.Message],
) -> Iterator[Item]:
    """Those mails of a window that concern us and were not kept before, judged and matched."""
    known = answers.known(conn, look.mailbox.id, [_dedupe(each, mail) for each, mail in read])
    for fetched, mail in read:
        key = _dedupe(fetched, mail)
        if key in known:
            continue
        known.add(key)
        received = fetched.internal_date or look.now
        seen = matching.Seen(look.mailbox.id, received, look.own, fetched.thread_id, threads)
        found = matching.find(conn, mail, seen)
        item = _item(conn, look, folder, fetched, mail, found)
        if acting.concerns_us(found, item.judgement):
            yield item


def _windows(found: Iterator[T]) -> Iterator[list[T]]:
    while window := list(itertools.islice(found, WINDOW)):
        yield window


def _read(fetched: Fetched) -> Inbound:
    return parse.read(fetched.raw, size=fetched.size, truncated=fetched.truncated)


def _dedupe(fetched: Fetched, mail: Inbound) -> str:
    """A mail moved by a filter, or seen again in All Mail, is one mail; an id alone may be used twice by mistake."""
    if mail.message_id is None:
        return hashlib.sha256(fetched.raw or str(fetched.uid).encode()).hexdigest()
    said = f"{mail.from_address}\n{mail.date}\n{mail.subject}"
    return f"{mail.message_id} {hashlib.sha256(said.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _item(
    conn: Connection, look: _Look, folder: Folder, fetched: Fetched, mail: Inbound, found: Found
) -> Item:
    sent = messages.of_contact(conn, found.contact.id) if found.contact else []
    texts, recipients = [each.body for each in sent], [each.recipient for each in sent]
    received = fetched.internal_date or look.now
    if fetched.trouble:
        judgement = Judgement(Kind.UNREADABLE, "the server could not give it", fetched.trouble)
    else:
        judgement = verdicts.judge(mail, verdicts.Known(received, look.own, texts, recipients))
    return Item(
        mailbox_id=look.mailbox.id,
        folder=folder.name,
        uidvalidity=folder.uidvalidity,
        uid=fetched.uid,
        dedupe=_dedupe(fetched, mail),
        mail=mail,
        raw=fetched.raw[:RAW_LIMIT],
        received_at=received,
        found=found,
        judgement=judgement,
        words=verdicts.own_words(mail, texts),
    )


def _sent_folder(look: _Look, inbox: Inbox, folder: Folder, after: int) -> int:
    """Copies of our own mails: evidence that they left, and the ids the provider gave them."""
    read = MOST
    while read == MOST:
        read = 0
        for window in _windows(inbox.sent_ids(folder, after, limit=MOST)):
            with look.house.database.write() as conn:
                mailboxes.hold(conn, look.lease)
                copies = [
                    Copy(mail, folder.name, folder.uidvalidity, uid, in_sent=True)
                    for uid, mail in window
                    if not probes.is_probe(mail, look.own)
                ]
                sent_copies.take(conn, look.house, look.mailbox.id, copies, look.now)
                _mark(conn, look, folder, window[-1][0])
            read, after = read + len(window), window[-1][0]
    return 0
