"""`enrollments`: everybody in sequences, listed by what you ask, and acted upon together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli.terminal import asking, progress, session, show
from relance.cli.terminal.choices import PersonState
from relance.wording import N_, Text, _, n_

if TYPE_CHECKING:
    from relance import BulkReport, EnrollmentFilter, EnrollmentView, Leaving
    from relance.app import Relance

group = typer.Typer(
    no_args_is_help=True, help="People in sequences: listed, paused, stopped or released together."
)
VIEW = {
    N_("contact"): "email",
    N_("sequence"): "sequence",
    N_("state"): "state|person",
    N_("step"): "step",
    N_("next"): "next",
    N_("mailbox"): "mailbox",
    N_("reason"): "reason",
}
RESULT = {
    N_("contact"): "email",
    N_("sequence"): "sequence",
    N_("outcome"): "outcome|bulk",
}
SHOWN = 20

Sequence = Annotated[str | None, typer.Option(help="Only in this sequence.")]
States = Annotated[
    list[PersonState] | None,
    typer.Option("--state", "--where-state", help="Only in this state (may be repeated)."),
]
Mailbox = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only those this mailbox writes to.")]
Company = Annotated[
    str | None, typer.Option(metavar="NAME", help="Only of this company: its domain or name.")
]
Search = Annotated[
    str | None,
    typer.Option(metavar="WORDS", help="Only if each word starts an address, a name or a company."),
]
Because = Annotated[
    str | None, typer.Option("--held-because", metavar="CODE", help="Only for a reason with this code.")
]
Reason = Annotated[str, typer.Option(help="Why, for your colleagues.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def _filter(
    sequence: str | None,
    states: list[PersonState] | None,
    mailbox: str | None,
    company: str | None,
    search: str | None,
    because: str | None,
) -> EnrollmentFilter:
    from relance import EnrollmentFilter

    return EnrollmentFilter(
        sequence, tuple(each.value for each in states or ()), mailbox, company, search, because
    )


@group.command("list")
def list_(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    sequence: Sequence = None,
    states: States = None,
    mailbox: Mailbox = None,
    company: Company = None,
    search: Search = None,
    because: Because = None,
    after: Annotated[str, typer.Option(metavar="CURSOR", help="Continue after the previous page.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Show at most this many.")] = 100,
    counts: Annotated[bool, typer.Option("--counts", help="Only count them, by state.")] = False,
    as_json: Json = False,
) -> None:
    """List people in sequences, in the order they were enrolled."""
    wanted = _filter(sequence, states, mailbox, company, search, because)
    with session.of(ctx).open() as relance:
        if counts:
            _counted(relance, wanted, as_json=as_json)
            return
        found = relance.enrollments.list(wanted, after=after, limit=limit)
        due = [] if as_json else [each.id for each in found.enrollments if each.due_at]
        leaving = relance.enrollments.overdue(due) if due else {}
    if as_json:
        show.data(found)
        return
    rows = [_row(each, leaving.get(each.id)) for each in found.enrollments]
    show.page(rows, VIEW, found.cursor, as_json=False, empty=_("Nobody matches."))


def _row(found: EnrollmentView, leaves: Leaving | None) -> dict[str, Any]:
    """Where a receiver that gets only so many mails puts somebody off, the time of their own place there."""
    row = {name: getattr(found, name) for name in (each.partition("|")[0] for each in VIEW.values())}
    if leaves is None or leaves.code != "receiver" or leaves.at is None:
        return row
    at = Text("not before {at}", at=leaves.at) if leaves.not_before else leaves.at
    return row | {"next": at}


def _counted(relance: Relance, wanted: EnrollmentFilter, *, as_json: bool) -> None:
    found = relance.enrollments.counts(wanted)
    if as_json:
        show.data(found)
        return
    rows = [{"state": state, "number": number} for state, number in found.items()]
    columns = {N_("state"): "state|person", N_("people"): "number"}
    show.listing(rows, columns, as_json=False, empty=_("Nobody matches."))


def _add(verb: str, said: str) -> None:
    """A command for what is done with many at once. They differ in their verb and their help."""

    @group.command(verb, help=said)
    def command(  # noqa: PLR0913 - a flag for every question
        ctx: typer.Context,
        sequence: Sequence = None,
        states: States = None,
        mailbox: Mailbox = None,
        company: Company = None,
        search: Search = None,
        because: Because = None,
        reason: Reason = "",
        dry_run: DryRun = False,
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        wanted = _filter(sequence, states, mailbox, company, search, because)
        with session.of(ctx).open() as relance:
            work = getattr(relance.enrollments, verb)
            _act(work, wanted, reason, dry_run=dry_run, yes=yes, as_json=as_json)


_add("pause", "Pause all of these people who are active or away. Shows what would happen and asks first.")
_add(
    "resume",
    "Resume all of these people who are paused (with `--state away`, those who are away). Asks first.",
)
_add(
    "release",
    "Release all of these people who are held. Anyone with a mail in doubt stays held, and anyone who was also paused by a person stays paused. Asks first.",
)
_add(
    "stop",
    "End the sequences of all of these people for good. A pause can be undone; this cannot. Asks first.",
)


def _act(
    work: Callable[..., BulkReport],
    wanted: EnrollmentFilter,
    reason: str,
    *,
    dry_run: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """The dry run, the question, and the work."""
    if not dry_run:
        asking.require_answer(yes=yes)
    if dry_run or not yes:
        with progress.bar(_("Checking")) as tell:
            plan = work(wanted, reason=reason, dry_run=True, progress=tell)
        if dry_run or not plan.any_changed:
            _tell(plan, as_json=as_json)
            return
        if not asking.confirmed(f"{_planned(plan)} {_('Continue?')}", yes=yes):
            raise typer.Abort
    with progress.bar(_("Working")) as tell:
        done = work(wanted, reason=reason, dry_run=False, progress=tell)
    _tell(done, as_json=as_json)


def _planned(plan: BulkReport) -> str:
    changing = plan.counts.get("changed", 0)
    would = n_("{count} person would change.", "{count} people would change.", changing)
    return f"{would} {_still_paused(plan)}".rstrip()


def _still_paused(report: BulkReport) -> str:
    """Of whom a pause by a person stands behind what held them."""
    paused = report.counts.get("stays paused", 0)
    said = n_(
        "{count} person is released but stays paused, because a person had paused them. `relance enrollments resume` continues.",
        "{count} people are released but stay paused, because a person had paused them. `relance enrollments resume` continues.",
        paused,
    )
    return said if paused else ""


def _tell(report: BulkReport, *, as_json: bool) -> None:
    if as_json:
        show.data(report)
        return
    changed = report.counts.get("changed", 0)
    if report.dry_run:
        show.say(_planned(report))
    else:
        words = n_("{count} person changed.", "{count} people changed.", changed)
        show.say(f"{words} {_still_paused(report)}".rstrip())
    left: list[Any] = [each for each in report.results if each.outcome.value != "changed"]
    if left:
        show.listing(left[:SHOWN], RESULT, as_json=False, empty="")
    if len(left) > SHOWN:
        show.note(_("and {more} more (--json lists all of them).", more=len(left) - SHOWN))
    if report.counts.keys() & {"mail in doubt", "step in doubt"}:
        show.note(_("`relance unknown list` and `relance restored list` show what must be decided first."))
