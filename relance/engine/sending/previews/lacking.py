"""Who lacks a field without which a mail of the sequence cannot be written: counted by field, from the words as they are rendered."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy.engine import Connection

from relance import templates
from relance.engine.context import Context
from relance.engine.definition.compiled import CompiledSequence
from relance.engine.sending.previews import script as previewed_script
from relance.engine.sending.previews.script import PreviewedText, PreviewRequest
from relance.engine.sending.previews.shown import LackedField, LackingPeople
from relance.engine.sequences import enroll
from relance.engine.sequences.step_context import StepContext
from relance.engine.states import OPEN
from relance.engine.store.contacts import contacts
from relance.engine.store.contacts.contacts import Contact
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.sequences import enrollment_lists, enrollments
from relance.engine.store.sequences.enrollment_lists import EnrollmentConditions
from relance.engine.store.sequences.enrollments import Enrollment

_MOST_SAMPLED = 1000  # people
NAMED = 20  # people who are named for each field

People = list[tuple[Contact, Enrollment | None, CompiledSequence]]


@dataclass
class _Count:
    """What was found so far. People by number, so that nobody counts twice."""

    looked_at: int = 0
    held: set[int] = field(default_factory=set)
    people: dict[str, dict[int, str]] = field(default_factory=dict)
    steps: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, person: Contact, step: str, names: Sequence[str]) -> None:
        self.held.add(person.id)
        for name in names:
            self.people.setdefault(name, {})[person.id] = person.email
            self.steps.setdefault(name, {})[step] = None

    def fields(self) -> tuple[LackedField, ...]:
        found = [
            LackedField(name, len(people), (*self.steps[name],), (*itertools.islice(people.values(), NAMED),))
            for name, people in self.people.items()
        ]
        return tuple(sorted(found, key=lambda each: (-each.people, each.name)))


def lacking(context: Context, wish: PreviewRequest, most: int | None = None) -> LackingPeople:
    """Of those who are under way in the sequence, in the mails that they have before them; where nobody is, of all contacts that the
    viewer may see; of about the first `most` of them, where that is said. Raises what `preview` raises of a text."""
    text = previewed_script.read(context, wish)
    with context.database.read() as conn:
        enrolled = bool(_ids(conn, text, 0, 1))
        sender = previewed_script.mailbox_for(conn, context, text, wish, None)
    count = _Count()
    for people in _enrolled(context, text, wish) if enrolled else _everybody(context, text):
        count.looked_at += len(people)
        for person, row, script in people:
            place = row or previewed_script.newcomer(person, sender, context.clock.now())
            case = StepContext(place, person, script, None, (), None, {})
            wanted = previewed_script.steps(text, wish, script)
            for step, names in _lacked(case, sender, row, wanted):
                count.add(person, step, names)
        if most is not None and count.looked_at >= most:
            break
    fields, held = count.fields(), len(count.held)
    return LackingPeople(text.script.name, text.script.number, enrolled, count.looked_at, held, fields)


def sample(context: Context, wish: PreviewRequest, many: int) -> tuple[str, ...]:
    """The addresses of so many people to look at: the first who are under way in the sequence; where nobody is, the first contacts.
    The same ones each time, as long as nobody joins before them."""
    text, many = previewed_script.read(context, wish), max(1, min(many, _MOST_SAMPLED))
    with context.database.read() as conn:
        ids = _ids(conn, text, 0, many)
        if not ids:
            return tuple(each.email for each in contacts.page(conn, search=None, after=None, limit=many))
        rows = enrollments.by_ids(conn, ids)
        known = contacts.by_ids(conn, [row.contact_id for row in rows])
        return tuple(known[row.contact_id].email for row in rows)


def _lacked(
    case: StepContext, sender: Mailbox, row: Enrollment | None, wanted: frozenset[str]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The wanted mails before somebody that cannot be written to them, with what is missing. Only where a field is missing that is needed
    on some way through the words are they rendered, which tells whether it is needed for them."""
    script, values = case.script, case.values(sender)
    behind = script.plan.number(row.step) - 1 if row is not None and row.step is not None else 0
    ahead = wanted.intersection(each.id for each in script.plan.steps[behind:])
    for mail in script.plan.mails:
        if mail.id not in ahead:
            continue
        names: dict[str, None] = {}
        for choice in mail.choices:
            words = script.words(mail.id, choice.variant)
            if any(not values.get(name.partition(".")[0]) for name in words.required):
                made = words.render(values, lambda link: link.target)
                names |= dict.fromkeys(made.names if isinstance(made, templates.Missing) else ())
        if names:
            yield mail.id, tuple(names)


def _everybody(context: Context, text: PreviewedText) -> Iterator[People]:
    for page in enroll.everybody(context):
        yield [(person, None, text.script) for person in page]


def _enrolled(context: Context, text: PreviewedText, wish: PreviewRequest) -> Iterator[People]:
    after = 0
    while True:
        with context.database.read() as conn:
            ids = _ids(conn, text, after, enroll.BATCH)
            rows = enrollments.by_ids(conn, ids)
            known = contacts.by_ids(conn, [row.contact_id for row in rows])
            scripts = [previewed_script.script_of(conn, context, text, wish, row) for row in rows]
        if not ids:
            return
        yield [(known[row.contact_id], row, script) for row, script in zip(rows, scripts, strict=True)]
        after = ids[-1]


def _ids(conn: Connection, text: PreviewedText, after: int, many: int) -> list[int]:
    """The next who are under way, of those the viewer may see."""
    if text.sequence_id is None:
        return []
    meant = EnrollmentConditions(states=tuple(OPEN), sequence_id=text.sequence_id)
    return list(enrollment_lists.ids(conn, meant, after=after, limit=many))
