"""Held: everyone who waits until a person decides, by the reason, with what can be done about it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from starlette.responses import Response

from relance import errors
from relance.console.pages import Page, Rail
from relance.console.views.long_work import jobs
from relance.console.views.people import held_groups
from relance.console.views.people.held_groups import UNKNOWN
from relance.console.visit import Visit
from relance.engine.jobs.changing import STAYED
from relance.engine.jobs.deciding import HeldDeed, HeldPerson
from relance.engine.jobs.service import JobView
from relance.engine.reasons import Code
from relance.engine.reporting import codes
from relance.engine.reporting.status import HeldView
from relance.engine.roles import Permission
from relance.engine.sequences.bulk import BulkAction, BulkReport
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.states import BulkOutcome
from relance.engine.store.held import HeldMark
from relance.wording import N_, Text, ended

MAX_HELD = 5000
# People that are looked at; those who wait longest come first.
FEW, MANY = 8, 200
# Rows of a group beside others, and of a group by itself.
_LONG: Mapping[str, BulkAction] = {"release": BulkAction.RELEASE, "end": BulkAction.STOP}
_ONE_BY_ONE: Mapping[str, HeldDeed] = {
    "fill": HeldDeed.FILL,
    "move": HeldDeed.MOVE,
    "sent": HeldDeed.SENT,
    "not-sent": HeldDeed.NOT_SENT,
}
# What is done there, by what a form calls it; the latter by a few transactions for each person.
TOLD_HERE, SAID = 25, 3
# What became of so many of the latter is told on the page; with more of them, or more who stay, on that of the job.


def show(visit: Visit) -> Response:
    """Every group; or one by itself, with all its rows."""
    alone, unknown = visit.asked("group"), visit.app.unknown.list()
    most = MANY if alone else FEW
    found = visit.app.held_groups(MAX_HELD, most=most, besides=held_groups.in_doubt(unknown))
    people = held_groups.counted(found, most)
    if alone:
        people = {code: each for code, each in people.items() if code == alone}
    rows = _rows(visit, held_groups.shown(people, unknown, most))
    groups = held_groups.groups(people, rows, unknown, _searched(visit, people), most)
    return visit.show(
        "held.html",
        groups=[each for each in groups if alone in ("", each.code)],
        alone=alone,
        total=sum(each.count for each in found) + len(unknown),
        most=MAX_HELD,
        seen=visit.now.isoformat(),
        mailboxes=_mailboxes(visit) if held_groups.REMOVED in people else (),
        can_work=visit.me.may(Permission.WORK),
        can_move=visit.me.may(Permission.WORK) and visit.me.scope.everything,
    )


def _rows(visit: Visit, numbers: Collection[int]) -> dict[int, HeldView]:
    """Those who are still held, by enrollment, who waits longest first."""
    return {each.enrollment: each for each in visit.app.held(MAX_HELD, numbers=numbers)} if numbers else {}


def _mailboxes(visit: Visit) -> Sequence[str]:
    return [each.address for each in visit.app.mailboxes.list() if each.kept]


def _searched(visit: Visit, people: Collection[Code]) -> set[tuple[str, str]]:
    """Whose mail is not in the Sent folder; looked for where somebody's question it is."""
    if held_groups.RESTORED not in people:
        return set()
    return {(each.email, each.sequence) for each in visit.app.restored.list() if each.looked}


# What is done.


def act(visit: Visit) -> Response:
    """What the form of a group asks for."""
    group, wish = visit.text("group", 60), visit.text("do", 20)
    if group == UNKNOWN:
        return _back(visit, _decided(visit, _mails(visit), wish.replace("-", " ")))
    if wish not in _AT_ONCE and wish not in _ONE_BY_ONE:
        raise errors.Invalid(Text("There is no such decision."))
    people = _typed(visit, group) if wish == "fill" else _meant(visit, group)
    if not people:
        return _back(visit, (_NOBODY, False))
    if wish in _ONE_BY_ONE:
        return _decide(visit, _ONE_BY_ONE[wish], people)
    if len(people) > jobs.AT_ONCE:
        return visit.go(jobs.link(visit.app.jobs.change_enrollments(_LONG[wish], _filter(people))))
    return _back(visit, _AT_ONCE[wish](visit, people))


def _given(visit: Visit, each: HeldView) -> dict[str, str]:
    """What was typed for somebody."""
    return {name: value for name in each.missing if (value := _value(visit, each, name))}


_NOBODY = Text("Choose somebody first: tick their rows, or all of them.")


def _path(visit: Visit) -> str:
    """Back to where the form was: a group by itself keeps its page as long as somebody is in it."""
    alone = visit.text("alone", 60)
    return f"/held?group={alone}" if alone in {UNKNOWN, *(each.value for each in Code)} else "/held"


def _back(visit: Visit, done: tuple[Text, bool]) -> Response:
    said, well = done
    return visit.go(_path(visit), said, "good" if well else "warn")


def _in(visit: Visit, group: str) -> Sequence[HeldMark]:
    found = held_groups.by_code(visit.app.held_marks(MAX_HELD), visit.app.unknown.list())
    return next((people for code, people in found.items() if code == group), ())


