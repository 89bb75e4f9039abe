"""What an installation offers, noun by noun: contacts, sequences, mailboxes, mails, tasks, unknown mails, restored steps, the inbox.

A line is an operation of the engine as it is (`Operation`); a method says in plain arguments what the engine takes as a value.
"""

from __future__ import annotations

import builtins
import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from relance import late
from relance.app.operation import Operation, Service
from relance.engine.contacts import importer, suppression_list
from relance.engine.contacts import service as contact_service
from relance.engine.definition.starters import texts as starters
from relance.engine.inbound.answering import service as answering
from relance.engine.inbound.corrections import foretold, inbox, inbox_pages, reclassify, reinstate
from relance.engine.inbound.reading import unread_mail
from relance.engine.jobs import service as job_service
from relance.engine.mailboxes import aliases, assigning, handing_over, probe_run
from relance.engine.mailboxes import service as mailbox_service
from relance.engine.mailboxes.health import checking as health_checking
from relance.engine.mailboxes.health import watching as health_watching
from relance.engine.mailboxes.settings import adding, changing, leaves, signing_mail
from relance.engine.mailboxes.sign_ins import agreeing, by_redirect, choices, connecting
from relance.engine.reporting import forecast, today
from relance.engine.reporting.history import daily, failures, messages, task_endings
from relance.engine.restore import doubts
from relance.engine.sending import copies
from relance.engine.sending.doubt import in_doubt
from relance.engine.sending.refusals import refusing_domains
from relance.engine.sequences import bulk, listing
from relance.engine.sequences import publish as sequences_publish
from relance.engine.sequences.publish import Source
from relance.engine.sequences.steps import task as task_step
from relance.engine.sequences.steps import task_lists, task_undo
from relance.engine.sequences.writing import drafts, planning
from relance.engine.store.contacts import contacts
from relance.engine.store.sending import own_replies
from relance.engine.store.sequences import tasks
from relance.mailbox.address import several

if TYPE_CHECKING:
    from relance.engine.engagement import judged_again
    from relance.engine.sending.previews import lacking, previewing, script, shown, testing
else:  # only who asks for these needs them
    judged_again, lacking, previewing, script, shown, testing = late.modules(
        "relance.engine.engagement.judged_again",
        "relance.engine.sending.previews.lacking",
        "relance.engine.sending.previews.previewing",
        "relance.engine.sending.previews.script",
        "relance.engine.sending.previews.shown",
        "relance.engine.sending.previews.testing",
    )

Progress = Callable[[int], None]


class Contacts(Service):
    """The people and who may not be written to."""

    import_file = Operation(importer.import_file)
    show = Operation(contact_service.show)
    list = Operation(contact_service.page)
    suppress = Operation(contact_service.suppress)
    would_stop = Operation(contact_service.would_stop)
    suppress_list = Operation(suppression_list.add)
    undo_list = Operation(suppression_list.undo)
    unsuppress = Operation(contact_service.unsuppress)
    suppressions = Operation(contact_service.suppressed)
    refusing = Operation(contact_service.refusing)
    suppressed = Operation(contact_service.suppressed_page)
    lift = Operation(reinstate.lift)

    def add(self, /, email: str, **fields: str) -> contacts.Contact:
        """One contact; known ones get the fields that are given."""
        return contact_service.add(self._context, email, fields)


class Sequences(Service):
    """What is said to whom and when."""

    check = Operation(sequences_publish.check)
    plan = Operation(planning.plan)
    publish = Operation(sequences_publish.publish)
    list = Operation(sequences_publish.summaries)
    show = Operation(sequences_publish.show)
    states = Operation(sequences_publish.states)
    standing = Operation(sequences_publish.standing)
    pause = Operation(sequences_publish.pause)
    resume = Operation(sequences_publish.resume)

    def preview(
        self, email: str, name: str = "", *, source: Source | None = None, step: str = "", mailbox: str = ""
    ) -> shown.Preview:
        """Every mail of a published sequence, or of a text (`source`) in its place, as it will be for a contact: written as when it
        leaves, and nothing is written down. Raises `errors.NotFound`, and `errors.Invalid` with every mistake of a text."""
        return previewing.preview(self._context, email, script.PreviewRequest(name, source, step, mailbox))

    def send_test(  # noqa: PLR0913 - as few as the command has flags
        self,
        email: str,
        name: str = "",
        *,
        step: str,
        source: Source | None = None,
        variant: str = "",
        mailbox: str = "",
        to: str = "",
        key: str = "",
    ) -> testing.SentTest:
        """Send a step's mail, as it will be for a contact, to an address of your own (without `to`, the mailbox itself), marked as a test.
        It counts only towards the mailbox's limits, and is sent once in two days, after a crash too; another `key` makes another one."""
        wish = script.PreviewRequest(name, source, step, mailbox)
        return testing.send(self._context, email, wish, testing.SelfTestRequest(step, variant, to, key))

    def lacking(
        self, name: str = "", *, source: Source | None = None, step: str = "", most: int | None = None
    ) -> shown.LackingPeople:
        """Who lacks a field without which a mail cannot be written, by field: of those under way in it, else of all contacts; only
        of about the first `most`, where that is said."""
        return lacking.lacking(self._context, script.PreviewRequest(name, source, step), most)

    def sample(self, name: str = "", *, source: Source | None = None, many: int = 5) -> tuple[str, ...]:
        """The addresses of some people to preview it for, the same ones each time: of those under way in it, else of all contacts."""
        return lacking.sample(self._context, script.PreviewRequest(name, source), many)

    def starters(self) -> builtins.list[starters.Starter]:
        """The texts there are to start from."""
        return [*starters.STARTERS.values()]

    def starter(self, key: str, name: str = "", language: str = "en") -> str:
        """The YAML of one of them, under a name of your own; raises `errors.NotFound`."""
        return starters.text(key, name, language)


