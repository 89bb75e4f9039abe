"""A sequence as it will be for one person, step by step: written by the function that freezes the bytes of mails. Changes nothing."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance.engine import reasons
from relance.engine.contacts import service as contact_service
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.definition.steps import MailStep, TaskStep, pick_variant
from relance.engine.reasons import Reason
from relance.engine.sending import compose
from relance.engine.sending.previews import script as previewed_script
from relance.engine.sending.previews.script import PreviewedText, PreviewRequest
from relance.engine.sending.previews.shown import Preview, ShownField, ShownLink, ShownStep
from relance.engine.sequences.step_context import StepContext
from relance.engine.sequences.steps import task
from relance.engine.store.contacts import answers_of_others, suppressions
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sending.messages import Message
from relance.mailbox.parsing import opened


@dataclass(frozen=True)
class _Table:
    """One person's sequence, laid out: what its mails are written from."""

    context: Context  # its links are nobody's
    mailbox: Mailbox
    case: StepContext
    left: Mapping[str, Message]  # by step, what they got already
    now: dt.datetime

    @property
    def script(self) -> CompiledSequence:
        return self.case.script

    @property
    def enrolled(self) -> bool:
        """Whether the person is in the sequence: then their variants are known."""
        return self.case.row.id != 0


def preview(context: Context, email: str, wish: PreviewRequest) -> Preview:
    """Every step of a sequence for one contact. Raises `errors.NotFound` for a contact, sequence, step or mailbox there is not,
    `errors.Invalid` with every mistake of a text, and where there is no mailbox at all."""
    text = previewed_script.read(context, wish)
    with context.database.read() as conn:
        person = contact_service.get(conn, context, email)
        refused = answers_of_others.discreet(conn, suppressions.suppressed(conn, [person.email]))
        table = _laid_out(conn, context, text, wish, person)
    wanted = previewed_script.steps(text, wish, table.script)
    shown = tuple(each for each in _steps(table, wanted) if each.step in wanted)
    no = refused.get(person.email)
    return Preview(
        email=person.email,
        full_name=person.full_name,
        sequence=table.script.name,
        version=table.script.number,
        latest=text.latest,
        mailbox=table.mailbox.address,
        language=table.script.definition.language or "",
        enrolled=table.enrolled,
        steps=shown,
        reason=str(reasons.signed(no)) if no else "",
        codes=(no.code.value,) if no else (),
    )


def _laid_out(
    conn: Connection, context: Context, text: PreviewedText, wish: PreviewRequest, person: Contact
) -> _Table:
    case, mailbox = previewed_script.case_of(conn, context, text, wish, person)
    quiet = dataclasses.replace(context, links=context.links.inert())
    # What is only shown is not signed: whoever copied it could send it in our name.
    mailbox = dataclasses.replace(mailbox, dkim_key=None)
    return _Table(quiet, mailbox, case, {each.step: each for each in case.sent}, context.clock.now())


def _steps(table: _Table, wanted: Collection[str]) -> Iterator[ShownStep]:
    """In the order of the text, up to the last one that is wanted; a reply continues the mails before it, as if each had left in its
    first shown variant."""
    sent, steps = list(table.case.sent), table.script.plan.steps
    end = max((place for place, step in enumerate(steps, 1) if step.id in wanted), default=0)
    for step in steps[:end]:
        if isinstance(step, TaskStep):
            yield ShownStep(step.id, step.kind, condition=step.when or "", text=task.words(table.case, step))
        if not isinstance(step, MailStep):
            continue
        left = table.left.get(step.id)
        if left is not None:
            yield _as_it_left(left)
            continue
        here = dataclasses.replace(
            table.case, row=dataclasses.replace(table.case.row, step=step.id), sent=tuple(sent)
        )
        written = [(name, _written(table, here, name)) for name in _variants(table, step)]
        for name, mail in written:
            yield _shown(table, here, step, name, mail)
        name, first = written[0]
        sent.append(
            first if isinstance(first, Message) else previewed_script.unwritten(here, name, table.now)
        )


def _variants(table: _Table, step: MailStep) -> Sequence[str]:
    """The one they get, where that is known; else all that anybody gets."""
    if table.enrolled:
        return [pick_variant(step, str(table.case.row.id)).variant]
    weights = (step.weight, *(each.weight for each in step.variants))
    return [choice.variant for choice, weight in zip(step.choices, weights, strict=True) if weight]


def _written(table: _Table, case: StepContext, variant: str) -> Message | compose.Unwritten:
    return compose.draft(table.context, table.mailbox, case, table.now, variant=variant)


def _shown(
    table: _Table, case: StepContext, step: MailStep, variant: str, mail: Message | compose.Unwritten
) -> ShownStep:
    missing = mail.missing if isinstance(mail, compose.Unwritten) else ()
    shown = ShownStep(
        step.id,
        step.kind,
        variant if len(step.choices) > 1 else "",
        step.when or "",
        fields=_fields(table, case, variant, missing),
        missing=missing,
    )
    if isinstance(mail, compose.Unwritten):
        return _held(shown, mail.why)
    found = opened.read(mail.raw)
    links = table.context.links_of(table.mailbox)
    marked = [links.click_url(mail.id, index, link["target"]) for index, link in enumerate(mail.links)]
    return dataclasses.replace(
        shown,
        subject=mail.subject,
        text=mail.body,
        html=found.html,
        headers=found.headers,
        links=tuple(
            ShownLink(link["target"], link["label"] or "", address in found.html)
            for link, address in zip(mail.links, marked, strict=True)
        ),
        counts_opens=links.open_url(mail.id) in found.html,
    )


def _held(shown: ShownStep, why: Reason) -> ShownStep:
    return dataclasses.replace(shown, reason=why.words, codes=(why.code.value,))


def _as_it_left(mail: Message) -> ShownStep:
    found = opened.read(mail.raw)
    links = tuple(ShownLink(each["target"], each["label"] or "", tracked=False) for each in mail.links)
    return ShownStep(
        mail.step,
        MailStep.kind,
        subject=mail.subject,
        text=mail.body,
        html=found.html,
        headers=found.headers,
        links=links,
        message=mail.id,
    )


def _fields(table: _Table, case: StepContext, variant: str, missing: Sequence[str]) -> tuple[ShownField, ...]:
    """Every field that the words use, by name."""
    words = table.script.words(case.step, variant)
    values = case.values(table.mailbox)
    return tuple(
        ShownField(name, said, _origin(table, case, name, said, missing))
        for name in sorted(words.variables)
        for said in [_said(values, name)]
    )


def _origin(table: _Table, case: StepContext, name: str, said: str, missing: Sequence[str]) -> str:
    root = name.partition(".")[0]
    if not said:
        return "missing" if name in missing else "fallback"
    if root in case.contact.values():
        return "contact"
    return "sequence" if root in table.script.definition.values else "sender"


def _said(values: Mapping[str, object], path: str) -> str:
    """A value as it may stand in words; empty where there is none."""
    value: object = values
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return "" if value is None else str(value).strip()
