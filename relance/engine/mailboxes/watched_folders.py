"""Which folders of a mailbox are looked at: all where an answer can be, but those that the settings leave out, and other
people's that this user merely sees."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence

from relance.engine.context import Context
from relance.engine.mailboxes import watermarks
from relance.engine.mailboxes.look import Look
from relance.engine.ports import Inbox
from relance.engine.store.inbound import unread_mails
from relance.engine.store.mailboxes import folders, leases
from relance.engine.store.mailboxes.folders import Watermark
from relance.mailbox.imap.folders import Folder, FolderRefused
from relance.wording import Text
from relance.wording.sentence_codes import SentenceCode

ADVICE = Text(
    "Let this user read it, or name it in the setting skip_folders if answers can never arrive there."
)
_DELIMITERS = frozenset("/.\\^|")


def watched(context: Context, inbox: Inbox) -> list[Folder]:
    """Every folder that is looked at, asked of the server anew."""
    listed = inbox.folders(with_trash=True)
    return _left(context, listed, _others(inbox, listed))


def of_look(
    look: Look, inbox: Inbox, listed: Sequence[Folder], known: Mapping[str, Watermark]
) -> list[Folder]:
    """The same in a look. Which folders are other people's is remembered: the server is asked only about new ones."""
    with look.context.database.read() as conn:
        others = folders.of_others(conn, look.mailbox.id)
    if new := _others(inbox, [each for each in listed if each.name not in known]):
        with look.context.database.write() as conn:
            leases.renew(conn, look.lease)
            for name in sorted(new):
                folders.mark(conn, look.mailbox.id, folders.OTHERS, Watermark(name, 0, 0))
    return _left(look.context, listed, others | new)


def _left(context: Context, listed: Iterable[Folder], others: Collection[str]) -> list[Folder]:
    asked_for, skipped = context.options.watch_folders, context.options.skip_folders
    return [
        each
        for each in listed
        if not _named(each, skipped) and (each.name not in others or _named(each, asked_for))
    ]


def _others(inbox: Inbox, listed: Iterable[Folder]) -> set[str]:
    """Those of the folders that belong to somebody else. Their names have a prefix, so most mailboxes need not ask."""
    names = [each.name for each in listed if _DELIMITERS.intersection(each.name)]
    prefixes = inbox.others() if names else ()
    return {name for name in names if name.startswith(tuple(prefixes))}


def _named(folder: Folder, patterns: Iterable[str]) -> bool:
    """`Shared/*` stands for all that begin so."""
    name = folder.name
    return any(name.startswith(said[:-1]) if said.endswith("*") else name == said for said in patterns)


def missing(
    look: Look, listed: Sequence[Folder], known: Mapping[str, Watermark]
) -> tuple[set[str], list[FolderRefused]]:
    """Folders that were there and that the list does not name: what is to be forgotten, and what is to be said.

    One answer proves nothing, so the look in which a folder is missed first is not complete. What the next one misses, too,
    is gone, and forgotten.
    """
    new, forgotten = _unlisted(look, listed, known)
    if new or forgotten:
        with look.context.database.write() as conn:
            leases.renew(conn, look.lease)
            folders.missing(conn, look.mailbox.id, new, look.now)
            folders.forget(conn, look.mailbox.id, forgotten)
            rows = unread_mails.of_mailbox(conn, look.mailbox.id)
            unread_mails.forget(conn, [each.id for each in rows if each.folder in forgotten])
    return forgotten, [FolderRefused(_missed(look, name)) for name in sorted(new)]


def _unlisted(
    look: Look, listed: Sequence[Folder], known: Mapping[str, Watermark]
) -> tuple[set[str], set[str]]:
    """Folders that were there and that the list does not name: those missed for the first time, and those that are gone."""
    names, ids = {each.name for each in listed}, {each.object_id for each in listed if each.object_id}
    missed = {name: mark for name, mark in known.items() if name not in names and mark.object_id not in ids}
    gone = {name for name, mark in missed.items() if mark.missing_at not in (None, look.now)}
    return missed.keys() - gone, gone


def doubted(
    look: Look, listed: Sequence[Folder], watched: Sequence[Folder], known: dict[str, Watermark]
) -> dict[str, Watermark]:
    """The marks of folders, in which those that may be others by now are to be read from their first mail.

    That is kept before any of them is read, or one that is gone is forgotten: then no number tells of it any more.
    """
    _, gone = _unlisted(look, listed, known)
    found = watermarks.doubt(watched, known, [known[name] for name in gone])
    if not found.doubtful:
        return known
    there = {each.name: each for each in watched}
    marks = {name: _suspected(there[name], known.get(name)) for name in found.evidence}
    marks |= {name: Watermark(name, known[name].uidvalidity, 0, doubted=True) for name in found.doubtful}
    with look.context.database.write() as conn:
        leases.renew(conn, look.lease)
        for name, mark in marks.items():
            folders.mark(conn, look.mailbox.id, there[name].role.value, mark)
    return {**known, **marks}


def _suspected(folder: Folder, mark: Watermark | None) -> Watermark:
    return dataclasses.replace(mark or Watermark(folder.name, folder.uidvalidity, 0), doubted=True)


def _missed(look: Look, name: str) -> Text:
    return Text(
        "The folder {folder} of {address} was not in the server's list. If it is missing from the "
        "next list as well, it counts as deleted.",
        folder=name,
        address=look.mailbox.address,
    ).coded(SentenceCode.FOLDER_MISSING)


def prove(inbox: Inbox, folder: Folder) -> None:
    """That a folder which shows its numbers can be opened and its last mail read, too. Raises `FolderRefused`."""
    for _ in inbox.fetch_new(folder, max(0, folder.uidnext - 2), 1):
        pass
