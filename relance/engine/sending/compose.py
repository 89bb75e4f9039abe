"""Writing a mail: its words, its thread, its links and headers, and the bytes that never change again."""

from __future__ import annotations

import datetime as dt
import functools
import html
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from relance import templates
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.definition import compiled, sequence
from relance.engine.definition.steps import MailStep, pick_variant
from relance.engine.reasons import Code, Reason, because
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import MessageState
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending.messages import Message
from relance.mailbox.composing import compose, signature
from relance.mailbox.composing import final_check as final_bytes
from relance.tracking.links import Links


@dataclass(frozen=True)
class Unwritten:
    """Why there is not a mail: what a person has to mend. `missing`: the fields that the person lacks, where that is it."""

    why: Reason
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """What a mail is being written from."""

    context: Context
    mailbox: Mailbox
    case: StepContext
    step: MailStep
    variant: str
    number: int
    thread: Sequence[Message]
    now: dt.datetime

    @functools.cached_property
    def links(self) -> Links:
        """Where this mailbox's links lead."""
        return self.context.links_of(self.mailbox)

    @functools.cached_property
    def unsubscribe_url(self) -> str:
        """Stands in the footer and in a header."""
        return self.links.unsubscribe_url(self.number, self.case.contact.email)


def draft(
    context: Context, mailbox: Mailbox, case: StepContext, now: dt.datetime, *, variant: str = ""
) -> Message | Unwritten:
    """The mail of a step, its bytes frozen, or why it cannot be written; in their own variant, unless one is named."""
    step = case.script.mail(case.step)
    words = variant or pick_variant(step, str(case.row.id)).variant
    sheet = _Sheet(context, mailbox, case, step, words, ids.message(now), _thread(case, step), now)
    rendered = _worded(sheet)
    if isinstance(rendered, Unwritten):
        return rendered
    try:
        return _message(sheet, rendered)
    except final_bytes.UnfitMail as unfit:
        return Unwritten(because(Code.UNFIT, fault=unfit.text))


@dataclass(frozen=True)
class SelfCopy:
    """A step's mail as it is sent to its sender, to be looked at. `words` tell whether two are the same."""

    subject: str
    words: str
    raw: bytes


def self_copy(  # noqa: PLR0913 - a mail's parts
    context: Context,
    mailbox: Mailbox,
    case: StepContext,
    now: dt.datetime,
    variant: str,
    to: str,
    own_id: str,
) -> SelfCopy | Unwritten:
    """The same words in a mail to `to`, marked as a test. It is of no thread: as an answer to what the person has, its copy in our own
    inbox could be taken for theirs."""
    step = case.script.mail(case.step)
    sheet = _Sheet(context, mailbox, case, step, variant, ids.message(now), _thread(case, step), now)
    rendered = _worded(sheet)
    if isinstance(rendered, Unwritten):
        return rendered
    subject = f"{TEST_MARK} {_subject(sheet, rendered)}"
    draft = compose.MailDraft(
        from_name=mailbox.name,
        from_address=mailbox.address,
        to_name="",
        to_address=to,
        subject=subject,
        text=rendered.text,
        html=rendered.html,
        message_id=own_id,
        date=local_time(context, mailbox, now),
        references=(own_id,),  # what a provider that replaces the id leaves of it
        unsubscribe_url=sheet.unsubscribe_url,
        test=True,
    )
    try:
        # Of the text's tokens, the opt-out's is made anew each time.
        words = f"{subject}\n{rendered.text}\n{rendered.html}".replace(sheet.unsubscribe_url, "")
        words = words.replace(sheet.links.open_url(sheet.number), "")
        return SelfCopy(subject, words, compose.compose(draft, context.signing_key(mailbox)))
    except final_bytes.UnfitMail as unfit:
        return Unwritten(because(Code.UNFIT, fault=unfit.text))


TEST_MARK = "[Test]"


def _worded(sheet: _Sheet) -> templates.Rendered | Unwritten:
    step = sheet.step
    if step.thread == "reply" and not sheet.thread:
        return Unwritten(because(Code.NOTHING_TO_REPLY_TO))
    rendered = _render(sheet)
    if isinstance(rendered, templates.Rendered):
        return rendered
    missing = rendered.names if isinstance(rendered, templates.Missing) else ()
    return Unwritten(compiled.lacking(rendered, step.id), missing)


def _thread(case: StepContext, step: MailStep) -> list[Message]:
    by_step = {mail.step: mail for mail in case.sent}
    return [by_step[name] for name in case.script.plan.thread(step.id, by_step)]


