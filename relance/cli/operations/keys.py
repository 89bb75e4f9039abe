"""`key`: the keys that seal what mailboxes sign in with."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import _, n_

group = typer.Typer(no_args_is_help=True, help="The keys that encrypt passwords and tokens.")


@group.callback()
def keys() -> None:
    """The keys that encrypt passwords and tokens."""


@group.command()
def rotate(
    ctx: typer.Context, as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False
) -> None:
    """Encrypt every password, token and second factor again, with the newest key.

    Add the new key on all hosts and restart the processes first. Exits with 1 if something cannot be decrypted.
    """
    with session.of(ctx).open() as relance:
        done = relance.rotate_key()
    if as_json:
        show.data(done)
    else:
        said = n_(
            "{count} secret was encrypted again with key {key}; {already} had been already.",
            "{count} secrets were encrypted again with key {key}; {already} had been already.",
            done.sealed_anew,
            key=done.key,
            already=done.already,
        )
        show.say(said)
    if done.unopened:
        whose = ", ".join(done.unopened)
        show.problem(
            _("No key that is here decrypts what these have; it was left as it is: {whose}", whose=whose)
        )
        raise typer.Exit(1)
