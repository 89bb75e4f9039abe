"""Sequences: the list, and one of them step by step with its people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from starlette.responses import Response

from relance.console import lists
from relance.console.pages import Page, Rail
from relance.console.views.people.plain_words import plainly
from relance.console.visit import Visit
from relance.engine import states
from relance.engine.reporting import codes, variants
from relance.engine.reporting.sequence_report import Report
from relance.engine.roles import Permission
from relance.engine.sequences.listing import EnrollmentFilter
from relance.engine.sequences.publish import SequenceSummary
from relance.engine.states import State
from relance.wording import N_, Text, _, capital

NUMBERS = "numbers"  # in the address: the funnel is waited for
OVER = "over"  # a filter: everybody for whom it is over, however it ended
_GROUPS: Mapping[str, tuple[str, ...]] = {
    OVER: tuple(state.value for state in State if state in states.FINAL)
}


@dataclass(frozen=True)
class SequenceRow:
    """A sequence in the list, with its people counted."""

    found: SequenceSummary
    link: str
    enrolled: int
    over: int

    def in_state(self, state: str) -> int:
        """How many stand there."""
        return self.over if state == OVER else self.found.counts.get(state, 0)


def link(name: str, **query: str) -> str:
    """The page of a sequence."""
    path = f"/sequences/{quote(name, safe='')}"
    return f"{path}?{urlencode(query)}" if query else path


def named(visit: Visit) -> str:
    """The sequence that the path names."""
    return str(visit.path["name"]).replace("\0", "")


def index(visit: Visit) -> Response:
    """The list."""
    found = visit.site.watch.counted(visit, ("sequences",), visit.app.sequences.list)
    asked, state = visit.asked("q"), visit.asked("state")
    may_write = visit.me.may(Permission.SEQUENCES)
    shown = [each for each in found if asked.strip().lower() in each.name.lower()]
    return visit.show(
        "sequences.html",
        rows=[_row(each) for each in shown if state in ("", each.state)],
        any=bool(found),
        chips=[
            lists.chip(
                visit,
                "state",
                each,
                capital(codes.text("sequence", each)),
                sum(one.state == each for one in shown),
            )
            for each in ("active", "paused")
        ],
        search=asked,
        hidden=[("state", state)] if state else [],
        words=codes.text,
        drafts=visit.app.drafts.list(visit.me.user) if may_write else [],
        may_write=may_write,
        all_seen=visit.me.scope.everything,
    )


def _row(found: SequenceSummary) -> SequenceRow:
    over = sum(found.counts.get(each, 0) for each in _GROUPS[OVER])
    return SequenceRow(found, link(found.name), sum(found.counts.values()), over)


def show(visit: Visit) -> Response:
    """One sequence: its funnel, its variants, its people. Where counting the funnel takes a while, it comes behind the page, or is
    waited for if that is asked for."""
    name = named(visit)
    head = visit.site.watch.counted(visit, ("standing", name), lambda: visit.app.sequences.standing(name))
    waits = visit.asked(NUMBERS) or not visit.site.watch.takes_long(visit, _report(name))
    wanted = people_meant(name, visit.asked("state"), visit.asked("q"))
    people = visit.app.enrollments.list(wanted, after=visit.asked(lists.AFTER), limit=lists.PAGE)
    everybody = EnrollmentFilter(sequence=name, search=wanted.search)
    counted = visit.site.watch.counted(
        visit, ("people", name, wanted.search or ""), lambda: visit.app.enrollments.counts(everybody)
    )
    return visit.show(
        "sequence.html",
        head=head,
        shares=_shares(head.mailboxes),
        whole_team=visit.me.scope.everything,
        **(_funnel(visit, name) if waits else {"report": None}),
        funnel_link=f"/sequence-funnel/{quote(name, safe='')}",
        counted_link=lists.link(visit, **{NUMBERS: "yes"}),
        people=people.enrollments,
        plainly=plainly,
        leaving=visit.app.enrollments.overdue([each.id for each in people.enrollments if each.due_at]),
        matching=sum(many for state, many in counted.items() if not wanted.states or state in wanted.states),
        chips=_chips(visit, counted),
        search=visit.asked("q"),
        in_state=visit.asked("state"),
        pages=lists.pages(visit, people.cursor),
        words=codes.text,
        link=link(name),
        enroll_link=f"/enroll?{urlencode({'sequence': name})}",
        preview_link=f"/sequence-preview/{quote(name, safe='')}",
        text_link=f"/sequence-text/{quote(name, safe='')}",
        may_write=visit.me.may(Permission.SEQUENCES),
        may_work=visit.me.may(Permission.WORK),
    )


def _shares(mailboxes: Mapping[str, int]) -> str:
    """Who writes to new people, and how many of them."""
    whole = sum(mailboxes.values())
    said = (
        _("{address} ({share} of {whole})", address=address, share=share, whole=whole)
        for address, share in mailboxes.items()
    )
    return ", ".join(said)


def funnel(visit: Visit) -> Response:
    """The funnel alone, for the page that waits for it."""
    name = named(visit)
    return visit.part("sequence.html", "funnel", **_funnel(visit, name), words=codes.text)


def _report(name: str) -> tuple[str, ...]:
    return ("report", name)


def _funnel(visit: Visit, name: str) -> dict[str, object]:
    found = visit.site.watch.counted(visit, _report(name), lambda: visit.app.report(name))
    return {
        "report": found,
        "most": max([1, *(each.due for each in found.steps)]),
        "trials": [(each, variants.verdict(each.variants)) for each in found.steps if len(each.variants) > 1],
        "tracked": _tracked(found),
        "all_seen": visit.me.scope.everything,
    }


def _tracked(found: Report) -> bool:
    """Whether anybody, or any machine, opened or clicked anything."""
    whole = found.all_mails
    return any((whole.opened, whole.clicked, whole.opened_by_machines, whole.clicked_by_machines))


def _chips(visit: Visit, counted: Mapping[str, int]) -> list[lists.Chip]:
    chosen = visit.asked("state")
    found = [
        lists.chip(visit, "state", state, capital(codes.text("person", state)), counted.get(state, 0))
        for state in State
        if counted.get(state) or state == chosen
    ]
    if chosen == OVER:
        over = sum(counted.get(each, 0) for each in _GROUPS[OVER])
        found.append(lists.chip(visit, "state", OVER, _("All that have ended"), over))
    return found


def people_meant(name: str, state: str, search: str) -> EnrollmentFilter:
    """The people of a sequence that a filter and a search ask for."""
    chosen = _GROUPS.get(state, (state,) if state else ())
    return EnrollmentFilter(sequence=name, states=chosen, search=search.strip() or None)


def steer(visit: Visit) -> Response:
    """The whole sequence is paused, or goes on."""
    name = visit.text("name")
    back = lists.back(visit, link(name), ("state",))
    if visit.text("do") == "pause":
        visit.app.sequences.pause(name)
        said = Text("{name} is paused: none of its mails are sent until it is resumed.", name=name)
        return visit.go(back, said, "warn")
    visit.app.sequences.resume(name)
    return visit.go(back, Text("{name} has been resumed.", name=name))


PAGES = (
    Page("/sequences", index, Permission.LOOK, rail=Rail(N_("Sequences"), "send", 40)),
    Page("/sequences/{name:path}", show, Permission.LOOK),
    Page("/sequence-funnel/{name:path}", funnel, Permission.LOOK, part=True),
    Page("/sequence/state", steer, Permission.SEQUENCES, method="POST"),
)
