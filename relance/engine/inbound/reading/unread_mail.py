"""A mail that a server shows and does not give: asked for in several looks, then set aside, and tried again later.

While it is asked for the look is not complete. Set aside, it holds whoever it could be from; where nobody can tell, no
follow-up of its mailbox leaves until a person has looked and dismissed it, or the server gives it after all.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.engine import Connection

from relance import errors, late
from relance.engine import reasons
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import UnreadMailDismissed, UnreadMailSetAside
from relance.engine.reasons import Code, Reason, Why
from relance.engine.store import events
from relance.engine.store.inbound import unread_mails
from relance.engine.store.inbound.unread_mails import Withheld
from relance.engine.store.mailboxes import folders, leases, mailboxes
from relance.mailbox.imap.folders import Folder, FolderRefused, FolderRole
from relance.wording import Text, ended
from relance.wording.sentence_codes import SentenceCode

if TYPE_CHECKING:
    from relance.engine.inbound.apply import NewReply
    from relance.engine.inbound.reading import read as reading
    from relance.engine.mailboxes import watched_folders
    from relance.engine.mailboxes.look import Look
    from relance.engine.mailboxes.watermarks import Progress
    from relance.mailbox.imap.responses import Fetched
    from relance.mailbox.parsing import decoding
    from relance.mailbox.parsing.inbound import InboundMail
else:  # `status` asks what is said of them, and reads none
    reading, watched_folders, decoding = late.modules(
        "relance.engine.inbound.reading.read",
        "relance.engine.mailboxes.watched_folders",
        "relance.mailbox.parsing.decoding",
    )

TRIES = 5
# Looks that ask for a mail before it is set aside.
RETRY = dt.timedelta(hours=1)
# How often one that was set aside is asked for again.


@dataclass(frozen=True)
class UnreadMail:
    """One such mail, for people. `waiting` says whether the mailbox's follow-ups wait for it."""

    mailbox: str
    folder: str
    uid: int
    state: str  # trying, aside
    tries: int
    words: str
    sender: str
    subject: str
    waiting: bool
    since: dt.datetime
    why: Why | None = None  # what `words` say, for programs


def here(rows: Iterable[Withheld], folder: Folder) -> list[Withheld]:
    """Those of one folder, under the numbers it has now."""
    return [each for each in rows if (each.folder, each.uidvalidity) == (folder.name, folder.uidvalidity)]


def owed(rows: Iterable[Withheld], now: dt.datetime) -> frozenset[int]:
    """The UIDs of those that were set aside and are asked for again now."""
    aside = [each for each in rows if each.state == "aside"]
    # A time ahead of now was written by a clock that was wrong.
    return frozenset(each.uid for each in aside if not now - RETRY < each.tried_at <= now)


def is_set_aside(row: Withheld | None) -> bool:
    """Whether the look goes on without a mail that is not given once more; `row` is what is known of it."""
    return row is not None and (row.state != "trying" or row.tries + 1 >= TRIES)


def note(
    conn: Connection, look: Look, folder: Folder, fetched: Fetched, mail: InboundMail, row: Withheld | None
) -> None:
    """Count one more look that did not get it."""
    values = {"words": fetched.trouble, "tried_at": look.now}
    if row is None:
        unread_mails.add(
            conn,
            mailbox_id=look.mailbox.id,
            folder=folder.name,
            uidvalidity=folder.uidvalidity,
            uid=fetched.uid,
            tries=1,
            sender=mail.from_address or "",
            subject=decoding.clean_line(mail.subject, 200),
            since=look.now,
            **values,
        )
    else:
        unread_mails.change(conn, row.id, tries=row.tries + 1, **values)


def set_aside(conn: Connection, look: Look, row: Withheld, held: Collection[NewReply]) -> None:
    """Go on without it. `held`: what happened to it, where somebody can tell whose it is."""
    if row.state != "trying":
        return
    person = any(item.uid == row.uid and item.found.contact is not None for item in held)
    unread_mails.change(conn, row.id, state="aside", person_held=person)
    said = UnreadMailSetAside(_why(row), row.folder, row.uid)
    events.record_event(conn, said, look.now, mailbox_id=look.mailbox.id)