class Enrollments(Service):
    """Everybody in sequences: listed by a filter, and acted upon together."""

    list = Operation(listing.page)
    counts = Operation(listing.counts)
    of_people = Operation(listing.of_people)
    glance = Operation(bulk.glance)
    overdue = Operation(forecast.overdue)
    pause = Operation(bulk.pause)
    resume = Operation(bulk.resume)
    stop = Operation(bulk.stop)
    release = Operation(bulk.release)


class Jobs(Service):
    """Long work in the background, with its progress: a salesperson's own."""

    list = Operation(job_service.page)
    show = Operation(job_service.show)
    cancel = Operation(job_service.cancel)
    lines = Operation(job_service.lines)
    check_contacts = Operation(job_service.check_contacts)
    import_contacts = Operation(job_service.import_contacts)
    sheet = Operation(job_service.sheet)
    refused = Operation(job_service.refused)
    refused_file = Operation(job_service.refused_file)
    imported = Operation(job_service.imported)
    change_enrollments = Operation(job_service.change_enrollments)
    enroll = Operation(job_service.enroll)
    decide_held = Operation(job_service.decide_held)
    hand_over = Operation(job_service.hand_over)
    remove_mailbox = Operation(job_service.remove_mailbox)
    connect_mailboxes = Operation(job_service.connect_mailboxes)


class Messages(Service):
    """The mails that were written, as they left or will."""

    list = Operation(messages.page)
    show = Operation(messages.show)
    opened = Operation(messages.newest_opened)
    machine_hits = Operation(messages.machine_hits)

    def rejudge_hits(
        self, *, apply: bool = False, progress: Progress | None = None
    ) -> judged_again.HitsRejudged:
        """Judge opens and clicks of the past again by the rules as they are now; without `apply` only shows what would change. What
        was cut off is taken up where it stopped."""
        return judged_again.rejudge(self._context, apply=apply, progress=progress)


class Mailboxes(Service):
    """The salespeople's own mailboxes."""

    add = Operation(adding.add)
    change = Operation(changing.change)
    sign_in = Operation(agreeing.sign_in)
    add_signed_in = Operation(agreeing.add)
    begin_sign_in = Operation(by_redirect.begin)
    begin_new_sign_in = Operation(by_redirect.begin_new)
    sign_in_begun = Operation(by_redirect.begun)
    end_sign_in = Operation(by_redirect.end)
    sign_in_choice = Operation(choices.of_mailbox)
    sign_in_choices = Operation(choices.every)
    connect = Operation(connecting.connect)
    assign = Operation(assigning.assign)
    owners = Operation(assigning.owners)
    list = Operation(mailbox_service.list_all)
    removed = Operation(mailbox_service.list_removed)
    show = Operation(mailbox_service.show)
    add_alias = Operation(aliases.add)
    remove_alias = Operation(aliases.remove)
    sent_copies = Operation(copies.show)
    file_copies = Operation(copies.switch)
    health = Operation(health_checking.show)
    health_of_all = Operation(health_checking.every)
    rates = Operation(health_watching.show)
    failures = Operation(health_watching.failures)
    check_health = Operation(health_checking.check)
    let_first_mails_go = Operation(health_checking.let_go)
    signing = Operation(signing_mail.show)
    sign_mails = Operation(signing_mail.sign)
    stop_signing = Operation(signing_mail.stop)
    pause = Operation(mailbox_service.pause)
    resume = Operation(mailbox_service.resume)
    unread = Operation(unread_mail.list_all)
    dismiss = Operation(unread_mail.dismiss)
    retry = Operation(refusing_domains.retry)
    remove = Operation(handing_over.remove)
    hand_over = Operation(handing_over.hand_over)
    add_leave = Operation(leaves.add)
    cancel_leave = Operation(leaves.cancel)

    def test(
        self,
        address: str,
        *,
        probe: bool = True,
        wait_seconds: float = probe_run.DEFAULT.back,
        progress: Callable[[str], None] = lambda _: None,
        done: Callable[[mailbox_service.TestStep], None] = lambda _: None,
    ) -> mailbox_service.MailboxTest:
        """Log in to both servers for real and say how it went.

        With `probe` a mail is sent from the mailbox to itself and looked for, `wait_seconds` at most: it shows what the
        provider makes of Message-IDs and whether it files Sent copies, which is kept. `progress` hears how far it is, `done` each step as it ends.
        """
        if not probe:
            return mailbox_service.test(self._context, address, done)
        patience = dataclasses.replace(probe_run.DEFAULT, back=wait_seconds)
        return probe_run.try_out(self._context, address, patience, progress, done)

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
        whose = several(emails)
        return reinstate.undo_bounces(self._context, reinstate.Wrong(address, since, whose), dry_run=dry_run)


