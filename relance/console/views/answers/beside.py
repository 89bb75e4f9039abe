"""What stands beside an open answer: the ones above and below, our last mail to them, and whom a decision is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from relance.console.visit import Visit
from relance.engine.inbound.corrections.inbox import AnswerView
from relance.engine.inbound.corrections.inbox_pages import AnswerDetail
from relance.engine.reporting.history.messages import MessageDetail, MessageFilter
from relance.engine.sequences.control import EnrollmentView
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import OPEN


def neighbours(rows: Sequence[AnswerView], opened: AnswerDetail | None) -> tuple[int | None, int | None]:
    """The answers above and below the open one; without one, the first is below."""
    numbers = [each.id for each in rows]
    if opened is None or opened.answer.id not in numbers:
        return None, next(iter(numbers), None)
    place = numbers.index(opened.answer.id)
    return (numbers[place - 1] if place else None), (numbers[place + 1] if place + 1 < len(numbers) else None)


LONG, LONG_LINES = 1500, 24
# Of a longer answer the beginning is shown, so that the decisions stand within a screen or two of it.


def beginning(words: str) -> str:
    """The first part of a long answer, up to a space or the end of a line; empty where it is short enough to be shown whole."""
    lines = words.splitlines()
    if len(words) <= LONG and len(lines) <= LONG_LINES:
        return ""
    first = "\n".join(lines[: LONG_LINES * 3 // 4])[: LONG * 3 // 4]
    if len(first) < len(words) and not words[len(first)].isspace():
        whole = first.rpartition(" ")[0]
        first = whole if len(whole) > len(first) // 2 else first
    return first.rstrip() + " …"


def our_last(visit: Visit, opened: AnswerDetail | None) -> MessageDetail | None:
    """The last mail of ours that has left for them."""
    if opened is None or opened.answer.email is None:
        return None
    found = visit.app.messages.list(
        MessageFilter(email=opened.answer.email, states=("accepted",)), limit=1
    ).messages
    return visit.app.messages.show(found[0].id) if found else None


@dataclass(frozen=True)
class Concerned:
    """Whom a decision is about: where the person stands, and how many others at their company are under way."""

    standing: tuple[EnrollmentView, ...]
    company: str
    colleagues: int


def concerned(visit: Visit, opened: AnswerDetail | None) -> Concerned | None:
    """None where no answer is open, or nobody is known who wrote it."""
    if opened is None or opened.answer.email is None:
        return None
    email = opened.answer.email
    company = visit.app.contacts.show(email).organisation
    found = visit.app.enrollments.list(EnrollmentFilter(search=email)).enrollments
    standing = tuple(each for each in found if each.email == email)
    if not company:
        return Concerned(standing, "", 0)
    under_way = tuple(each.value for each in OPEN)
    there = sum(visit.app.enrollments.counts(EnrollmentFilter(company=company, states=under_way)).values())
    return Concerned(standing, company, there - sum(each.state in under_way for each in standing))
