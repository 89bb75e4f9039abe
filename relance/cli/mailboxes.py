"""`mailbox`: the addresses mails are sent from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from relance.cli import contacts
from relance.cli.mailbox import (
    aliases,
    changing,
    connecting,
    copies,
    dkim,
    finding,
    health,
    leaving,
    on_leave,
    signing_in,
)
from relance.cli.mailbox.options import (
    Address,
    Anyway,
    CaFile,
    Cap,
    Flags,
    Gap,
    HourlyCap,
    ImapHost,
    Jitter,
    Json,
    Known,
    Name,
    PasswordStdin,
    Plus,
    Policy,
    Port,
    Probe,
    RampUp,
    Secured,
    SmtpHost,
    Test,
    Username,
    Wait,
    Yes,
)
from relance.cli.operations import sandbox
from relance.cli.terminal import asking, session, show
from relance.mailbox.account import Account
from relance.wording import N_, _, n_

if TYPE_CHECKING:
    from relance import MailboxView, TestStep
    from relance.app import Relance

group: typer.Typer = typer.Typer(no_args_is_help=True, help="The mailboxes that mails are sent from.")
group.add_typer(aliases.group, name="alias")
COLUMNS = {
    N_("address"): "address",
    N_("name"): "name",
    N_("state"): "state|mailbox",
    N_("reason"): "reason",
    N_("daily limit"): "daily_cap",
    N_("next check"): "next_turn_at",
    N_("last check"): "synced_at",
    N_("trouble"): "attention",
    N_("signs in by"): "sign_in|sign-in",
    N_("refused by"): "refused_by",
}

RAMP_UP = {N_("day"): "day", N_("mails in 24 hours, at most"): "cap"}
UNREAD = {
    N_("mailbox"): "mailbox",
    N_("folder"): "folder",
    N_("mail"): "uid",
    N_("state"): "state|unread mail",
    N_("tries"): "tries",
    N_("from"): "sender",
    N_("subject"): "subject",
    N_("server says"): "words",
}

CODED = {"state": "mailbox", "unknown_policy": "policy", "sign_in": "sign-in"}
SIGNING_IN = ("password", "sign-in", "smtp", "imap")
# The steps of a test without which nothing works.


@group.command()
def add(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    name: Name = None,
    username: Username = None,
    password_stdin: PasswordStdin = False,
    provider: Known = None,
    smtp_host: SmtpHost = None,
    smtp_port: Port = None,
    smtp_security: Secured = None,
    imap_host: ImapHost = None,
    imap_port: Port = None,
    imap_security: Secured = None,
    ca_file: CaFile = None,
    daily_cap: Cap = None,
    hourly_cap: HourlyCap = None,
    gap_seconds: Gap = None,
    jitter_seconds: Jitter = None,
    ramp_up: RampUp = None,
    unknown: Policy = None,
    plus_addressing: Plus = False,
    test: Test = True,
    anyway: Anyway = False,
) -> None:
    """Add a mailbox. Anything you do not give as an option is found from the domain or asked for.

    Both servers are signed in to first; if one refuses, or cannot be reached, nothing is saved.
    """
    rep = _practice(ctx, provider, address)
    usual = finding.usual(provider, address, rep, typed=bool(smtp_host and imap_host))
    smtp = Flags(smtp_host, smtp_port, smtp_security).over(usual.smtp)
    imap = Flags(imap_host, imap_port, imap_security).over(usual.imap)
    finding.told_of_sign_in(address, usual.provider, smtp, imap)
    extras = {
        "ca_file": str(ca_file.resolve()) if ca_file else rep and rep.ca_file,
        "gap_seconds": 0 if rep and gap_seconds is None else gap_seconds,  # nobody to spare in a sandbox
        **{"daily_cap": daily_cap, "hourly_cap": hourly_cap, "jitter_seconds": jitter_seconds},
        "unknown_policy": unknown and unknown.value.replace("-", " "),
        **{"plus_addressing": plus_addressing, "ramp_up": ramp_up},
    }
    with session.of(ctx).open() as relance:
        spec = {
            **{"address": address, "name": _sender(name, rep)},
            "username": username or (rep.username if rep else address),
            "password": _password(rep, address, from_stdin=password_stdin),
            **{"smtp": smtp, "imap": imap},
        }
        _add(relance, spec, extras, first=test and not anyway)
        if test and anyway:
            _told(address, relance.mailboxes.test(address, probe=False).steps)


def _password(rep: Account | None, address: str, *, from_stdin: bool) -> str:
    return rep.credentials.secret if rep else changing.password(address, from_stdin=from_stdin)


def _practice(ctx: typer.Context, provider: Any, address: str) -> Account | None:
    """The mailbox in the sandbox, password and all, when that is whose servers are asked for."""
    if provider is None or provider.value != sandbox.NAME:
        return None
    return sandbox.account_of(session.of(ctx).settings().home, address)


def _sender(name: str | None, rep: Account | None) -> str:
    if name is not None:
        return name
    return rep.name if rep else asking.text(_("Sender's name"), "--name")


def _add(relance: Relance, spec: dict[str, Any], extras: dict[str, Any], *, first: bool) -> None:
    """`first`: signed in to before it is stored."""
    from relance import MailboxSpec

    given = {key: value for key, value in extras.items() if value is not None}
    given |= {cap: None for cap in ("daily_cap", "hourly_cap") if given.get(cap) == 0}
    with changing.told() as steps:
        added = relance.mailboxes.add(MailboxSpec(**spec, **given), anyway=not first, done=steps.append)
    show.say(_("Added {address}.", address=added.address))
    if steps:
        _told(added.address, steps)


@group.command("list")
def list_(ctx: typer.Context, as_json: Json = False) -> None:
    """List the mailboxes."""
    with session.of(ctx).open() as relance:
        empty = _("There is no mailbox yet. Add one with `relance mailbox add you@your-company.example`.")
        show.listing(relance.mailboxes.list(), COLUMNS, as_json=as_json, empty=empty)


@group.command("show")
def show_(ctx: typer.Context, address: Address, as_json: Json = False) -> None:
    """Show one mailbox."""
    with session.of(ctx).open() as relance:
        found = relance.mailboxes.show(address)
        apart = () if as_json else ("ramp_plan", "signature", "signature_html")
        left_out = ("beside", "smtp_server", "imap_server", *apart)
        show.record(found, as_json=as_json, leave_out=left_out, coded=CODED)
        if not as_json:
            _below(found)
            if found.ramp_plan:
                show.listing(found.ramp_plan, RAMP_UP, as_json=False, empty="")


def _below(found: MailboxView) -> None:
    """Its signature, as it stands below its mails."""
    from relance.mailbox.composing import signature

    text, form = signature.forms(found.signature, found.signature_html)
    if text:
        show.say(f"\n{_('Below its mails, as text:')}\n{signature.MARK}{text}")
        show.say(f"\n{_('Below its mails, in HTML:')}\n{form}\n")


@group.command("test")
def try_(
    ctx: typer.Context, address: Address, probe: Probe = True, wait: Wait = 60, as_json: Json = False
) -> None:
    """Test a mailbox: sign in to both servers, and send a mail from the mailbox to itself. Says what works and what does not.

    The mail shows whether the provider keeps Message-IDs, and whether it files Sent copies. It does not count as a mail sent.
    """
    with session.of(ctx).open() as relance:
        outcome = relance.mailboxes.test(address, probe=probe, wait_seconds=wait, progress=show.note)
        if as_json:
            show.data(outcome)
        _told(address, outcome.steps, shown=as_json)


def _told(address: str, steps: Sequence[TestStep], *, shown: bool = False) -> None:
    columns = {N_("step"): "name|test", N_("works"): "ok", N_("words"): "words"}
    if not shown:
        show.listing(steps, columns, as_json=False, empty="")
    if not all(step.ok for step in steps):
        signed_in = all(step.ok for step in steps if step.name in SIGNING_IN)
        partly = _("{address} works only in part, see above.", address=address)
        what = partly if signed_in else _("{address} does not work yet.", address=address)
        show.problem(f"{what} {_('`relance mailbox test {address}` tries again.', address=address)}")
        raise typer.Exit(1)


@group.command()
def pause(
    ctx: typer.Context,
    address: Address,
    reason: Annotated[str, typer.Option(help="Why, for your colleagues.")] = "",
) -> None:
    """Pause a mailbox: nothing is sent from it. Answers are still read; `resume` undoes it."""
    with session.of(ctx).open() as relance:
        relance.mailboxes.pause(address, reason)
        show.say(_("Mailbox {address} is paused.", address=address))


@group.command()
def resume(ctx: typer.Context, address: Address) -> None:
    """Send from this mailbox again."""
    with session.of(ctx).open() as relance:
        relance.mailboxes.resume(address)
        show.say(_("{address} is sending again.", address=address))


@group.command()
def unread(
    ctx: typer.Context,
    address: Annotated[str | None, typer.Argument(metavar="ADDRESS", help="Only for this mailbox.")] = None,
    as_json: Json = False,
) -> None:
    """List mails that a server lists but does not hand over. Follow-ups may wait for them; `dismiss` ends the wait."""
    with session.of(ctx).open() as relance:
        found = relance.mailboxes.unread(address)
    show.listing(found, UNREAD, as_json=as_json, empty=_("Every mail could be read."))


@group.command()
def dismiss(
    ctx: typer.Context,
    address: Address,
    folder: Annotated[str | None, typer.Option(help="Only those in this folder.")] = None,
    uid: Annotated[int | None, typer.Option(help="Only the mail with this number.")] = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Confirm that you have looked at the mails that could not be read. The mailbox's follow-ups continue."""
    with session.of(ctx).open() as relance:
        relance.mailboxes.show(address)  # an address that is none is told before the question
        question = _(
            "Have you looked at them in a mail program? Follow-ups may be sent to the people who wrote them."
        )
        if not asking.confirmed(question, yes=yes or as_json):
            raise typer.Abort
        found = relance.mailboxes.dismiss(address, folder, uid)
    show.listing(found, UNREAD, as_json=as_json, empty="")
    if not as_json:
        show.say(_("Dismissed; {address} will be read at once.", address=address))


