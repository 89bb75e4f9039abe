"""`status`, `explain`, `timeline`, `report`, `held`: what happened, what comes next and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli import failures, session, show
from relance.sentences import counted, ended

if TYPE_CHECKING:
    from relance.engine.processes.attendance import Attendance
    from relance.engine.reporting.explain import Explanation
    from relance.engine.reporting.status import Status

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL")]

MAILBOXES = {
    "mailbox": "address",
    "state": "state",
    "reason": "reason",
    "mails in 24 hours": "sent_today",
    "cap": "daily_cap",
    "people": "under_way",
    "next turn": "next_turn_at",
    "last read": "synced_at",
    "trouble": "trouble",
}
TOLD = (
    "paused_sequences",
    "mailboxes",
    "halted",
    "clock",
    "clock_over",
    "attendance",
    "held_by_reason",
    "concerns",
)
# What `status` says in sentences, or in a table of its own.
FUNNEL = {
    "step": "id",
    "kind": "kind",
    "waiting": "waiting",
    "due": "due",
    "done": "done",
    "sent": "sent",
    "opened": "opened",
    "clicked": "clicked",
    "replied": "replied",
    "bounced": "bounced",
    "unsubscribed": "unsubscribed",
    "held": "held",
    "unknown": "unknown",
}


def add_to(root: typer.Typer) -> None:
    """Hang the commands into the tree."""
    for command in (status, explain, timeline, report, held):
        root.command()(command)


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """How everything stands. Who is at work, what is wrong, what is due; ends with 3 when something stands still."""
    with session.of(ctx).open(told=True) as relance:
        found = relance.status()
    if as_json:
        show.data(found)
    else:
        _standing(found)
    if found.grave:
        raise typer.Exit(failures.STANDS_STILL)


def _standing(found: Status) -> None:
    if not found.attendance.missing:
        show.say(str(found.attendance))
    for each in found.concerns:
        (show.problem if each.grave else show.note)(each.words)
    said = {each.words for each in found.concerns}
    for mailbox in found.mailboxes:
        for words in mailbox.notes:
            if words not in said:
                show.note(f"{mailbox.address}: {words}")
    for name, reason in found.paused_sequences.items():
        show.note(ended(f"The sequence {name} is paused{f': {reason}' if reason else ''}"))
    show.record(found, as_json=False, leave_out=TOLD)
    if found.mailboxes:
        show.say()
        show.listing(found.mailboxes, MAILBOXES, as_json=False, empty="")


def explain(
    ctx: typer.Context,
    email: Email,
    sequence: Annotated[str | None, typer.Option(help="Only in this sequence.")] = None,
    as_json: Json = False,
) -> None:
    """Why a contact gets what, and when. The rules that decided, in sentences."""
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
        show.note(f"{email} is in no such sequence.")
    for explanation in found:
        for sentence in explanation.sentences:
            show.say(sentence)


def timeline(ctx: typer.Context, email: Email, as_json: Json = False) -> None:
    """What happened with a contact. Oldest first."""
    with session.of(ctx).open() as relance:
        found = relance.timeline(email)
    columns = {"when": "at", "what": "title", "step": "step", "words": "words", "by": "actor"}
    show.listing(found, columns, as_json=as_json, empty=f"Nothing has happened with {email} yet.")


def report(
    ctx: typer.Context, sequence: Annotated[str, typer.Argument(metavar="SEQUENCE")], as_json: Json = False
) -> None:
    """The funnel of a sequence. Step by step; opens and clicks of machines are not counted as people's."""
    with session.of(ctx).open() as relance:
        found = relance.report(sequence)
    if as_json:
        show.data(found)
        return
    show.say(
        f"{found.sequence}, version {found.version}, {found.state}. {counted(found.enrolled, 'person', 'people')} enrolled."
    )
    show.say(f"By state: {show.cell(found.totals)}. Interested: {found.positive}.\n")
    show.listing(found.steps, FUNNEL, as_json=False, empty="It has no steps.")


def held(
    ctx: typer.Context, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100, as_json: Json = False
) -> None:
    """Who waits for your decision. And why; `relance resume` or `relance stop` decides."""
    with session.of(ctx).open() as relance:
        found = relance.held(limit)
    columns = {"email": "email", "sequence": "sequence", "step": "step", "reason": "reason", "since": "since"}
    show.listing(found, columns, as_json=as_json, empty="Nobody is held.")
