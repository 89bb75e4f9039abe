"""`mailbox leave`: days on which nothing leaves from a mailbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.mailbox.options import Address, Json
from relance.cli.terminal import asking, session, show
from relance.wording import N_, _, n_
from relance.wording import day as written_day

if TYPE_CHECKING:
    from relance import Leave, LeaveReport

VIEW = {
    N_("from"): "first",
    N_("until"): "last",
    N_("zone"): "zone",
    N_("covered by"): "cover",
}
DATE = "%Y-%m-%d"
First = Annotated[
    dt.datetime | None,
    typer.Option("--from", metavar="DATE", formats=[DATE], help="The first day, as 2026-12-24."),
]
Last = Annotated[
    dt.datetime | None,
    typer.Option("--until", metavar="DATE", formats=[DATE], help="The last day; it is a day of leave, too."),
]
Cover = Annotated[
    str | None,
    typer.Option(
        "--cover",
        metavar="ADDRESS",
        help="When the leave begins, hand people whose first mail falls due meanwhile over to this mailbox, for good; the others wait.",
    ),
]
Cancel = Annotated[
    dt.datetime | None,
    typer.Option(
        "--cancel", metavar="DATE", formats=[DATE], help="Cancel the leave that begins on this day."
    ),
]


def leave(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    first: First = None,
    last: Last = None,
    cover: Cover = None,
    cancel: Cancel = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would happen.")] = False,
    as_json: Json = False,
) -> None:
    """Enter, list or cancel leave of a mailbox's owner: days on which nothing leaves from it. Without dates, list them.

    The mailbox is read all the same, and answers that somebody writes in the inbox are sent. New people go to the other mailboxes
    meanwhile.
    """
    given = (first is not None, last is not None, cancel is not None)
    if given not in ((False, False, False), (True, True, False), (False, False, True)):
        raise asking.wrong(_("Give both --from and --until, or --cancel, or none to list the leaves."))
    with session.of(ctx).open() as relance:
        if first is not None and last is not None:
            days = (first.date(), last.date())
            done = relance.mailboxes.add_leave(address, *days, cover=cover, dry_run=dry_run)
            _tell(done, as_json=as_json)
        elif cancel is not None:
            _list(relance.mailboxes.cancel_leave(address, cancel.date()), as_json=as_json)
        else:
            _list(relance.mailboxes.show(address).on_leave, as_json=as_json)


def _list(found: Sequence[Leave], *, as_json: bool) -> None:
    show.listing(list(found), VIEW, as_json=as_json, empty=_("No leave is entered."))


def _tell(done: LeaveReport, *, as_json: bool) -> None:
    if as_json:
        show.data(done)
        return
    days = {"first": written_day(done.leave.first), "last": written_day(done.leave.last)}
    if done.dry_run:
        show.say(
            _("Nothing would leave from {address} from {first} to {last}.", address=done.address, **days)
        )
    else:
        show.say(_("Nothing leaves from {address} from {first} to {last}.", address=done.address, **days))
    if done.covered is not None:
        many = done.covered.moved
        if done.later:
            show.say(
                n_(
                    "{count} person is handed over when the leave begins, if nothing changes until then.",
                    "{count} people are handed over when the leave begins, if nothing changes until then.",
                    many,
                )
            )
        elif done.dry_run:
            show.say(n_("{count} person would be handed over.", "{count} people would be handed over.", many))
        else:
            show.say(n_("{count} person was handed over.", "{count} people were handed over.", many))
    show.say(
        n_(
            "{count} person waits until the leave is over.",
            "{count} people wait until the leave is over.",
            done.waiting,
        )
    )