def stuck(row: Withheld | None, folder: Folder, fetched: Fetched, address: str) -> Text:
    """The sentence for a look that is not complete because of it."""
    tries = row.tries + 1 if row else 1
    stuck_at = Text(
        "Mail {uid} in the folder {folder} of {address} could not be read (attempt {tries} of {most}): {words}",
        uid=fetched.uid,
        folder=folder.name,
        address=address,
        tries=tries,
        most=TRIES,
        words=ended(fetched.trouble),
    )
    return stuck_at.coded(SentenceCode.MAIL_NOT_GIVEN)


@dataclass
class Troubles:
    """The mails of one folder that its server shows and does not give."""

    look: Look
    progress: Progress
    rows: Mapping[int, Withheld]
    not_given: set[int] = field(default_factory=set)
    words: Text | None = None  # of the first one for which the look is not complete

    def meets(self, fetched: Fetched) -> bool:
        """Note one more; True when it is set aside now."""
        look, folder, row = self.look, self.progress.folder, self.rows.get(fetched.uid)
        self.not_given.add(fetched.uid)
        if row is None or row.state != "dismissed":
            with look.context.database.write() as conn:
                leases.renew(conn, look.lease)
                note(conn, look, folder, fetched, reading.read(fetched), row)
        if not is_set_aside(row):
            self.progress.stick(fetched.uid)
            self.words = self.words or stuck(row, folder, fetched, look.mailbox.address)
            return False
        self.progress.saw(fetched.uid)
        return row is not None and row.state == "trying"

    def is_over(self, row: Withheld) -> bool:
        """Whether it was read after all, or is not there any more."""
        if row.uidvalidity != self.progress.folder.uidvalidity:
            return True
        asked = row.uid > self.progress.plan.after or row.uid in self.progress.plan.again
        return asked and row.uid not in self.not_given


def waiting(rows: Sequence[Withheld], roles: dict[str, FolderRole]) -> list[Withheld]:
    """Those for which no follow-up may leave: nobody can tell whose they are. (A copy in Sent is nobody's answer.)"""
    return [
        each
        for each in rows
        if each.state == "aside"
        and not each.person_held
        and roles.get(each.folder) not in (None, FolderRole.SENT)
    ]


def sentence(rows: Sequence[Withheld]) -> Text:
    """What is said of them, and what to do."""
    what = Text(
        "It could be an answer from anyone, so no follow-up is sent. Open it in an email program; the follow-ups resume once an administrator of the server has dismissed it here."
    )
    return Text.together(_told(rows[0]), and_more(len(rows) - 1), what)


def complain(refused: Sequence[FolderRefused]) -> None:
    """Say that a look is not complete, by the first folder that was not read. Raises `FolderRefused`, if there is any."""
    if not refused:
        return
    first = refused[0]
    raise FolderRefused(
        Text.together(
            first,
            and_more(len(refused) - 1),
            Text("There may be an answer in it, so no follow-up is sent."),
            watched_folders.ADVICE if first.barred else "",
        )
    ) from first


def and_more(count: int) -> Text:
    """That the same is true of further ones; empty where there are none."""
    if not count:
        return Text.prose("")
    return Text.plural("The same is true of {count} more.", "The same is true of {count} more.", count)


def _why(row: Withheld) -> Reason:
    whose = {"sender": row.sender, "subject": row.subject} if row.sender else {}
    place = {"uid": row.uid, "folder": row.folder, "address": row.mailbox}
    return Reason(Code.MAIL_NOT_GIVEN, {**place, **whose, "count": row.tries, "words": ended(row.words)})


def _told(row: Withheld) -> Text:
    return _why(row).text.coded(SentenceCode.MAIL_SET_ASIDE)