def _meant(visit: Visit, group: str) -> list[HeldView]:
    """Those of the group that are ticked; or all, but nobody whom this page did not count."""
    ticked = set(_ticked(visit))
    everybody, seen = visit.text("matching", 5) == "yes", _moment(visit.text("seen", 60))
    chosen = {
        each.enrollment
        for each in _in(visit, group)
        if str(each.enrollment) in ticked or (everybody and seen is not None and each.since <= seen)
    }
    return list(_rows(visit, chosen).values())


def _ticked(visit: Visit) -> list[str]:
    return [each for each in visit.form.getlist("row") if isinstance(each, str)]


def _typed(visit: Visit, group: str) -> list[HeldView]:
    """Those in whose row something stands."""
    written = {key.rpartition(":")[2] for key, value in visit.form.multi_items() if ":" in key and value}
    numbers = {each.enrollment for each in _in(visit, group) if str(each.enrollment) in written}
    people = _rows(visit, numbers).values()
    return [each for each in people if any(_value(visit, each, name) for name in each.missing)]


def _value(visit: Visit, each: HeldView, name: str) -> str:
    return visit.text(f"{name}:{each.enrollment}", 500).strip()


def _moment(text: str) -> dt.datetime | None:
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None


def _filter(people: Sequence[HeldView]) -> EnrollmentFilter:
    return EnrollmentFilter(states=("held",), numbers=tuple(each.enrollment for each in people))


def _release(visit: Visit, people: Sequence[HeldView]) -> tuple[Text, bool]:
    return _told(visit.app.enrollments.release(_filter(people)))


def _end(visit: Visit, people: Sequence[HeldView]) -> tuple[Text, bool]:
    done = visit.app.enrollments.stop(_filter(people))
    count = done.counts.get(BulkOutcome.CHANGED, 0)
    return Text.plural("{count} sequence has ended.", "{count} sequences have ended.", count), True


def _told(done: BulkReport) -> tuple[Text, bool]:
    """How many go on, and why the others do not."""
    went = Text.plural(
        "{count} person continues.", "{count} people continue.", done.counts.get(BulkOutcome.CHANGED, 0)
    )
    stayed = {name: number for name, number in done.counts.items() if name != BulkOutcome.CHANGED}
    left = [
        Text("{count} did not go on: {why}", count=number, why=ended(codes.text("bulk", name)))
        for name, number in stayed.items()
    ]
    return Text.together(went, *left), not stayed


def _decide(visit: Visit, deed: HeldDeed, people: Sequence[HeldView]) -> Response:
    """By a job. What is over when it was begun is told here, unless it needs more than a line."""
    filled = deed is HeldDeed.FILL
    wanted = [HeldPerson(each.enrollment, _given(visit, each) if filled else {}) for each in people]
    mailbox = visit.text("mailbox", 320) if deed is HeldDeed.MOVE else ""
    same_thread = visit.text("same_thread", 5) == "yes"
    job = visit.app.jobs.decide_held(deed, wanted, mailbox=mailbox, same_thread=same_thread)
    stayed = visit.app.jobs.lines(job.id, STAYED, SAID + 1)
    if job.open or len(people) > TOLD_HERE or len(stayed) > SAID:
        return visit.go(jobs.link(job))
    return _back(visit, _results(job, stayed))


def _results(job: JobView, stayed: Sequence[Mapping[str, Any]]) -> tuple[Text, bool]:
    """How many go on, and of each of the others why not."""
    went = Text.plural(
        "{count} person continues.", "{count} people continue.", job.counts.get(BulkOutcome.CHANGED, 0)
    )
    left = [
        Text("{email}: {problem}", email=each["email"], problem=ended(jobs.why(each)))
        for each in stayed
        if each["email"]
    ]
    return Text.together(went, *left), not stayed


def _mails(visit: Visit) -> list[str]:
    """Those that are ticked; or all that the page showed."""
    seen = _moment(visit.text("seen", 60))
    if visit.text("matching", 5) != "yes" or seen is None:
        return _ticked(visit)
    return [each.message_id for each in visit.app.unknown.list() if each.since is None or each.since <= seen]


def _decided(visit: Visit, mails: Sequence[str], decision: str) -> tuple[Text, bool]:
    """What evidence settled meanwhile is left as it is."""
    if not mails:
        return _NOBODY, False
    count = 0
    for message_id in mails:
        with contextlib.suppress(errors.NotFound):
            visit.app.unknown.resolve(message_id, decision)
            count += 1
    return Text.plural(
        "{count} mail has been settled.", "{count} mails have been settled.", count
    ), count == len(mails)


_AT_ONCE: Mapping[str, Callable[[Visit, Sequence[HeldView]], tuple[Text, bool]]] = {
    "release": _release,
    "end": _end,
}

PAGES = (
    Page("/held", show, Permission.LOOK, rail=Rail(N_("Held"), "hand", 30, count="held", phone=True)),
    Page("/held", act, Permission.WORK, "POST"),
)