@group.command("undo-bounces")
def undo_bounces(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"],
            metavar="TIME",
            help="Everything from this time on, in the workspace's time zone.",
        ),
    ] = None,
    email: Annotated[list[str] | None, typer.Option(metavar="EMAIL", help="Only this person's.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would continue.")] = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Undo bounces that were the sender's fault. People continue where they were, and nobody gets a step twice.

    Anyone who opted out stays out. A mail that was refused is sent again; one that came back is not.
    """
    with session.of(ctx).open() as relance:
        at = session.in_zone(since)
        back = relance.mailboxes.undo_bounces(address, since=at, emails=email, dry_run=True)
        numbers = {"people": len(back.going_on), "suppressions": len(back.lifted)}
        question = _(
            "People who continue: {people}; suppressions lifted: {suppressions}. Go ahead?", **numbers
        )
        if not dry_run:
            if not asking.confirmed(question, yes=yes):
                raise typer.Abort
            back = relance.mailboxes.undo_bounces(address, since=at, emails=email)
    if as_json:
        show.data(back)
    else:
        contacts.tell_way_back(back)
        if not (back.lifted or back.going_on or back.staying):
            show.say(_("There is no bounce of this mailbox to undo."))


@group.command()
def retry(
    ctx: typer.Context,
    address: Address,
    organisation: Annotated[
        str, typer.Argument(metavar="DOMAIN", help="The organisation whose server refuses its mail.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would continue.")] = False,
    as_json: Json = False,
) -> None:
    """Write again to an organisation that refused this mailbox's mail. People held only for that reason continue."""
    with session.of(ctx).open() as relance:
        done = relance.mailboxes.retry(address, organisation, dry_run=dry_run)
    if as_json:
        show.data(done)
        return
    show.say(_("{organisation} said: {words}", organisation=done.organisation, words=done.words))
    count, few = len(done.going_on), show_few(done.going_on)
    if dry_run:
        show.say(_("{number} would continue{who}.", number=count, who=few))
    else:
        show.say(n_("{count} continues{who}.", "{count} continue{who}.", count, who=few))
    if done.still_held:
        count, few = len(done.still_held), show_few(done.still_held)
        show.say(
            n_(
                "{count} stays held for another reason{who}.",
                "{count} stay held for another reason{who}.",
                count,
                who=few,
            )
        )


SHOWN = 10


def show_few(emails: Sequence[str]) -> str:
    """The first few of many people."""
    more = f" {_('and {more} more', more=len(emails) - SHOWN)}" if len(emails) > SHOWN else ""
    return f": {', '.join(emails[:SHOWN])}{more}" if emails else ""


group.command("sign-in")(signing_in.sign_in)
group.command("connect")(connecting.connect)
group.command("set")(changing.set_)
group.command("change", hidden=True)(changing.set_)  # as it was called before
group.command("health")(health.health)
group.command("dkim")(dkim.dkim)
group.command("sent-copies")(copies.sent_copies)
group.command("leave")(on_leave.leave)
group.command("hand-over")(leaving.hand_over)
group.command("remove")(leaving.remove)
