"""Mutants that believe what they are told: by a clock, by a server's one answer, by a lease in a dead process's name."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Collection, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from unittest import mock

from relance import clock, errors
from relance.engine import turn
from relance.engine.context import Context, Options
from relance.engine.db import machine_time
from relance.engine.inbound.reading import sent_copies, sync
from relance.engine.inbound.reading.unread_mail import Troubles
from relance.engine.journal.opt_outs import OptOuts
from relance.engine.mailboxes import look, watermarks
from relance.engine.ports import Inbox
from relance.engine.runtime import mail_servers
from relance.engine.schedule import next_turn
from relance.engine.sending import endings
from relance.engine.sending.doubt import forgotten_mails, recovery
from relance.engine.sequences import clock_jumps
from relance.engine.store.mailboxes.folders import Watermark
from relance.engine.store.sending import restore_doubts
from relance.mailbox.imap.folders import Folder, FolderRole
from relance.mailbox.imap.responses import Fetched
from relance.mailbox.smtp import replies as smtp_replies
from relance.mailbox.smtp.outcome import Blame, Outcome, SendResult


def no_healing() -> AbstractContextManager[object]:
    """What a wrong clock has planned stays so."""
    return mock.patch.object(clock_jumps, "heal", _no_steps)


def no_witness() -> AbstractContextManager[object]:
    """A host works by its own clock, whatever the database's says."""
    return mock.patch.object(machine_time, "SKEW", dt.timedelta(days=9999))


def refused_is_read() -> AbstractContextManager[object]:
    """A mail that the server shows and does not give for a moment counts as read."""

    def meets(self: Troubles, fetched: Fetched) -> bool:
        self.progress.saw(fetched.uid)
        return False

    return mock.patch.object(Troubles, "meets", meets)


def one_answer_proves() -> AbstractContextManager[object]:
    """A mail that one answer left out is not looked for again."""
    plan = watermarks.plan

    def planned(folder: Folder, mark: Watermark | None, owed: Collection[int] = ()) -> watermarks.FolderPlan:
        found = plan(folder, mark, owed)
        more = not folder.uidnext or folder.uidnext > found.after + 1
        return dataclasses.replace(found, look=more, again=frozenset()) if mark else found

    nothing = mock.patch.object(watermarks.Progress, "unexplained", property(_zero))
    return both(mock.patch.object(watermarks, "plan", planned), nothing)


def counter_believed() -> AbstractContextManager[object]:
    """A counter that went back means nothing, nor do fewer mails."""
    return both(mock.patch.object(watermarks, "which_moved", _no_words), one_answer_proves())


def sender_is_recipient() -> AbstractContextManager[object]:
    """What a server says of the sender's own doing is taken for the recipient's address."""
    verdict = smtp_replies.verdict

    def blamed(stage: str, code: int, text: str) -> SendResult:
        result = verdict(stage, code, text)
        taken = stage in ("mail", "rcpt", "final")
        return (
            dataclasses.replace(result, blame=Blame.RECIPIENT, outcome=Outcome.REFUSED) if taken else result
        )

    return mock.patch.object(smtp_replies, "verdict", blamed)


def first_refusal_counts() -> AbstractContextManager[object]:
    """One refused login pauses a mailbox."""
    return mock.patch.object(next_turn, "give_up_at", _one)


def no_giving_back() -> AbstractContextManager[object]:
    """The lease of a process that is known to be dead is left to lapse."""
    return mock.patch.object(recovery, "give_back", _none)


def copies_by_hand() -> AbstractContextManager[object]:
    """A copy of a mail that the database has forgotten is a letter that somebody wrote by hand."""
    return both(
        mock.patch.object(forgotten_mails, "adopt", _zero_of), mock.patch.object(sent_copies, "_is_ours", _no)
    )


def forgets_lost_before() -> AbstractContextManager[object]:
    """After a restore everybody who is due is held, and nobody knows for what."""
    return mock.patch.object(restore_doubts, "put", _no)


def silence_is_no_news() -> AbstractContextManager[object]:
    """A mailbox whose server falls silent in the middle counts as read."""
    plain = sync._folders

    def folders(look: look.Look, inbox: Inbox) -> tuple[int, set[FolderRole]]:
        try:
            return plain(look, inbox)
        except errors.Away:
            return 0, set()

    return mock.patch.object(sync, "_folders", folders)


def silence_is_not_sent() -> AbstractContextManager[object]:
    """A body that is never answered counts as not sent."""
    plain = endings.ending

    def ending(result: SendResult, attempts: int, options: Options) -> endings.Ending:
        silent = result.outcome is Outcome.UNKNOWN and result.text == smtp_replies.described(TimeoutError())
        given = dataclasses.replace(result, outcome=Outcome.NOT_SENT) if silent else result
        return plain(given, attempts, options)

    return mock.patch.object(endings, "ending", ending)


def asks_the_silent() -> AbstractContextManager[object]:
    """A server that answers nobody is asked by all who want to, at once."""
    return mock.patch.object(mail_servers, "wait", _at_once)


def kept_noes_unread() -> AbstractContextManager[object]:
    """What was written down while the database did not answer is not looked at before mails leave."""
    return both(
        mock.patch.object(OptOuts, "opted_out", _none_of), mock.patch.object(turn.hits, "replay", _no_steps)
    )


def names_are_folders() -> AbstractContextManager[object]:
    """A folder is what is called so, whatever its MAILBOXID says."""
    plain = watermarks.plan

    def planned(folder: Folder, mark: Watermark | None, owed: Collection[int] = ()) -> watermarks.FolderPlan:
        blank = mark and dataclasses.replace(mark, object_id="")
        return plain(folder, blank, owed)

    return both(mock.patch.object(watermarks, "plan", planned), mock.patch.object(watermarks, "of", _by_name))


def no_swaps() -> AbstractContextManager[object]:
    """A folder whose numbers did not move is the one it was, whatever the others show."""
    return mock.patch.object(watermarks, "doubt", return_value=watermarks.Doubt())


def no_doubt() -> AbstractContextManager[object]:
    """A clock that jumped is believed at once."""
    return mock.patch.object(clock.Watch, "doubt", _no_words)


def _at_once(*_args: object, **_named: object) -> float:
    return 0.0


def _none_of(*_args: object) -> dict[str, str]:
    return {}


def _by_name(folder: Folder, known: Iterable[Watermark]) -> Watermark | None:
    return next((each for each in known if each.name == folder.name), None)


def _nobody(*_args: object) -> set[str]:
    return set()


def _no_words(*_args: object) -> str:
    return ""


def _zero_of(*_args: object) -> int:
    return 0


def _no(*_args: object) -> bool:
    return False


def _zero(_self: object) -> int:
    return 0


def _one(*, worked_before: bool) -> int:
    del worked_before
    return 1


def _none(_context: Context) -> list[int]:
    return []


def _no_steps(_context: Context) -> int:
    return 0


@contextmanager
def both(*patches: AbstractContextManager[object]) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        for each in patches:
            stack.enter_context(each)
        yield
