"""Enrollments, listed by what people ask: of a sequence, in a state, held for a reason."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine.context import Context
from relance.engine.reasons import Code
from relance.engine.sequences import control, publish
from relance.engine.sequences.control import EnrollmentView
from relance.engine.states import State
from relance.engine.store import cursor, scopes
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.sequences import enrollment_details, enrollment_lists
from relance.engine.store.sequences.enrollment_lists import EnrollmentConditions
from relance.mailbox import address
from relance.wording import Text

MAX_PAGE = 1000
_CURSOR = "e"


@dataclass(frozen=True)
class EnrollmentFilter:
    """Which enrollments are meant; every condition that is set must hold.

    `states` by their names ("held"); `company` is its domain or its name; every word of `search` begins an address, a name
    or a company; `held_because` is the code of a reason (of those who are held, where no state is named), as
    `EnrollmentView.codes` has it; `numbers` are those of the enrollments themselves (`EnrollmentView.id`).
    """

    sequence: str | None = None
    states: tuple[str, ...] = ()
    mailbox: str | None = None
    company: str | None = None
    search: str | None = None
    held_because: str | None = None
    numbers: tuple[int, ...] | None = None


@dataclass(frozen=True)
class EnrollmentPage:
    """Some enrollments in the order they were made, and the cursor of the next page; empty where this is the last."""

    enrollments: tuple[EnrollmentView, ...]
    cursor: str


def page(
    context: Context, wanted: EnrollmentFilter | None = None, *, after: str = "", limit: int = 100
) -> EnrollmentPage:
    """A page of enrollments. Raises `errors.NotFound` for a sequence or mailbox there is not, `errors.Invalid` for a state or
    a reason, `errors.WrongUse` for a cursor that is none."""
    number = cursor.read(_CURSOR, after) or (0,)
    size = max(1, min(limit, MAX_PAGE))
    with context.database.read() as conn:
        found = enrollment_lists.ids(
            conn, meant(conn, wanted or EnrollmentFilter()), after=number[0], limit=size + 1
        )
        here = tuple(control.view(each) for each in enrollment_details.of_ids(conn, found[:size]))
    more = len(found) > size
    return EnrollmentPage(here, cursor.written(_CURSOR, found[size - 1]) if more else cursor.BEGINNING)


def counts(context: Context, wanted: EnrollmentFilter | None = None) -> Mapping[str, int]:
    """How many enrollments fit, by state; states that nobody is in are left out."""
    with context.database.read() as conn:
        found = enrollment_lists.counts(conn, meant(conn, wanted or EnrollmentFilter()))
    return {state.value: found[state.value] for state in State if found.get(state.value)}


def meant(conn: Connection, wanted: EnrollmentFilter) -> EnrollmentConditions:
    """The names of a filter as numbers. Raises `errors.WrongUse` for those there are not."""
    found = EnrollmentConditions(
        states=tuple(map(_state, wanted.states)) or ((State.HELD,) if wanted.held_because else tuple(State)),
        company=wanted.company or "",
        search=wanted.search or "",
        code=_code(wanted.held_because) if wanted.held_because else "",
        numbers=wanted.numbers,
    )
    if wanted.sequence is not None:
        found = dataclasses.replace(
            found, sequence_id=publish.versions_of(conn, wanted.sequence)[0].sequence_id
        )
    if wanted.mailbox is not None:
        found = dataclasses.replace(found, mailbox_id=mailbox_id(conn, wanted.mailbox))
    return found


def mailbox_id(conn: Connection, address: str) -> int:
    """A removed one, too: it is what many are held for. Raises `errors.NotFound`, also for one that whoever looks may not see."""
    found, own = mailboxes.by_address(conn, address.strip().lower()), scopes.mailboxes(conn)
    if found is None or (own is not None and found.id not in own):
        raise mailboxes.no_such(address)
    return found.id


def _state(name: str) -> State:
    if name not in {each.value for each in State}:
        choices = ", ".join(each.value for each in State)
        raise errors.Invalid(
            Text('"{name}" is not a state. Choose one of: {choices}.', name=name, choices=choices)
        )
    return State(name)


def _code(name: str) -> str:
    if name not in {each.value for each in Code}:
        near = errors.nearest(name, [each.value for each in Code])
        raise errors.Invalid(
            Text.together(
                Text('"{name}" is not the code of a reason.', name=name),
                Text("Did you mean {near}?", near=near) if near else "",
                Text('docs/operations.md lists them under "Codes of reasons".'),
            )
        )
    return name


def of_people(context: Context, emails: Iterable[str]) -> dict[str, list[EnrollmentView]]:
    """The enrollments of each of these people (a page of them), the newest last; those in none are not named."""
    found: dict[str, list[EnrollmentView]] = {}
    with context.database.read() as conn:
        for each in enrollment_details.of_people(conn, address.several(emails) or ()):
            found.setdefault(each.email, []).append(control.view(each))
    return found
