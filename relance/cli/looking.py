"""`status`, `explain`, `timeline`, `report`, `held`: what happened, what comes next and why."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import failures, session, show
from relance.wording import N_, Text, _, brief

if TYPE_CHECKING:
    from relance import Attendance, Explanation, MailboxLine, Status

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL")]

MAILBOXES = (
    N_("mailbox"),
    N_("state"),
    N_("mails in 24 h"),
    N_("people"),
    N_("last check"),
    N_("next check"),
)
TOLD = (
    "paused_sequences",
    "sequences_paused_by",
    "mailboxes",
    "halted",
    "clock",
    "clock_over",
    "attendance",
    "held_by_code",
    "held_by_reason",
    "concerns",
    "sent_lateness",
)
# What `status` says in sentences, or in a table of its own.
FUNNEL = {
    N_("step"): "id",
    N_("kind"): "kind|step",
    N_("waiting"): "waiting",
    N_("due"): "due",
    N_("done"): "done",
    N_("sent"): "sent",
    N_("opened"): "opened",
    N_("clicked"): "clicked",
    N_("replied"): "replied",
    N_("bounced"): "bounced",
    N_("unsubscribed"): "unsubscribed",
    N_("held"): "held",
    N_("unknown"): "unknown",
}


def add_to(root: typer.Typer) -> None:
    """Hang the commands into the tree."""
    for command in (status, explain, timeline, report, daily, held):
        root.command()(command)


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the state of everything: what is running, what is wrong, what is due. Exits with 3 if something is not working."""
    with session.of(ctx).open(told=True) as relance:
        found = relance.status()
    if as_json:
        show.data(found)
    else:
        _standing(found)
    if found.grave:
        raise typer.Exit(failures.STANDS_STILL)


def _standing(found: Status) -> None:
    from relance.engine import reasons
    from relance.engine.reporting import codes

    if not found.attendance.missing:
        show.say(str(found.attendance))
    for each in found.concerns:
        (show.problem if each.grave else show.note)(each.words)
    for mailbox in found.mailboxes:
        for words in mailbox.notes:
            show.note(f"{mailbox.address}: {words}")
    for name, reason in found.paused_sequences.items():
        show.note(str(reasons.sequence_paused(name, found.sequences_paused_by.get(name, ""), reason)))
    if late := str(codes.lateness_of_sent(found.sent_lateness)):
        show.say(late)
    show.record(found, as_json=False, leave_out=TOLD, coded={"states": "person"})
    if found.mailboxes:
        show.say()
        show.table(MAILBOXES, [_mailbox(each, found.now) for each in found.mailboxes])


def _mailbox(line: MailboxLine, now: dt.datetime) -> tuple[object, ...]:
    """A mailbox at a glance; why it is paused and what is wrong with it is told above."""
    from relance.engine.reporting import codes

    cap = line.daily_cap
    sent = line.sent_today if cap is None else _("{sent} of {cap}", sent=line.sent_today, cap=cap)
    read, turn = (at and brief(at, now) for at in (line.synced_at, line.next_turn_at))
    return line.address, codes.text("mailbox", line.state), sent, line.under_way, read, turn


def explain(
    ctx: typer.Context,
    email: Email,
    sequence: Annotated[str | None, typer.Option(help="Only in this sequence.")] = None,
    as_json: Json = False,
) -> None:
    """Explain what a contact gets, when and why, with the rules that decided it."""
    with session.of(ctx).open() as relance:
        found, here = relance.explain(email, sequence), relance.attendance()
    if here.missing:
        show.problem(str(here))
    if as_json:
        show.data(found)
    else:
        _explained(found, email, here)
    if here.missing:
        raise typer.Exit(failures.STANDS_STILL)


def _explained(found: Sequence[Explanation], email: str, here: Attendance) -> None:
    if not here.missing:
        show.say(str(here))
    if not found:
        show.note(_("{email} is not in that sequence.", email=email))
    for explanation in found:
        for sentence in explanation.sentences:
            show.say(sentence)


def timeline(ctx: typer.Context, email: Email, as_json: Json = False) -> None:
    """Show what happened with a contact, oldest first."""
    with session.of(ctx).open() as relance:
        found = relance.timeline(email)
    columns = {
        N_("when"): "at",
        N_("what"): "title",
        N_("sequence"): "sequence",
        N_("step"): "step|step name",
        N_("words"): "words",
        N_("by"): "actor",
    }
    show.listing(
        found, columns, as_json=as_json, empty=_("Nothing has happened with {email} yet.", email=email)
    )


def report(
    ctx: typer.Context, sequence: Annotated[str, typer.Argument(metavar="SEQUENCE")], as_json: Json = False
) -> None:
    """Show the funnel of a sequence, step by step. Opens and clicks by machines are not counted."""
    with session.of(ctx).open() as relance:
        found = relance.report(sequence)
    if as_json:
        show.data(found)
        return
    from relance.engine.reporting import codes

    state, people = codes.text("sequence", found.state), found.enrolled
    enrolled = Text.plural("{count} person enrolled.", "{count} people enrolled.", people)
    head = _(
        "{sequence}, version {version}, {state}.", sequence=found.sequence, version=found.version, state=state
    )
    show.say(f"{head} {enrolled}")
    totals = show.cell({codes.text("person", each): number for each, number in found.totals.items()})
    show.say(_("By state: {totals}. Interested: {positive}.", totals=totals, positive=found.positive))
    if found.late_follow_ups or found.late_first_mails:
        late = {"follow_ups": found.late_follow_ups, "first_mails": found.late_first_mails}
        show.say(_("Behind plan: follow-ups {follow_ups}, first mails {first_mails}.", **late))
    if said := codes.lateness_of_sent(found.sent_lateness):
        show.say(str(said))
    show.say()
    show.listing(found.steps, FUNNEL, as_json=False, empty=_("It has no steps."))


DAYS = 13
# Before today: two weeks are shown where nobody says since when.


def daily(
    ctx: typer.Context,
    since: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The first day.")
    ] = None,
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="The last day.")
    ] = None,
    sequence: Annotated[str | None, typer.Option(help="Only from this sequence.")] = None,
    mailbox: Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only from this mailbox.")] = None,
    as_json: Json = False,
) -> None:
    """Count what happened each day: sent, answered, bounced, opened and clicked by people. Covers the last two weeks unless you give dates."""
    with session.of(ctx).open() as relance:
        zone = zoneinfo.ZoneInfo(relance.settings.zone)
        last = until.date() if until else relance.clock.now().astimezone(zone).date()
        first = since.date() if since else last - dt.timedelta(days=DAYS)
        found = relance.reports.by_day(first, last, sequence=sequence, mailbox=mailbox)
    columns = {
        N_("day"): "day",
        N_("sent"): "sent",
        N_("answered"): "answered",
        N_("bounced"): "bounced",
        N_("opened"): "opened",
        N_("clicked"): "clicked",
    }
    show.listing(found, columns, as_json=as_json, empty="")


def held(
    ctx: typer.Context, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100, as_json: Json = False
) -> None:
    """Show who is waiting for your decision, and why. `relance resume` or `relance stop` decides."""
    with session.of(ctx).open() as relance:
        found = relance.held(limit)
    columns = {
        N_("email"): "email",
        N_("sequence"): "sequence",
        N_("step"): "step",
        N_("reason"): "reason",
        N_("since"): "since",
    }
    show.listing(found, columns, as_json=as_json, empty=_("Nobody is held."))
