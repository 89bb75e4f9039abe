"""`status`, `explain`, `timeline`, `report`, `held`: what happened, what comes next and why."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli import session, show

Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL")]


def add_to(root: typer.Typer) -> None:
    """Hang the commands into the tree."""
    for command in (status, explain, timeline, report, held):
        root.command()(command)


def status(ctx: typer.Context, as_json: Json = False) -> None:
    """How everything stands. Contacts by state, what is due, every mailbox, what needs a person."""
    with session.of(ctx).open() as relance:
        halted = relance.halted()
        found = relance.status()
    if halted:
        show.problem(f"nothing is sent: {halted} `relance db confirm-restore` goes on.")
    show.record(found, as_json=as_json)


def explain(
    ctx: typer.Context,
    email: Email,
    sequence: Annotated[str | None, typer.Option(help="Only in this sequence.")] = None,
    as_json: Json = False,
) -> None:
    """Why a contact gets what, and when. The rules that decided, in sentences."""
    with session.of(ctx).open() as relance:
        found = relance.explain(email, sequence)
    if as_json:
        show.data(found)
        return
    if not found:
        show.note(f"{email} is in no such sequence.")
    for explanation in found:
        for sentence in explanation.sentences:
            show.say(sentence)


def timeline(ctx: typer.Context, email: Email, as_json: Json = False) -> None:
    """What happened with a contact. Oldest first."""
    with session.of(ctx).open() as relance:
        found = relance.timeline(email)
    columns = {"when": "at", "what": "kind", "step": "step", "words": "words"}
    show.listing(found, columns, as_json=as_json, empty=f"Nothing has happened with {email} yet.")


def report(
    ctx: typer.Context, sequence: Annotated[str, typer.Argument(metavar="SEQUENCE")], as_json: Json = False
) -> None:
    """The funnel of a sequence. Step by step; opens and clicks of machines are not counted as people's."""
    with session.of(ctx).open() as relance:
        found = relance.report(sequence)
    columns = {
        "step": "id",
        "kind": "kind",
        "due": "due",
        "sent": "sent",
        "opened": "opened",
        "clicked": "clicked",
        "replied": "replied",
        "bounced": "bounced",
    }
    if as_json:
        show.data(found)
    else:
        show.listing(found.steps, columns, as_json=False, empty="Nothing was sent yet.")


def held(
    ctx: typer.Context, limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100, as_json: Json = False
) -> None:
    """Who waits for your decision. And why; `relance resume` or `relance stop` decides."""
    with session.of(ctx).open() as relance:
        found = relance.held(limit)
    columns = {"email": "email", "sequence": "sequence", "step": "step", "reason": "reason", "since": "since"}
    show.listing(found, columns, as_json=as_json, empty="Nobody is held.")
