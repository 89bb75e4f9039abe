"""`mailbox health`: what the checks of a mailbox's domain and of the host of its links found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import _, moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from relance import MailboxHealth, MailboxRate

Address = Annotated[str | None, typer.Argument(metavar="ADDRESS", help="One mailbox; without it, all.")]
Check = Annotated[
    bool, typer.Option("--check", help="Check now instead of showing what the last check found.")
]
SendAnyway = Annotated[
    bool | None,
    typer.Option(
        "--send-anyway/--no-send-anyway", help="Let first mails leave whatever the checks find, or no longer."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="As JSON.")]


def health(
    ctx: typer.Context,
    address: Address = None,
    check: Check = False,
    send_anyway: SendAnyway = None,
    as_json: Json = False,
) -> None:
    """Show whether receivers have a reason to refuse a mailbox's mail: SPF, DKIM, DMARC, MX, and the host of the links.

    Mailboxes are checked daily. Where mail is certain to be refused or answers are certain to be lost, first mails wait.
    """
    if address is None and send_anyway is not None:
        raise typer.BadParameter(_("Name the mailbox."), param_hint="--send-anyway")
    with session.of(ctx).open() as relance:
        offered = relance.mailboxes
        if send_anyway is not None and address is not None:
            offered.let_first_mails_go(address, anyway=send_anyway)
        addresses = [each.address for each in offered.health_of_all()] if address is None else [address]
        found = [offered.check_health(each) if check else offered.health(each) for each in addresses]
        rates = [offered.rates(each) for each in addresses]
        failures = [offered.failures(each) for each in addresses]
    if as_json:
        both = [
            {"health": each, "rates": rate, "failures": why}
            for each, rate, why in zip(found, rates, failures, strict=True)
        ]
        show.data(both if address is None else both[0])
        return
    for each, rate, why in zip(found, rates, failures, strict=True):
        _say(each)
        _say_rates(rate)
        _say_failures(why)


def _say(found: MailboxHealth) -> None:
    from relance.engine.reporting import codes  # the engine is not loaded for help

    show.say(found.address)
    if found.practice:
        show.say(_("  Its server is on this computer, for practice: nothing is checked."))
    elif found.checked_at is None:
        show.say(
            _(
                "  Not checked yet: `relance mailbox health {address} --check` does it now.",
                address=found.address,
            )
        )
    else:
        show.say(_("  Checked on {at}.", at=moment(found.checked_at)))
    for each in found.findings:
        show.say(f"  {codes.text('check', each.check)}: {codes.text('grade', each.grade)}. {each.words}")
    if found.barred:
        show.say(
            _(
                "  No first mail leaves until that is corrected. `relance mailbox health {address} --send-anyway` sends all the same.",
                address=found.address,
            )
        )
    if found.anyway:
        show.say(_("  First mails leave whatever the checks find, because a person decided so."))


def _say_failures(failures: Mapping[str, int]) -> None:
    from relance.engine.reporting import codes  # as above

    if failures:
        told = ", ".join(f"{codes.text('failure', each)} {number}" for each, number in failures.items())
        show.say(_("  Why they were refused or came back: {reasons}.", reasons=told))


SHOWN = 5  # receiving providers and domains


def _say_rates(rates: Sequence[MailboxRate]) -> None:
    for each in rates[: SHOWN + 1]:
        if each.sent:
            said = _(
                "  Last 7 days, to {whom}: {sent} sent, {bounced} bounced, {deferred} deferred, {complained} reported as spam, {answered} answered.",
                whom=each.receiver or each.domain or _("all recipients"),
                sent=each.sent,
                bounced=each.bounced,
                deferred=each.deferred,
                complained=each.complained,
                answered=each.answered,
            )
            show.say(said)
