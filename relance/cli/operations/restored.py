"""`restored`: steps that may have been sent before a backup was put back, and that no mailbox tells of."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import asking, progress, session, show
from relance.wording import N_, _, n_

if TYPE_CHECKING:
    from relance import Decided, Whom

group = typer.Typer(
    no_args_is_help=True, help="After a restore: steps that may have been sent, for you to decide."
)
COLUMNS = {
    N_("email"): "email",
    N_("sequence"): "sequence",
    N_("step"): "step",
    N_("state"): "state|person",
    N_("due"): "due_at",
    N_("mailbox"): "mailbox",
    N_("no copy though copies are filed"): "looked",
}
SHOWN = 10

Emails = Annotated[list[str] | None, typer.Argument(metavar="EMAIL", help="Their addresses; or --all.")]
Everybody = Annotated[bool, typer.Option("--all", help="Everybody whose step is in doubt.")]
Sequence = Annotated[str | None, typer.Option(help="Only in this sequence.")]
Mailbox = Annotated[str | None, typer.Option(metavar="ADDRESS", help="Only from this mailbox.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would happen.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


@group.command("list")
def list_(
    ctx: typer.Context, sequence: Sequence = None, mailbox: Mailbox = None, as_json: Json = False
) -> None:
    """List them. Where a copy in Sent, an answer or a bounce is proof, the contact goes on without you."""
    from relance import Whom

    with session.of(ctx).open() as relance:
        found = relance.restored.list(Whom(None, sequence, mailbox))
    show.listing(found, COLUMNS, as_json=as_json, empty=_("No step is in doubt."))


def _saying(decision: str) -> Callable[..., None]:
    """The command by which a person says that of some people."""

    def say(  # noqa: PLR0913 - a flag for every question
        ctx: typer.Context,
        emails: Emails = None,
        everybody: Everybody = False,
        sequence: Sequence = None,
        mailbox: Mailbox = None,
        dry_run: DryRun = False,
        yes: Yes = False,
        as_json: Json = False,
    ) -> None:
        whom = _whom(emails, everybody=everybody, sequence=sequence, mailbox=mailbox)
        _decide(ctx, decision, whom, dry_run=dry_run, yes=yes, as_json=as_json)

    return say


SAYS = {
    "sent": "Mark as sent. People continue with the next step; every mail that was due before the restore counts as sent.",
    "not sent": "Mark as not sent. It goes out in the next sending hours; anyone who did receive it receives it twice.",
}
for _decision, _help in SAYS.items():
    group.command(_decision.replace(" ", "-"), help=_help)(_saying(_decision))


def _whom(emails: list[str] | None, *, everybody: bool, sequence: str | None, mailbox: str | None) -> Whom:
    from relance import Whom

    if bool(emails) == everybody and sequence is None and mailbox is None:
        raise asking.wrong(
            _("Name the people: addresses, --sequence, --mailbox, or --all for everybody in doubt.")
        )
    return Whom(emails or None, sequence, mailbox)


def _decide(
    ctx: typer.Context, decision: str, whom: Whom, *, dry_run: bool, yes: bool, as_json: bool
) -> None:
    with session.of(ctx).open() as relance:
        plan = relance.restored.decide(decision, whom, dry_run=True)
        if dry_run or not plan.people:
            _tell(plan, dry_run=dry_run, as_json=as_json)
            return
        if not asking.confirmed(f"{_sum(plan)} {_('Go ahead?')}", yes=yes):
            raise typer.Abort
        with progress.bar(_("Deciding"), len(plan.people)) as tell:
            done = relance.restored.decide(decision, whom, progress=tell)
    _tell(done, dry_run=False, as_json=as_json)


def _sum(plan: Decided) -> str:
    count = len(plan.people)
    if not count:
        return _("nobody; none of their steps is in doubt.")
    if plan.decision == "sent":
        people = n_("{count} person", "{count} people", count)
        return f"{people}; {n_('{count} mail counts as sent.', '{count} mails count as sent.', plan.steps)}"
    return n_(
        "{count} person gets the mail of their current step, in the next sending hours.",
        "{count} people get the mail of their current step, in the next sending hours.",
        count,
    )


def _tell(done: Decided, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        show.data(done)
        return
    show.say(f"{_('Would decide') if dry_run else _('Decided')}: {_sum(done)}")
    for email in done.still[:SHOWN]:
        show.say(
            "  "
            + _("{email} reaches a branch or a task first; you are asked again at the next mail", email=email)
        )
    if len(done.still) > SHOWN:
        show.say("  " + _("and {more} more (--json lists all of them).", more=len(done.still) - SHOWN))