def notes(rows: Iterable[Withheld]) -> list[Text]:
    """What `status` says of those that were set aside: one sentence each."""
    again = Text("It is tried again every hour.")
    return [Text.together(_told(each), again) for each in rows if each.state == "aside"]


def oddities(conn: Connection, now: dt.datetime) -> dict[int, list[Text]]:
    """What is odd in folders, by mailbox: mails that are not given, and numbers that do not stay."""
    found: dict[int, list[Text]] = {}
    for number, moved in folders.unstable(conn, now).items():
        found.setdefault(number, []).extend(_unstable(each) for each in moved)
    for row in unread_mails.list_all(conn):
        found.setdefault(row.mailbox_id, []).extend(notes([row]))
    return found


def fault(mailbox: mailboxes.Mailbox) -> Text:
    """What is said of a fault of ours in its last turn; empty where there was none."""
    if not mailbox.turn_error:
        return Text.prose("")
    return Text(
        "Working on {address} failed because of a fault in Relance ({fault}); it will be tried again. The log has the details; please report it.",
        address=mailbox.address,
        fault=mailbox.turn_error,
    )


def aside(conn: Connection) -> Counter[int]:
    """How many mails were set aside, by mailbox."""
    return Counter(each.mailbox_id for each in unread_mails.list_all(conn) if each.state == "aside")


def _unstable(folder: folders.Unstable) -> Text:
    often = Text.plural(
        "The folder {folder} is renumbered again and again by its server, {count} time in a week; most recently, {words} Each "
        "time it is read from its first mail. Ask the administrator of the server.",
        "The folder {folder} is renumbered again and again by its server, {count} times in a week; most recently, {words} Each "
        "time it is read from its first mail. Ask the administrator of the server.",
        folder.moves,
        folder=folder.folder,
        words=ended(folder.words),
    )
    return often.coded(SentenceCode.FOLDER_RENUMBERED_OFTEN)


def list_all(context: Context, address: str | None = None) -> list[UnreadMail]:
    """All that were not dismissed; of one mailbox where its address is given."""
    with context.database.read() as conn:
        wanted = mailboxes.named(conn, address).id if address is not None else None
        rows = [each for each in unread_mails.list_all(conn) if wanted in (None, each.mailbox_id)]
    return [_view(each) for each in rows]


def _view(row: Withheld) -> UnreadMail:
    return UnreadMail(
        mailbox=row.mailbox,
        folder=row.folder,
        uid=row.uid,
        state=row.state,
        tries=row.tries,
        words=str(row.words),
        sender=row.sender,
        subject=row.subject,
        waiting=not row.person_held,
        since=row.since,
        why=reasons.why_of(Text.read(row.words)),
    )


def dismiss(
    context: Context, address: str, folder: str | None = None, uid: int | None = None
) -> list[UnreadMail]:
    """A person has looked: these mails answer nothing, or were seen to. Returns them; raises `errors.NotFound`.

    Those that are still asked for may be dismissed as well.
    """
    now = context.clock.now()
    with context.database.write() as conn:
        mailbox = mailboxes.named(conn, address)
        rows = [
            each
            for each in unread_mails.of_mailbox(conn, mailbox.id)
            if each.state != "dismissed" and folder in (None, each.folder) and uid in (None, each.uid)
        ]
        if not rows:
            raise errors.NotFound(
                Text("there is no such unread mail of {address}.", address=mailbox.address),
                command=Text(
                    "`relance mailbox unread {address}` lists those that could not be read.",
                    address=mailbox.address,
                ),
            )
        for row in rows:
            unread_mails.change(conn, row.id, state="dismissed")
            said = UnreadMailDismissed(_why(row), row.folder, row.uid)
            events.record_event(conn, said, now, mailbox_id=mailbox.id)
        mailboxes.schedule_turn(conn, [mailbox.id], now)
    return [_view(each) for each in rows]
