"""`console`: the web console by itself, and the link by which somebody gets into it."""

from __future__ import annotations

from typing import Annotated

import typer

from relance.cli.terminal import session, show
from relance.wording import _

group = typer.Typer(help="The web console: pages for salespeople.", no_args_is_help=True)


@group.command()
def invite(
    ctx: typer.Context,
    email: Annotated[str, typer.Argument(help="Whom the link is for.")],
    role: Annotated[
        str | None,
        typer.Option(help="manager, salesperson or viewer. The first one is a manager, others salespeople."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
) -> None:
    """Print a link, good once and for 24 hours, by which somebody sets a password for the console.

    For somebody who has a password it is the way back in: it sets a new one.
    """
    from relance.engine.roles import ROLE_NAMES

    with session.of(ctx).open() as app:
        made = app.users.invite(email, role)
        link = app.settings.console_url.rstrip("/") + made.path
    if as_json:
        show.data({"email": made.email, "role": made.role, "link": link, "until": made.until})
        return
    show.say(link)
    role_name = ROLE_NAMES[made.role]
    show.note(
        _(
            "For {email} ({role}). It works once, until {until}.",
            email=made.email,
            role=role_name,
            until=made.until,
        )
    )
