"""The nouns of an installation: contacts, sequences, mailboxes, tasks, unknown mails, answers. Each hands on to the engine."""

from __future__ import annotations

import builtins
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path

from relance.engine.contacts import importer
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.sequence import Sequence
from relance.engine.inbound import inbox, reclassify, reinstate, unread_mail
from relance.engine.mailboxes import aliases, probe_run
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.restore import doubts
from relance.engine.sending import in_doubt, refusing_domains
from relance.engine.sequences import publish as sequences_publish
from relance.engine.sequences.steps import task as task_step
from relance.engine.store import contacts, suppressions, tasks

Progress = Callable[[int], None]


class Contacts:
    """The people and who may not be written to."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def import_file(
        self,
        path: Path | str,
        *,
        dry_run: bool = False,
        errors_to: Path | None = None,
        progress: Progress | None = None,
    ) -> importer.ImportReport:
        """Take a CSV file's people; rows that cannot be used go to a file of their own, with the reason."""
        return importer.import_file(
            self._context, Path(path), dry_run=dry_run, errors_to=errors_to, progress=progress
        )

    def add(self, email: str, **fields: str) -> contacts.Contact:
        """One contact; known ones get the fields that are given."""
        return contact_service.add(self._context, email, fields)

    def list(
        self, search: str | None = None, limit: int = 100, after: str | None = None
    ) -> list[contacts.Contact]:
        """Contacts by address, a page at a time: `after` is the last address of the page before."""
        return contact_service.page(self._context, search=search, limit=limit, after=after)

    def show(self, email: str) -> contacts.Contact:
        """One contact."""
        return contact_service.show(self._context, email)

    def suppress(self, value: str, reason: str = "asked by a person") -> suppressions.Suppression:
        """Never write to an address or a domain again, from now on."""
        return contact_service.suppress(self._context, value, reason)

    def unsuppress(self, value: str) -> bool:
        """Lift a suppression; False when there was none. What it stopped stays stopped: `lift` lets it go on."""
        return contact_service.unsuppress(self._context, value)

    def lift(self, value: str, *, go_on: bool = True, dry_run: bool = False) -> reinstate.WayBack:
        """Lift a suppression and let whoever had bounced go on where they were. Raises `NotFound`."""
        return reinstate.lift(self._context, value, go_on=go_on, dry_run=dry_run)

    def suppressions(self) -> tuple[suppressions.Suppression, ...]:
        """Every suppression."""
        return tuple(contact_service.suppressed(self._context))


class Sequences:
    """What is said to whom and when."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def check(self, source: Path | str | Sequence) -> sequences_publish.Checked:
        """Every mistake and every doubt in a sequence, without storing anything."""
        return sequences_publish.check(self._context, source)

    def publish(self, source: Path | str | Sequence) -> sequences_publish.Published:
        """Store a new version; whoever is enrolled stays on theirs."""
        return sequences_publish.publish(self._context, source)

    def list(self) -> list[sequences_publish.SequenceSummary]:
        """Every sequence with its counts."""
        return sequences_publish.summaries(self._context)

    def show(self, name: str, version: int | None = None) -> sequences_publish.SequenceDetail:
        """One sequence, as it was written."""
        return sequences_publish.show(self._context, name, version)

    def pause(self, name: str, reason: str = "") -> None:
        """Nothing of this sequence leaves until it is resumed."""
        sequences_publish.pause(self._context, name, reason)

    def resume(self, name: str) -> None:
        """Go on with a paused sequence."""
        sequences_publish.resume(self._context, name)


class Mailboxes:
    """The salespeople's own mailboxes."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def add(self, spec: mailbox_service.MailboxSpec) -> mailbox_service.MailboxView:
        """Take a mailbox in; its password is sealed before it is stored."""
        return mailbox_service.add(self._context, spec)

    def list(self) -> list[mailbox_service.MailboxView]:
        """Every mailbox."""
        return mailbox_service.every(self._context)

    def show(self, address: str) -> mailbox_service.MailboxView:
        """One mailbox."""
        return mailbox_service.show(self._context, address)

    def test(
        self,
        address: str,
        *,
        probe: bool = True,
        wait_seconds: float = probe_run.DEFAULT.back,
        progress: Callable[[str], None] = lambda _: None,
    ) -> mailbox_service.MailboxTest:
        """Log in to both servers for real and say how it went.

        With `probe` a mail is sent from the mailbox to itself and looked for, `wait_seconds` at most: it shows what the
        provider makes of Message-IDs and whether it files Sent copies, which is kept. `progress` hears how far it is.
        """
        if not probe:
            return mailbox_service.test(self._context, address)
        patience = dataclasses.replace(probe_run.DEFAULT, back=wait_seconds)
        return probe_run.try_out(self._context, address, patience, progress)

    def add_alias(self, address: str, alias: str) -> tuple[str, ...]:
        """A further address the mailbox's owner writes from: their mails from it are theirs, never a prospect's answer.

        Returns all aliases. `show(address).offered` names addresses that the Sent folder shows in From.
        """
        return aliases.add(self._context, address, alias)

    def remove_alias(self, address: str, alias: str) -> tuple[str, ...]:
        """It is somebody else's address again; returns the aliases that are left."""
        return aliases.remove(self._context, address, alias)

    def pause(self, address: str, reason: str = "") -> None:
        """Send nothing from this mailbox until it is resumed; it is still read."""
        mailbox_service.pause(self._context, address, reason)

    def resume(self, address: str) -> None:
        """Send from it again."""
        mailbox_service.resume(self._context, address)

    def unread(self, address: str | None = None) -> builtins.list[unread_mail.UnreadMail]:
        """Mails that the server shows and does not give; of one mailbox where its address is given."""
        return unread_mail.every(self._context, address)

    def dismiss(
        self, address: str, folder: str | None = None, uid: int | None = None
    ) -> builtins.list[unread_mail.UnreadMail]:
        """Say that you have looked at mails which could not be read, so that the mailbox's follow-ups go on; returns them."""
        return unread_mail.dismiss(self._context, address, folder, uid)

    def undo_bounces(
        self,
        address: str,
        *,
        since: dt.datetime | None = None,
        emails: Iterable[str] | None = None,
        dry_run: bool = False,
    ) -> reinstate.WayBack:
        """Take back bounces that were the sender's trouble, of some people or all since a time: people go on where they
        were, and nobody gets a step twice. What a person asked for stays."""
        whose = None if emails is None else tuple(emails)
        return reinstate.undo_bounces(self._context, reinstate.Wrong(address, since, whose), dry_run=dry_run)

    def retry(self, address: str, organisation: str, *, dry_run: bool = False) -> refusing_domains.Retried:
        """Write to an organisation again that refused this mailbox's mail: whoever was held for that alone goes on."""
        return refusing_domains.retry(self._context, address, organisation, dry_run=dry_run)

    def remove(self, address: str, *, force: bool = False) -> None:
        """Forget a mailbox and its password. With open enrollments only by `force`, which holds them."""
        mailbox_service.remove(self._context, address, force=force)


