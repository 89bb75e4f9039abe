"""`enroll`, `pause`, `resume`, `stop`: who is in which sequence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import asking, progress, session, show
from relance.wording import N_, _, n_

if TYPE_CHECKING:
    from relance import EnrollmentView, EnrollReport
    from relance.app import Relance

SHOWN_SKIPS = 10
VIEW = {
    N_("sequence"): "sequence",
    N_("state"): "state|person",
    N_("step"): "step",
    N_("next"): "next",
    N_("mailbox"): "mailbox",
    N_("reason"): "reason",
}
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL")]
Sequence = Annotated[str | None, typer.Option(help="Only in this sequence (default: in all of them).")]
Reason = Annotated[str, typer.Option(help="Why, for your colleagues.")]


def add_to(root: typer.Typer) -> None:
    """Hang the commands into the tree."""
    for command in (enroll, pause, resume, stop):
        root.command()(command)


def enroll(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    sequence: Annotated[str, typer.Argument(metavar="SEQUENCE")],
    emails: Annotated[
        list[str] | None, typer.Argument(metavar="EMAIL", help="The people to enroll; or --all, or --from.")
    ] = None,
    everybody: Annotated[bool, typer.Option("--all", help="Every contact.")] = False,
    source: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="A file with one address per line; - is standard input.",
            allow_dash=True,
        ),
    ] = None,
    mailbox: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ADDRESS[=SHARE]",
            help="Send from this mailbox; may be repeated. ADDRESS=2 gives it twice the share of the others, ADDRESS=0 only people it has written to before (default: as the sequence says, else from all of them).",
        ),
    ] = None,
    also_elsewhere: Annotated[
        bool, typer.Option("--also-elsewhere", help="Include contacts who are currently in another sequence.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Enroll contacts in a sequence. Shows what would happen and asks first."""
    people = _people(emails, everybody=everybody, source=source)
    if not dry_run:
        asking.require_answer(yes=yes)
    wish = EnrollArguments(sequence, people, _shares(mailbox), also_elsewhere)
    with session.of(ctx).open() as relance:
        if dry_run or not yes:
            plan = wish.put_to(relance, dry_run=True)
            if dry_run or not plan.enrolled:
                _tell(plan, sequence, as_json=as_json, dry_run=dry_run)
                return
            if not asking.confirmed(
                f"{_sum(plan)} {_('Enroll them in {sequence}?', sequence=sequence)}", yes=yes
            ):
                raise typer.Abort
        _tell(wish.put_to(relance, dry_run=False), sequence, as_json=as_json)


@dataclass(frozen=True)
class EnrollArguments:
    """Whom to put where; asked twice: to show what would happen, and to do it."""

    sequence: str
    people: list[str] | None
    mailboxes: dict[str, int] | None
    also_elsewhere: bool

    def put_to(self, relance: Relance, *, dry_run: bool) -> EnrollReport:
        """Ask the engine."""
        words = _("Checking") if dry_run else _("Enrolling")
        with progress.bar(words, len(self.people) if self.people else None) as tell:
            return relance.enroll(
                self.sequence,
                self.people,
                mailboxes=self.mailboxes,
                also_elsewhere=self.also_elsewhere,
                dry_run=dry_run,
                progress=tell,
            )


def _shares(named: list[str] | None) -> dict[str, int] | None:
    """The mailboxes asked for, each with its share: "ada@northwind.example=2"."""
    if not named:
        return None
    found = (each.rpartition("=") for each in named)
    return {
        (address if share.isdecimal() else f"{address}{sign}{share}"): int(share) if share.isdecimal() else 1
        for address, sign, share in found
    }