def _render(sheet: _Sheet) -> templates.Rendered | templates.Missing | templates.Unusable:
    links, case, number = sheet.links, sheet.case, sheet.number
    track, footer = case.script.definition.track, case.script.footer

    def mark(link: templates.Link) -> str:
        led = track.clicks and _is_authors(link, case.script.definition)
        return links.click_url(number, link.index, link.target) if led else link.target

    rendered = case.script.words(case.step, sheet.variant).render(case.values(sheet.mailbox), mark)
    if not isinstance(rendered, templates.Rendered):
        return rendered
    rendered = _signed(rendered, sheet.mailbox)
    pixel = f'<img src="{links.open_url(number)}" width="1" height="1" alt="">' if track.opens else ""
    if footer is None:
        return templates.with_footer(rendered, "", pixel)
    url = sheet.unsubscribe_url
    words = _footer_words(footer)
    line = f'<p style="font-size:12px;color:#777"><a href="{url}" style="color:#777">{words}</a></p>'
    return templates.with_footer(rendered, footer.replace("{link}", url), line + pixel)


def _signed(rendered: templates.Rendered, mailbox: Mailbox) -> templates.Rendered:
    """With its sender's signature below, in the form that mail programs know (RFC 3676, 4.3); its links are its owner's, and left
    as they are."""
    text, form = signature.forms(mailbox.signature, mailbox.signature_html)
    return templates.with_footer(rendered, f"{signature.MARK}{text}", form) if text or form else rendered


@functools.lru_cache(maxsize=256)
def _footer_words(footer: str) -> str:
    """What stands on the link of the HTML part's last line."""
    return html.escape(footer.replace("{link}", "").strip().rstrip(": "))


def _is_authors(link: templates.Link, definition: sequence.Sequence) -> bool:
    """Whether the author says to which site a link leads, in its words or in a value of the sequence: a contact's own field
    may be called the same and wins, so it is the site that is compared."""
    if link.names_site:
        return True
    here = templates.site(link.target)
    return here is not None and any(templates.site(each) == here for each in definition.values.values())


def _message(sheet: _Sheet, rendered: templates.Rendered) -> Message:
    case, mailbox, thread = sheet.case, sheet.mailbox, sheet.thread
    subject = _subject(sheet, rendered)
    own_id = message_id(sheet.context, mailbox, case)
    raw = _frozen(sheet, rendered, subject, own_id)
    return Message(
        id=sheet.number,
        enrollment_id=case.row.id,
        step=case.step,
        variant=sheet.variant,
        contact_id=case.contact.id,
        mailbox_id=mailbox.id,
        state=MessageState.PREPARED,
        message_id=own_id,
        thread=thread[0].message_id if thread else own_id,
        recipient=case.contact.email,
        subject=subject,
        body=rendered.text,
        raw=raw,
        links=[_link(link) for link in rendered.links],
        attempts=0,
        fence=0,
        prepared_at=sheet.now,
        planned_at=case.row.plan,
    )


def _subject(sheet: _Sheet, rendered: templates.Rendered) -> str:
    if not sheet.thread:
        return rendered.subject
    first = sheet.thread[0].subject
    return first if first.lower().startswith("re:") else f"Re: {first}"


def message_id(context: Context, mailbox: Mailbox, case: StepContext) -> str:
    """The Message-ID of a step's mail: always the same one for the same step to the same person."""
    token = context.own_ids.token(case.row.id, case.script.name, case.contact.email, case.step)
    return compose.new_message_id(token, mailbox.address.rpartition("@")[2])


def local_time(context: Context, mailbox: Mailbox, now: dt.datetime) -> dt.datetime:
    """Now as the sender's clock shows it, for Date: in the mailbox's zone, else in the workspace's, as a person's program does."""
    try:
        return now.astimezone(zoneinfo.ZoneInfo(mailbox.zone or context.workspace.zone))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):  # this computer's zones are older than the setting
        return now


MAX_LOCAL = 64  # RFC 5321, 4.5.3.1.1


def plus_address(mailbox: Mailbox, message_id: str) -> str | None:
    """The mailbox's address with the mail's own token in it; None where it would be too long.

    The token is the local part of the Message-ID, which `match` turns back into it.
    """
    local, _, domain = mailbox.address.rpartition("@")
    token, _, home = message_id.strip("<>").partition("@")
    fits = home == domain and len(f"{local}+{token}") <= MAX_LOCAL
    return f"{local}+{token}@{domain}" if fits else None


def _link(link: templates.Link) -> dict[str, Any]:
    return {"target": link.target, "label": link.label}


def _frozen(sheet: _Sheet, rendered: templates.Rendered, subject: str, own_id: str) -> bytes:
    mailbox, case, thread = sheet.mailbox, sheet.case, sheet.thread
    draft = compose.MailDraft(
        from_name=mailbox.name,
        from_address=mailbox.address,
        to_name=case.contact.full_name,
        to_address=case.contact.email,
        subject=subject,
        text=rendered.text,
        html=rendered.html,
        message_id=own_id,
        date=local_time(sheet.context, mailbox, sheet.now),
        in_reply_to=thread[-1].message_id if thread else None,
        references=tuple(each.message_id for each in thread),
        reply_to=plus_address(mailbox, own_id) if mailbox.plus_addressing else None,
        unsubscribe_url=sheet.unsubscribe_url,
        unsubscribe_mailto=f"{mailbox.address}?subject=unsubscribe",
    )
    return compose.compose(draft, sheet.context.signing_key(mailbox))