class Tasks:
    """What sequences ask of people."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, *, open_only: bool = True) -> list[tasks.Task]:
        """Tasks by due time."""
        with self._context.database.read() as conn:
            return tasks.every(conn, open_only=open_only)

    def done(self, task_id: int) -> None:
        """Tick a task off; a sequence that waited for it goes on."""
        task_step.done(self._context, task_id)


class Unknown:
    """Mails that may have been delivered."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self) -> list[in_doubt.UnknownMail]:
        """All of them, oldest first."""
        return in_doubt.every(self._context)

    def resolve(self, message_id: str, decision: str) -> None:
        """A person's word: `sent`, `not sent` (the same bytes go again) or `give up`."""
        in_doubt.decide(self._context, message_id, decision)


class Restored:
    """Steps that may have been sent before the database was restored from a backup, and that no mailbox tells of."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(self, whom: doubts.Whom | None = None) -> list[doubts.DoubtView]:
        """Everybody in doubt, or those of `whom`. Who is proved leaves the list by themselves, and goes on."""
        return doubts.every(self._context, whom)

    def decide(
        self,
        decision: str,
        whom: doubts.Whom | None = None,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> doubts.Decided:
        """A person's word on all of them: `sent` (they go on behind it) or `not sent` (it goes at the next opening)."""
        return doubts.decide(
            self._context, decision, whom or doubts.Whom(), dry_run=dry_run, progress=progress
        )


class Answers:
    """What came back, over all mailboxes."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def list(
        self, wanted: inbox.Wanted | None = None, *, limit: int = 100, before: int | None = None
    ) -> list[inbox.AnswerView]:
        """Kept mails, the newest first; `before` is the last number of the page before."""
        return inbox.page(self._context, wanted or inbox.Wanted(), before=before, limit=limit)

    def show(self, number: int, *, mark_read: bool = False) -> inbox.AnswerView:
        """One kept mail with its judgement, the reason and the words it rests on."""
        return inbox.show(self._context, number, mark_read=mark_read)

    def correct(
        self,
        number: int,
        *,
        kind: str | None = None,
        intent: str | None = None,
        until: dt.date | None = None,
        contact: str | None = None,
        note: str = "",
    ) -> inbox.Corrected:
        """A person's word on what a mail is, or whose. Kept beside the judgement, and acted upon."""
        said = inbox.Correction(kind, intent, until, contact, note)
        return inbox.correct(self._context, number, said)

    def accept_substitute(self, number: int) -> contacts.Contact:
        """Make the person a mail names in its writer's place a contact."""
        return inbox.accept_substitute(self._context, number)

    def dismiss_substitute(self, number: int) -> None:
        """Offer that person no more."""
        inbox.dismiss_substitute(self._context, number)

    def rejudge(
        self,
        *,
        since: dt.datetime | None = None,
        apply: bool = False,
        reopen: bool = False,
        progress: Progress | None = None,
    ) -> reclassify.RejudgeReport:
        """Judge the kept mails again by the rules as they are now; without `apply` only shows what would change."""
        wish = reclassify.RejudgeOptions(since, apply, reopen)
        return reclassify.rejudge(self._context, wish, progress=progress)
