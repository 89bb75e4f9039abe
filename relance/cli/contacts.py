"""`contacts`: the people mails go to, and those they never go to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli import asking, progress, session, show
from relance.mailbox import free_mail

if TYPE_CHECKING:
    from relance.engine.contacts.importer import ImportReport
    from relance.engine.inbound.reinstate import WayBack

group = typer.Typer(no_args_is_help=True, help="The people mails go to, and those they never go to.")
COLUMNS = {
    "email": "email",
    "first name": "first_name",
    "last name": "last_name",
    "company": "company",
    "zone": "zone",
    "country": "country",
}
SHOWN_REJECTS = 10
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]


@group.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="A CSV file.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    errors_to: Annotated[
        Path | None, typer.Option("--errors", metavar="FILE", help="Where rows that can not be used go.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import contacts from a CSV file. Rows that can not be used go to an error file; importing twice changes nothing."""
    with (
        session.of(ctx).open() as relance,
        progress.bar(f"Reading {file.name}", progress.lines_of(file)) as tell,
    ):
        report = relance.contacts.import_file(file, dry_run=dry_run, errors_to=errors_to, progress=tell)
    if as_json:
        show.data(report)
    else:
        _tell(report, dry_run=dry_run)


def _tell(report: ImportReport, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    show.say(
        f"{report.read} rows read: {report.added} {would}added, {report.updated} {would}updated, "
        f"{report.unchanged} unchanged, {len(report.rejected)} can not be used."
    )
    for name, column in report.unknown_columns.items():
        show.say(f"  column {column!r} is kept as a field of your own: {{{{ {name} }}}}")
    for warning in report.warnings:
        show.note(f"warning: {warning}")
    for row in report.rejected[:SHOWN_REJECTS]:
        show.say(f"  line {row.line}: {row.reason}")
    if len(report.rejected) > SHOWN_REJECTS:
        show.say(f"  and {len(report.rejected) - SHOWN_REJECTS} more.")
    if report.errors_file:
        show.say(f"All of them with their reasons: {report.errors_file}")


@group.command("list")
def list_(
    ctx: typer.Context,
    search: Annotated[str | None, typer.Option(help="Part of an address, a name or a company.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    after: Annotated[str | None, typer.Option(metavar="EMAIL", help="Go on after this address.")] = None,
    as_json: Json = False,
) -> None:
    """List contacts by address."""
    with session.of(ctx).open() as relance:
        found = relance.contacts.list(search=search, limit=limit, after=after)
    show.listing(
        found, COLUMNS, as_json=as_json, empty="No contact found. Import some: relance contacts import FILE"
    )
    if len(found) == limit and not as_json:
        show.note(f"There may be more: --after {found[-1].email}")


@group.command("show")
def show_(
    ctx: typer.Context, email: Annotated[str, typer.Argument(metavar="EMAIL")], as_json: Json = False
) -> None:
    """Show one contact."""
    with session.of(ctx).open() as relance:
        show.record(relance.contacts.show(email), as_json=as_json, leave_out=("id",))


@group.command()
def suppress(
    ctx: typer.Context,
    value: Annotated[str, typer.Argument(metavar="EMAIL|DOMAIN", help="A person, or everybody at a domain.")],
    reason: Annotated[str, typer.Option(help="Why.")] = "asked",
    yes: Yes = False,
) -> None:
    """Never write to this person, or to anybody at this domain, again. What is under way stops."""
    domain = value.strip().lstrip("@")
    if domain.rstrip(".").lower() in free_mail.DOMAINS and not asking.confirmed(
        f"Everybody has their mailbox at {domain}: nobody there is written to any more, whoever they are. Go on?",
        yes=yes,
    ):
        raise typer.Abort
    with session.of(ctx).open() as relance:
        made = relance.contacts.suppress(value, reason)
        show.say(f"Nothing goes to {made.value} any more.")


@group.command()
def unsuppress(
    ctx: typer.Context,
    value: Annotated[str, typer.Argument(metavar="EMAIL|DOMAIN", help="As it was suppressed.")],
    go_on: Annotated[
        bool, typer.Option("--go-on", help="Whoever had bounced goes on where they were; no step goes twice.")
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Nothing is asked, with it or without.")] = False,
) -> None:
    """Lift a suppression. What it stopped stays stopped, unless whoever had bounced is to go on."""
    del yes  # taken so that it can be given to every command that changes who is written to
    with session.of(ctx).open() as relance:
        back = relance.contacts.lift(value, go_on=go_on, dry_run=dry_run)
    if as_json:
        show.data(back)
        return
    tell_way_back(back)
    could = [each.email for each in back.staying if each.state == "bounced"]
    if could and not go_on:
        show.say(f"{len(could)} could go on where they were: relance contacts unsuppress {value} --go-on")


def tell_way_back(back: WayBack) -> None:
    """Who may be written to again, who goes on and who does not."""
    would = "would " if back.dry_run else ""
    for value in back.lifted:
        show.say(f"{value} {would or 'may '}be written to again.")
    for each in back.going_on:
        show.say(
            f"{each.email} {'would go on' if would else 'goes on'} in {each.sequence!r} with {each.step}."
        )
    for each in back.staying:
        show.say(f"{each.email} stays {each.state} in {each.sequence!r}: {each.reason}")


@group.command()
def suppressed(ctx: typer.Context, as_json: Json = False) -> None:
    """List those who are never written to."""
    with session.of(ctx).open() as relance:
        found = relance.contacts.suppressions()
    columns = {"who": "value", "kind": "kind", "reason": "reason", "since": "created_at"}
    show.listing(found, columns, as_json=as_json, empty="Nobody is suppressed.")
