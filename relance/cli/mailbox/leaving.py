"""`mailbox remove` and `mailbox hand-over`: what becomes of the people a mailbox writes to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from relance.cli.mailbox.options import Address, Json, Yes
from relance.cli.terminal import asking, progress, session, show
from relance.wording import _, n_

if TYPE_CHECKING:
    from relance import HandOver

NewThreads = Annotated[
    bool,
    typer.Option(
        "--new-threads",
        help="Also people who have had mail, from the first mail on that begins a new thread: now, or by itself when it is due.",
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only count what would happen.")]


def remove(  # noqa: PLR0913 - a flag for every question
    ctx: typer.Context,
    address: Address,
    to: Annotated[
        str | None,
        typer.Option(
            "--to",
            metavar="ADDRESS",
            help="Hand people who have had no mail yet over to this mailbox; hold the others.",
        ),
    ] = None,
    hold: Annotated[
        bool, typer.Option("--hold", "--force", help="Hold everybody it still writes to, for you to decide.")
    ] = False,
    new_threads: NewThreads = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Remove a mailbox and delete its password. You choose what happens to the people it writes to.

    Nobody's conversation is continued from another address. Answers to mails that it sent are not read any more.
    """
    with session.of(ctx).open() as relance:
        relance.mailboxes.show(address)  # an address that is none is told before the question
        if not dry_run and not asking.confirmed(
            _("Remove {address} and delete its password?", address=address), yes=yes
        ):
            raise typer.Abort
        with progress.bar(_("Handing people over")) as tell:
            done = relance.mailboxes.remove(
                address, force=hold, to=to, new_threads=new_threads, dry_run=dry_run, progress=tell
            )
    if as_json:
        show.data(done)
        return
    _tell(done, held=True)
    if dry_run:
        show.note(
            _(
                "Answers to mails that {address} sent are not read any more once it is removed.",
                address=address,
            )
        )
    else:
        show.say(_("Removed {address}.", address=address))


def hand_over(
    ctx: typer.Context,
    address: Address,
    to: Annotated[str, typer.Option("--to", metavar="ADDRESS", help="The mailbox that goes on with them.")],
    new_threads: NewThreads = False,
    dry_run: DryRun = False,
    as_json: Json = False,
) -> None:
    """Let another mailbox go on with the people of this one, also of one that was removed: those who are held only for that reason continue.

    Only people who have had no mail yet: nobody's conversation is continued from another address. Handing over in the other direction also
    takes back who was to move later.
    """
    with session.of(ctx).open() as relance, progress.bar(_("Handing people over")) as tell:
        done = relance.mailboxes.hand_over(
            address, to, new_threads=new_threads, dry_run=dry_run, progress=tell
        )
    if as_json:
        show.data(done)
    else:
        _tell(done, held=False)


def _tell(done: HandOver, *, held: bool) -> None:
    """`held`: whoever does not go on is held."""
    if done.moved and done.dry_run:
        show.say(
            n_("{count} person would be handed over.", "{count} people would be handed over.", done.moved)
        )
    elif done.moved or not (held or done.left or done.later or done.kept):
        show.say(n_("{count} person was handed over.", "{count} people were handed over.", done.moved))
    if done.later:
        show.say(
            n_(
                "{count} person in a conversation moves by themselves once a mail begins a new thread.",
                "{count} people in a conversation move by themselves once a mail begins a new thread.",
                done.later,
            )
        )
    if done.kept:
        show.say(
            n_(
                "{count} person stays who was to move to {address}.",
                "{count} people stay who were to move to {address}.",
                done.kept,
                address=done.address,
            )
        )
    if not done.left:
        return
    if held and done.dry_run:
        show.say(n_("{count} person would be held.", "{count} people would be held.", done.left))
    elif held:
        show.say(n_("{count} person is held.", "{count} people are held.", done.left))
    else:
        show.say(n_("{count} person stays as they are.", "{count} people stay as they are.", done.left))
    _why(done)


def _why(done: HandOver) -> None:
    if done.in_conversation:
        show.note(
            _("In a conversation with {address}: {number}", address=done.address, number=done.in_conversation)
        )
    if done.in_doubt:
        show.note(_("A mail may be on its way to them: {number}", number=done.in_doubt))