def _people(emails: list[str] | None, *, everybody: bool, source: Path | None) -> list[str] | None:
    """The addresses asked for; None means everybody, which must be said."""
    if sum((bool(emails), everybody, source is not None)) != 1:
        raise asking.wrong(_("Name the people: addresses, --all for every contact, or --from FILE."))
    if everybody:
        return None
    if source is None:
        return emails
    text = (
        typer.get_text_stream("stdin").read()
        if str(source) == "-"
        else source.read_text(encoding="utf-8-sig")
    )
    return [line.strip() for line in text.splitlines() if line.strip()]


def _sum(report: EnrollReport) -> str:
    from relance.engine.reporting import codes

    shares = ", ".join(
        _("{number} from {address}", number=number, address=address)
        for address, number in report.by_mailbox.items()
    )
    people = n_("{count} contact", "{count} contacts", report.enrolled)
    enrolled = f"{people} ({shares})." if shares else f"{people}."
    first = str(codes.first_step(report.first_kind, report.first_due)) if shares else ""
    last = str(
        codes.last_mails(
            report.last_first_mail, report.last_mail, report.last_mail_code, report.last_mail_reason
        )
    )
    skipped = n_("{count} contact skipped.", "{count} contacts skipped.", len(report.skipped))
    return " ".join(filter(None, (enrolled, skipped if report.skipped else "", first, last)))


def _tell(report: EnrollReport, sequence: str, *, as_json: bool, dry_run: bool = False) -> None:
    if as_json:
        show.data(report)
        return
    would = _("Would be enrolled in {sequence}", sequence=sequence)
    show.say(f"{would if dry_run else _('Enrolled in {sequence}', sequence=sequence)}: {_sum(report)}")
    for skip in report.skipped[:SHOWN_SKIPS]:
        show.say("  " + _("skipped {email}: {reason}", email=skip.email, reason=skip.reason))
    if len(report.skipped) > SHOWN_SKIPS:
        show.say(
            "  " + _("and {more} more (--json lists all of them).", more=len(report.skipped) - SHOWN_SKIPS)
        )


def pause(
    ctx: typer.Context, email: Email, sequence: Sequence = None, reason: Reason = "", as_json: Json = False
) -> None:
    """Pause a contact: send nothing until resumed."""
    with session.of(ctx).open() as relance:
        _views(relance.pause(email, sequence, reason), as_json=as_json)


def resume(
    ctx: typer.Context,
    email: Email,
    sequence: Sequence = None,
    mailbox: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Continue from this mailbox, unless the next mail continues a conversation from another.",
        ),
    ] = None,
    same_thread: Annotated[
        bool, typer.Option("--same-thread", help="With --mailbox: even in the same conversation.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Resume a contact who is paused, away or held."""
    with session.of(ctx).open() as relance:
        _views(relance.resume(email, sequence, mailbox=mailbox, same_thread=same_thread), as_json=as_json)


def stop(
    ctx: typer.Context,
    email: Email,
    sequence: Sequence = None,
    reason: Reason = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """End a contact's sequences for good. `relance pause` can be undone; this cannot."""
    if not asking.confirmed(_("Stop {email} for good?", email=email), yes=yes):
        raise typer.Abort
    with session.of(ctx).open() as relance:
        _views(relance.stop(email, sequence, reason), as_json=as_json)


def _views(views: list[EnrollmentView], *, as_json: bool) -> None:
    show.listing(views, VIEW, as_json=as_json, empty=_("This contact is not in that sequence."))
    for each in views:
        if each.stays:
            place = {"sequence": each.sequence, "why": each.stays}
            show.note(_('Nothing changed in "{sequence}": {why}', **place))
        elif not each.changed:
            _unchanged(each)


def _unchanged(view: EnrollmentView) -> None:
    from relance.engine.reporting import codes

    place = {"sequence": view.sequence, "state": codes.text("person", view.state)}
    if view.noted:
        show.note(
            _(
                'Nothing changed in "{sequence}": it is already {state}. This is noted in case that turns out to be a mistake.',
                **place,
            )
        )
    else:
        show.note(_('Nothing changed in "{sequence}": it is already {state}.', **place))