class Drafts(Service):
    """Texts of sequences that somebody writes and has not published; the first argument is always their own number."""

    begin = Operation(drafts.begin)
    list = Operation(drafts.list_all)
    show = Operation(drafts.show)
    save = Operation(drafts.save)
    drop = Operation(drafts.drop)
    others = Operation(drafts.others)


class Reports(Service):
    """Counts of what happened."""

    by_day = Operation(daily.by_day)
    failures = Operation(failures.by_reason)


class Tasks(Service):
    """What sequences ask of people."""

    done = Operation(task_step.done)
    ending = Operation(task_endings.ending)
    page = Operation(task_lists.page)
    counts = Operation(task_lists.counts)
    skip = Operation(task_lists.skip)
    snooze = Operation(task_lists.snooze)
    postponed_times = Operation(task_lists.postponed_times)
    assign = Operation(task_lists.assign)
    undo = Operation(task_undo.undo)

    def list(self, *, open_only: bool = True) -> builtins.list[tasks.Task]:
        """Tasks by due time."""
        with self._context.database.read() as conn:
            return tasks.list_all(conn, open_only=open_only)


class Unknown(Service):
    """Mails that may have been delivered."""

    list = Operation(in_doubt.list_all)
    resolve = Operation(in_doubt.decide)


class Restored(Service):
    """Steps that may have been sent before the database was restored from a backup, and that no mailbox tells of."""

    list = Operation(doubts.list_all)
    decide = Operation(doubts.decide)


class Answers(Service):
    """What came back, over all mailboxes."""

    list = Operation(inbox.page)
    page = Operation(inbox_pages.page)
    counts = Operation(inbox_pages.counts)
    show = Operation(inbox.show)
    detail = Operation(inbox_pages.detail)
    mark = Operation(inbox_pages.mark)
    undo = Operation(inbox.undo)
    foretell = Operation(foretold.foretell)
    accept_substitute = Operation(inbox.accept_substitute)
    dismiss_substitute = Operation(inbox.dismiss_substitute)
    take_back = Operation(answering.take_back)
    replies = Operation(answering.of_answer)
    addresses = Operation(answering.addresses)

    def reply(  # noqa: PLR0913 - as few as the command has flags
        self,
        number: int,
        text: str,
        *,
        quote: bool | None = None,
        undo_seconds: float = answering.UNDO_SECONDS,
        key: str = "",
        when_paused: bool = False,
        to: str = "",
        again: bool = True,
    ) -> own_replies.OwnReplyView:
        """Answer somebody in the thread of their mail, from the mailbox it came to. The mail leaves after `undo_seconds`, whatever
        the mailbox's hours and pace say; until then `take_back` takes it back.

        `key` makes it one answer however often it is asked for; without one the same words to the same mail are. `when_paused`: a
        paused mailbox is waited for. `to`: one of the addresses that `addresses` tells; without it the mail's Reply-To is followed, and
        refused where it names another organisation's. `quote`: their mail below; None: unless `to` is another organisation's.
        `again=False`: with another key, the same words to the same mail are refused.
        Raises `errors.Invalid` where it cannot be sent, or nothing may be sent to them.
        """
        wish = answering.ReplyRequest(text, quote, undo_seconds, key, when_paused, to, again)
        return answering.reply(self._context, number, wish)

    def correct(  # noqa: PLR0913 - as few as the command has flags
        self,
        number: int,
        *,
        kind: str | None = None,
        intent: str | None = None,
        until: dt.date | None = None,
        contact: str | None = None,
        note: str = "",
        over: int | None = None,
    ) -> inbox.Corrected:
        """A person's word on what a mail is, or whose. Kept beside the judgement, and acted upon. `over`: the decision of somebody
        else that is known and decided over, by its number; any other one is refused (`DecidedMeanwhile`)."""
        said = inbox.Correction(kind, intent, until, contact, note, over)
        return inbox.correct(self._context, number, said)

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


class Today(Service):
    """A salesperson's day. All of it keeps to what whoever looks may see."""

    waiting = Operation(today.waiting)
    day = Operation(today.day)
    news = Operation(today.news)
    beginning = Operation(today.beginning)
