"""A step's mail sent to its own sender, to be looked at where it is read: the same words, the same mailbox, and never twice.

It is no mail of the engine's: no row, no funnel and no person knows it. What keeps it from leaving twice is its mark among the mails
that left a mailbox outside the engine, which also counts it against the mailbox's limits: written after the server's 354, before the body,
and taken back only where the mail certainly was not sent. Its Message-ID is that of a probe, which no reading of a mailbox heeds.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons, roles
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.db import ids
from relance.engine.definition.steps import MailStep, pick_variant
from relance.engine.sending import compose
from relance.engine.sending.previews import script as previewed_script
from relance.engine.sending.previews.script import PreviewRequest
from relance.engine.sequences.step_context import StepContext
from relance.engine.store.mailboxes import hand_mails
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending.messages import Message
from relance.engine.store.users import accounts
from relance.mailbox.composing import compose as letters
from relance.mailbox.smtp.outcome import Outcome, SendResult
from relance.tracking.links import StraightLinks
from relance.wording import Text

REPEATED = "repeated"


@dataclass(frozen=True)
class SentTest:
    """How a test mail ended. `outcome`: `accepted`, `refused`, `deferred`, `not sent`, `unknown`, or `repeated` where the same one was sent,
    or may have been, within the last two days: then nothing was done. `smtp_code` and `server_reply` are the server's."""

    email: str
    step: str
    variant: str
    mailbox: str
    to: str
    subject: str
    outcome: str
    smtp_code: int | None = None
    server_reply: str = ""


@dataclass(frozen=True)
class SelfTestRequest:
    """A test of `step`, in `variant` (empty: the person's own, or the first), `to` an address of one's own (empty: the mailbox itself).
    With the same `key` it is one test however often it is asked for; empty: the same words to the same address are."""

    step: str
    variant: str = ""
    to: str = ""
    key: str = ""


def send(context: Context, email: str, wish: PreviewRequest, test: SelfTestRequest) -> SentTest:
    """Send it now, whatever the mailbox's hours say. Raises `errors.Invalid` for an address that is not one's own, a mailbox that is
    paused and a mail that cannot be written; `errors.NotFound` for what there is not."""
    text = previewed_script.read(context, wish)
    with context.database.read() as conn:
        person = contact_service.get(conn, context, email)
        case, mailbox = previewed_script.case_of(conn, context, text, wish, person)
        to = _own_address(conn, mailbox, test.to)
    _require_active(mailbox)
    step = previewed_script.mail_step(case.script, test.step)
    variant = _variant(step, test.variant, case)
    key = test.key or _digest(mailbox.address, to, person.email, case.script.name, step.id, variant)
    quiet = dataclasses.replace(context, links=StraightLinks(context.links.base))
    own_id = letters.new_probe_id(ids.token(), mailbox.address.rpartition("@")[2])
    here = _standing_at(case, step, context.clock.now())
    copy = compose.self_copy(quiet, mailbox, here, context.clock.now(), variant, to, own_id)
    if isinstance(copy, compose.Unwritten):
        raise errors.Invalid(copy.why.text)
    name = f"test:{key}" if test.key else f"test:{key}:{_words(copy)}"
    result = _handed_over(context, mailbox, to, copy, own_id, name)
    told = (
        person.email,
        step.id,
        variant if len(step.choices) > 1 else "",
        mailbox.address,
        to,
        copy.subject,
    )
    if result is None:
        return SentTest(*told, REPEATED)
    return SentTest(*told, result.outcome.value, result.code, result.text)


def _standing_at(case: StepContext, step: MailStep, now: dt.datetime) -> StepContext:
    """At the step, with a mail before it where it answers one that the person has not got."""
    here = dataclasses.replace(case, row=dataclasses.replace(case.row, step=step.id))
    if step.thread == "new" or case.script.plan.thread(step.id, {each.step for each in case.sent}):
        return here
    mails = [each.id for each in case.script.plan.mails]
    before = mails[: mails.index(step.id)]
    thread = case.script.plan.thread(step.id, before)
    stand_ins = [_stand_in(here, name, now) for name in thread]
    return dataclasses.replace(here, sent=(*case.sent, *stand_ins))


def _stand_in(case: StepContext, name: str, now: dt.datetime) -> Message:
    """For the subject's sake: the first words of the mail that would have been sent, as far as they can be told."""
    at = dataclasses.replace(case, row=dataclasses.replace(case.row, step=name))
    found = previewed_script.unwritten(at, "", now)
    rendered = case.script.words(name, pick_variant(case.script.mail(name), str(case.row.id)).variant)
    made = rendered.render(case.values(), lambda link: link.target)
    return dataclasses.replace(found, subject=getattr(made, "subject", "") or found.subject)


def _variant(step: MailStep, named: str, case: StepContext) -> str:
    known = [each.variant for each in step.choices]
    if named and named not in known:
        what = Text(
            "{step} has no variant {variant}. Known: {known}.",
            step=step.id,
            variant=named,
            known=", ".join(known),
        )
        raise errors.NotFound(what)
    if named:
        return named
    return pick_variant(step, str(case.row.id)).variant if case.row.id else known[0]


def _own_address(conn: Connection, mailbox: Mailbox, named: str) -> str:
    """Where it goes. A test is for whoever sends: addresses of mailboxes and of users, those that the viewer may see."""
    to = named.strip().lower() or mailbox.address
    scope, boxes = roles.scope_now(), previewed_script.own_mailboxes(conn)
    own = {each.address for each in boxes} | {alias.lower() for each in boxes for alias in each.aliases}
    own |= {each.email for each in accounts.list_all(conn) if scope.everything or each.id == scope.user}
    if to not in own:
        raise errors.Invalid(
            Text(
                "{address} is not an address of your own. A test goes only to your mailboxes and users.",
                address=to,
            )
        )
    return to


def _require_active(mailbox: Mailbox) -> None:
    if mailbox.state != "active":
        raise errors.Invalid(reasons.mailbox_paused(mailbox.address, mailbox.why))


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _words(copy: compose.SelfCopy) -> str:
    """What tells the words of a mail: its bytes without what is made anew each time (Date, the tokens of links, a signature)."""
    return hashlib.sha256(copy.words.encode()).hexdigest()


def _handed_over(
    context: Context, mailbox: Mailbox, to: str, copy: compose.SelfCopy, own_id: str, name: str
) -> SendResult | None:
    """What the server said; None where this test was sent before, or may have been."""
    with context.open_outbox(context.account(mailbox)) as outbox:
        refused = outbox.connect() or outbox.offer(mailbox.address, to, len(copy.raw), own_id)
        if refused is not None:
            return refused
        with context.database.write() as conn:
            first = hand_mails.first(conn, mailbox.id, name, context.clock.now())
        if not first:
            outbox.withdraw()
            return None
        result = outbox.transmit(copy.raw)
    if result.outcome not in (Outcome.ACCEPTED, Outcome.UNKNOWN):
        with context.database.write() as conn:
            hand_mails.forget(conn, mailbox.id, name)
    return result
