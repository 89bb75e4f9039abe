"""The mailboxes that new people of a sequence are shared out among: those that were asked for, else the sequence's own, else all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy.engine import Connection

from relance import errors
from relance.engine import reasons
from relance.engine.definition import fields
from relance.engine.schedule import leaves
from relance.engine.store import scopes
from relance.engine.store.mailboxes import mailboxes
from relance.engine.store.mailboxes.mailboxes import Mailbox
from relance.mailbox import address
from relance.wording import Text

Senders = Iterable[str] | Mapping[str, int]
# Addresses, each with an equal share or with the share that it names.


def wanted(named: Senders | None) -> dict[str, int] | None:
    """Addresses and their shares, as they are asked for. Raises `errors.Invalid` for shares that are none."""
    if named is None:
        return None
    if not isinstance(named, Mapping):
        return {each.strip().lower(): 1 for each in address.several(named) or ()}
    try:
        return fields.shares(named)
    except ValueError as wrong:
        raise errors.Invalid(wrong.args[0]) from wrong


def chosen(
    conn: Connection, asked: Mapping[str, int] | None, own: Mapping[str, int], now: dt.datetime
) -> list[tuple[Mailbox, int]]:
    """Mailboxes with their shares, by address: those that were `asked` for; without any, those of the sequence's `own` that are active
    and the viewer's, and where it names none all that are. Raises `errors.NotFound` and `errors.Invalid` where none can be used."""
    every = {each.address: each for each in mailboxes.list_all(conn)}
    if asked is not None:
        return _asked(every, asked)
    seen = scopes.mailboxes(conn)
    mine = {name: each for name, each in every.items() if seen is None or each.id in seen}
    return _present(_of_sequence(conn, mine, own) if own else _all(mine), now)


def _present(found: list[tuple[Mailbox, int]], now: dt.datetime) -> list[tuple[Mailbox, int]]:
    """Without those whose owner is on leave, where others take new people; who was written to by them keeps them."""
    kept = [(each, 0 if leaves.back_at(each.on_leave, now) else share) for each, share in found]
    return kept if any(share for _each, share in kept) else found


def _of_sequence(
    conn: Connection, every: Mapping[str, Mailbox], own: Mapping[str, int]
) -> list[tuple[Mailbox, int]]:
    for text in own:
        if text not in every and mailboxes.by_address(conn, text) is None:
            raise errors.Invalid(
                Text(
                    "the sequence names the mailbox {address}, which does not exist. Known: {known}.",
                    address=text,
                    known=", ".join(every),
                )
            )
    there = [
        (every[text], share)
        for text, share in sorted(own.items())
        if text in every and every[text].state == "active"
    ]
    if not any(share for _, share in there):
        raise errors.Invalid(
            Text(
                "none of the mailboxes that the sequence names can take new people now: {mailboxes}.",
                mailboxes=", ".join(text for text, share in own.items() if share),
            ),
            command=Text("Resume one with `relance mailbox resume ADDRESS`, or name others with --mailbox."),
            page=Text("Resume one on its page, or choose others."),
        )
    return there


def _all(every: Mapping[str, Mailbox]) -> list[tuple[Mailbox, int]]:
    found = [(each, 1) for each in every.values() if each.state == "active"]
    if found:
        return found
    if every:
        raise errors.Invalid(
            Text("every mailbox is paused."),
            command=Text("Resume one with `relance mailbox resume ADDRESS`."),
            page=Text("Resume one on its page."),
        )
    raise errors.Invalid(
        Text("there is no mailbox to send from."),
        command=Text("Add one with `relance mailbox add you@your-company.example`."),
        page=Text("The Mailboxes page adds one."),
    )


def _asked(every: Mapping[str, Mailbox], asked: Mapping[str, int]) -> list[tuple[Mailbox, int]]:
    for text in asked:
        if text not in every:
            raise _unknown(text, every)
        if every[text].state != "active":
            raise errors.Invalid(
                Text(
                    "{paused} Resume it, or choose another.",
                    paused=reasons.mailbox_paused(text, every[text].why),
                )
            )
    if not asked:
        raise errors.Invalid(Text("no mailbox was named. Leave the option out to send from all of them."))
    return [(every[text], share) for text, share in sorted(asked.items())]


def _unknown(text: str, every: Mapping[str, Mailbox]) -> errors.NotFound:
    return errors.NotFound(
        Text("there is no mailbox {address}. Known: {known}.", address=text, known=", ".join(every))
        if every
        else Text("there is no mailbox {address}, nor any other.", address=text),
        command="" if every else Text("`relance mailbox add {address}` adds it.", address=text),
        page="" if every else Text("The Mailboxes page adds one."),
    )
