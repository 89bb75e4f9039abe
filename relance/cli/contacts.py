"""`contacts`: the people mails go to, and those they never go to."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import asking, progress, session, show
from relance.wording import N_, Text, _, n_, typed

if TYPE_CHECKING:
    from relance import ImportReport, WayBack, WouldStop

group = typer.Typer(no_args_is_help=True, help="The people you write to, and the do-not-contact list.")
COLUMNS = {
    N_("email"): "email",
    N_("first name"): "first_name",
    N_("last name"): "last_name",
    N_("company"): "company",
    N_("zone"): "zone",
    N_("country"): "country",
}
SHOWN_REJECTS = 10
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]


@group.command("import")
def import_(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, help="A CSV file.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    errors_to: Annotated[
        Path | None, typer.Option("--errors", metavar="FILE", help="Where to put rows that cannot be used.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Import contacts from a CSV file. Rows that cannot be used go to an error file; importing twice changes nothing."""
    with (
        session.of(ctx).open() as relance,
        progress.bar(_("Reading {file}", file=file.name), progress.lines_of(file)) as tell,
    ):
        report = relance.contacts.import_file(file, dry_run=dry_run, errors_to=errors_to, progress=tell)
    if as_json:
        show.data(report)
    else:
        _tell(report, dry_run=dry_run)


def _tell(report: ImportReport, *, dry_run: bool) -> None:
    numbers = {
        "read": report.read,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
    }
    would = Text(
        "{read} rows read: {added} would be added, {updated} would be updated, {unchanged} unchanged, {rejected} cannot be used.",
        **numbers,
    )
    done = Text(
        "{read} rows read: {added} added, {updated} updated, {unchanged} unchanged, {rejected} cannot be used.",
        **numbers,
    )
    show.say(str(would if dry_run else done))
    for name, column in report.unknown_columns.items():
        kept = _(
            "column {column} is kept as a custom field: {field}",
            column=typed(column),
            field=f"{{{{ {name} }}}}",
        )
        show.say(f"  {kept}")
    show.warnings(report.warnings)
    for row in report.rejected[:SHOWN_REJECTS]:
        show.say("  " + _("line {line}: {reason}", line=row.line, reason=row.reason))
    if len(report.rejected) > SHOWN_REJECTS:
        show.say("  " + _("and {more} more.", more=len(report.rejected) - SHOWN_REJECTS))
    if report.errors_file:
        show.say(_("All of them with the reasons: {file}", file=report.errors_file))


@group.command("list")
def list_(
    ctx: typer.Context,
    search: Annotated[str | None, typer.Option(help="Part of an address, a name or a company.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    after: Annotated[str | None, typer.Option(metavar="EMAIL", help="Continue after this address.")] = None,
    as_json: Json = False,
) -> None:
    """List contacts by address."""
    with session.of(ctx).open() as relance:
        found = relance.contacts.list(search=search, limit=limit, after=after)
    show.listing(
        found,
        COLUMNS,
        as_json=as_json,
        empty=_("There are no contacts. Import some with `relance contacts import FILE`."),
    )
    if len(found) == limit and not as_json:
        show.note(_("There may be more: --after {email}", email=found[-1].email))


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
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)] = "",
    yes: Yes = False,
) -> None:
    """Put a person or a whole domain on the do-not-contact list. Their sequences stop. Of a domain it says first whom that stops, and asks."""
    whole = "@" not in value.strip().lstrip("@")
    if whole:
        asking.require_answer(yes=yes)
    with session.of(ctx).open() as relance:
        if whole:
            meant = relance.contacts.would_stop(value)
            _tell_stopped(meant)
            question = _(
                "Nobody with an address at {domain} will be contacted any more. Go ahead?", domain=meant.value
            )
            if not asking.confirmed(question, yes=yes):
                raise typer.Abort
        made = relance.contacts.suppress(value, reason)
        show.say(_("Nothing will be sent to {value} any more.", value=made.value))


def _tell_stopped(meant: WouldStop) -> None:
    """Whose sequences end by it."""
    if not meant.people:
        show.note(_("Nobody at {domain} is in a sequence now.", domain=meant.value))
        return
    show.note(n_("It stops {count} person:", "It stops {count} people:", meant.people))
    for each in meant.emails:
        show.note(f"  {each}")
    if meant.people > len(meant.emails):
        show.note("  " + _("and {more} more.", more=meant.people - len(meant.emails)))


@group.command()
def unsuppress(
    ctx: typer.Context,
    value: Annotated[
        str, typer.Argument(metavar="EMAIL|DOMAIN", help="As it appears on the do-not-contact list.")
    ],
    go_on: Annotated[
        bool,
        typer.Option(
            "--go-on", help="Resume anyone stopped by a bounce where they left off; no step is sent twice."
        ),
    ] = False,
    dry_run: DryRun = False,
    as_json: Json = False,
    yes: Yes = False,
) -> None:
    """Take an address or domain off the do-not-contact list. What it stopped stays stopped; --go-on resumes people who had bounced."""
    question = _("{value} may have asked for no more mail. Contact them again?", value=value)
    if not dry_run and not asking.confirmed(question, yes=yes):
        raise typer.Abort
    with session.of(ctx).open() as relance:
        back = relance.contacts.lift(value, go_on=go_on, dry_run=dry_run)
    if as_json:
        show.data(back)
        return
    tell_way_back(back)
    could = [each.email for each in back.staying if each.state == "bounced"]
    if could and not go_on:
        more = {"number": len(could), "value": value}
        show.say(
            _(
                "{number} could continue where they left off: relance contacts unsuppress {value} --go-on",
                **more,
            )
        )


def tell_way_back(back: WayBack) -> None:
    """Who may be written to again, who goes on and who does not."""
    from relance.engine.reporting import codes

    for value in back.lifted:
        would = Text("{value} would be contacted again.", value=value)
        show.say(str(would if back.dry_run else Text("{value} may be contacted again.", value=value)))
    for each in back.going_on:
        place = {"email": each.email, "sequence": typed(each.sequence), "step": each.step}
        would = Text("{email} would continue in {sequence} with {step}.", **place)
        show.say(
            str(would if back.dry_run else Text("{email} continues in {sequence} with {step}.", **place))
        )
    for each in back.staying:
        state = codes.text("person", each.state)
        stays = {"email": each.email, "state": state, "sequence": typed(each.sequence), "reason": each.reason}
        show.say(_("{email} stays {state} in {sequence}: {reason}", **stays))
    if back.lifted and not back.going_on and not back.staying:
        show.say(_("Sequences that have ended stay ended."))


@group.command()
def suppressed(ctx: typer.Context, as_json: Json = False) -> None:
    """Show the do-not-contact list."""
    with session.of(ctx).open() as relance:
        found = relance.contacts.suppressions()
    columns = {
        N_("who"): "value",
        N_("kind"): "kind|suppression",
        N_("reason"): "reason",
        N_("added by"): "added_by",
        N_("since"): "created_at",
    }
    show.listing(found, columns, as_json=as_json, empty=_("The do-not-contact list is empty."))
