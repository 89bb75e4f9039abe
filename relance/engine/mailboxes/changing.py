"""What a person may change about a mailbox without touching anybody it writes to: its sender's name, its limits, its password."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from relance import errors
from relance.clock import machine_now
from relance.engine.contacts import fields as contact_fields
from relance.engine.context import Context
from relance.engine.event_log.of_mailboxes import MailboxChanged
from relance.engine.mailboxes import service
from relance.engine.mailboxes.service import MailboxView
from relance.engine.reasons import Code, because
from relance.engine.store import events
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.engine.store.users import audit


@dataclass(frozen=True)
class MailboxChange:
    """What is to be otherwise than it is; what is None stays. `daily_cap` 0: no cap. The password is sealed before it is stored."""

    name: str | None = None
    daily_cap: int | None = None
    gap_seconds: int | None = None
    password: str | None = field(default=None, repr=False)


def change(context: Context, address: str, wish: MailboxChange) -> MailboxView:
    """Change a mailbox; everybody it writes to stays where they are, and what is written already leaves as it is.

    Raises `errors.Invalid` with every mistake, and changes nothing then; `errors.NotFound`. What is as it was is not noted.
    """
    _check(wish)
    now = context.clock.now()
    with context.database.write() as conn:
        found = mailboxes.named(conn, address)
        before, after = _differences(found, wish)
        values: dict[str, Any] = dict(after)
        if wish.password:
            values["secret"] = context.vault.seal(wish.password, f"mailbox/{found.address}")
        if values:
            mailboxes.change(conn, found.id, **values)
            mailboxes.schedule_turn(conn, [found.id], now)
            events.record_event(conn, _said(after, password=bool(wish.password)), now, mailbox_id=found.id)
            changed = {**after, **({"password": True} if wish.password else {})}
            audit.write(conn, "mailboxes.change", found.address, machine_now(), before=before, after=changed)
    return service.show(context, found.address)


def _check(wish: MailboxChange) -> None:
    problems = list(service.sign_in_problems(password=wish.password) if wish.password is not None else ())
    try:
        contact_fields.tidy("name", wish.name or "")
    except contact_fields.UnfitField as unfit:
        problems.append(errors.Problem(unfit.args[0], where="name"))
    if wish.name is not None and not wish.name.strip():
        problems.append(errors.Problem(service.EMPTY, where="name"))
    for where in ("daily_cap", "gap_seconds"):
        if (getattr(wish, where) or 0) < 0:
            problems.append(errors.Problem(service.NEGATIVE, where=where))
    if problems:
        raise errors.Invalid(problems)


def _differences(found: Mailbox, wish: MailboxChange) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    wanted: dict[str, Any] = {
        "name": contact_fields.tidy("name", wish.name) if wish.name is not None else found.name,
        "gap_seconds": wish.gap_seconds if wish.gap_seconds is not None else found.gap_seconds,
        "daily_cap": (wish.daily_cap or None) if wish.daily_cap is not None else found.daily_cap,
    }
    before = {name: getattr(found, name) for name in wanted}
    changed = [name for name, value in wanted.items() if before[name] != value]
    return {name: before[name] for name in changed}, {name: wanted[name] for name in changed}


def _said(after: Mapping[str, Any], *, password: bool) -> MailboxChanged:
    """What was changed, and how it is now. No cap is 0, as it is asked for."""
    plain: dict[str, Any] = {
        name: value or 0 if name == "daily_cap" else value for name, value in after.items()
    }
    plain |= {"password": True} if password else {}
    return MailboxChanged(because(Code.MAILBOX_SETTINGS, **plain), **plain)
